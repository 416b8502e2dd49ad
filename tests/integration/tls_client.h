/*
 * A careful client over TLS, by OpenSSL: it trusts one root, wants the name localhost and TLS 1.2
 * or later, and tells how a conversation ended, as raw_client.h does without TLS.
 */
#pragma once

#include "server/authority.h"
#include "tests/integration/raw_client.h"

#define TLS_CLIENT_WORDS_SIZE 160

/* What came of one request. All zero, or filled by tls_client_ask. */
struct tls_outcome {
	bool shaken;                       /* the handshake came to its end */
	enum raw_state state;              /* how the connection ended */
	int error;                         /* errno of its socket then; 0: none */
	bool bid_farewell;                 /* by a close_notify */
	struct buffer received;            /* all that came inside TLS */
	char words[TLS_CLIENT_WORDS_SIZE]; /* "answered"; what the client objects to, in OpenSSL's
					    * words; or "closed", "reset", "silent" */
};

/*
 * Connects to 127.0.0.1 as localhost, judging certificates by `root` and the time `now` (seconds),
 * sends `request`, and reads until the connection ends or nothing has come for patience_ms. Fails
 * the test only where OpenSSL cannot be set up. The caller ends with tls_outcome_done.
 */
void tls_client_ask(struct tls_outcome *out, unsigned port, const struct certificate *root,
	int64_t now, struct bytes request, int patience_ms);

/* The same over a connection that is there already, which it leaves to the caller to close. */
void tls_client_ask_over(struct tls_outcome *out, const struct raw_client *client,
	const struct certificate *root, int64_t now, struct bytes request, int patience_ms);

void tls_outcome_done(struct tls_outcome *outcome);

/* Appends the record with which such a client begins. */
void tls_client_hello(struct buffer *out);
