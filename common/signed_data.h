/*
 * SignedData with one signer (RFC 5652 5), and the degenerate one without any
 * that carries certificates and CRLs ("certs-only").
 *
 * Reading takes BER; the parts that a signature covers are kept as sent.
 * Writing is ours because a real NDES reply cannot be made with CMS_sign:
 * no signingTime, digest parameters NULL, one zero byte as content, no
 * certificates.
 */
#pragma once

#include "common/certificate.h"

#define SIGNED_DATA_CERTIFICATES_MAX 64
#define SIGNED_DATA_ATTRIBUTES_MAX   64

/* One signed attribute: its type and its single value. */
struct signed_attribute {
	struct bytes type;        /* content octets of the OID */
	struct der_element value; /* the first value */
	size_t value_count;
};

/* As read. Owns a copy of the input; views point into it or into the joined content. */
struct signed_data {
	struct buffer der;
	struct buffer joined;       /* eContent when it came in chunks */
	uint32_t version;
	struct bytes content_type;  /* eContentType's content octets */
	bool has_content;
	struct bytes content;
	struct bytes certificates[SIGNED_DATA_CERTIFICATES_MAX]; /* whole elements, as sent */
	size_t certificate_count;
	struct bytes crls;          /* the content of [1] crls; empty when absent */
	/* the SignerInfo; absent in certs-only */
	bool has_signer;
	struct bytes signer_issuer; /* Name; empty when identified by subjectKeyIdentifier */
	struct bytes signer_serial;
	struct bytes signer_key_identifier;
	const struct digest_algorithm *digest; /* NULL: one we do not know; digest_oid says which */
	struct bytes digest_oid;
	struct bytes signature_oid;
	struct bytes signature;
	struct bytes signed_attributes; /* content of the [0]; empty when absent */
	struct signed_attribute attributes[SIGNED_DATA_ATTRIBUTES_MAX];
	size_t attribute_count;
};

#define SIGNED_DATA_CLEANUP __attribute__((cleanup(signed_data_done)))

/*
 * Decodes a ContentInfo of type signedData. Everything is counted before it is stored; more than
 * one SignerInfo, more certificates or attributes than above, or bytes behind it are REFUSED.
 * An unknown digest is not refused here. DONE or REFUSED. On any return signed_data_done is safe.
 */
int signed_data_read(struct signed_data *out, struct bytes der, struct diag *diag);

void signed_data_done(struct signed_data *data);

/* Returns the attribute of this type, or NULL. */
const struct signed_attribute *signed_data_attribute(const struct signed_data *data, enum oid type);

/* Returns how many attributes have this type; RFC 5652 5.3 allows one. */
size_t signed_data_count_attributes(const struct signed_data *data, enum oid type);

/*
 * Decodes the embedded certificate that the SignerInfo names, wherever it stands in the set.
 * DONE; REFUSED when it is not there.
 */
int signed_data_find_signer(struct certificate *out, const struct signed_data *data,
	struct diag *diag);

/*
 * Checks messageDigest against the content, contentType against eContentType, and the signature
 * over the DER of the attributes (RFC 5652 5.4), or over the content where there are none. The
 * signature algorithm may be rsaEncryption, shaXWithRSAEncryption or ECDSA. MD5 is REFUSED with
 * words that name it. DONE, REFUSED or BROKEN.
 */
int signed_data_verify(const struct signed_data *data, EVP_PKEY *signer, struct diag *diag);

/* What is to be signed. All views are borrowed. */
struct signed_data_plan {
	const struct digest_algorithm *digest;
	bool digest_parameters_null; /* NDES writes NULL, RFC 5754 leaves it out */
	bool signature_names_digest; /* sha256WithRSAEncryption instead of rsaEncryption */
	bool has_content;            /* false: eContent is left out (RFC 8894 3.3.2.2) */
	struct bytes content;
	struct bytes certificates[8]; /* embedded, in this order */
	size_t certificate_count;
	struct bytes signer_issuer;
	struct bytes signer_serial;
	struct bytes attributes;     /* whole Attribute elements besides contentType and messageDigest */
	int64_t signing_time;        /* seconds since 1970; 0: no signingTime */
};

/*
 * Appends a ContentInfo of type signedData, DER, attributes in the order of DER's SET OF.
 * One private-key operation. DONE or BROKEN.
 */
int signed_data_sign(struct buffer *out, const struct signed_data_plan *plan, EVP_PKEY *signer,
	struct diag *diag);

/* Appends one Attribute with one value, for signed_data_plan.attributes. `tag` is that of the value. */
void signed_data_put_attribute(struct buffer *out, enum oid type, uint8_t tag, struct bytes value);

/* Appends a certs-only ContentInfo with these certificates in this order, and CRLs (whole
 * CertificateList elements one after the other; may be empty). */
void certs_only_write(struct buffer *out, const struct bytes *certificates, size_t count,
	struct bytes crls);
