/*
 * SignedData with one signer (RFC 5652 5), and the degenerate one without any
 * that carries certificates and CRLs ("certs-only"), as read. Writing them is
 * signed_data_writer.h.
 *
 * Reading takes BER; the parts that a signature covers are kept as sent.
 */
#pragma once

#include "common/cms.h"

/* One signed attribute: its type and its values. */
struct signed_attribute {
	struct bytes type;        /* content octets of the OID */
	struct der_element value; /* the first value; meaningless without any */
	size_t value_count;
};

/* As read. Owns a copy of the input and the attributes; views point into it or into the joined content. */
struct signed_data {
	struct buffer der;
	struct buffer joined; /* eContent when it came in chunks */
	uint32_t version;
	struct bytes content_type; /* eContentType's content octets */
	bool has_content;
	struct bytes content;
	struct bytes certificates[LIMIT_CERTIFICATES]; /* whole elements, as sent */
	size_t certificate_count;
	struct bytes crls; /* the content of [1] crls; empty when absent */
	/* the SignerInfo; absent in certs-only */
	bool has_signer;
	struct cms_identifier signer;
	const struct digest_algorithm *digest; /* NULL: one we do not know; digest_oid says which */
	struct bytes digest_oid;
	struct bytes signature_oid;
	struct bytes signature;
	struct bytes signed_attributes; /* content of the [0]; empty when absent */
	struct signed_attribute *attributes;
	size_t attribute_count;
};

#define SIGNED_DATA_CLEANUP __attribute__((cleanup(signed_data_done)))

/*
 * Decodes a ContentInfo of type signedData. Everything is counted before it is stored; more than
 * one SignerInfo, more bytes, certificates or attributes than limit.h allows, or bytes behind it are
 * REFUSED.
 * An unknown digest is not refused here. DONE or REFUSED. On any return signed_data_done is safe.
 */
int signed_data_read(struct signed_data *out, struct bytes der, struct diag *diag);

void signed_data_done(struct signed_data *data);

/*
 * Finds the attribute of this type; *out is NULL when it is not there. DONE; REFUSED when it is
 * there more than once (RFC 5652 5.3) or has not exactly one, primitive value.
 */
int signed_data_find_attribute(const struct signed_attribute **out, const struct signed_data *data,
	enum oid type, struct diag *diag);

/*
 * Decodes the embedded certificate that the SignerInfo names, wherever it stands in the set.
 * DONE; REFUSED when it is not there.
 */
int signed_data_find_signer(
	struct certificate *out, const struct signed_data *data, struct diag *diag);

/*
 * Checks messageDigest against the content, contentType against eContentType, and the signature
 * over the attributes, as sent or, up to 64 KiB of them, in DER (RFC 5652 5.4), or over the content
 * where there are none.
 * The signature algorithm may be rsaEncryption, shaXWithRSAEncryption or ECDSA. MD5 is REFUSED
 * with words that name it. One public-key operation, two when the attributes were not sent in DER
 * or the signature is wrong. DONE, REFUSED or BROKEN.
 */
int signed_data_verify(const struct signed_data *data, EVP_PKEY *signer, struct diag *diag);
