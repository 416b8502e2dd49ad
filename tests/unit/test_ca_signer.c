/* Who may renew: every kind of signer with both message types. */
#include <string.h>

#include "ca_support.h"
#include "common/name_parse.h"
#include "tests/run_suite.h"

#define NOW  CA_SUPPORT_NOW
#define DAY  INT64_C(86400)
#define YEAR (365 * DAY)

enum kind {
	ISSUED,        /* by this CA, on record */
	NOT_ON_RECORD, /* by this CA, perhaps in an earlier run */
	BY_ROOT,       /* by the root above it, perhaps under another hierarchy */
	REVOKED,
	REVOKED_REWRITTEN, /* the same certificate with a longer length field */
	FOREIGN,           /* by a CA of another name and key */
	FORGED,            /* by another key under the name of this CA */
	CHANGED,           /* issued, and its signature damaged */
	SELF_SIGNED,
	CA_ITSELF,
};

/* Signs a certificate of the device for one of the hands that can do it. */
static void
sign(struct certificate *out, struct ca_support *support, struct bytes issuer, EVP_PKEY *issuer_key)
{
	BUFFER_CLEANUP struct buffer subject = {0}, spki = {0}, der = {0};
	struct diag diag = {0};
	struct certificate_plan plan = {
		.serial = {0x41, 1, 2, 3},
		.serial_size = 4,
		.digest = algorithm_digest_named("SHA-256"),
		.issuer = issuer,
		.not_before = NOW - DAY,
		.not_after = NOW + YEAR,
	};

	ASSERT_DONE(name_parse(&subject, "CN=device", &diag), &diag);
	ASSERT_DONE(key_write_public(&spki, support->device_key, &diag), &diag);
	plan.subject = buffer_bytes(&subject);
	plan.spki = buffer_bytes(&spki);
	if (issuer.size == 0)
		plan.issuer = plan.subject;
	ASSERT_DONE(certificate_plan_sign(&der, &plan, issuer_key, &diag), &diag);
	ASSERT_DONE(certificate_read(out, buffer_bytes(&der), &diag), &diag);
}

/* Writes the outer length with one octet more than DER allows: 30 82 xx xx as 30 83 00 xx xx. */
static void
rewrite_length(struct certificate *certificate)
{
	BUFFER_CLEANUP struct buffer der = {0};
	struct diag diag = {0};

	ck_assert_mem_eq(certificate->der.data, "\x30\x82", 2);
	buffer_append(&der, BYTES("\x30\x83\x00", 3));
	buffer_append(&der, BYTES(certificate->der.data + 2, certificate->der.size - 2));
	certificate_done(certificate);
	ASSERT_DONE(certificate_read(certificate, buffer_bytes(&der), &diag), &diag);
}

static void
damage_signature(struct certificate *certificate)
{
	BUFFER_CLEANUP struct buffer der = {0};
	struct diag diag = {0};

	buffer_append(&der, buffer_bytes(&certificate->der));
	der.data[der.size - 1] ^= 1;
	certificate_done(certificate);
	ASSERT_DONE(certificate_read(certificate, buffer_bytes(&der), &diag), &diag);
}

static void
make_signer(struct certificate *out, struct ca_support *support, enum kind kind)
{
	const struct authority *authority = support->condition.authority;
	const struct ca_message enrolment = {.transaction_id = "first"};
	BUFFER_CLEANUP struct buffer name = {0};
	struct diag diag = {0};

	switch (kind) {
	case ISSUED:
	case REVOKED:
	case REVOKED_REWRITTEN:
	case CHANGED:
		ca_support_issue(out, support, &enrolment);
		break;
	case NOT_ON_RECORD:
		sign(out, support, authority->issuing.subject,
			authority_ca_key(&authority->cas[0]));
		break;
	case BY_ROOT:
		sign(out, support, authority->root.subject, authority_ca_key(&authority->cas[1]));
		break;
	case FOREIGN:
		ASSERT_DONE(name_parse(&name, "CN=Another CA", &diag), &diag);
		sign(out, support, buffer_bytes(&name), support->other_key);
		break;
	case FORGED:
		sign(out, support, authority->issuing.subject, support->other_key);
		break;
	case SELF_SIGNED:
		sign(out, support, BYTES_NONE, support->device_key);
		break;
	case CA_ITSELF:
		certificate_copy(out, &authority->issuing);
		break;
	}
	if (kind == REVOKED || kind == REVOKED_REWRITTEN)
		ca_support_revoke(support, out);
	if (kind == REVOKED_REWRITTEN)
		rewrite_length(out);
	if (kind == CHANGED)
		damage_signature(out);
}

#define PKCS_REQ    SCEP_PKCS_REQ
#define RENEWAL_REQ SCEP_RENEWAL_REQ

static const struct {
	const char *name;
	enum kind signer;
	unsigned type;
	int64_t later;
	bool renewal;
	const char *reason; /* NULL: not refused */
} signers[] = {
	{"issued, 19", ISSUED, PKCS_REQ, 0, true, NULL},
	{"issued, 17", ISSUED, RENEWAL_REQ, 0, true, NULL},
	{"issued, in its last second", ISSUED, RENEWAL_REQ, YEAR, true, NULL},
	{"expired, 19", ISSUED, PKCS_REQ, YEAR + 1, false, "renewal-signer-expired"},
	{"expired, 17", ISSUED, RENEWAL_REQ, YEAR + 1, false, "renewal-signer-expired"},
	{"not yet valid, 19", ISSUED, PKCS_REQ, -601, false, "renewal-signer-expired"},
	{"not yet valid, 17", ISSUED, RENEWAL_REQ, -601, false, "renewal-signer-expired"},
	{"not on record, 19", NOT_ON_RECORD, PKCS_REQ, 0, true, NULL},
	{"not on record, 17", NOT_ON_RECORD, RENEWAL_REQ, 0, true, NULL},
	{"not on record and expired", NOT_ON_RECORD, PKCS_REQ, YEAR + 1, false,
		"renewal-signer-expired"},
	{"by the root, 17", BY_ROOT, RENEWAL_REQ, 0, true, NULL},
	{"revoked, 19", REVOKED, PKCS_REQ, 0, false, "renewal-signer-revoked"},
	{"revoked, 17", REVOKED, RENEWAL_REQ, 0, false, "renewal-signer-revoked"},
	{"revoked and rewritten, 19", REVOKED_REWRITTEN, PKCS_REQ, 0, false,
		"renewal-signer-revoked"},
	{"revoked and rewritten, 17", REVOKED_REWRITTEN, RENEWAL_REQ, 0, false,
		"renewal-signer-revoked"},
	{"foreign, 19", FOREIGN, PKCS_REQ, 0, false, NULL},
	{"foreign, 17", FOREIGN, RENEWAL_REQ, 0, false, "renewal-signer-foreign"},
	{"forged, 19", FORGED, PKCS_REQ, 0, false, NULL},
	{"forged, 17", FORGED, RENEWAL_REQ, 0, false, "renewal-signer-foreign"},
	{"changed, 19", CHANGED, PKCS_REQ, 0, false, NULL},
	{"changed, 17", CHANGED, RENEWAL_REQ, 0, false, "renewal-signer-foreign"},
	{"self-signed, 19", SELF_SIGNED, PKCS_REQ, 0, false, NULL},
	{"self-signed, 17", SELF_SIGNED, RENEWAL_REQ, 0, false, "renewal-signer-self-signed"},
	{"the CA itself, 19", CA_ITSELF, PKCS_REQ, 0, false, NULL},
	{"the CA itself, 17", CA_ITSELF, RENEWAL_REQ, 0, false, "renewal-signer-foreign"},
};

START_TEST(tells_renewals_from_the_rest)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate signer = {0};
	EXCHANGE_CLEANUP struct exchange *exchange = NULL;
	const char *name = signers[_i].name;

	ca_support_init(&support, CA_HIERARCHY_ISSUING);
	make_signer(&signer, &support, signers[_i].signer);
	exchange = ca_support_run(&support,
		&(struct ca_message){.type = signers[_i].type,
			.transaction_id = "second",
			.signer = &signer,
			.later = signers[_i].later});
	ck_assert_msg(exchange->message.renewal == signers[_i].renewal, "%s", name);
	if (!signers[_i].reason) {
		ck_assert_msg(exchange->disposition.status == SCEP_STATUS_SUCCESS, "%s", name);
		ck_assert_msg(
			exchange->diag.found[0] == '\0', "%s: %s", name, exchange->diag.found);
		return;
	}
	ck_assert_msg(exchange->disposition.status == SCEP_STATUS_FAILURE, "%s", name);
	ck_assert_str_eq(exchange->disposition.reason, signers[_i].reason);
	ck_assert_int_eq(exchange->disposition.fail_info, SCEP_FAIL_BAD_REQUEST);
	ck_assert_uint_eq(exchange->disposition.event, 31);
	ck_assert_msg(exchange->diag.found[0] != '\0', "%s", name);
	ck_assert_msg(exchange->issuance.certificate.size == 0, "%s", name);
}
END_TEST

static const struct {
	const char *name;
	enum kind signer;
	const char *subject;
	bool disable_match;
	const char *reason; /* NULL: issued */
} subjects[] = {
	{"the same", ISSUED, "CN=device", false, NULL},
	{"the same in other letters", ISSUED, "cn=Device", false, NULL},
	{"another", ISSUED, "CN=other", false, "renewal-other-subject"},
	{"one more", ISSUED, "CN=device,O=Example", false, "renewal-other-subject"},
	{"another, with DisableRenewalSubjectNameMatch", ISSUED, "CN=other", true, NULL},
	{"another, in an initial request", SELF_SIGNED, "CN=other", false, NULL},
};

START_TEST(renewal_keeps_the_subject)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate signer = {0};
	EXCHANGE_CLEANUP struct exchange *exchange = NULL;
	char text[DIAG_TEXT_SIZE];

	ca_support_init(&support, CA_HIERARCHY_ISSUING);
	support.condition.settings.disable_renewal_subject_name_match = subjects[_i].disable_match;
	make_signer(&signer, &support, subjects[_i].signer);
	exchange = ca_support_run(&support,
		&(struct ca_message){.transaction_id = "second",
			.subject = subjects[_i].subject,
			.signer = &signer});
	if (!subjects[_i].reason) {
		ck_assert_msg(exchange->disposition.status == SCEP_STATUS_SUCCESS, "%s: %s",
			subjects[_i].name, diag_text(text, &exchange->diag));
		return;
	}
	ck_assert_msg(exchange->disposition.status == SCEP_STATUS_FAILURE, "%s", subjects[_i].name);
	ck_assert_str_eq(exchange->disposition.reason, subjects[_i].reason);
	ck_assert_str_eq(exchange->diag.wanted, "\"CN=device\"");
	ck_assert_uint_eq(exchange->issuance.certificate.size, 0);
}
END_TEST

/* Which event a refusal is: of a standalone CA, a renewal has one of its own. */
static const struct {
	const char *name;
	int ca_type;
	enum kind signer;
	unsigned event;
} refusals[] = {
	{"renewal, enterprise", CA_TYPE_ENTERPRISE, ISSUED, 31},
	{"renewal, standalone", CA_TYPE_STANDALONE, ISSUED, 28},
	{"initial request, enterprise", CA_TYPE_ENTERPRISE, SELF_SIGNED, 31},
	{"initial request, standalone", CA_TYPE_STANDALONE, SELF_SIGNED, 31},
};

START_TEST(refused_renewal_has_the_event_of_its_ca)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate signer = {0};
	EXCHANGE_CLEANUP struct exchange *exchange = NULL;

	ca_support_init(&support, CA_HIERARCHY_ISSUING);
	make_signer(&signer, &support, refusals[_i].signer);
	support.condition.settings.ca_type = refusals[_i].ca_type;
	support.condition.settings.ca_service = CA_SERVICE_STOPPED;
	exchange = ca_support_run(
		&support, &(struct ca_message){.transaction_id = "second", .signer = &signer});
	ck_assert_str_eq(exchange->disposition.reason, "ca-stopped");
	ck_assert_msg(exchange->disposition.event == refusals[_i].event, "%s", refusals[_i].name);
}
END_TEST

/* A RenewalReq whose signer is refused is no renewal, and fails as one. */
START_TEST(refused_signer_has_the_event_of_its_ca)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate signer = {0};
	EXCHANGE_CLEANUP struct exchange *exchange = NULL;

	ca_support_init(&support, CA_HIERARCHY_ISSUING);
	support.condition.settings.ca_type = CA_TYPE_STANDALONE;
	make_signer(&signer, &support, SELF_SIGNED);
	exchange = ca_support_run(&support,
		&(struct ca_message){
			.type = RENEWAL_REQ, .transaction_id = "second", .signer = &signer});
	ck_assert_str_eq(exchange->disposition.reason, "renewal-signer-self-signed");
	ck_assert_uint_eq(exchange->disposition.event, 28);
}
END_TEST

/* What a template would refuse or add, a standalone CA does not know of. */
START_TEST(standalone_ca_has_no_templates)
{
	static char nowhere[] = "Nowhere";
	CA_SUPPORT_CLEANUP struct ca_support support;
	EXCHANGE_CLEANUP struct exchange *exchange = NULL;
	char *before;

	ca_support_init(&support, CA_HIERARCHY_ISSUING);
	support.condition.settings.ca_type = CA_TYPE_STANDALONE;
	support.condition.settings.minimum_key_size = 2048;
	before = support.condition.settings.signature_template;
	support.condition.settings.signature_template = nowhere;
	exchange = ca_support_run(
		&support, &(struct ca_message){.key_usage = KEY_USAGE_DIGITAL_SIGNATURE});
	support.condition.settings.signature_template = before;
	ck_assert_int_eq(exchange->disposition.status, SCEP_STATUS_SUCCESS);
	ck_assert_uint_ne(exchange->issuance.certificate.size, 0);
	ck_assert_ptr_null(exchange->issuance.plan.template_name);
	ck_assert_uint_eq(exchange->issuance.plan.key_usage, KEY_USAGE_DIGITAL_SIGNATURE);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ca_signer");
	TCase *tcase = tcase_create("renewal");

	tcase_add_loop_test(tcase, tells_renewals_from_the_rest, 0, ROWS(signers));
	tcase_add_loop_test(tcase, renewal_keeps_the_subject, 0, ROWS(subjects));
	tcase_add_loop_test(tcase, refused_renewal_has_the_event_of_its_ca, 0, ROWS(refusals));
	tcase_add_test(tcase, refused_signer_has_the_event_of_its_ca);
	tcase_add_test(tcase, standalone_ca_has_no_templates);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
