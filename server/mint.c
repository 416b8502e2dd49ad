#include "server/mint.h"

#include <string.h>

#include "common/clock.h"
#include "common/name_parse.h"
#include "server/certificate_template.h"

#define ALWAYS_BEGIN INT64_C(1577836800) /* 2020-01-01 00:00:00 UTC */
#define ALWAYS_END   INT64_C(2524607999) /* 2049-12-31 23:59:59 UTC */

/* AD CS's own: 0x86. */
#define CA_KEY_USAGE (KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_CERT_SIGN | KEY_USAGE_CRL_SIGN)

static const struct {
	const char *common_name;   /* NULL: given by the caller */
	const char *template_name; /* gives purposes and key usage; NULL: none */
	uint32_t key_usage;
	bool is_ca;
	int years;           /* 0: always valid */
	uint32_t request_id; /* under which the issuer would have it on record */
} roles[PKI_ROLE_COUNT] = {
	[PKI_ROOT] = {"mock-ndes TEST ONLY Root CA", NULL, CA_KEY_USAGE, true, 0, 0},
	[PKI_ISSUING] = {"mock-ndes TEST ONLY Issuing CA", NULL, CA_KEY_USAGE, true, 5, 2},
	[PKI_RA_SIGNING] = {NULL, "EnrollmentAgentOffline", 0, false, 2, 2},
	[PKI_RA_ENCRYPTION] = {NULL, "CEPEncryption", 0, false, 2, 3},
	[PKI_NEXT_CA] = {NULL, NULL, CA_KEY_USAGE, true, 20, 4},
	[PKI_CHALLENGE_SIGNING] = {"mock-ndes TEST ONLY Intune Service", NULL,
		KEY_USAGE_DIGITAL_SIGNATURE, false, 0, 0},
	[PKI_CHALLENGE_ENCRYPTION] = {"mock-ndes TEST ONLY Policy Module", NULL,
		KEY_USAGE_KEY_ENCIPHERMENT, false, 0, 0},
};

int
mint_subject(struct buffer *out, enum pki_role role, const char *suffix, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer text = {0};

	buffer_append_format(&text, "O=mock-ndes TEST ONLY,CN=%s%s%s", roles[role].common_name,
		suffix ? " " : "", suffix ? suffix : "");
	return name_parse(out, buffer_text(&text), diag);
}

size_t
mint_serial(uint8_t out[CERTIFICATE_SERIAL_MAX], const struct certificate *issuer,
	uint32_t request_id, const uint8_t middle[8])
{
	struct bytes identifier = issuer->subject_key_identifier;
	uint8_t number[4] = {(uint8_t)(request_id >> 24), (uint8_t)(request_id >> 16),
		(uint8_t)(request_id >> 8), (uint8_t)request_id};

	/* Positive and without a leading zero, as in all samples. */
	out[0] = 0x40 | (identifier.size ? identifier.data[0] & 0x3f : 0);
	memcpy(out + 1, number, sizeof(number));
	memcpy(out + 5, middle, 8);
	memset(out + 13, 0, 2);
	memcpy(out + 15, number, sizeof(number));
	return 19;
}

/* Draws the serial from everything else that stands in the certificate. */
static int
set_serial(struct certificate_plan *plan, const struct certificate *issuer, uint32_t request_id,
	unsigned edition, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer content = {0};
	uint8_t digest[EVP_MAX_MD_SIZE];

	buffer_append(&content, plan->issuer);
	buffer_append(&content, plan->subject);
	buffer_append(&content, plan->spki);
	buffer_append_format(&content, "%lld %lld %s %s %s", (long long)plan->not_before,
		(long long)plan->not_after, plan->template_name ? plan->template_name : "",
		plan->crl_url ? plan->crl_url : "", plan->issuer_url ? plan->issuer_url : "");
	if (edition)
		buffer_append_format(&content, " %u", edition);
	if (algorithm_digest_bytes(digest, plan->digest, buffer_bytes(&content), diag) != DONE)
		return BROKEN;
	if (issuer) {
		plan->serial_size = mint_serial(plan->serial, issuer, request_id, digest);
		return DONE;
	}
	/* A root's serial is 16 random octets. */
	plan->serial_size = 16;
	memcpy(plan->serial, digest, plan->serial_size);
	plan->serial[0] = 0x40 | (digest[0] & 0x3f);
	return DONE;
}

static void
set_validity(
	struct certificate_plan *plan, const struct certificate *issuer, int years, int64_t now)
{
	struct tm begin = clock_split(now - CLOCK_DAY_SECONDS);
	struct tm end;

	plan->not_before = ALWAYS_BEGIN;
	plan->not_after = ALWAYS_END;
	if (years == 0)
		return;
	begin.tm_mday = 1;
	begin.tm_hour = begin.tm_min = begin.tm_sec = 0;
	end = begin;
	end.tm_year += years;
	plan->not_before = clock_join(begin);
	plan->not_after = clock_join(end);
	if (!issuer)
		return;
	/* What ended before that certificate of the CA began is of an earlier one. */
	if (plan->not_before < issuer->not_before && plan->not_after > issuer->not_before)
		plan->not_before = issuer->not_before;
	if (plan->not_after > issuer->not_after)
		plan->not_after = issuer->not_after;
}

int
mint_certificate(struct certificate *out, enum pki_role role, struct bytes subject, EVP_PKEY *key,
	const struct mint_issuer *issuer, int64_t now, struct diag *diag)
{
	const struct certificate *above = issuer->certificate;
	BUFFER_CLEANUP struct buffer spki = {0}, der = {0};
	const struct certificate_template *template;
	struct certificate_plan plan = {
		.digest = issuer->digest ? issuer->digest : algorithm_digest_named("SHA-256"),
		.pss = issuer->pss,
		.issuer = above ? above->subject : subject,
		.subject = subject,
		.key_usage = roles[role].key_usage,
		.is_ca = roles[role].is_ca,
		.subject_key_identifier = true,
		.authority_key_identifier = above ? above->subject_key_identifier : BYTES_NONE,
		.crl_url = issuer->crl_url,
		.issuer_url = issuer->issuer_url,
	};

	if (key_write_public(&spki, key, diag) != DONE)
		return BROKEN;
	plan.spki = buffer_bytes(&spki);
	set_validity(&plan, above, roles[role].years, now);
	if (roles[role].template_name) {
		if (certificate_template_find(&template, roles[role].template_name, diag) != DONE)
			return BROKEN;
		certificate_template_apply(&plan, template, 0);
	}
	if (set_serial(&plan, above, roles[role].request_id, issuer->edition, diag) != DONE ||
		certificate_plan_sign(&der, &plan, issuer->key, diag) != DONE)
		return BROKEN;
	return certificate_read(out, buffer_bytes(&der), diag) == DONE ? DONE : BROKEN;
}
