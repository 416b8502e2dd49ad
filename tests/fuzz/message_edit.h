/*
 * Changing a message in one of its layers, and making what lies around that
 * layer right again: sealed anew, signed anew. So a fuzzer gets past the
 * signature and into what is encrypted.
 */
#pragma once

#include "common/buffer.h"
#include "tests/fuzz/dice.h"
#include "tests/fuzz/people.h"

/* Appends `message`, a SignedData, with messageDigest and signature made to fit by whoever of our
 * people it names; as it is where that cannot be. */
void message_edit_sign(struct buffer *out, struct bytes message, struct dice *dice);

/* Appends `der`, a certificate, request or CRL, signed by this person; as it is where that cannot be. */
void message_edit_sign_x509(struct buffer *out, struct bytes der, const struct person *signer);

/* The same with whoever has the public key in it: a request. */
void message_edit_sign_request(struct buffer *out, struct bytes der);

/* Appends `data`, an input or what is encrypted in one, with a change. */
typedef void message_edit_data(struct buffer *out, struct bytes data, struct dice *dice);

/* Appends `data`, a certs-only SignedData, with one change to it, or to a certificate or the CRLs in it,
 * which the CA mostly signs anew. */
message_edit_data message_edit_certificates;

/* Appends `envelope`, an EnvelopedData to `recipient` or the challenge, with one change to it or, by `edit`, to what it
 * holds. */
void message_edit_envelope(struct buffer *out, struct bytes envelope,
	const struct person *recipient, message_edit_data *edit, struct dice *dice);

/* Appends `message`, a SignedData around such an envelope, with one change to it or to the latter,
 * and mostly signed anew. */
void message_edit_change(struct buffer *out, struct bytes message, const struct person *recipient,
	message_edit_data *edit, struct dice *dice);

/*
 * What LLVMFuzzerCustomMutator returns for these arguments of its own when `edit` is how its input is changed:
 * mostly by that, and by LLVMFuzzerMutate now and then, and where the outcome is too large or nothing.
 */
size_t message_edit_mutate(
	message_edit_data *edit, uint8_t *data, size_t size, size_t size_max, unsigned seed);
