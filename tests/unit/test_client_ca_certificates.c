/* Who is who among the certificates of GetCACert, and what is held against them. */
#include <string.h>

#include "common/clock.h"
#include "tests/run_suite.h"
#include "tests/unit/client_support.h"
#include "tests/unit/x509_support.h"

static struct deployment ndes;
static struct ca_certificates authority;
static struct diag diag;

static void
set_up(void)
{
	deployment_init(&ndes);
}

static void
tear_down(void)
{
	ca_certificates_done(&authority);
	deployment_done(&ndes);
}

/* Reads an answer with these people. */
static int
read_people(const struct identity *const *people, size_t count)
{
	HTTP_REPLY_CLEANUP struct http_reply reply = {0};

	ca_certificates_done(&authority);
	support_ca_reply(&reply, people, count);
	return ca_certificates_read(&authority, &reply, &diag);
}

static bool
is(const struct certificate *found, const struct identity *wanted)
{
	return found &&
		bytes_equal(buffer_bytes(&found->der), buffer_bytes(&wanted->certificate.der));
}

/* Every order of the four says the same. */
START_TEST(finds_the_roles_in_any_order)
{
	const struct identity *all[] = {&ndes.signing, &ndes.encryption, &ndes.ca, &ndes.root};

	for (unsigned order = 0; order < 256; order++) {
		const struct identity *people[4];
		unsigned used = 0;

		for (unsigned i = 0; i < 4; i++) {
			people[i] = all[order >> 2 * i & 3];
			used |= 1u << (order >> 2 * i & 3);
		}
		if (used != 15)
			continue;
		ASSERT_DONE(read_people(people, 4), &diag);
		ck_assert_msg(is(authority.signing, &ndes.signing), "order %u", order);
		ck_assert_msg(is(authority.encryption, &ndes.encryption), "order %u", order);
		ck_assert_msg(is(authority.issuing_ca, &ndes.ca), "order %u", order);
		ASSERT_DONE(ca_certificates_check(&authority, support_now(), &diag), &diag);
	}
}
END_TEST

START_TEST(names_the_roles)
{
	static const char *const roles[] = {"RA signing", "RA encryption", "issuing CA", "CA"};

	support_authority(&authority, &ndes);
	for (size_t i = 0; i < authority.count; i++)
		ck_assert_str_eq(ca_certificates_role(&authority, &authority.list[i]), roles[i]);
}
END_TEST

START_TEST(does_without_an_ra)
{
	const struct identity *people[] = {&ndes.root, &ndes.ca};

	ASSERT_DONE(read_people(people, 2), &diag);
	ck_assert(is(authority.issuing_ca, &ndes.ca));
	ck_assert_ptr_eq(authority.signing, authority.issuing_ca);
	ck_assert_ptr_eq(authority.encryption, authority.issuing_ca);
	ASSERT_DONE(ca_certificates_check(&authority, support_now(), &diag), &diag);
}
END_TEST

START_TEST(lets_one_ra_do_both)
{
	IDENTITY_CLEANUP struct identity ra;
	const struct identity *people[] = {&ra, &ndes.ca};

	support_person(&ra, &(struct person_plan){.subject = "CN=RA", .issuer = &ndes.ca});
	ASSERT_DONE(read_people(people, 2), &diag);
	ck_assert(is(authority.signing, &ra) && is(authority.encryption, &ra));
	ck_assert_str_eq(ca_certificates_role(&authority, authority.signing), "RA");
}
END_TEST

/* A renewed CA has its name twice in the list; the signature decides. */
START_TEST(tells_namesakes_apart)
{
	IDENTITY_CLEANUP struct identity old_ca;
	const struct identity *people[] = {&old_ca, &ndes.signing, &ndes.encryption, &ndes.ca};

	support_person(&old_ca, &(struct person_plan){.subject = "CN=CA", .is_ca = true});
	ASSERT_DONE(read_people(people, 4), &diag);
	ck_assert(is(authority.issuing_ca, &ndes.ca));
}
END_TEST

START_TEST(takes_a_single_certificate)
{
	HTTP_REPLY_CLEANUP struct http_reply reply = {
		.status = 200, .content_type = "application/x-x509-ca-cert"};

	buffer_append(&reply.body, buffer_bytes(&ndes.root.certificate.der));
	ASSERT_DONE(ca_certificates_read(&authority, &reply, &diag), &diag);
	ck_assert(is(authority.issuing_ca, &ndes.root));
	ck_assert(is(authority.encryption, &ndes.root));
}
END_TEST

static const char *const wrong_types[] = {
	"", "text/html", "application/x-x509-ra-ca-certs", "application/x-pki-message"};

START_TEST(refuses_other_content_types)
{
	const struct identity *people[] = {&ndes.signing, &ndes.encryption, &ndes.ca};
	HTTP_REPLY_CLEANUP struct http_reply reply = {0};

	support_ca_reply(&reply, people, 3);
	strcpy(reply.content_type, wrong_types[_i]);
	ck_assert_int_eq(ca_certificates_read(&authority, &reply, &diag), REFUSED);
	ck_assert_msg(strstr(diag.found, "content type"), "%s", diag.found);
	strcpy(reply.content_type, "Application/X-x509-ca-ra-cert; charset=binary");
	ASSERT_DONE(ca_certificates_read(&authority, &reply, &diag), &diag);
}
END_TEST

START_TEST(refuses_a_list_without_a_ca)
{
	const struct identity *people[] = {&ndes.signing, &ndes.encryption};

	ck_assert_int_eq(read_people(people, 2), REFUSED);
	ck_assert_msg(strstr(diag.wanted, "CA certificate"), "%s", diag.wanted);
	ck_assert_int_eq(read_people(people, 0), REFUSED);
}
END_TEST

START_TEST(refuses_an_encryption_key_that_cannot)
{
	IDENTITY_CLEANUP struct identity ra;
	const struct identity *people[] = {&ra, &ndes.signing, &ndes.ca};

	support_person(&ra,
		&(struct person_plan){.subject = "CN=RA",
			.issuer = &ndes.ca,
			.key_usage = KEY_USAGE_KEY_ENCIPHERMENT,
			.curve = "P-256"});
	ck_assert_int_eq(read_people(people, 3), REFUSED);
	ck_assert_msg(strstr(diag.wanted, "RSA"), "%s", diag.wanted);
}
END_TEST

/* The RA certificates chain to a CA that was there before (ndes-behaviour 7, I9). */
START_TEST(refuses_an_ra_of_another_ca)
{
	IDENTITY_CLEANUP struct identity new_ca;
	const struct identity *people[] = {&ndes.signing, &ndes.encryption, &new_ca};

	support_person(&new_ca, &(struct person_plan){.subject = "CN=CA", .is_ca = true});
	ASSERT_DONE(read_people(people, 3), &diag);
	ck_assert_int_eq(ca_certificates_check(&authority, support_now(), &diag), REFUSED);
	ck_assert_msg(
		strstr(diag.found, "RA signing") && strstr(diag.found, "CN=CA"), "%s", diag.found);
}
END_TEST

static const struct {
	const char *name;
	uint32_t key_usage; /* of the RA certificate that is out of date */
	int64_t from, to;   /* days from now */
} out_of_date[] = {
	{"RA signing", KEY_USAGE_DIGITAL_SIGNATURE, -800, -1},
	{"RA encryption", KEY_USAGE_KEY_ENCIPHERMENT, -800, -1},
	{"RA encryption", KEY_USAGE_KEY_ENCIPHERMENT, 1, 800},
};

START_TEST(refuses_what_is_out_of_date)
{
	IDENTITY_CLEANUP struct identity ra;
	const struct identity *people[] = {&ra, &ndes.signing, &ndes.encryption, &ndes.ca};

	support_person(&ra,
		&(struct person_plan){.subject = "CN=RA",
			.issuer = &ndes.ca,
			.key_usage = out_of_date[_i].key_usage,
			.not_before = support_now() + out_of_date[_i].from * CLOCK_DAY_SECONDS,
			.not_after = support_now() + out_of_date[_i].to * CLOCK_DAY_SECONDS});
	ASSERT_DONE(read_people(people, 4), &diag);
	ck_assert_int_eq(ca_certificates_check(&authority, support_now(), &diag), REFUSED);
	ck_assert_msg(strstr(diag.found, out_of_date[_i].name), "%s", diag.found);
}
END_TEST

START_TEST(refuses_an_expired_root)
{
	IDENTITY_CLEANUP struct identity root, ca, ra;
	const struct identity *people[] = {&ra, &ca, &root};

	support_person(&root,
		&(struct person_plan){.subject = "CN=Old",
			.is_ca = true,
			.not_before = 1,
			.not_after = support_now() - 1});
	support_person(
		&ca, &(struct person_plan){.subject = "CN=CA", .issuer = &root, .is_ca = true});
	support_person(&ra, &(struct person_plan){.subject = "CN=RA", .issuer = &ca});
	ASSERT_DONE(read_people(people, 3), &diag);
	ck_assert_int_eq(ca_certificates_check(&authority, support_now(), &diag), REFUSED);
	ASSERT_DONE(ca_certificates_check(&authority, support_now() - 2, &diag), &diag);
}
END_TEST

static int
check_fingerprint_of(const struct identity *person, const char *digest, unsigned flipped)
{
	struct fingerprint fingerprint = {.digest = algorithm_digest_named(digest)};

	ASSERT_DONE(certificate_fingerprint(
			    fingerprint.bytes, &person->certificate, fingerprint.digest, &diag),
		&diag);
	fingerprint.bytes[3] ^= (uint8_t)flipped;
	return ca_certificates_check_fingerprint(&authority, &fingerprint, &diag);
}

START_TEST(compares_fingerprints)
{
	static const char *const digests[] = {"MD5", "SHA-1", "SHA-256"};

	support_authority(&authority, &ndes);
	for (size_t i = 0; i < ROWS(digests); i++) {
		ASSERT_DONE(check_fingerprint_of(&ndes.ca, digests[i], 0), &diag);
		ASSERT_DONE(check_fingerprint_of(&ndes.root, digests[i], 0), &diag);
		ck_assert_int_eq(check_fingerprint_of(&ndes.ca, digests[i], 1), REFUSED);
		ck_assert_msg(strstr(diag.found, digests[i]), "%s", diag.found);
		ck_assert_int_eq(check_fingerprint_of(&ndes.signing, digests[i], 0), REFUSED);
	}
}
END_TEST

START_TEST(follows_the_chain)
{
	const struct certificate *chain[CA_CHAIN_MAX];

	support_authority(&authority, &ndes);
	ck_assert_uint_eq(ca_certificates_chain(chain, &authority, &ndes.signing.certificate), 2);
	ck_assert(is(chain[0], &ndes.ca) && is(chain[1], &ndes.root));
	ck_assert_uint_eq(ca_certificates_chain(chain, &authority, authority.issuing_ca), 1);
	ck_assert(is(chain[0], &ndes.root));
	ck_assert_uint_eq(ca_certificates_chain(chain, &authority, chain[0]), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client ca_certificates");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_test(all, finds_the_roles_in_any_order);
	tcase_add_test(all, names_the_roles);
	tcase_add_test(all, does_without_an_ra);
	tcase_add_test(all, lets_one_ra_do_both);
	tcase_add_test(all, tells_namesakes_apart);
	tcase_add_test(all, takes_a_single_certificate);
	tcase_add_loop_test(all, refuses_other_content_types, 0, ROWS(wrong_types));
	tcase_add_test(all, refuses_a_list_without_a_ca);
	tcase_add_test(all, refuses_an_encryption_key_that_cannot);
	tcase_add_test(all, refuses_an_ra_of_another_ca);
	tcase_add_loop_test(all, refuses_what_is_out_of_date, 0, ROWS(out_of_date));
	tcase_add_test(all, refuses_an_expired_root);
	tcase_add_test(all, compares_fingerprints);
	tcase_add_test(all, follows_the_chain);
	return run_suite(suite);
}
