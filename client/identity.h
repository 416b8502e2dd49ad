/*
 * Who signs a message: a private key with its certificate, from files or made
 * on the spot (RFC 8894 2.3).
 */
#pragma once

#include "common/certificate.h"

/* Owns both. All zero before. */
struct identity {
	EVP_PKEY *key;
	struct certificate certificate;
};

#define IDENTITY_CLEANUP __attribute__((cleanup(identity_done)))

void identity_done(struct identity *identity);

/* Reads the private key in a PEM file. DONE or REFUSED. */
int identity_read_key(EVP_PKEY **out, const char *path, struct diag *diag);

/* Reads key.pem and certificate.pem of a directory as an enrolment leaves them, and checks that
 * they belong together. DONE, REFUSED or BROKEN. */
int identity_read(struct identity *out, const char *directory, struct diag *diag);

/* Returns what a key can do, as enum key_usage bits: sign and, as RSA, decrypt (RFC 8813 3). */
uint32_t identity_key_usage(const EVP_PKEY *key);

/*
 * Makes a self-signed certificate for `key`, which is taken over: its subject is that of the CSR
 * (RFC 8894 2.3), it may do what the key can, and is valid around `now`. DONE or BROKEN.
 */
int identity_self_sign(struct identity *out, EVP_PKEY *key, struct bytes subject,
	const struct digest_algorithm *digest, int64_t now, struct diag *diag);
