#include "client/issued_check.h"

#include "common/alternative_name.h"
#include "common/clock.h"
#include "common/name.h"

static const char object[] = "issued certificate";

static int
find(struct certificate *out, const struct signed_data *answer, struct bytes spki,
	struct diag *diag)
{
	BUFFER_CLEANUP struct buffer subject = {0};

	for (size_t i = 0; i < answer->certificate_count; i++) {
		int result = certificate_read(out, answer->certificates[i], diag);

		if (result != DONE)
			return result;
		if (key_same(out->spki, spki))
			return DONE;
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
	int result = find(out, answer, expected->spki, diag);

	if (result == DONE)
		result = check_issuer(out, expected, diag);
	if (result == DONE)
		result = check_dates(out, expected->now, diag);
	if (result != DONE)
		return result;
	warn_of_subject(out, expected, report);
	warn_of_names(out, expected, report);
	warn_of_usage(out, expected, report);
	return DONE;
}
