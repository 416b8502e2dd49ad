#include "common/signed_data.h"

#include <stdlib.h>

#include "common/der_canonical.h"
#include "common/der_writer.h"
#include "common/memory.h"

#define ATTRIBUTES_AT_ONCE 8

void
signed_data_done(struct signed_data *data)
{
	buffer_done(&data->der);
	buffer_done(&data->joined);
	free(data->attributes);
	*data = (struct signed_data){0};
}

/* Version 1 or, with another eContentType or a subjectKeyIdentifier, 3 (RFC 5652 5.1). */
static bool
read_version(struct signed_data *out, struct der *der)
{
	struct der before = *der;

	if (!der_take_small(der, &out->version))
		return false;
	return out->version == 1 || out->version == 3 ||
		der_refuse(&before, "version 1 or 3", "version %u", out->version);
}

static bool
read_encapsulated_content(struct signed_data *out, struct der *der)
{
	struct der inside, content;

	if (!der_enter(der, DER_SEQUENCE, &inside) || !der_take_oid(&inside, &out->content_type))
		return false;
	if (der_empty(&inside))
		return true;
	out->has_content = true;
	return der_enter(&inside, DER_CONTEXT(0), &content) && der_finish(&inside) &&
		der_take_octets(&content, DER_OCTET_STRING, &out->joined, &out->content) &&
		der_finish(&content);
}

/* Keeps the X.509 certificates of a CertificateSet; its other choices (RFC 5652 10.2.2) name no
 * signer of ours. */
static bool
read_certificates(struct signed_data *out, struct der *der)
{
	struct der_element certificate;
	struct der set;

	if (!der_next_is(der, DER_CONTEXT(0)))
		return true;
	if (!der_enter(der, DER_CONTEXT(0), &set))
		return false;
	while (!der_empty(&set)) {
		if (out->certificate_count == LIMIT_CERTIFICATES)
			return der_refuse(
				&set, NULL, "more than %d certificates", LIMIT_CERTIFICATES);
		if (!der_take_any(&set, &certificate))
			return false;
		if (certificate.tag == DER_SEQUENCE)
			out->certificates[out->certificate_count++] = certificate.whole;
	}
	return true;
}

static bool
read_crls(struct signed_data *out, struct der *der)
{
	struct der_element crls;

	if (!der_next_is(der, DER_CONTEXT(1)))
		return true;
	if (!der_take(der, DER_CONTEXT(1), &crls))
		return false;
	out->crls = crls.content;
	return true;
}

static bool
read_attribute(struct signed_attribute *out, struct der *der)
{
	struct der_element value;
	struct der inside, values;

	if (!der_enter(der, DER_SEQUENCE, &inside) || !der_take_oid(&inside, &out->type) ||
		!der_enter(&inside, DER_SET, &values) || !der_finish(&inside))
		return false;
	while (!der_empty(&values)) {
		if (!der_take_any(&values, &value))
			return false;
		if (out->value_count++ == 0)
			out->value = value;
	}
	return true;
}

/* Returns the place of another attribute. Most messages have six of them, and many messages may
 * wait at once. */
static struct signed_attribute *
add_attribute(struct signed_data *out)
{
	struct signed_attribute *added;

	if (out->attribute_count % ATTRIBUTES_AT_ONCE == 0)
		out->attributes = memory_resize(out->attributes,
			(out->attribute_count + ATTRIBUTES_AT_ONCE) * sizeof(*out->attributes));
	added = &out->attributes[out->attribute_count++];
	*added = (struct signed_attribute){0};
	return added;
}

static bool
read_attributes(struct signed_data *out, struct der *der)
{
	struct der set;

	if (!der_next_is(der, DER_CONTEXT(0)))
		return true;
	if (!der_enter(der, DER_CONTEXT(0), &set))
		return false;
	if (der_empty(&set))
		return der_refuse(&set, "at least one signed attribute", "none");
	out->signed_attributes = BYTES(set.next, (size_t)(set.end - set.next));
	while (!der_empty(&set)) {
		if (out->attribute_count == LIMIT_ATTRIBUTES)
			return der_refuse(
				&set, NULL, "more than %d signed attributes", LIMIT_ATTRIBUTES);
		if (!read_attribute(add_attribute(out), &set))
			return false;
	}
	return true;
}

static bool
skip_unsigned_attributes(struct der *der)
{
	struct der_element attributes;

	return !der_next_is(der, DER_CONTEXT(1)) || der_take(der, DER_CONTEXT(1), &attributes);
}

static bool
read_signer_info(struct signed_data *out, struct der *der)
{
	struct der_algorithm digest, signature;
	struct der info;
	uint32_t version;

	if (!der_enter(der, DER_SEQUENCE, &info) || !der_take_small(&info, &version) ||
		!cms_take_identifier(&info, &out->signer) || !der_take_algorithm(&info, &digest) ||
		!read_attributes(out, &info) || !der_take_algorithm(&info, &signature) ||
		!der_take_octets(&info, DER_OCTET_STRING, NULL, &out->signature) ||
		!skip_unsigned_attributes(&info) || !der_finish(&info))
		return false;
	out->digest_oid = digest.oid;
	out->digest = algorithm_digest(digest.oid);
	out->signature_oid = signature.oid;
	out->has_signer = true;
	return true;
}

static bool
read_signers(struct signed_data *out, struct der *der)
{
	struct der set;

	if (!der_enter(der, DER_SET, &set))
		return false;
	if (der_empty(&set))
		return true;
	if (!read_signer_info(out, &set))
		return false;
	return der_empty(&set) || der_refuse(&set, "one SignerInfo", "more than one");
}

int
signed_data_read(struct signed_data *out, struct bytes der, struct diag *diag)
{
	struct der start, content, inside;
	struct der_element digest_algorithms;

	*out = (struct signed_data){0};
	if (der.size > LIMIT_MESSAGE)
		return diag_refuse(
			diag, "SignedData", NULL, "at most 1 MiB", "%zu bytes", der.size);
	buffer_append(&out->der, der);
	start = der_start(buffer_bytes(&out->der), "SignedData", diag);
	if (!cms_enter_content_info(&start, OID_PKCS7_SIGNED_DATA, &content) ||
		!der_enter(&content, DER_SEQUENCE, &inside) || !der_finish(&content) ||
		!read_version(out, &inside) || !der_take(&inside, DER_SET, &digest_algorithms) ||
		!read_encapsulated_content(out, &inside) || !read_certificates(out, &inside) ||
		!read_crls(out, &inside) || !read_signers(out, &inside) || !der_finish(&inside))
		return REFUSED;
	return DONE;
}

int
signed_data_find_attribute(const struct signed_attribute **out, const struct signed_data *data,
	enum oid type, struct diag *diag)
{
	size_t count = 0;

	*out = NULL;
	for (size_t i = 0; i < data->attribute_count; i++) {
		if (!bytes_equal(data->attributes[i].type, oid_bytes(type)))
			continue;
		*out = &data->attributes[i];
		count++;
	}
	if (count > 1)
		return diag_refuse(diag, oid_name(type), "RFC 5652 5.3",
			"at most one attribute of a type", "%zu of them", count);
	if (count == 1 && (*out)->value_count != 1)
		return diag_refuse(diag, oid_name(type), "RFC 5652 11", "one value",
			"an attribute with %zu values", (*out)->value_count);
	if (count == 1 && (*out)->value.constructed)
		return diag_refuse(
			diag, oid_name(type), NULL, "a primitive value", "a constructed one");
	return DONE;
}

int
signed_data_find_signer(struct certificate *out, const struct signed_data *data, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer wanted = {0};
	size_t unreadable = 0;

	for (size_t i = 0; i < data->certificate_count; i++) {
		if (certificate_read(out, data->certificates[i], diag) != DONE)
			unreadable++;
		else if (cms_identifies(&data->signer, out))
			return DONE;
		certificate_done(out);
	}
	cms_describe_identifier(&wanted, &data->signer);
	/* The words of certificate_read tell more than that there is none. */
	if (unreadable > 0)
		return REFUSED;
	return diag_refuse(diag, "signer's certificate", "RFC 5652 5.3", buffer_text(&wanted),
		"%zu certificates, none of that name", data->certificate_count);
}

/* Whether this is ECDSA, which no RSA key makes. An EC key may have made what names RSA: its kind alone
 * says how. */
static bool
is_ecdsa(enum oid algorithm, const struct digest_algorithm *digest)
{
	return algorithm == OID_EC_PUBLIC_KEY || (digest && algorithm == digest->ecdsa_signature);
}

/* The digest, and a signature algorithm that names no other one and fits the key. */
static int
check_algorithms(const struct signed_data *data, const EVP_PKEY *signer, struct diag *diag)
{
	const struct digest_algorithm *of_signature;
	BUFFER_CLEANUP struct buffer found = {0};
	enum oid known = oid_find(data->signature_oid);

	if (!data->has_signer)
		return diag_refuse(diag, "SignedData", "RFC 5652 5.1", "a SignerInfo", "none");
	if (!data->digest || data->digest->oid == OID_MD5) {
		oid_describe(&found, data->digest_oid);
		return diag_refuse(diag, "SignerInfo digestAlgorithm", "RFC 8894 2.9",
			"SHA-256, or SHA-1, SHA-384 or SHA-512", "%s", buffer_text(&found));
	}
	of_signature = algorithm_digest_of_signature(data->signature_oid);
	if (key_is_rsa(signer) && is_ecdsa(known, of_signature)) {
		oid_describe(&found, data->signature_oid);
		return diag_refuse(diag, "SignerInfo signatureAlgorithm", "RFC 5652 5.3",
			"RSA, since the signer has an RSA key", "%s", buffer_text(&found));
	}
	if (known == OID_RSA_ENCRYPTION || known == OID_EC_PUBLIC_KEY ||
		of_signature == data->digest)
		return DONE;
	oid_describe(&found, data->signature_oid);
	return diag_refuse(diag, "SignerInfo signatureAlgorithm", "RFC 5652 5.3",
		"rsaEncryption, or RSA or ECDSA with the digestAlgorithm", "%s with %s",
		buffer_text(&found), data->digest->name);
}

/* The contentType attribute must name the eContentType (RFC 5652 11.1). */
static int
check_content_type(const struct signed_data *data, struct diag *diag)
{
	const struct signed_attribute *attribute;
	int result = signed_data_find_attribute(&attribute, data, OID_CONTENT_TYPE, diag);

	if (result != DONE)
		return result;
	if (!attribute)
		return diag_refuse(diag, "contentType", "RFC 5652 11.1",
			"the eContentType in the signed attributes", "no such attribute");
	if (attribute->value.tag != DER_OBJECT ||
		!bytes_equal(attribute->value.content, data->content_type))
		return diag_refuse(
			diag, "contentType", "RFC 5652 11.1", "the eContentType", "another type");
	return DONE;
}

/* The messageDigest attribute must be the digest of the content (RFC 5652 11.2). */
static int
check_message_digest(const struct signed_data *data, struct diag *diag)
{
	const struct signed_attribute *attribute;
	uint8_t digest[EVP_MAX_MD_SIZE];
	int result = signed_data_find_attribute(&attribute, data, OID_MESSAGE_DIGEST, diag);

	if (result != DONE)
		return result;
	if (!attribute)
		return diag_refuse(diag, "messageDigest", "RFC 5652 11.2",
			"the digest of the content in the signed attributes", "no such attribute");
	result = algorithm_digest_bytes(digest, data->digest, data->content, diag);
	if (result != DONE)
		return result;
	if (attribute->value.tag != DER_OCTET_STRING ||
		!bytes_equal(attribute->value.content, BYTES(digest, data->digest->size)))
		return diag_refuse(diag, "messageDigest", "RFC 5652 11.2",
			"the digest of the content", "another one: the content was changed");
	return DONE;
}

/*
 * The signature covers the DER of the attributes under SET's own tag (RFC 5652 5.4). Senders that
 * do not sort them or write long lengths sign what they send, and so do verifiers read it; those
 * who sign the DER and send something else are right by the letter.
 */
static int
verify_attributes(const struct signed_data *data, EVP_PKEY *signer, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer as_sent = {0}, canonical = {0};
	size_t mark = der_begin(&as_sent, DER_SET);
	int result;

	buffer_append(&as_sent, data->signed_attributes);
	der_end(&as_sent, mark);
	result = key_verify(signer, data->digest, buffer_bytes(&as_sent), data->signature, diag);
	if (result != REFUSED || data->signed_attributes.size > LIMIT_SORTED_ATTRIBUTES ||
		!der_canonical_set(&canonical, data->signed_attributes) ||
		bytes_equal(buffer_bytes(&as_sent), buffer_bytes(&canonical)))
		return result;
	return key_verify(signer, data->digest, buffer_bytes(&canonical), data->signature, diag);
}

int
signed_data_verify(const struct signed_data *data, EVP_PKEY *signer, struct diag *diag)
{
	int result = check_algorithms(data, signer, diag);

	if (result != DONE)
		return result;
	if (data->attribute_count > 0) {
		result = check_content_type(data, diag);
		if (result == DONE)
			result = check_message_digest(data, diag);
		return result == DONE ? verify_attributes(data, signer, diag) : result;
	}
	if (!bytes_equal(data->content_type, oid_bytes(OID_PKCS7_DATA)))
		return diag_refuse(diag, "SignedData", "RFC 5652 5.3",
			"signed attributes with another eContentType than data", "none");
	return key_verify(signer, data->digest, data->content, data->signature, diag);
}
