/*
 * What a CA is about to sign. Honest code fills a plan; certificate_plan_sign
 * carries it out without opinions, so that whatever stands in the plan stands
 * in the certificate.
 */
#pragma once

#include "common/certificate.h"

#define CERTIFICATE_SERIAL_MAX  20 /* octets, RFC 5280 4.1.2.2 */
#define CERTIFICATE_PURPOSE_MAX 8

/* All views are borrowed until the plan has been signed. Empty means: leave the extension out. */
struct certificate_plan {
	uint8_t serial[CERTIFICATE_SERIAL_MAX]; /* content octets of the INTEGER */
	size_t serial_size;
	const struct digest_algorithm *digest; /* of the signature; the key says RSA or ECDSA */
	bool pss;                              /* RSASSA-PSS; of an RSA key alone */
	struct bytes issuer;                   /* Name */
	int64_t not_before;                    /* seconds since 1970 */
	int64_t not_after;
	struct bytes subject; /* Name */
	struct bytes spki;    /* SubjectPublicKeyInfo */
	/* extensions, in the order they are written */
	const char *template_name;                      /* 1.3.6.1.4.1.311.20.2, BMPString */
	struct bytes purposes[CERTIFICATE_PURPOSE_MAX]; /* extKeyUsage OIDs' content octets */
	size_t purpose_count;
	uint32_t key_usage;                    /* enum key_usage bits, critical; 0: left out */
	bool is_ca;                            /* basicConstraints cA, critical */
	bool subject_key_identifier;           /* computed from spki */
	struct bytes authority_key_identifier; /* the issuer's subjectKeyIdentifier */
	struct bytes subject_alt_name;         /* GeneralNames */
	bool subject_alt_name_critical;
	const char *crl_url;           /* cRLDistributionPoints */
	const char *issuer_url;        /* authorityInfoAccess caIssuers */
	struct bytes other_extensions; /* whole Extension elements, appended as they are */
};

/*
 * Appends the DER certificate. The signature is RSASSA-PKCS1-v1_5 or RSASSA-PSS
 * without salt (both deterministic), or ECDSA by the kind of `issuer_key`. One private-key operation. DONE or BROKEN.
 */
int certificate_plan_sign(struct buffer *out, const struct certificate_plan *plan,
	EVP_PKEY *issuer_key, struct diag *diag);
