/*
 * The digests and ciphers that SCEP knows, one row each: their names on the
 * wire, in GetCACaps, and in libcrypto.
 */
#pragma once

#include <openssl/evp.h>

#include "common/buffer.h"
#include "common/diag.h"
#include "common/oid.h"

struct digest_algorithm {
	const char *name;       /* "SHA-256" */
	const char *capability; /* GetCACaps keyword, NULL when there is none */
	enum oid oid;
	enum oid rsa_signature; /* sha256WithRSAEncryption */
	enum oid ecdsa_signature;
	size_t size; /* bytes of a digest */
	const EVP_MD *(*md)(void);
};

struct cipher_algorithm {
	const char *name;       /* "AES-128-CBC" */
	const char *capability; /* GetCACaps keyword, NULL when there is none */
	enum oid oid;
	size_t key_size;   /* bytes */
	size_t block_size; /* bytes; the IV has as many */
	bool legacy;       /* only in OpenSSL's legacy provider */
	const EVP_CIPHER *(*cipher)(void);
};

/* The rows, weakest first, for help texts and loops; NULL behind the last. */
const struct digest_algorithm *algorithm_digest_at(size_t index);
const struct cipher_algorithm *algorithm_cipher_at(size_t index);

/* Returns the row for a digest or cipher OID's content octets, or NULL. */
const struct digest_algorithm *algorithm_digest(struct bytes oid);
const struct cipher_algorithm *algorithm_cipher(struct bytes oid);

/* Returns the row whose digest the signature algorithm names (sha256WithRSAEncryption,
 * ecdsa-with-SHA256, or the bare digest OID), or NULL. */
const struct digest_algorithm *algorithm_digest_of_signature(struct bytes oid);

/*
 * Returns the row with this name, compared without case; "SHA256" and "sha-256", "3DES", "DES3",
 * "AES", "AES-256" are understood as people write them. NULL when there is none.
 */
const struct digest_algorithm *algorithm_digest_named(const char *name);
const struct cipher_algorithm *algorithm_cipher_named(const char *name);

/* DONE when there is a row of this name, else REFUSED with the names there are; the caller names the object. */
int algorithm_check_digest(const char *name, struct diag *diag);
int algorithm_check_cipher(const char *name, struct diag *diag);

/* Writes the digest of `bytes` into `out` of EVP_MAX_MD_SIZE; DONE or BROKEN. */
int algorithm_digest_bytes(
	uint8_t *out, const struct digest_algorithm *digest, struct bytes bytes, struct diag *diag);

/* Writes the HMAC (RFC 2104) of `bytes` under `key` into `out` of EVP_MAX_MD_SIZE; DONE or BROKEN. */
int algorithm_hmac_bytes(uint8_t *out, const struct digest_algorithm *digest, struct bytes key,
	struct bytes bytes, struct diag *diag);

/* Appends a regular expression (pattern.h) for the names that these two know. */
void algorithm_write_digest_pattern(struct buffer *out);
void algorithm_write_cipher_pattern(struct buffer *out);
