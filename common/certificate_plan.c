#include "common/certificate_plan.h"

#include "common/alternative_name.h"
#include "common/der_time.h"
#include "common/der_writer.h"
#include "common/directory_string.h"
#include "common/x509_signed.h"

/* The name that AD CS writes for templates of version 1, as a BMPString. */
static int
put_template_name(struct buffer *out, const char *name, struct diag *diag)
{
	struct extension_mark mark = extension_begin(out, OID_CERTIFICATE_TEMPLATE_NAME, false);

	if (!directory_string_put(out, DER_BMP_STRING, bytes_text(name)))
		return diag_break(diag, "certificate", "the template name \"%s\" is no text", name);
	extension_end(out, mark);
	return DONE;
}

/* RFC 5280 4.2.1.9. */
static void
put_basic_constraints(struct buffer *out)
{
	struct extension_mark mark = extension_begin(out, OID_BASIC_CONSTRAINTS, true);
	size_t sequence = der_begin(out, DER_SEQUENCE);

	der_put_true(out);
	der_end(out, sequence);
	extension_end(out, mark);
}

static int
put_key_identifier(struct buffer *out, struct bytes spki, struct diag *diag)
{
	struct extension_mark mark = extension_begin(out, OID_SUBJECT_KEY_IDENTIFIER, false);
	uint8_t identifier[KEY_IDENTIFIER_SIZE];

	if (key_identifier(identifier, spki, diag) != DONE)
		return BROKEN;
	der_put_octets(out, BYTES(identifier, sizeof(identifier)));
	extension_end(out, mark);
	return DONE;
}

/* One DistributionPoint with a fullName, RFC 5280 4.2.1.13. */
static void
put_crl_url(struct buffer *out, const char *url)
{
	struct extension_mark mark = extension_begin(out, OID_CRL_DISTRIBUTION_POINTS, false);
	size_t points = der_begin(out, DER_SEQUENCE), point = der_begin(out, DER_SEQUENCE);
	size_t name = der_begin(out, DER_CONTEXT(0)), full_name = der_begin(out, DER_CONTEXT(0));

	der_put_text(out, GENERAL_NAME_URI, url);
	der_end(out, full_name);
	der_end(out, name);
	der_end(out, point);
	der_end(out, points);
	extension_end(out, mark);
}

/* One AccessDescription, RFC 5280 4.2.2.1. */
static void
put_issuer_url(struct buffer *out, const char *url)
{
	struct extension_mark mark = extension_begin(out, OID_AUTHORITY_INFO_ACCESS, false);
	size_t descriptions = der_begin(out, DER_SEQUENCE), one = der_begin(out, DER_SEQUENCE);

	der_put_oid(out, oid_bytes(OID_CA_ISSUERS));
	der_put_text(out, GENERAL_NAME_URI, url);
	der_end(out, one);
	der_end(out, descriptions);
	extension_end(out, mark);
}

static int
put_extensions(struct buffer *out, const struct certificate_plan *plan, struct diag *diag)
{
	if (plan->template_name && put_template_name(out, plan->template_name, diag) != DONE)
		return BROKEN;
	if (plan->purpose_count > 0)
		extension_put_purposes(out, plan->purposes, plan->purpose_count);
	if (plan->key_usage)
		extension_put_key_usage(out, plan->key_usage);
	if (plan->is_ca)
		put_basic_constraints(out);
	if (plan->subject_key_identifier && put_key_identifier(out, plan->spki, diag) != DONE)
		return BROKEN;
	if (plan->authority_key_identifier.size > 0)
		extension_put_authority(out, plan->authority_key_identifier);
	if (plan->subject_alt_name.size > 0)
		extension_put(out, OID_SUBJECT_ALT_NAME, plan->subject_alt_name_critical,
			plan->subject_alt_name);
	if (plan->crl_url)
		put_crl_url(out, plan->crl_url);
	if (plan->issuer_url)
		put_issuer_url(out, plan->issuer_url);
	buffer_append(out, plan->other_extensions);
	return DONE;
}

/* [0] EXPLICIT: v3, as AD CS writes whatever stands inside. */
static void
put_version(struct buffer *out)
{
	size_t mark = der_begin(out, DER_CONTEXT(0));

	der_put_small(out, 2);
	der_end(out, mark);
}

static void
put_validity(struct buffer *out, const struct certificate_plan *plan)
{
	size_t mark = der_begin(out, DER_SEQUENCE);

	der_put_time(out, plan->not_before);
	der_put_time(out, plan->not_after);
	der_end(out, mark);
}

static void
put_extension_list(struct buffer *out, struct bytes extensions)
{
	size_t mark = der_begin(out, DER_CONTEXT(3)), sequence = der_begin(out, DER_SEQUENCE);

	buffer_append(out, extensions);
	der_end(out, sequence);
	der_end(out, mark);
}

/* TBSCertificate, RFC 5280 4.1.2. */
int
certificate_plan_sign(struct buffer *out, const struct certificate_plan *plan, EVP_PKEY *issuer_key,
	struct diag *diag)
{
	BUFFER_CLEANUP struct buffer tbs = {0}, extensions = {0};
	size_t mark = der_begin(&tbs, DER_SEQUENCE);

	if (put_extensions(&extensions, plan, diag) != DONE)
		return BROKEN;
	put_version(&tbs);
	der_put_integer(&tbs, BYTES(plan->serial, plan->serial_size));
	x509_signed_put_algorithm(&tbs, issuer_key, plan->digest, plan->pss);
	buffer_append(&tbs, plan->issuer);
	put_validity(&tbs, plan);
	buffer_append(&tbs, plan->subject);
	buffer_append(&tbs, plan->spki);
	if (extensions.size > 0)
		put_extension_list(&tbs, buffer_bytes(&extensions));
	der_end(&tbs, mark);
	return x509_signed_write(
		out, buffer_bytes(&tbs), issuer_key, plan->digest, plan->pss, diag);
}
