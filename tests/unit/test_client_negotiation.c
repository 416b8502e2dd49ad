/* What is chosen for which words of GetCACaps, and for which wishes. */
#include "client/negotiation.h"
#include "common/scep.h"
#include "tests/run_suite.h"
#include "tests/unit/x509_support.h"

#define NDES_2019 "POSTPKIOperation\r\nRenewal\r\nSHA-512\r\nSHA-256\r\nSHA-1\r\nDES3"

static const struct {
	const char *capabilities; /* the body of GetCACaps */
	struct {
		enum method_wish method;
		const char *digest;
		const char *cipher;
	} wish;
	bool post;
	const char *digest;
	bool digest_is_fallback;
	const char *cipher;
	bool cipher_is_fallback;
} rows[] = {
	{"", {0}, false, "SHA-1", true, "DES-EDE3-CBC", true},
	{"<html>403</html>", {0}, false, "SHA-1", true, "DES-EDE3-CBC", true},
	{NDES_2019, {0}, true, "SHA-256", false, "DES-EDE3-CBC", false},
	{NDES_2019 "\r\nAES", {0}, true, "SHA-256", false, "AES-128-CBC", false},
	{"SCEPStandard", {0}, true, "SHA-256", false, "AES-128-CBC", false},
	{"scepstandard\n", {0}, true, "SHA-256", false, "AES-128-CBC", false},
	{"SHA-512\nDES3", {0}, false, "SHA-512", false, "DES-EDE3-CBC", false},
	{"SHA-1\nSHA-384\n", {0}, false, "SHA-384", false, "DES-EDE3-CBC", true},
	{"SHA-1\nAES", {0}, false, "SHA-1", false, "AES-128-CBC", false},
	{"POSTPKIOperation", {0}, true, "SHA-1", true, "DES-EDE3-CBC", true},
	{NDES_2019, {METHOD_GET}, false, "SHA-256", false, "DES-EDE3-CBC", false},
	{"", {METHOD_POST}, true, "SHA-1", true, "DES-EDE3-CBC", true},
	{NDES_2019, {.digest = "MD5"}, true, "MD5", false, "DES-EDE3-CBC", false},
	{NDES_2019, {.cipher = "DES"}, true, "SHA-256", false, "DES-CBC", false},
	{"", {.digest = "SHA-1", .cipher = "3DES"}, false, "SHA-1", false, "DES-EDE3-CBC", false},
	{"SCEPStandard", {.cipher = "AES-256"}, true, "SHA-256", false, "AES-256-CBC", false},
};

START_TEST(chooses_by_the_capabilities)
{
	const struct negotiation_wish wish = {
		.method = rows[_i].wish.method,
		.digest =
			rows[_i].wish.digest ? algorithm_digest_named(rows[_i].wish.digest) : NULL,
		.cipher =
			rows[_i].wish.cipher ? algorithm_cipher_named(rows[_i].wish.cipher) : NULL,
	};
	unsigned capabilities = scep_capabilities_read(bytes_text(rows[_i].capabilities));
	struct negotiation chosen = negotiation_choose(capabilities, &wish);

	ck_assert_msg(chosen.post == rows[_i].post, "row %d: %s", _i, chosen.post ? "POST" : "GET");
	ck_assert_msg(chosen.digest == algorithm_digest_named(rows[_i].digest), "row %d: %s", _i,
		chosen.digest->name);
	ck_assert_msg(chosen.cipher == algorithm_cipher_named(rows[_i].cipher), "row %d: %s", _i,
		chosen.cipher->name);
	ck_assert_msg(chosen.digest_is_fallback == rows[_i].digest_is_fallback, "row %d", _i);
	ck_assert_msg(chosen.cipher_is_fallback == rows[_i].cipher_is_fallback, "row %d", _i);
}
END_TEST

static const struct {
	const char *capabilities;
	unsigned type;
} renewals[] = {
	{NDES_2019, SCEP_PKCS_REQ},
	{"", SCEP_PKCS_REQ},
	{"SCEPStandard", SCEP_PKCS_REQ},
	{"Renewal", SCEP_PKCS_REQ},
	{"Renewal\nSCEPStandard", SCEP_RENEWAL_REQ},
};

START_TEST(renews_as_the_server_understands)
{
	unsigned capabilities = scep_capabilities_read(bytes_text(renewals[_i].capabilities));

	ck_assert_msg(negotiation_renewal_type(capabilities) == renewals[_i].type, "\"%s\"",
		renewals[_i].capabilities);
}
END_TEST

static const struct {
	const char *capabilities;
	const char *algorithm;
	bool announced;
} announcements[] = {
	{NDES_2019, "SHA-256", true},
	{NDES_2019, "SHA-384", false},
	{NDES_2019, "MD5", false},
	{NDES_2019, "DES-EDE3-CBC", true},
	{NDES_2019, "AES-128-CBC", false},
	{"AES", "AES-128-CBC", true},
	{"AES", "AES-192-CBC", false},
	{"SCEPStandard", "AES-128-CBC", true},
	{"SCEPStandard", "SHA-256", true},
	{"DES3", "DES-CBC", false},
	{"", "SHA-1", false},
};

START_TEST(tells_what_is_announced)
{
	unsigned capabilities = scep_capabilities_read(bytes_text(announcements[_i].capabilities));
	const char *name = announcements[_i].algorithm;
	const struct digest_algorithm *digest = algorithm_digest_named(name);
	bool announced = digest
		? negotiation_announces_digest(capabilities, digest)
		: negotiation_announces_cipher(capabilities, algorithm_cipher_named(name));

	ck_assert_msg(announced == announcements[_i].announced, "%s in \"%s\"", name,
		announcements[_i].capabilities);
}
END_TEST

/* Weak algorithms never come from the server's side. */
START_TEST(never_chooses_weak_ones)
{
	const struct negotiation_wish wish = {0};

	for (unsigned capabilities = 0; capabilities < 2 * SCEP_CAP_UPDATE; capabilities++) {
		struct negotiation chosen = negotiation_choose(capabilities, &wish);

		ck_assert_msg(chosen.digest->size >= 20 && !chosen.cipher->legacy, "0x%x: %s, %s",
			capabilities, chosen.digest->name, chosen.cipher->name);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client negotiation");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_loop_test(all, chooses_by_the_capabilities, 0, ROWS(rows));
	tcase_add_loop_test(all, renews_as_the_server_understands, 0, ROWS(renewals));
	tcase_add_loop_test(all, tells_what_is_announced, 0, ROWS(announcements));
	tcase_add_test(all, never_chooses_weak_ones);
	return run_suite(suite);
}
