/*
 * What became of the exchanges, as the devices saw it: to be held against what the
 * server wrote down.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/diag.h"

enum soak_ask {
	SOAK_CAPS,
	SOAK_CA,
	SOAK_ENROL,
	SOAK_POLL,
	SOAK_RENEW,
};

enum soak_end {
	SOAK_ANSWERED, /* all of the answer came */
	SOAK_CLOSED,   /* the server closed the connection before that */
	SOAK_RESET,
	SOAK_LEFT, /* the device itself went */
	SOAK_LATE, /* the device had to give up: never meant to be */
};

/* By its Server header. */
enum soak_from {
	SOAK_FROM_NOBODY,
	SOAK_FROM_IIS,
	SOAK_FROM_HTTP_SYS,
	SOAK_FROM_OTHER, /* the proxy, or mock-ndes in its own name */
};

struct soak_outcome {
	enum soak_end end;
	bool within; /* with SOAK_CLOSED and SOAK_RESET: some bytes of the answer had come */
	/* with SOAK_ANSWERED: */
	unsigned status;
	enum soak_from from;
	int pki_status; /* of what came with 200 for a PKIOperation; -1: none that can be read */
};

#define SOAK_TALLY_ROWS  512
#define SOAK_TALLY_WRONG 8

struct soak_tally {
	struct {
		const char *site; /* static */
		enum soak_ask ask;
		struct soak_outcome outcome;
		uint64_t count;
	} rows[SOAK_TALLY_ROWS];
	size_t row_count;
	uint64_t exchanges;
	uint64_t checked; /* answers that were verified and decrypted */
	uint64_t wrong;   /* of them, or of other answers of a healthy site */
	char words[SOAK_TALLY_WRONG][DIAG_TEXT_SIZE]; /* of the first ones */
};

/* Counts one more. Ends the program when there are more kinds of outcome than rows. */
void soak_tally_count(struct soak_tally *tally, const char *site, enum soak_ask ask,
	const struct soak_outcome *outcome);

/* Notes that an answer was looked at closely; `result` is not DONE when it was wrong, and `diag` says in
 * what. */
void soak_tally_check(struct soak_tally *tally, int result, const struct diag *diag);

/* Prints it as one line of JSON. */
void soak_tally_print(const struct soak_tally *tally);
