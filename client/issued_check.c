#include "client/issued_check.h"

#include "common/alternative_name.h"
#include "common/clock.h"
#include "common/name.h"

static const char object[] = "issued certificate";

#define HOUR_SECONDS 3600

/* RFC 8894 3.3.2.1 does not say where it stands, and some clients take the first. */
static void
warn_of_place(struct report *report, size_t index, size_t count)
{
	if (index > 0)
		report_warn(report, "the issued certificate is number %zu of the %zu in the reply",
			index + 1, count);
}

static int
find(struct certificate *out, const struct signed_data *answer, struct bytes spki,
	struct report *report, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer subject = {0};

	for (size_t i = 0; i < answer->certificate_count; i++) {
		int result = certificate_read(out, answer->certificates[i], diag);

		if (result != DONE)
			return result;
		if (key_same(out->spki, spki)) {
			warn_of_place(report, i, answer->certificate_count);
			return DONE;
		}
		if (i == 0)
			name_text(&subject, out->subject);
		certificate_done(out);
	}
	if (answer->certificate_count == 0)
		return diag_refuse(
			diag, object, "RFC 8894 3.4", "the certificate", "none in the reply");
	return diag_refuse(diag, object, "RFC 8894 3.3.2.1", "one for our key",
		"%zu for other keys, the first for \"%s\"", answer->certificate_count,
		buffer_text(&subject));
}

static int
check_issuer(const struct certificate *issued, const struct issued_expectation *expected,
	struct diag *diag)
{
	const struct certificate *chain[CA_CHAIN_MAX];
	BUFFER_CLEANUP struct buffer issuer = {0}, ca = {0};

	if (ca_certificates_chain(chain, expected->authority, issued) > 0)
		return DONE;
	name_text(&issuer, issued->issuer);
	name_text(&ca, expected->authority->issuing_ca->subject);
	return diag_refuse(diag, object, "RFC 5280 6.1, signature",
		"a CA of GetCACert as its issuer",
		"issuer \"%s\", and no CA of GetCACert (issuing CA \"%s\") made its signature",
		buffer_text(&issuer), buffer_text(&ca));
}

static int
check_dates(const struct certificate *issued, int64_t now, struct diag *diag)
{
	char from[CLOCK_TEXT_SIZE], to[CLOCK_TEXT_SIZE], today[CLOCK_TEXT_SIZE];

	if (now >= issued->not_before && now <= issued->not_after)
		return DONE;
	return diag_refuse(diag, object, "RFC 5280 4.1.2.5, validity",
		clock_text(today, now * 1000), "valid %s to %s",
		clock_text(from, issued->not_before * 1000),
		clock_text(to, issued->not_after * 1000));
}

/* RFC 5280 4.1.2.2: a CA gives each certificate a serial number of its own. */
static int
check_serial(const struct certificate *issued, const struct certificate *renewed, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer serial = {0};

	if (!renewed || !name_equal(issued->issuer, renewed->issuer) ||
		!bytes_equal(issued->serial, renewed->serial))
		return DONE;
	buffer_append_hex(&serial, issued->serial);
	return diag_refuse(diag, object, "RFC 5280 4.1.2.2, serialNumber", "one of its own",
		"%s, which the renewed certificate has", buffer_text(&serial));
}

static void
warn_of_end(const struct certificate *issued, int64_t now, struct report *report)
{
	if (issued->not_after - now < HOUR_SECONDS)
		report_warn(report, "the issued certificate expires in %lld s",
			(long long)(issued->not_after - now));
}

static bool
is_known_ca(const struct ca_certificates *authority, struct bytes der)
{
	for (size_t i = 0; i < authority->count; i++)
		if (authority->list[i].is_ca &&
			bytes_equal(buffer_bytes(&authority->list[i].der), der))
			return true;
	return false;
}

/* What stands beside the issued certificate is to be its chain (RFC 8894 3.3.2.1). */
static void
warn_of_strangers(const struct certificate *issued, const struct signed_data *answer,
	const struct ca_certificates *authority, struct report *report)
{
	for (size_t i = 0; i < answer->certificate_count; i++) {
		CERTIFICATE_CLEANUP struct certificate other = {0};
		BUFFER_CLEANUP struct buffer subject = {0};

		if (bytes_equal(answer->certificates[i], buffer_bytes(&issued->der)) ||
			is_known_ca(authority, answer->certificates[i]))
			continue;
		if (certificate_read(&other, answer->certificates[i], NULL) == DONE)
			name_text(&subject, other.subject);
		report_warn(report, "the reply holds \"%s\" too, which is no CA of GetCACert",
			buffer_text(&subject));
	}
}

static void
warn_of_sha1(const struct certificate *issued, struct report *report)
{
	enum oid algorithm = oid_find(issued->signature_oid);

	if (algorithm == OID_SHA1_WITH_RSA || algorithm == OID_ECDSA_WITH_SHA1)
		report_warn(report,
			"the issued certificate is signed with SHA-1, which is not trusted any "
			"more");
}

static void
warn_of_subject(const struct certificate *issued, const struct issued_expectation *expected,
	struct report *report)
{
	BUFFER_CLEANUP struct buffer wanted = {0}, found = {0};

	if (name_equal(issued->subject, expected->subject))
		return;
	name_text(&wanted, expected->subject);
	name_text(&found, issued->subject);
	report_warn(report, "the CA changed the subject: \"%s\" was asked for, \"%s\" was issued",
		buffer_text(&wanted), buffer_text(&found));
}

static void
warn_of_names(const struct certificate *issued, const struct issued_expectation *expected,
	struct report *report)
{
	BUFFER_CLEANUP struct buffer wanted = {0}, found = {0};

	if (bytes_equal(issued->subject_alt_name, expected->subject_alt_name))
		return;
	if (expected->subject_alt_name.size)
		alternative_name_text(&wanted, expected->subject_alt_name, NULL);
	if (issued->subject_alt_name.size)
		alternative_name_text(&found, issued->subject_alt_name, NULL);
	report_warn(report,
		"the CA changed the alternative names: \"%s\" were asked for, \"%s\" were issued",
		buffer_text(&wanted), buffer_text(&found));
}

static void
warn_of_usage(const struct certificate *issued, const struct issued_expectation *expected,
	struct report *report)
{
	if (issued->has_key_usage &&
		(issued->key_usage & expected->key_usage) != expected->key_usage)
		report_warn(report,
			"the CA changed the key usage: the bits 0x%02x were asked for, 0x%02x were "
			"issued",
			expected->key_usage, issued->key_usage);
	if (issued->is_ca)
		report_warn(report, "the issued certificate is that of a CA");
}

int
issued_check(struct certificate *out, const struct signed_data *answer,
	const struct issued_expectation *expected, struct report *report, struct diag *diag)
{
	int result = find(out, answer, expected->spki, report, diag);

	if (result == DONE)
		result = check_issuer(out, expected, diag);
	if (result == DONE)
		result = check_dates(out, expected->now, diag);
	if (result == DONE)
		result = check_serial(out, expected->renewed, diag);
	if (result != DONE)
		return result;
	warn_of_end(out, expected->now, report);
	warn_of_strangers(out, answer, expected->authority, report);
	warn_of_sha1(out, report);
	warn_of_subject(out, expected, report);
	warn_of_names(out, expected, report);
	warn_of_usage(out, expected, report);
	return DONE;
}
