/* GetCert and GetCRL: what issuer and serial find. */
#include <string.h>

#include "ca_support.h"
#include "common/crl.h"
#include "common/name_parse.h"
#include "server/ra_certificates.h"
#include "tests/run_suite.h"

/* Which certificate a lookup names, and with what change. */
enum named {
	ISSUED,
	REVOKED,
	RA_SIGNING,
	ISSUING_CA,
	ROOT,
	OTHER_SERIAL, /* the issued one's issuer, a serial that was never given */
	OTHER_ISSUER, /* the issued one's serial, the root's name */
	NO_CA_OF_OURS,
};

static const struct {
	const char *name;
	enum named named;
	bool found;
} lookups[] = {
	{"issued", ISSUED, true},
	{"revoked", REVOKED, true},
	{"RA", RA_SIGNING, true},
	{"issuing CA", ISSUING_CA, true},
	{"root", ROOT, true},
	{"other serial", OTHER_SERIAL, false},
	{"other issuer", OTHER_ISSUER, false},
	{"no CA of ours", NO_CA_OF_OURS, false},
};

/* Gives the certificate that is named; in `wrong_name`, a name to mislead with. */
static void
choose(struct certificate *out, struct ca_support *support, struct buffer *wrong_name,
	enum named named)
{
	const struct authority *authority = support->condition.authority;
	struct diag diag = {0};

	if (named == RA_SIGNING)
		certificate_copy(out, ra_certificates_signing(authority));
	else if (named == ISSUING_CA)
		certificate_copy(out, &authority->issuing);
	else if (named == ROOT)
		certificate_copy(out, &authority->root);
	else
		ca_support_issue(out, support, &(struct ca_message){0});
	if (named == REVOKED)
		ca_support_revoke(support, out);
	if (named == OTHER_SERIAL)
		out->der.data[out->serial.data - out->der.data + 6] ^= 1;
	if (named == OTHER_ISSUER)
		out->issuer = authority->root.subject;
	if (named == NO_CA_OF_OURS) {
		ASSERT_DONE(name_parse(wrong_name, "CN=Another CA", &diag), &diag);
		out->issuer = buffer_bytes(wrong_name);
	}
}

static void
assert_not_found(const struct exchange *exchange)
{
	ck_assert_int_eq(exchange->disposition.status, SCEP_STATUS_FAILURE);
	ck_assert_int_eq(exchange->disposition.fail_info, SCEP_FAIL_BAD_CERT_ID);
	ck_assert_str_eq(exchange->disposition.reason, "certificate-unknown");
	ck_assert_uint_gt(strlen(exchange->diag.found), 0);
	ck_assert_uint_eq(exchange->issuance.certificate.size, 0);
	ck_assert_uint_eq(exchange->issuance.crl.size, 0);
}

START_TEST(finds_certificates)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate named = {0};
	BUFFER_CLEANUP struct buffer wrong_name = {0};
	EXCHANGE_CLEANUP struct exchange *exchange = NULL;

	ca_support_init(&support, CA_HIERARCHY_ISSUING);
	choose(&named, &support, &wrong_name, lookups[_i].named);
	exchange = ca_support_run(
		&support, &(struct ca_message){.type = SCEP_GET_CERT, .named = &named});
	if (lookups[_i].found) {
		ck_assert_int_eq(exchange->disposition.status, SCEP_STATUS_SUCCESS);
		ck_assert_msg(bytes_equal(buffer_bytes(&exchange->issuance.certificate),
				      buffer_bytes(&named.der)),
			"%s", lookups[_i].name);
		/* Only what is on record was requested. */
		ck_assert_int_eq(exchange->issuance.request_id > 0,
			lookups[_i].named == ISSUED || lookups[_i].named == REVOKED);
	} else {
		assert_not_found(exchange);
	}
}
END_TEST

START_TEST(gives_the_crl_for_what_it_knows)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate named = {0};
	BUFFER_CLEANUP struct buffer wrong_name = {0};
	EXCHANGE_CLEANUP struct exchange *exchange = NULL;
	CRL_CLEANUP struct crl crl = {0};
	struct diag diag = {0};

	ca_support_init(&support, CA_HIERARCHY_ISSUING);
	choose(&named, &support, &wrong_name, lookups[_i].named);
	exchange = ca_support_run(
		&support, &(struct ca_message){.type = SCEP_GET_CRL, .named = &named});
	if (!lookups[_i].found) {
		assert_not_found(exchange);
		return;
	}
	ck_assert_int_eq(exchange->disposition.status, SCEP_STATUS_SUCCESS);
	ck_assert_uint_eq(exchange->issuance.certificate.size, 0);
	ASSERT_DONE(crl_read(&crl, buffer_bytes(&exchange->issuance.crl), &diag), &diag);
	ASSERT_DONE(
		crl_verify(&crl, authority_issuer_key(support.condition.authority), &diag), &diag);
	ck_assert_msg(crl_lists(&crl, named.serial) == (lookups[_i].named == REVOKED), "%s",
		lookups[_i].name);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ca_lookup");
	TCase *tcase = tcase_create("lookup");

	tcase_add_loop_test(tcase, finds_certificates, 0, ROWS(lookups));
	tcase_add_loop_test(tcase, gives_the_crl_for_what_it_knows, 0, ROWS(lookups));
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
