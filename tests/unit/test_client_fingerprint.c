/* Fingerprints as people type them. */
#include "client/fingerprint.h"
#include "tests/run_suite.h"
#include "tests/unit/x509_support.h"

#define EIGHT    "0123abCD"
#define MD5_TEXT EIGHT EIGHT EIGHT EIGHT

static const struct {
	const char *text;
	const char *digest; /* NULL: refused */
} rows[] = {
	{MD5_TEXT, "MD5"},
	{EIGHT " " EIGHT " " EIGHT " " EIGHT, "MD5"},
	{"01:23:ab:CD:" EIGHT EIGHT EIGHT, "MD5"},
	{MD5_TEXT EIGHT, "SHA-1"},
	{MD5_TEXT MD5_TEXT, "SHA-256"},
	{"", NULL},
	{EIGHT, NULL},
	{MD5_TEXT "0", NULL},
	{MD5_TEXT "01", NULL},
	{"0123abCG" EIGHT EIGHT EIGHT, NULL},
	{MD5_TEXT MD5_TEXT MD5_TEXT MD5_TEXT "01", NULL},
};

START_TEST(reads_what_people_type)
{
	struct fingerprint fingerprint;
	struct diag diag = {0};
	int result = fingerprint_parse(&fingerprint, rows[_i].text, &diag);

	ck_assert_msg(result == (rows[_i].digest ? DONE : REFUSED), "\"%s\"", rows[_i].text);
	if (!rows[_i].digest) {
		ck_assert_msg(diag.found[0], "\"%s\": no words", rows[_i].text);
		return;
	}
	ck_assert_ptr_eq(fingerprint.digest, algorithm_digest_named(rows[_i].digest));
	ck_assert_mem_eq(fingerprint.bytes, "\x01\x23\xab\xcd\x01\x23\xab\xcd", 8);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client fingerprint");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_loop_test(all, reads_what_people_type, 0, ROWS(rows));
	return run_suite(suite);
}
