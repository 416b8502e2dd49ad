/*
 * What a client sees of a request: the answer, the connection, the time, the judgement.
 */
#pragma once

#include "tests/integration/profile_expect.h"
#include "tests/integration/reply_judge.h"
#include "tests/integration/tls_client.h"

/* What came of a request. */
struct profile_seen {
	struct raw_client client;
	struct raw_response response;
	bool answered;
	int64_t first_byte_ms;
	const char *connection; /* as in `sees` */
	struct reply_judgement judgement;
	bool judged;
	struct tls_outcome tls; /* where `sees` asks for it */
};

/* Sends what an expectation asks for, and looks at what comes, as `sees` makes it necessary. */
void profile_seen_take(
	struct profile_seen *out, struct profile_play *play, const json_t *expectation);
void profile_seen_done(struct profile_seen *seen);
