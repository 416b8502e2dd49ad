/*
 * OpenSSL's opinion of what our readers accepted. Each function ends the
 * process by abort(), with a word on stderr, where the two differ and no
 * reason for it is written at the check.
 */
#pragma once

#include "common/certificate.h"
#include "common/crl.h"
#include "common/csr.h"
#include "common/envelope.h"
#include "common/signed_data.h"
#include "tests/fuzz/people.h"

/* Ends the process unless `held`; says what did not. */
void agree_that(bool held, const char *what);

/* A result that is not DONE is a refusal and has words: the object, and what was found; we do not break on what a stranger
 * sent. */
void agree_outcome(int result, const struct diag *diag);

/* The certificate is one for OpenSSL too, with the same names, serial, key and dates. */
void agree_certificate(const struct certificate *certificate);

/* The same, and OpenSSL finds the signature of this issuer on it. */
void agree_issued(const struct certificate *certificate, const struct certificate *issuer);

/* The request is one, with the same subject and key, and as `verified` says, signed or not. */
void agree_request(const struct csr *csr, bool verified);

/* The CRL is one, with the same issuer and dates, and lists `serial` or does not. */
void agree_crl(const struct crl *crl, struct bytes serial);

/* The message, whose signature we took for that of `signer`, is signed by him with the same content. */
void agree_signature(const struct signed_data *data, const struct certificate *signer);

/* The envelope opens for this recipient to the same data. */
void agree_envelope(
	const struct envelope *envelope, const struct person *recipient, struct bytes data);

/* The envelope opens with this password to the same data. */
void agree_password(const struct envelope *envelope, const char *password, struct bytes data);
