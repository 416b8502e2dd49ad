/*
 * The server certificates of the TLS listeners: a good one, and ones that are wrong
 * in one way each. Signed by the built-in CA, so that a client which trusts the root
 * that its SCEP answers lead to trusts the good one too.
 */
#pragma once

#include "server/authority.h"

/* By enum tls_certificate of settings.h. */
#define TLS_CERTIFICATE_CHAIN_MAX 2

struct tls_certificate_chain {
	struct certificate certificates[TLS_CERTIFICATE_CHAIN_MAX]; /* the server's first */
	size_t count;
};

/*
 * Mints a chain of this kind for `key`. `names` are those that it is valid for besides localhost,
 * 127.0.0.1 and ::1, as alternative_name_parse reads them ("DNS:ndes.example"; may be empty). The
 * caller ends with tls_certificate_chain_done. DONE, REFUSED for names that are none, or BROKEN.
 */
int tls_certificate_mint(struct tls_certificate_chain *out, int kind,
	const struct authority *authority, EVP_PKEY *key, const char *names, int64_t now,
	struct diag *diag);

void tls_certificate_chain_done(struct tls_certificate_chain *chain);
