/* The CRL before and after a revocation, judged by OpenSSL; and how long one is kept. */
#include <openssl/x509_vfy.h>
#include <pthread.h>
#include <string.h>

#include "ca_support.h"
#include "common/crl.h"
#include "server/ca_crl.h"
#include "server/ca_publication.h"
#include "server/store.h"
#include "tests/run_suite.h"

#define NOW  CA_SUPPORT_NOW
#define HOUR INT64_C(3600)
#define WEEK (168 * HOUR)

OSSL_CLEANUP(X509_CRL, X509_CRL)
OSSL_CLEANUP(ASN1_INTEGER, ASN1_INTEGER)

static void
get(struct buffer *out, const struct ca_support *support, size_t ca, int64_t now)
{
	struct diag diag = {0};

	buffer_clear(out);
	ASSERT_DONE(ca_crl(out, &support->site, &support->condition,
			    &support->condition.authority->cas[ca], now, &diag),
		&diag);
}

static const int hierarchies[] = {CA_HIERARCHY_ROOT, CA_HIERARCHY_ISSUING};

START_TEST(revocation_shows)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate revoked = {0}, good = {0};
	BUFFER_CLEANUP struct buffer crl = {0};
	const struct authority *authority;

	ca_support_init(&support, hierarchies[_i]);
	authority = support.condition.authority;
	ca_support_issue(&revoked, &support, &(struct ca_message){0});
	ca_support_issue(&good, &support, &(struct ca_message){.transaction_id = "t2"});
	get(&crl, &support, 0, NOW);
	ck_assert_int_eq(
		ca_support_verify(authority, buffer_bytes(&revoked.der), buffer_bytes(&crl), NOW),
		X509_V_OK);
	ca_support_revoke(&support, &revoked);
	get(&crl, &support, 0, NOW);
	ck_assert_int_eq(
		ca_support_verify(authority, buffer_bytes(&revoked.der), buffer_bytes(&crl), NOW),
		X509_V_ERR_CERT_REVOKED);
	ck_assert_int_eq(
		ca_support_verify(authority, buffer_bytes(&good.der), buffer_bytes(&crl), NOW),
		X509_V_OK);
	ck_assert_int_eq(ca_support_verify(authority, buffer_bytes(&good.der), buffer_bytes(&crl),
				 NOW + WEEK + WEEK / 10 + 1),
		X509_V_ERR_CRL_HAS_EXPIRED);
}
END_TEST

/* Returns the CRL number. */
static int64_t
number_of(const struct buffer *der)
{
	CLEANUP(X509_CRL) X509_CRL *crl;
	CLEANUP(ASN1_INTEGER) ASN1_INTEGER *number = NULL;
	int64_t value;

	SUPPORT_DECODE(&crl, d2i_X509_CRL, buffer_bytes(der));
	number = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
	ck_assert_ptr_nonnull(number);
	ck_assert(ASN1_INTEGER_get_int64(&value, number));
	return value;
}

static const struct {
	const char *name;
	int64_t later;
	bool revoke;
	bool same;
} requests[] = {
	{"at once", 0, false, true},
	{"in the last second of the period", WEEK - 1, false, true},
	{"when the next one is due", WEEK, false, false},
	{"before it was signed", -1, false, false},
	{"after a revocation", 0, true, false},
};

START_TEST(is_kept_while_it_is_right)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate certificate = {0};
	BUFFER_CLEANUP struct buffer first = {0}, second = {0}, third = {0};

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	ca_support_issue(&certificate, &support, &(struct ca_message){0});
	get(&first, &support, 0, NOW);
	if (requests[_i].revoke)
		ca_support_revoke(&support, &certificate);
	get(&second, &support, 0, NOW + requests[_i].later);
	ck_assert_msg(bytes_equal(buffer_bytes(&first), buffer_bytes(&second)) == requests[_i].same,
		"%s", requests[_i].name);
	if (!requests[_i].same)
		ck_assert_msg(number_of(&second) > number_of(&first), "%s", requests[_i].name);
	/* What was made is kept in its turn. */
	get(&third, &support, 0, NOW + requests[_i].later);
	ck_assert(bytes_equal(buffer_bytes(&second), buffer_bytes(&third)));
}
END_TEST

/* --- when asked ---------------------------------------------------------------------------- */

static void
publish(struct buffer *out, const struct ca_support *support, int64_t now)
{
	struct diag diag = {0};

	buffer_clear(out);
	ASSERT_DONE(ca_crl_publish(out, &support->site, &support->condition,
			    &support->condition.authority->cas[0], now, &diag),
		&diag);
}

START_TEST(is_made_anew_when_asked)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	BUFFER_CLEANUP struct buffer first = {0}, second = {0}, kept = {0};

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	get(&first, &support, 0, NOW);
	for (int64_t i = 1; i <= 3; i++) {
		publish(&second, &support, NOW);
		ck_assert_int_eq(number_of(&second), number_of(&first) + i);
		get(&kept, &support, 0, NOW);
		ck_assert(bytes_equal(buffer_bytes(&kept), buffer_bytes(&second)));
	}
}
END_TEST

/* A clock that is set back, and an authority that is made anew, as by a changed setting. */
START_TEST(numbers_never_go_back)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	BUFFER_CLEANUP struct buffer first = {0}, second = {0};
	struct condition *condition = &support.condition;
	struct authority *earlier;
	struct diag diag = {0};

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	publish(&first, &support, NOW);
	publish(&first, &support, NOW);
	earlier = condition->authority;
	ASSERT_DONE(authority_renew(&condition->authority, earlier, 0, &condition->settings,
			    CA_SUPPORT_URL, NOW, &diag),
		&diag);
	authority_free(earlier);
	get(&second, &support, 0, NOW - WEEK);
	ck_assert_int_eq(number_of(&second), number_of(&first) + 1);
}
END_TEST

START_TEST(lifts_a_hold_and_nothing_else)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate held = {0}, lost = {0};
	BUFFER_CLEANUP struct buffer der = {0};
	CRL_CLEANUP struct crl before = {0}, after = {0};
	struct store *store;
	struct diag diag = {0};

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	store = support.server.store;
	ca_support_issue(&held, &support, &(struct ca_message){0});
	ca_support_issue(&lost, &support, &(struct ca_message){.transaction_id = "t2"});
	ASSERT_DONE(store_certificate_revoke(store, "default", held.serial, NOW * 1000,
			    REVOKED_CERTIFICATE_HOLD, &diag),
		&diag);
	ca_support_revoke(&support, &lost);
	get(&der, &support, 0, NOW);
	ASSERT_DONE(crl_read(&before, buffer_bytes(&der), &diag), &diag);
	ck_assert(crl_lists(&before, held.serial) && crl_lists(&before, lost.serial));

	ASSERT_DONE(store_certificate_unrevoke(store, "default", held.serial, &diag), &diag);
	ASSERT_DONE(store_certificate_unrevoke(store, "default", held.serial, &diag), &diag);
	ck_assert_int_eq(store_certificate_unrevoke(store, "default", lost.serial, &diag), REFUSED);
	ck_assert_ptr_nonnull(strstr(diag.found, "revoked with reason 1"));
	ck_assert_int_eq(store_certificate_unrevoke(store, "other", held.serial, &diag), REFUSED);
	get(&der, &support, 0, NOW);
	ASSERT_DONE(crl_read(&after, buffer_bytes(&der), &diag), &diag);
	ck_assert(!crl_lists(&after, held.serial) && crl_lists(&after, lost.serial));
}
END_TEST

/* --- from many threads ------------------------------------------------------------------ */

#define THREADS 8

static void *
get_often(void *context)
{
	const struct ca_support *support = context;

	for (int64_t i = 0; i < 20; i++) {
		BUFFER_CLEANUP struct buffer crl = {0};

		get(&crl, support, 0, NOW + i * WEEK);
		ck_assert_int_ge(number_of(&crl), NOW);
	}
	return NULL;
}

START_TEST(may_be_asked_for_from_many_threads)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	BUFFER_CLEANUP struct buffer last = {0};
	pthread_t threads[THREADS];

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, get_often, &support), 0);
	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	get(&last, &support, 0, NOW + 20 * WEEK);
	ck_assert_int_ge(number_of(&last), NOW + 20 * WEEK);
}
END_TEST

/* --- the folder CertEnroll ---------------------------------------------------------------- */

static const struct {
	const char *name;
	const char *content_type; /* NULL: there is no such file */
	size_t ca;
} files[] = {
	{"mock-ndes TEST ONLY Issuing CA.crl", "application/pkix-crl", 0},
	{"MOCK-NDES test only issuing ca.CRL", "application/pkix-crl", 0},
	{"mock-ndes TEST ONLY Root CA.crl", "application/pkix-crl", 1},
	{"mock-ndes TEST ONLY Issuing CA.crt", "application/x-x509-ca-cert", 0},
	{"mock-ndes TEST ONLY Root CA.crt", "application/x-x509-ca-cert", 1},
	{"mock-ndes TEST ONLY Root CA", NULL, 0},
	{"mock-ndes TEST ONLY Root CA.crl.crl", NULL, 0},
	{"Root CA.crl", NULL, 0},
	{"", NULL, 0},
};

START_TEST(publishes_crls_and_certificates)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	BUFFER_CLEANUP struct buffer content = {0}, crl = {0};
	const char *content_type = NULL;
	const struct authority_ca *ca;
	struct diag diag = {0};
	int outcome;

	ca_support_init(&support, CA_HIERARCHY_ISSUING);
	ca = &support.condition.authority->cas[files[_i].ca];
	get(&crl, &support, files[_i].ca, NOW);
	outcome = ca_publication_read(&content, &content_type, &support.site, &support.condition,
		files[_i].name, NOW, &diag);
	if (!files[_i].content_type) {
		ck_assert_int_eq(outcome, REFUSED);
		ck_assert_uint_eq(content.size, 0);
		return;
	}
	ASSERT_DONE(outcome, &diag);
	ck_assert_str_eq(content_type, files[_i].content_type);
	ck_assert(bytes_equal(buffer_bytes(&content),
		strstr(content_type, "crl") ? buffer_bytes(&crl)
					    : buffer_bytes(&ca->certificate->der)));
}
END_TEST

/* The root's list covers the issuing CA, and does not hold what the issuing CA has revoked. */
START_TEST(root_has_a_list_of_its_own)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	CERTIFICATE_CLEANUP struct certificate revoked = {0};
	BUFFER_CLEANUP struct buffer crl = {0};
	const struct authority *authority;
	CRL_CLEANUP struct crl read = {0};
	struct diag diag = {0};

	ca_support_init(&support, CA_HIERARCHY_ISSUING);
	authority = support.condition.authority;
	ca_support_issue(&revoked, &support, &(struct ca_message){0});
	ca_support_revoke(&support, &revoked);
	get(&crl, &support, 1, NOW);
	ck_assert_int_eq(ca_support_verify(authority, buffer_bytes(&authority->issuing.der),
				 buffer_bytes(&crl), NOW),
		X509_V_OK);
	ASSERT_DONE(crl_read(&read, buffer_bytes(&crl), &diag), &diag);
	ck_assert(!crl_lists(&read, revoked.serial));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ca_crl");
	TCase *tcase = tcase_create("crl");

	tcase_add_loop_test(tcase, revocation_shows, 0, ROWS(hierarchies));
	tcase_add_loop_test(tcase, is_kept_while_it_is_right, 0, ROWS(requests));
	tcase_add_test(tcase, is_made_anew_when_asked);
	tcase_add_test(tcase, numbers_never_go_back);
	tcase_add_test(tcase, lifts_a_hold_and_nothing_else);
	tcase_add_test(tcase, may_be_asked_for_from_many_threads);
	tcase_add_loop_test(tcase, publishes_crls_and_certificates, 0, ROWS(files));
	tcase_add_test(tcase, root_has_a_list_of_its_own);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
