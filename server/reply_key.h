/*
 * With what a CertRep can be encrypted (RFC 8894 3.1): the RSA key that signed
 * the request, or, where that key cannot decrypt, the challenge password.
 */
#pragma once

#include <stdbool.h>

struct csr;
struct exchange;

/* Returns NULL when the signer's key serves; else the request whose challenge password does: the
 * message's own, or the one that a poll asks after. It may hold none. */
const struct csr *reply_key_request(const struct exchange *exchange);

/* Returns whether there is either. */
bool reply_key_exists(const struct exchange *exchange);
