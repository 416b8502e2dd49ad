/*
 * An X.509 certificate as read, with views on the parts that SCEP looks at
 * (RFC 5280 4.1). Writing one is certificate_plan.h.
 */
#pragma once

#include "common/der.h"
#include "common/extension.h"
#include "common/key.h"
#include "common/oid.h"

/* Named bits of KeyUsage, RFC 5280 4.2.1.3. */
enum key_usage {
	KEY_USAGE_DIGITAL_SIGNATURE = 1 << 0,
	KEY_USAGE_NON_REPUDIATION = 1 << 1,
	KEY_USAGE_KEY_ENCIPHERMENT = 1 << 2,
	KEY_USAGE_DATA_ENCIPHERMENT = 1 << 3,
	KEY_USAGE_KEY_AGREEMENT = 1 << 4,
	KEY_USAGE_KEY_CERT_SIGN = 1 << 5,
	KEY_USAGE_CRL_SIGN = 1 << 6,
};

/* Returns the RFC's name of bit `n` of KeyUsage, "digitalSignature"; NULL behind the last. */
const char *certificate_key_usage_name(size_t n);

/* Owns a copy of its DER; every view points into it. All zero is "no certificate". */
struct certificate {
	struct buffer der;
	struct bytes tbs;     /* what the signature covers */
	struct bytes serial;  /* content octets of the INTEGER */
	struct bytes issuer;  /* Name */
	struct bytes subject; /* Name */
	struct bytes spki;    /* SubjectPublicKeyInfo */
	struct bytes signature;
	struct bytes signature_oid;
	struct bytes subject_alt_name; /* GeneralNames; empty when absent */
	struct bytes subject_key_identifier;
	int64_t not_before; /* seconds since 1970 */
	int64_t not_after;
	uint32_t key_usage; /* enum key_usage bits */
	bool has_key_usage;
	bool is_ca; /* basicConstraints cA */
};

/* A certificate that is released when its name goes out of scope. */
#define CERTIFICATE_CLEANUP __attribute__((cleanup(certificate_done)))

/* Decodes one DER certificate with nothing behind it; a copy is kept. DONE or REFUSED. */
int certificate_read(struct certificate *out, struct bytes der, struct diag *diag);

/* Finds the serial number in the DER of a certificate, content octets of the INTEGER, and looks at nothing behind
 * it. Returns whether it was there. */
bool certificate_find_serial(struct bytes *out, struct bytes der);

/* Decodes the first certificate of a PEM text. DONE or REFUSED. */
int certificate_read_pem(struct certificate *out, struct bytes pem, struct diag *diag);

/* Makes `out` an independent copy of `from`. */
void certificate_copy(struct certificate *out, const struct certificate *from);

/* Appends a DER certificate as PEM. */
void certificate_write_pem(struct buffer *out, struct bytes der);

/* Releases what it owns; all zero afterwards. */
void certificate_done(struct certificate *certificate);

/* Checks the signature with the issuer's public key; says nothing of dates or names. DONE: right;
 * REFUSED: wrong, or an algorithm we do not know; BROKEN. */
int certificate_verify(const struct certificate *certificate, EVP_PKEY *issuer, struct diag *diag);

/* Returns whether `issuer` and `serial` (an IssuerAndSerialNumber) name this certificate. */
bool certificate_is(
	const struct certificate *certificate, struct bytes issuer, struct bytes serial);

/* Writes a digest of the DER: fingerprints, thumbprints. `out` holds EVP_MAX_MD_SIZE. */
int certificate_fingerprint(uint8_t *out, const struct certificate *certificate,
	const struct digest_algorithm *digest, struct diag *diag);
