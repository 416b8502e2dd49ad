/*
 * Changing one element of an encoding, with the lengths of all around it made
 * to fit: what a mutator does to DER, so that the reader gets as far as the
 * change. Elements inside of OCTET STRINGs and BIT STRINGs count too.
 */
#pragma once

#include "common/buffer.h"
#include "tests/fuzz/dice.h"

/*
 * Appends `der` with `old`, a view of an element in it or of the content of one that is not empty,
 * replaced. What cannot be decoded is copied as it is.
 */
void der_edit_splice(
	struct buffer *out, struct bytes der, struct bytes old, struct bytes replacement);

/* Appends `der` with one change to one of its elements; where there are none, what LLVMFuzzerMutate
 * makes of it. */
void der_edit_change(struct buffer *out, struct bytes der, struct dice *dice);
