#include "common/cms.h"

#include "common/der_writer.h"
#include "common/name.h"

bool
cms_enter_content_info(struct der *der, enum oid type, struct der *inside)
{
	BUFFER_CLEANUP struct buffer found = {0};
	struct der content_info, before_type;
	struct bytes content_type;

	if (!der_enter(der, DER_SEQUENCE, &content_info) || !der_finish(der))
		return false;
	before_type = content_info;
	if (!der_take_oid(&content_info, &content_type))
		return false;
	if (!bytes_equal(content_type, oid_bytes(type))) {
		oid_describe(&found, content_type);
		return der_refuse(&before_type, oid_name(type), "a ContentInfo of type %s",
			buffer_text(&found));
	}
	return der_enter(&content_info, DER_CONTEXT(0), inside) && der_finish(&content_info);
}

bool
cms_take_issuer_and_serial(struct der *der, struct cms_identifier *out)
{
	struct der_element issuer;
	struct der inside;

	*out = (struct cms_identifier){0};
	if (!der_enter(der, DER_SEQUENCE, &inside) || !der_take(&inside, DER_SEQUENCE, &issuer))
		return false;
	out->issuer = issuer.whole;
	return der_take_serial(&inside, &out->serial) && der_finish(&inside);
}

bool
cms_take_identifier(struct der *der, struct cms_identifier *out)
{
	*out = (struct cms_identifier){0};
	if (der_next_is(der, DER_CONTEXT(0)))
		return der_take_octets(der, DER_CONTEXT(0), NULL, &out->key_identifier);
	return cms_take_issuer_and_serial(der, out);
}

bool
cms_identifies(const struct cms_identifier *identifier, const struct certificate *certificate)
{
	if (identifier->issuer.size > 0)
		return certificate_is(certificate, identifier->issuer, identifier->serial);
	return identifier->key_identifier.size > 0 &&
		bytes_equal(identifier->key_identifier, certificate->subject_key_identifier);
}

void
cms_describe_identifier(struct buffer *out, const struct cms_identifier *identifier)
{
	if (identifier->issuer.size > 0) {
		buffer_append_text(out, "issuer ");
		name_text(out, identifier->issuer);
		buffer_append_text(out, ", serial ");
		buffer_append_hex(out, identifier->serial);
	} else {
		buffer_append_text(out, "subjectKeyIdentifier ");
		buffer_append_hex(out, identifier->key_identifier);
	}
}

struct cms_mark
cms_begin_content_info(struct buffer *out, enum oid type)
{
	struct cms_mark mark;

	mark.content_info = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, oid_bytes(type));
	mark.content = der_begin(out, DER_CONTEXT(0));
	return mark;
}

void
cms_end_content_info(struct buffer *out, struct cms_mark mark)
{
	der_end(out, mark.content);
	der_end(out, mark.content_info);
}

void
cms_put_issuer_and_serial(struct buffer *out, struct bytes issuer, struct bytes serial)
{
	size_t mark = der_begin(out, DER_SEQUENCE);

	buffer_append(out, issuer);
	der_put_integer(out, serial);
	der_end(out, mark);
}
