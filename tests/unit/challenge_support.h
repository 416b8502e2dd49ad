/*
 * What the tests of challenges share: an exchange that brings a PKCSReq, on a
 * server with the built-in keys and a store in memory.
 */
#pragma once

#include "exchange_support.h"
#include "server/challenge_intune.h"
#include "store_support.h"

/* The exchange's time in seconds. */
#define CHALLENGE_SUPPORT_NOW ((EXCHANGE_SUPPORT_NOW_MS - 3) / 1000)

struct challenge_support {
	struct exchange_support base;
	struct exchange *exchange; /* of base; its settings are the defaults, and the site's */
	struct settings *settings;
	EVP_PKEY *key; /* the device's */
};

/* `support` must stay where it is. */
void challenge_support_init(struct challenge_support *support);
void challenge_support_done(struct challenge_support *support);

/* What a request asks for; NULL or 0: nothing. */
struct challenge_support_request {
	const char *challenge;
	const char *subject; /* NULL: CN=device-1 */
	const char *alternative_name;
	uint32_t key_usage;
	const char *transaction_id; /* NULL: "transaction-1" */
};

/* Begins the next exchange, with a request like this. */
void challenge_support_next(
	struct challenge_support *support, const struct challenge_support_request *request);

/* Begins the next exchange with this challenge, judges it, and returns the verdict. */
enum challenge_verdict challenge_support_judge(
	struct challenge_support *support, const char *challenge);

/* Gives a password of the admin page. The caller frees it. */
char *challenge_support_password(struct challenge_support *support);

/* Mints a challenge with these claims. The caller frees it. */
char *challenge_support_token(const struct pki *pki, const struct challenge_claims *claims);
