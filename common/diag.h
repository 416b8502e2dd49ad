/*
 * What was wrong, for a person: which object, by which clause, what was wanted
 * there and what was found. The function that notices fills it, the program
 * that has somebody to tell prints it, and nothing between them adds to it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* How a function of ours ends. A module may name further positive outcomes. */
enum outcome {
	BROKEN = -1, /* we failed: libcrypto, disk, a bug; the diag says at what */
	DONE = 0,
	REFUSED = 1, /* the input is not acceptable; the diag says why */
};

struct diag {
	char object[96];  /* "pkiMessage signedAttrs"; empty: nothing was said yet */
	char clause[96];  /* "RFC 8894 3.2.1"; may be empty */
	char wanted[256]; /* "exactly one transactionID"; may be empty */
	char found[384];  /* "none" */
	bool not_written; /* of BROKEN: a disk or its like did not take what was to be kept */
};

/* The longest text that diag_text makes, with its NUL. */
#define DIAG_TEXT_SIZE 896

/*
 * Says that `object` is refused and returns REFUSED, so that a check can return the call.
 * `clause` and `wanted` may be NULL. `found` is a printf format. A later call overwrites an
 * earlier one; a NULL diag is allowed and says nothing.
 */
int diag_refuse(struct diag *diag, const char *object, const char *clause, const char *wanted,
	const char *found, ...) __attribute__((format(printf, 5, 6)));

/* As diag_refuse for a failure of our own; returns BROKEN. */
int diag_break(struct diag *diag, const char *object, const char *found, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * As diag_break for a failed call into libcrypto: the newest entry of the OpenSSL error queue
 * is put into words behind `what`, and the queue is emptied. Returns BROKEN.
 */
int diag_break_crypto(struct diag *diag, const char *object, const char *what);

/*
 * Says where the refused thing stands: `where` ("--set", "mock-ndes.yaml:3:5") becomes the object, and
 * what the object was becomes the clause unless there is one.
 */
void diag_locate(struct diag *diag, const char *where);

/* Writes "object (clause): found; expected wanted" into `text` and returns it. */
char *diag_text(char text[DIAG_TEXT_SIZE], const struct diag *diag);
