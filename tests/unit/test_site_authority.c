/* Rollover and renewal: what changes, what stays, and that no CA changes with the calendar. */
#include <check.h>
#include <openssl/x509_vfy.h>

#include "ca_support.h"
#include "server/ra_certificates.h"
#include "server/site_authority.h"
#include "server/site_verb.h"
#include "tests/run_suite.h"

#define YEAR (366 * INT64_C(86400))

static struct site *
new_site(struct ca_support *support, int hierarchy)
{
	SETTINGS_CLEANUP struct settings settings = {0};
	struct site_plan plan = {
		.name = "default", .base_url = CA_SUPPORT_URL, .settings = &settings};
	struct diag diag = {0};
	struct site *site;

	ca_support_init(support, hierarchy);
	settings_init(&settings);
	settings.ca_hierarchy = hierarchy;
	ASSERT_DONE(site_new(&site, &support->server, &plan, &diag), &diag);
	return site;
}

static bool
same(const struct certificate *one, const struct certificate *other)
{
	return bytes_equal(buffer_bytes(&one->der), buffer_bytes(&other->der));
}

static const int hierarchies[] = {CA_HIERARCHY_ROOT, CA_HIERARCHY_ISSUING};

/* However long it takes from the offer to the day, the CA that takes over is the one that was offered. */
START_TEST(switches_to_what_was_offered)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	struct site *site = new_site(&support, hierarchies[_i]);
	struct condition *before = site_hold_condition(site), *offered;
	struct diag diag = {0};

	ASSERT_DONE(site_authority_offer_next(site, &diag), &diag);
	offered = site_hold_condition(site);
	ck_assert(same(authority_issuer(offered->authority), authority_issuer(before->authority)));
	ck_assert_uint_gt(offered->authority->next_ca.der.size, 0);
	clock_advance(&support.server.clock, 100 * INT64_C(86400000));
	ASSERT_DONE(site_authority_switch(site, &diag), &diag);
	ck_assert(same(authority_issuer(site->condition->authority), &offered->authority->next_ca));
	ck_assert(same(site->condition->authority->previous.certificate,
		authority_issuer(before->authority)));
	ck_assert_int_eq(
		ca_support_verify(hierarchies[_i] == CA_HIERARCHY_ROOT ? site->condition->authority
								       : before->authority,
			buffer_bytes(&authority_issuer(site->condition->authority)->der),
			BYTES_NONE, clock_now(&support.server.clock)),
		X509_V_OK);
	ck_assert_int_eq(site_authority_switch(site, &diag), REFUSED);
	ck_assert_int_eq(site_authority_offer_next(site, &diag), REFUSED);
	condition_release(before);
	condition_release(offered);
	site_release(site);
}
END_TEST

static bool
is_valid_now(const struct site *site, const struct certificate *certificate)
{
	int64_t now = clock_now(&site->server->clock);

	return certificate->not_before <= now && now <= certificate->not_after;
}

/* By the setting, or by three years that pass. */
START_TEST(renews_ra_certificates_that_have_expired)
{
	bool by_time = _i % 2;
	CA_SUPPORT_CLEANUP struct ca_support support;
	struct site *site = new_site(&support, hierarchies[_i / 2]);
	struct condition *before = site_hold_condition(site);
	struct diag diag = {0};

	if (by_time)
		clock_advance(&support.server.clock, 3 * YEAR * 1000);
	else
		ASSERT_DONE(site_authority_expire_ra(site, &diag), &diag);
	ck_assert(!is_valid_now(site, ra_certificates_signing(site->condition->authority)));
	ASSERT_DONE(site_renew_ra_certificates(site, &diag), &diag);
	ck_assert(is_valid_now(site, ra_certificates_signing(site->condition->authority)));
	ck_assert(is_valid_now(site, ra_certificates_encryption(site->condition->authority)));
	ck_assert_int_eq(site->condition->settings.ra_certificates, RA_CERTIFICATES_VALID);
	ck_assert_int_eq(site->configured.ra_certificates, RA_CERTIFICATES_VALID);
	ck_assert(same(
		authority_issuer(site->condition->authority), authority_issuer(before->authority)));
	ck_assert_int_eq(
		ca_support_verify(site->condition->authority,
			buffer_bytes(&ra_certificates_signing(site->condition->authority)->der),
			BYTES_NONE, clock_now(&support.server.clock)),
		X509_V_OK);
	condition_release(before);
	site_release(site);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("site_authority");
	TCase *cases = tcase_create("site_authority");

	tcase_add_loop_test(cases, switches_to_what_was_offered, 0, ROWS(hierarchies));
	tcase_add_loop_test(
		cases, renews_ra_certificates_that_have_expired, 0, 2 * ROWS(hierarchies));
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
