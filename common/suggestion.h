/*
 * "Did you mean": the known words that are nearest to a mistyped one.
 *
 * Candidates are offered one after the other, so that any table can be walked.
 * Near means few slips of the finger (a letter too many, too few, wrong, or two
 * exchanged; case, '-' and '_' do not count), or a word that was cut short.
 */
#pragma once

#include <stddef.h>

#include "common/diag.h"

#define SUGGESTION_NEAR_MAX 6

struct suggestion {
	const char *word;    /* as typed */
	const char *nearest; /* the best candidate so far; NULL: none is near */
	size_t slips;        /* of the best candidate */
	/* It and those that are as near, in the order in which they were offered; what is too many is
	 * left out. */
	const char *near[SUGGESTION_NEAR_MAX];
	size_t near_count;
};

/* Starts a search; `word` is borrowed. */
struct suggestion suggestion_start(const char *word);

/* Considers a known word, which is borrowed; of two that are as near the first one stays. */
void suggestion_offer(struct suggestion *suggestion, const char *known);

/*
 * Refuses `object` for being unknown: `what` ("no such setting") is what was found, followed by
 * "did you mean" and the nearest words, with `mark` ("--" or "") in front of each; or, when nothing is
 * near, by what was `wanted`. Returns REFUSED.
 */
int suggestion_refuse(const struct suggestion *suggestion, const char *object, const char *what,
	const char *mark, const char *wanted, struct diag *diag);
