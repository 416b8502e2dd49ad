/*
 * The requests that a fault profile's `expect` can ask for, by their names.
 */
#pragma once

#include "tests/integration/profile_expect.h"

struct profile_request_kind;

/* Returns the kind that an expectation asks for; fails the test for a name that there is not. */
const struct profile_request_kind *profile_request_find(
	const struct profile_play *play, const json_t *expectation);

/* Whether an answer to it is a CertRep, or ought to be. */
bool profile_request_is_message(const struct profile_request_kind *kind);

/* What a message borrows. All zero is nothing. */
struct profile_request {
	struct buffer wire;            /* the whole request, as it is sent */
	struct device_message message; /* that it carries, if its kind does */
	char *names;
	struct buffer data;
	struct buffer challenge;
	EVP_PKEY *key;
};

/* Makes a request of a kind, as the play's device sends it. */
void profile_request_init(struct profile_request *out, struct profile_play *play,
	const struct profile_request_kind *kind);
void profile_request_done(struct profile_request *request);
