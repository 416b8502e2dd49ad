#include "common/signed_data_writer.h"

#include "common/cms.h"
#include "common/der_time.h"
#include "common/der_writer.h"

#define SIGNED_DATA_VERSION 1 /* eContentType data, signer by issuer and serial (RFC 5652 5.1) */
#define SIGNER_INFO_VERSION 1 /* RFC 5652 5.3 */

void
signed_data_put_attribute(struct buffer *out, enum oid type, uint8_t tag, struct bytes value)
{
	size_t attribute = der_begin(out, DER_SEQUENCE), values;

	der_put_oid(out, oid_bytes(type));
	values = der_begin(out, DER_SET);
	der_put(out, tag, value);
	der_end(out, values);
	der_end(out, attribute);
}

static void
put_signing_time(struct buffer *out, int64_t seconds)
{
	size_t attribute = der_begin(out, DER_SEQUENCE), values;

	der_put_oid(out, oid_bytes(OID_SIGNING_TIME));
	values = der_begin(out, DER_SET);
	der_put_time(out, seconds);
	der_end(out, values);
	der_end(out, attribute);
}

static void
put_content(struct buffer *out, bool has_content, struct bytes content)
{
	size_t encapsulated = der_begin(out, DER_SEQUENCE), tagged;

	der_put_oid(out, oid_bytes(OID_PKCS7_DATA));
	if (has_content) {
		tagged = der_begin(out, DER_CONTEXT(0));
		der_put_octets(out, content);
		der_end(out, tagged);
	}
	der_end(out, encapsulated);
}

/* In the order given, as NDES and everybody else does, though DER would sort the set. */
static void
put_certificates(struct buffer *out, const struct bytes *certificates, size_t count)
{
	size_t set;

	if (count == 0)
		return;
	set = der_begin(out, DER_CONTEXT(0));
	for (size_t i = 0; i < count; i++)
		buffer_append(out, certificates[i]);
	der_end(out, set);
}

/* Appends the attributes as the SET OF that is signed. */
static int
put_attributes(struct buffer *out, const struct signed_data_plan *plan, struct diag *diag)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	size_t set = der_begin(out, DER_SET);

	if (algorithm_digest_bytes(digest, plan->digest, plan->content, diag) != DONE)
		return BROKEN;
	buffer_append(out, plan->attributes);
	signed_data_put_attribute(out, OID_CONTENT_TYPE, DER_OBJECT, oid_bytes(OID_PKCS7_DATA));
	signed_data_put_attribute(
		out, OID_MESSAGE_DIGEST, DER_OCTET_STRING, BYTES(digest, plan->digest->size));
	if (plan->signing_time)
		put_signing_time(out, plan->signing_time);
	der_end_set_of(out, set);
	return DONE;
}

/* NDES names rsaEncryption; RFC 5754 3.3 leaves ECDSA without parameters. */
static void
put_signature_algorithm(
	struct buffer *out, const struct signed_data_plan *plan, const EVP_PKEY *signer)
{
	const struct digest_algorithm *digest = plan->digest;

	if (!key_is_rsa(signer))
		der_put_algorithm(out, oid_bytes(digest->ecdsa_signature), false);
	else if (plan->signature_names_digest)
		der_put_algorithm(out, oid_bytes(digest->rsa_signature), true);
	else
		der_put_algorithm(out, oid_bytes(OID_RSA_ENCRYPTION), true);
}

static int
put_signer_info(struct buffer *out, const struct signed_data_plan *plan, EVP_PKEY *signer,
	struct diag *diag)
{
	BUFFER_CLEANUP struct buffer attributes = {0};
	size_t info = der_begin(out, DER_SEQUENCE), signature;

	der_put_small(out, SIGNER_INFO_VERSION);
	cms_put_issuer_and_serial(out, plan->signer_issuer, plan->signer_serial);
	der_put_algorithm(out, oid_bytes(plan->digest->oid), plan->digest_parameters_null);
	if (put_attributes(&attributes, plan, diag) != DONE)
		return BROKEN;
	buffer_append_byte(out, DER_CONTEXT(0) | DER_CONSTRUCTED);
	buffer_append(out, BYTES(attributes.data + 1, attributes.size - 1));
	put_signature_algorithm(out, plan, signer);
	signature = der_begin_primitive(out, DER_OCTET_STRING);
	if (key_sign(out, signer, plan->digest, buffer_bytes(&attributes), diag) != DONE)
		return BROKEN;
	der_end(out, signature);
	der_end(out, info);
	return DONE;
}

int
signed_data_sign(struct buffer *out, const struct signed_data_plan *plan, EVP_PKEY *signer,
	struct diag *diag)
{
	size_t before = out->size, signed_data, set;
	struct cms_mark content_info = cms_begin_content_info(out, OID_PKCS7_SIGNED_DATA);

	signed_data = der_begin(out, DER_SEQUENCE);
	der_put_small(out, SIGNED_DATA_VERSION);
	set = der_begin(out, DER_SET);
	der_put_algorithm(out, oid_bytes(plan->digest->oid), plan->digest_parameters_null);
	der_end(out, set);
	put_content(out, plan->has_content, plan->content);
	put_certificates(out, plan->certificates, plan->certificate_count);
	set = der_begin(out, DER_SET);
	if (put_signer_info(out, plan, signer, diag) != DONE) {
		out->size = before;
		return BROKEN;
	}
	der_end(out, set);
	der_end(out, signed_data);
	cms_end_content_info(out, content_info);
	return DONE;
}

void
certs_only_write(
	struct buffer *out, const struct bytes *certificates, size_t count, struct bytes crls)
{
	struct cms_mark content_info = cms_begin_content_info(out, OID_PKCS7_SIGNED_DATA);
	size_t signed_data = der_begin(out, DER_SEQUENCE), set;

	der_put_small(out, SIGNED_DATA_VERSION);
	set = der_begin(out, DER_SET);
	der_end(out, set);
	put_content(out, false, BYTES_NONE);
	put_certificates(out, certificates, count);
	if (crls.size > 0)
		der_put(out, DER_CONTEXT(1) | DER_CONSTRUCTED, crls);
	set = der_begin(out, DER_SET);
	der_end(out, set);
	der_end(out, signed_data);
	cms_end_content_info(out, content_info);
}
