/*
 * Asymmetric keys: reading, writing, and the four operations that SCEP needs.
 *
 * RSA keys enter and leave through EVP_PKEY_fromdata and our own DER code:
 * libcrypto's decoder costs 110 to 280 microseconds a key, as much as a
 * private-key operation. All functions fill the diag when they do not return
 * DONE.
 */
#pragma once

#include "common/algorithm.h"
#include "common/buffer.h"
#include "common/diag.h"
#include "common/limit.h"
#include "common/ossl.h"

/* The size of key_identifier's result. */
#define KEY_IDENTIFIER_SIZE 20

/* How a content-encryption key travels, RFC 8017 7.2 and 7.1. */
enum key_transport {
	KEY_TRANSPORT_PKCS1, /* RSAES-PKCS1-v1_5 */
	KEY_TRANSPORT_OAEP,  /* RSAES-OAEP with SHA-1 and MGF1-SHA-1, the defaults */
	KEY_TRANSPORT_COUNT,
};

/* Makes a new RSA key of `bits` with exponent 65537. The caller frees *out. DONE or BROKEN. */
int key_generate_rsa(EVP_PKEY **out, unsigned bits, struct diag *diag);

/* Makes a new EC key on a named curve ("P-256"). The caller frees *out. DONE or BROKEN. */
int key_generate_ec(EVP_PKEY **out, const char *curve, struct diag *diag);

/* Reads a DER RSAPrivateKey (RFC 8017 A.1.2) without libcrypto's decoder. DONE, REFUSED, BROKEN. */
int key_read_rsa_private(EVP_PKEY **out, struct bytes der, struct diag *diag);

/* Reads a private key from PEM text (PKCS#1, PKCS#8 or SEC1, not encrypted). DONE or REFUSED. */
int key_read_pem(EVP_PKEY **out, struct bytes pem, struct diag *diag);

/* Appends the private key as PKCS#8 PEM. DONE or BROKEN. */
int key_write_pem(struct buffer *out, EVP_PKEY *key, struct diag *diag);

/*
 * Reads a SubjectPublicKeyInfo. RSA keys outside the limits of limit.h are REFUSED before anything is
 * computed with them; EC keys on named curves are accepted; every other kind is REFUSED.
 */
int key_read_public(EVP_PKEY **out, struct bytes spki, struct diag *diag);

/* Appends the public half as a SubjectPublicKeyInfo. DONE or BROKEN. */
int key_write_public(struct buffer *out, EVP_PKEY *key, struct diag *diag);

/* Returns whether the key is RSA (any other is EC). */
bool key_is_rsa(const EVP_PKEY *key);

/* Returns the size of the modulus or of the curve's field, in bits. */
unsigned key_bits(const EVP_PKEY *key);

/* Returns whether both SubjectPublicKeyInfo hold the same key; an RSA key with NULL parameters is
 * the same as one without. */
bool key_same(struct bytes left_spki, struct bytes right_spki);

/* Writes the key identifier: SHA-1 of the subjectPublicKey bits (RFC 5280 4.2.1.2 method 1). */
int key_identifier(uint8_t out[KEY_IDENTIFIER_SIZE], struct bytes spki, struct diag *diag);

/* Appends the signature (RSASSA-PKCS1-v1_5 or ECDSA) over `message`. DONE or BROKEN. */
int key_sign(struct buffer *out, EVP_PKEY *key, const struct digest_algorithm *digest,
	struct bytes message, struct diag *diag);

/* The same with RSASSA-PSS, MGF1 with the same digest and no salt, so that the same message always has
 * the same signature (RFC 8017 8.1). `key` is RSA. DONE or BROKEN. */
int key_sign_pss(struct buffer *out, EVP_PKEY *key, const struct digest_algorithm *digest,
	struct bytes message, struct diag *diag);

/* Checks a signature of key_sign. DONE: it is right; REFUSED: it is wrong; BROKEN. */
int key_verify(EVP_PKEY *key, const struct digest_algorithm *digest, struct bytes message,
	struct bytes signature, struct diag *diag);

/* Appends `secret` encrypted to an RSA key. DONE or BROKEN. */
int key_encrypt(struct buffer *out, EVP_PKEY *key, enum key_transport transport,
	struct bytes secret, struct diag *diag);

/* Appends what was encrypted to this RSA key. DONE, or REFUSED when it was not; a libcrypto that
 * hides wrong PKCS#1 v1.5 padding gives random bytes instead, so the caller checks the size. */
int key_decrypt(struct buffer *out, EVP_PKEY *key, enum key_transport transport,
	struct bytes encrypted, struct diag *diag);
