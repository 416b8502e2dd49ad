#include "common/csr.h"

#include "common/der_text.h"
#include "common/der_writer.h"
#include "common/directory_string.h"
#include "common/name.h"
#include "common/x509_signed.h"

#define OBJECT "certification request"

/* RFC 2985 5.4.1. Its bound of 255 characters is not applied: Intune's challenge has thousands. */
static bool
read_challenge(struct der *values, struct csr *out)
{
	struct der_element value;
	char name[16];

	if (out->has_challenge)
		return der_refuse(values, "one challengePassword", "a second one");
	if (!der_take_any(values, &value))
		return false;
	/* At once, so that no part of it stays where it was before it grew; what takes two bytes of UTF-8
	 * for one of the sender's is the worst. */
	buffer_reserve(&out->challenge, 2 * value.content.size);
	if (!der_text(&out->challenge, &value))
		return der_refuse(values, "challengePassword as text", "a %s that is none",
			der_tag_name(name, value.tag));
	buffer_text(&out->challenge);
	out->challenge_tag = value.tag;
	out->has_challenge = true;
	return true;
}

/* RFC 2985 5.4.2; Windows XP asks with an attribute of its own and the same value. */
static bool
read_extension_request(struct der *values, struct csr *out)
{
	struct extension_values extensions;

	if (out->extensions.size > 0)
		return der_refuse(values, "one extensionRequest", "a second one");
	if (!extension_take_all(values, &extensions))
		return false;
	out->extensions = extensions.whole;
	out->subject_alt_name = extensions.subject_alt_name;
	out->extended_key_usage = extensions.extended_key_usage;
	out->key_usage = extensions.key_usage;
	out->has_key_usage = extensions.has_key_usage;
	return true;
}

static const struct {
	enum oid type;
	bool (*read)(struct der *values, struct csr *out);
} readers[] = {
	{OID_CHALLENGE_PASSWORD, read_challenge},
	{OID_EXTENSION_REQUEST, read_extension_request},
	{OID_MICROSOFT_EXTENSION_REQUEST, read_extension_request},
};

/* Attribute, RFC 2986 4.1; those that we read are single-valued. */
static bool
take_attribute(struct der *attributes, struct csr *out)
{
	struct der inside, values;
	struct bytes type;

	if (!der_enter(attributes, DER_SEQUENCE, &inside) || !der_take_oid(&inside, &type) ||
		!der_enter(&inside, DER_SET, &values) || !der_finish(&inside))
		return false;
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		if (bytes_equal(type, oid_bytes(readers[i].type)))
			return readers[i].read(&values, out) && der_finish(&values);
	return true;
}

/* attributes [0] is not optional, but some leave it out when it would be empty. */
static bool
take_attributes(struct der *info, struct csr *out)
{
	struct der attributes;

	if (der_empty(info))
		return true;
	if (!der_enter(info, DER_CONTEXT(0), &attributes) || !der_finish(info))
		return false;
	while (!der_empty(&attributes))
		if (!take_attribute(&attributes, out))
			return false;
	return true;
}

/* CertificationRequestInfo, RFC 2986 4.1. */
static bool
read_info(struct csr *out, struct der *info)
{
	struct der_element spki;
	uint32_t version;

	if (!der_take_small(info, &version))
		return false;
	if (version != 0)
		return der_refuse(info, "version 0 (v1)", "%u", version);
	if (!name_take(info, &out->subject) || !der_take(info, DER_SEQUENCE, &spki))
		return false;
	out->spki = spki.whole;
	return take_attributes(info, out);
}

int
csr_read(struct csr *out, struct bytes der, struct diag *diag)
{
	struct x509_signed whole;
	struct der info;

	*out = (struct csr){0};
	buffer_append(&out->der, der);
	if (!x509_signed_read(&whole, &info, buffer_bytes(&out->der), OBJECT, diag) ||
		!read_info(out, &info)) {
		csr_done(out);
		return REFUSED;
	}
	out->info = whole.content;
	out->signature = whole.signature;
	out->signature_oid = whole.algorithm.oid;
	return DONE;
}

int
csr_verify(const struct csr *csr, EVP_PKEY *key, struct diag *diag)
{
	return x509_signed_verify(OBJECT, csr->info, csr->signature_oid, csr->signature, key, diag);
}

void
csr_done(struct csr *csr)
{
	buffer_done_secret(&csr->der);
	buffer_done_secret(&csr->challenge);
	*csr = (struct csr){0};
}

/* Opens an Attribute and its set of values. */
static void
begin_attribute(struct buffer *out, enum oid type, size_t marks[2])
{
	marks[0] = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, oid_bytes(type));
	marks[1] = der_begin(out, DER_SET);
}

static void
end_attribute(struct buffer *out, const size_t marks[2])
{
	der_end(out, marks[1]);
	der_end(out, marks[0]);
}

static int
put_challenge(struct buffer *out, const struct csr_plan *plan, struct diag *diag)
{
	struct bytes text = bytes_text(plan->challenge);
	uint8_t tag = plan->challenge_tag ? plan->challenge_tag : directory_string_tag(text);
	size_t marks[2];
	char name[16];

	begin_attribute(out, OID_CHALLENGE_PASSWORD, marks);
	if (!directory_string_put(out, tag, text))
		return diag_break(diag, "challengePassword", "a %s cannot hold this text",
			der_tag_name(name, tag));
	end_attribute(out, marks);
	return DONE;
}

static void
put_extension_request(struct buffer *out, const struct csr_plan *plan)
{
	BUFFER_CLEANUP struct buffer extensions = {0};
	size_t marks[2];

	if (plan->key_usage)
		extension_put_key_usage(&extensions, plan->key_usage);
	if (plan->purpose_count > 0)
		extension_put_purposes(&extensions, plan->purposes, plan->purpose_count);
	if (plan->subject_alt_name.size > 0)
		extension_put(&extensions, OID_SUBJECT_ALT_NAME, false, plan->subject_alt_name);
	if (extensions.size == 0)
		return;
	begin_attribute(out, OID_EXTENSION_REQUEST, marks);
	der_put(out, DER_SEQUENCE | DER_CONSTRUCTED, buffer_bytes(&extensions));
	end_attribute(out, marks);
}

int
csr_plan_sign(struct buffer *out, const struct csr_plan *plan, EVP_PKEY *key, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer info = {0};
	size_t mark = der_begin(&info, DER_SEQUENCE), attributes;

	der_put_small(&info, 0);
	buffer_append(&info, plan->subject);
	if (key_write_public(&info, key, diag) != DONE)
		return BROKEN;
	attributes = der_begin(&info, DER_CONTEXT(0));
	if (plan->challenge && put_challenge(&info, plan, diag) != DONE)
		return BROKEN;
	put_extension_request(&info, plan);
	der_end_set_of(&info, attributes);
	der_end(&info, mark);
	return x509_signed_write(out, buffer_bytes(&info), key, plan->digest, false, diag);
}
