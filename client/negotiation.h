/*
 * What client and server agree on: method, digest and cipher, from the words
 * of GetCACaps and the wishes of the user (RFC 8894 3.5.2).
 */
#pragma once

#include <stdbool.h>

#include "common/algorithm.h"

enum method_wish { METHOD_AUTO, METHOD_GET, METHOD_POST };

/* What the user insists on; zero and NULL leave the choice to the capabilities. */
struct negotiation_wish {
	enum method_wish method;
	const struct digest_algorithm *digest;
	const struct cipher_algorithm *cipher;
};

struct negotiation {
	bool post;
	const struct digest_algorithm *digest;
	const struct cipher_algorithm *cipher;
	bool digest_is_fallback; /* the server announces none that we know: SHA-1 */
	bool cipher_is_fallback; /* likewise: triple DES */
};

/*
 * Chooses by `capabilities` (enum scep_capability bits): POST, SHA-256 and AES-128-CBC where they
 * are announced or implied by SCEPStandard, then the next best; SHA-1, triple DES and GET where
 * nothing is. MD5 and single DES are taken from a wish alone.
 */
struct negotiation negotiation_choose(unsigned capabilities, const struct negotiation_wish *wish);

/* Return whether `capabilities` name or imply this digest, or this cipher. */
bool negotiation_announces_digest(unsigned capabilities, const struct digest_algorithm *digest);
bool negotiation_announces_cipher(unsigned capabilities, const struct cipher_algorithm *cipher);

/*
 * Returns the messageType with which to renew: RenewalReq where SCEPStandard and Renewal are both
 * announced, for such a server speaks RFC 8894. Elsewhere PKCSReq signed with the old certificate:
 * that is what "Renewal" means in the drafts and in NDES, which does not know type 17
 * (ndes-behaviour 2.1, 2.4).
 */
unsigned negotiation_renewal_type(unsigned capabilities);
