/*
 * PKCS#10 certification requests (RFC 2986), read and written.
 */
#pragma once

#include "common/certificate.h"

#define CSR_PURPOSE_MAX 8

/* Owns a copy of its DER; views point into it. Both it and the challenge are overwritten when they are
 * released. */
struct csr {
	struct buffer der;
	struct bytes info;    /* what the signature covers */
	struct bytes subject; /* Name */
	struct bytes spki;    /* SubjectPublicKeyInfo */
	struct bytes signature;
	struct bytes signature_oid;
	bool has_challenge;      /* a challengePassword attribute is there, if only an empty one */
	uint8_t challenge_tag;   /* its DirectoryString or IA5String type */
	struct buffer challenge; /* its text in UTF-8; ended with buffer_text */
	struct bytes extensions; /* extensionRequest's SEQUENCE OF Extension; empty when absent */
	struct bytes subject_alt_name; /* GeneralNames; empty when absent */
	struct bytes extended_key_usage;
	uint32_t key_usage; /* enum key_usage bits */
	bool has_key_usage;
};

#define CSR_CLEANUP __attribute__((cleanup(csr_done)))

/*
 * Decodes a DER request with nothing behind it. A challengePassword of any string type is read;
 * one that is no valid text, or is there twice, is REFUSED, as is an unreadable extensionRequest.
 * The public key is not looked at. DONE or REFUSED.
 */
int csr_read(struct csr *out, struct bytes der, struct diag *diag);

/* Checks the request's own signature with `key`, read from its spki (RFC 2986 4.2).
 * DONE, REFUSED or BROKEN. */
int csr_verify(const struct csr *csr, EVP_PKEY *key, struct diag *diag);

void csr_done(struct csr *csr);

/* What a client asks for. Views are borrowed; empty or NULL means: leave it out. */
struct csr_plan {
	struct bytes subject;  /* Name */
	const char *challenge; /* NULL: no attribute; "" is an empty one (renewal, draft-nourse) */
	uint8_t challenge_tag; /* 0: PrintableString where it can be, else UTF8String */
	struct bytes subject_alt_name; /* GeneralNames */
	uint32_t key_usage;
	struct bytes purposes[CSR_PURPOSE_MAX];
	size_t purpose_count;
	const struct digest_algorithm *digest;
};

/* Appends a DER request signed with `key`. DONE or BROKEN. */
int csr_plan_sign(
	struct buffer *out, const struct csr_plan *plan, EVP_PKEY *key, struct diag *diag);
