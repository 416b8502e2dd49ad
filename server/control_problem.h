/*
 * Why a call of the control API was refused: application/problem+json (RFC 9457),
 * with each fault and its place in the body.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "common/diag.h"

#define CONTROL_ERRORS_MAX 16

/* All zero is none. */
struct control_problem {
	unsigned status; /* of the answer */
	char *detail;    /* NULL: the errors say it */
	json_t *members; /* an object with more that the answer says; NULL: nothing */
	json_t *errors;  /* a list of {pointer, message, hint}; NULL: none */
};

#define CONTROL_PROBLEM_CLEANUP __attribute__((cleanup(control_problem_done)))

void control_problem_done(struct control_problem *problem);

/* Adds a fault at a place: a JSON pointer (RFC 6901), or the name of a query parameter. Beyond
 * CONTROL_ERRORS_MAX they are left out. */
void control_problem_add(
	struct control_problem *problem, const char *pointer, const struct diag *diag);

/* Returns whether a fault was added. */
bool control_problem_is_set(const struct control_problem *problem);

/* Returns whether more faults would be left out. */
bool control_problem_is_full(const struct control_problem *problem);

/* Returns the problem as a JSON object. The caller releases it with json_decref. */
json_t *control_problem_json(const struct control_problem *problem);

/* Returns the phrase of a status: "Not Found". */
const char *control_status_phrase(unsigned status);
