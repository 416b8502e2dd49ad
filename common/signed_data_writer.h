/*
 * Writing SignedData (RFC 5652 5).
 *
 * The writer is ours because a real NDES reply cannot be made with CMS_sign: no
 * signingTime, digest parameters NULL, one zero byte as content, no
 * certificates.
 */
#pragma once

#include "common/certificate.h"

#define SIGNED_DATA_PLAN_CERTIFICATES_MAX 8

/* What is to be signed. All views are borrowed. */
struct signed_data_plan {
	const struct digest_algorithm *digest;
	bool digest_parameters_null; /* NDES writes NULL, RFC 5754 leaves it out */
	bool signature_names_digest; /* sha256WithRSAEncryption instead of rsaEncryption */
	bool has_content;            /* false: eContent is left out (RFC 8894 3.3.2.2) */
	struct bytes content;
	struct bytes certificates[SIGNED_DATA_PLAN_CERTIFICATES_MAX]; /* embedded, in this order */
	size_t certificate_count;
	struct bytes signer_issuer;
	struct bytes signer_serial;
	struct bytes
		attributes;   /* whole Attribute elements besides contentType and messageDigest */
	int64_t signing_time; /* seconds since 1970; 0: no signingTime */
};

/*
 * Appends a ContentInfo of type signedData, DER, attributes in the order of DER's SET OF.
 * One private-key operation. DONE, or BROKEN with nothing appended.
 */
int signed_data_sign(struct buffer *out, const struct signed_data_plan *plan, EVP_PKEY *signer,
	struct diag *diag);

/* Appends one Attribute with one value, for signed_data_plan.attributes. `tag` is that of the
 * value. */
void signed_data_put_attribute(struct buffer *out, enum oid type, uint8_t tag, struct bytes value);

/* Appends a certs-only ContentInfo with these certificates in this order, and CRLs (whole
 * CertificateList elements one after the other; may be empty). */
void certs_only_write(
	struct buffer *out, const struct bytes *certificates, size_t count, struct bytes crls);
