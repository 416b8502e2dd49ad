/*
 * What the client tells: one line a step for people, or one JSON object for
 * machines with the same things in it.
 *
 * The steps go to stdout, warnings and the failure to stderr. With --json
 * nothing but the object goes to stdout, at the end; --quiet leaves the lines
 * out.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "client/http.h"
#include "common/diag.h"

struct report {
	const char *command; /* borrowed */
	FILE *out;
	FILE *err;
	bool json;
	bool quiet;
	json_t *object; /* what --json prints */
};

#define REPORT_CLEANUP __attribute__((cleanup(report_done)))

/* Starts the report of `command`. */
void report_init(struct report *report, const char *command, bool json, bool quiet);

void report_done(struct report *report);

/* Tells what was done here, without the network, in one line. */
void report_step(struct report *report, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Tells of an exchange in one line: what went out, what came back, and what it means. `reply` is
 * NULL when there was none.
 */
void report_exchange(struct report *report, const char *name, const struct http_request *request,
	const struct http_reply *reply, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Tells of something a careful person would look at, in one sentence. */
void report_warn(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Puts a member into the object; takes `value` over. */
void report_set(struct report *report, const char *key, json_t *value);

/* As report_set for a text. */
void report_set_text(struct report *report, const char *key, const char *text);

/* As report_set for a text that is not ended by a NUL; an empty one becomes null. */
void report_set_bytes(struct report *report, const char *key, struct bytes text);

/* As report_set for bytes, in hexadecimal digits. */
void report_set_hex(struct report *report, const char *key, struct bytes bytes);

/*
 * Ends the report with one word for the outcome ("enrolled", "refused"), and the sentence of the
 * failure unless `diag` is NULL. Prints the object.
 */
void report_finish(struct report *report, const char *result, const struct diag *diag);
