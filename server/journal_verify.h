/*
 * What a test expects of the exchanges in memory, held against them: a list of
 * expectations, and for each whether it is met, by which exchanges, and when it is not,
 * which have missed it by one condition alone.
 */
#pragma once

#include "server/journal.h"
#include "server/journal_filter.h"

enum journal_demand {
	JOURNAL_COUNT,    /* exactly so many exchanges fit */
	JOURNAL_AT_LEAST, /* so many, or more */
	JOURNAL_AT_MOST,  /* so many, or fewer */
	JOURNAL_NONE,     /* none does */
	JOURNAL_ORDER,    /* there are exchanges that fit one filter each and arrived in this order;
			   * others may lie between them */
};

struct journal_expectation {
	const char *name; /* a title; NULL: what is expected, in words */
	enum journal_demand demand;
	uint64_t number;                      /* with COUNT, AT_LEAST, AT_MOST */
	const struct journal_filter *filters; /* one; with ORDER one for each step */
	size_t filter_count;
};

#define JOURNAL_MATCHES_MAX 100 /* exchanges that are named, the latest of them */
#define JOURNAL_MISSES_MAX  5   /* likewise */

/* An exchange that fits a filter but for one condition. */
struct journal_miss {
	uint64_t exchange;
	const char *name; /* of the condition; static */
	char *wanted;
	char *found;
};

struct journal_judgement {
	char *title;
	bool passed;
	char *words;      /* what was found instead; NULL when it has passed */
	uint64_t matched; /* how many exchanges fit; with ORDER, how many steps were met */
	uint64_t exchanges[JOURNAL_MATCHES_MAX]; /* their numbers, in the order of their arrival */
	size_t exchange_count;
	struct journal_miss
		misses[JOURNAL_MISSES_MAX]; /* when there are too few, the likeliest first */
	size_t miss_count;
};

struct journal_verdict {
	struct journal_judgement *judgements; /* one for each expectation */
	size_t count;
	size_t failed;
	uint64_t dropped; /* exchanges that the journal has no more: they were not looked at */
};

/* Judges all expectations over the same exchanges: those in memory at this moment. What belongs to the
 * verdict, journal_verdict_done releases. */
void journal_verify(struct journal_verdict *out, struct journal *journal,
	const struct journal_expectation *expectations, size_t count);

void journal_verdict_done(struct journal_verdict *verdict);
