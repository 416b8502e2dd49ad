/*
 * Values of options that are one of a few words.
 */
#pragma once

#include <stddef.h>

#include "common/diag.h"

struct option_choice {
	const char *word;
	int value;
};

/* Finds a word, without case, among the choices; the refusal lists them all. DONE or REFUSED. */
int option_choice_find(int *out, const struct option_choice *choices, size_t count,
	const char *value, struct diag *diag);
