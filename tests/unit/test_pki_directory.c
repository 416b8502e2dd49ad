/* A PKI in a directory: made, loaded again, damaged in every way; its keys judged by OpenSSL. */
#include <openssl/pem.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"
#include "common/name.h"
#include "server/authority.h"
#include "server/pki_directory.h"
#include "server/ra_certificates.h"
#include "temporary_directory.h"
#include "tests/run_suite.h"
#include "x509_support.h"

#define NOW INT64_C(1769903998) /* 2026-01-31 23:59:58 UTC */

/* One PKI for all tests, which must leave it as it is; making one takes a while. */
static char *parent;
static char *directory;

static void
make_one(void)
{
	struct diag diag = {0};

	parent = temporary_directory_new();
	directory = text_format("%s/pki", parent);
	ASSERT_DONE(pki_directory_create(directory, NOW, &diag), &diag);
}

static void
remove_one(void)
{
	free(directory);
	temporary_directory_remove(parent);
}

static mode_t
mode_of(const char *path)
{
	struct stat status;

	ck_assert_msg(stat(path, &status) == 0, "%s", path);
	return status.st_mode & 07777;
}

START_TEST(makes_private_files)
{
	ck_assert_uint_eq(mode_of(directory), 0700);
	for (enum pki_role role = 0; role < PKI_ROLE_COUNT; role++) {
		TEXT_CLEANUP char *key = text_format("%s/%s.key", directory, pki_role_name(role));
		TEXT_CLEANUP char *crt = text_format("%s/%s.crt", directory, pki_role_name(role));

		ck_assert_msg(mode_of(key) == 0600, "%s", key);
		if (role == PKI_ROOT || role == PKI_ISSUING)
			ck_assert_msg(mode_of(crt) == 0600, "%s", crt);
		else
			ck_assert_msg(access(crt, F_OK) != 0, "%s", crt);
	}
}
END_TEST

START_TEST(makes_what_openssl_reads)
{
	for (enum pki_role role = 0; role < PKI_ROLE_COUNT; role++) {
		TEXT_CLEANUP char *path = text_format("%s/%s.key", directory, pki_role_name(role));
		CLEANUP(EVP_PKEY) EVP_PKEY *key = NULL;
		FILE *file = fopen(path, "r");

		ck_assert_ptr_nonnull(file);
		key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
		fclose(file);
		ck_assert_msg(key && EVP_PKEY_get_bits(key) == 2048, "%s", path);
	}
}
END_TEST

static const int hierarchies[] = {CA_HIERARCHY_ROOT, CA_HIERARCHY_ISSUING};

START_TEST(serves_as_a_ca)
{
	struct settings settings;
	struct authority *authority;
	struct pki pki;
	struct diag diag = {0};
	BUFFER_CLEANUP struct buffer name = {0};

	settings_init(&settings);
	settings.ca_hierarchy = hierarchies[_i];
	ASSERT_DONE(pki_directory_load(&pki, directory, &diag), &diag);
	ASSERT_DONE(
		authority_new(&authority, &pki, &settings, "http://[::1]:1", NOW, &diag), &diag);
	ASSERT_DONE(certificate_verify(ra_certificates_signing(authority),
			    authority_issuer_key(authority), &diag),
		&diag);
	name_text(&name, authority_issuer(authority)->subject);
	ck_assert_msg(strstr(buffer_text(&name), "TEST ONLY"), "%s", buffer_text(&name));
	ck_assert(bytes_equal(
		buffer_bytes(&authority->root.der), buffer_bytes(&pki.certificates[PKI_ROOT].der)));
	authority_free(authority);
	pki_done(&pki);
	settings_done(&settings);
}
END_TEST

START_TEST(is_no_other_pki)
{
	struct pki private, built_in;
	struct authority *authority;
	struct settings settings;
	struct diag diag = {0};

	settings_init(&settings);
	ASSERT_DONE(pki_directory_load(&private, directory, &diag), &diag);
	ASSERT_DONE(pki_load_built_in(&built_in, &diag), &diag);
	ASSERT_DONE(authority_new(&authority, &built_in, &settings, "http://[::1]:1", NOW, &diag),
		&diag);
	ck_assert(!name_equal(authority->root.subject, private.certificates[PKI_ROOT].subject));
	for (enum pki_role role = 0; role < PKI_ROLE_COUNT; role++)
		ck_assert_int_ne(EVP_PKEY_eq(pki_key(&private, role), pki_key(&built_in, role)), 1);
	authority_free(authority);
	pki_done(&private);
	pki_done(&built_in);
	settings_done(&settings);
}
END_TEST

/* One thing wrong each, done by the shell in a copy of the directory. */
static const struct {
	const char *damage;
	const char *words;
} damages[] = {
	{"rm ra-signing.key", "ra-signing.key: No such file"},
	{"rm root.crt", "root.crt: No such file"},
	{": > issuing.key", "issuing.key"},
	{"echo nonsense > next-ca.key", "next-ca.key"},
	{"head -c 700 root.key > x && mv x root.key", "root.key"},
	{"head -c 70000 /dev/zero > root.key", "root.key: over 65536 bytes"},
	{"rm root.key && mkdir root.key", "root.key: Is a directory"},
	{"cp issuing.key root.key", "root.crt: another key's certificate"},
	{"cp root.crt issuing.crt", "issuing.crt: another key's certificate"},
	{"cp root.crt ra-signing.crt", "ra-signing.crt: another key's certificate"},
	{"echo nonsense > ra-encryption.crt", "ra-encryption.crt"},
	{"openssl ecparam -genkey -noout -name prime256v1 -out ra-encryption.key 2>x",
		"ra-encryption.key: an EC key; expected an RSA key"},
};

START_TEST(refuses_damaged_directories)
{
	char *copy = temporary_directory_new();
	TEXT_CLEANUP char *damage = text_format(
		"cp '%s'/* '%s' && cd '%s' && { %s; }", directory, copy, copy, damages[_i].damage);
	struct pki pki;
	struct diag diag = {0};
	char text[DIAG_TEXT_SIZE];

	ck_assert_int_eq(system(damage), 0);
	ck_assert_msg(pki_directory_load(&pki, copy, &diag) == REFUSED, "%s", damages[_i].damage);
	diag_text(text, &diag);
	ck_assert_msg(strstr(text, damages[_i].words), "%s: %s", damages[_i].damage, text);
	ck_assert_msg(strstr(text, "; expected "), "%s", text);
	temporary_directory_remove(copy);
}
END_TEST

START_TEST(touches_nothing_that_is_there)
{
	TEXT_CLEANUP char *file = text_format("%s/root.crt", directory);
	TEXT_CLEANUP char *deep = text_format("%s/none/pki", parent);
	struct stat before, after;
	struct diag diag = {0};

	ck_assert_int_eq(stat(file, &before), 0);
	ck_assert_int_eq(pki_directory_create(directory, NOW, &diag), REFUSED);
	ck_assert_ptr_nonnull(strstr(diag.wanted, "empty"));
	ck_assert_int_eq(stat(file, &after), 0);
	ck_assert_int_eq(before.st_ino, after.st_ino);
	ck_assert_int_eq(pki_directory_create(file, NOW, &diag), REFUSED);
	ck_assert_int_eq(pki_directory_create(deep, NOW, &diag), REFUSED);
	ck_assert_int_ne(access(deep, F_OK), 0);
}
END_TEST

START_TEST(leaves_nothing_behind_when_the_disk_is_full)
{
	TEXT_CLEANUP char *made = text_format("%s/made", parent);
	struct rlimit before, small;
	struct diag diag = {0};
	int result;

	/* Every write beyond 100 bytes fails. */
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){100, before.rlim_max};
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	result = pki_directory_create(made, NOW, &diag);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	ck_assert_int_eq(result, BROKEN);
	ck_assert_ptr_nonnull(strstr(diag.object, "root.key"));
	ck_assert_ptr_nonnull(strstr(diag.found, "too large"));
	ck_assert_int_ne(access(made, F_OK), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("pki_directory");
	TCase *tcase = tcase_create("directory");

	tcase_set_timeout(tcase, 30); /* for RSA keys on a busy machine */
	tcase_add_unchecked_fixture(tcase, make_one, remove_one);
	tcase_add_test(tcase, makes_private_files);
	tcase_add_test(tcase, makes_what_openssl_reads);
	tcase_add_loop_test(tcase, serves_as_a_ca, 0, ROWS(hierarchies));
	tcase_add_test(tcase, is_no_other_pki);
	tcase_add_loop_test(tcase, refuses_damaged_directories, 0, ROWS(damages));
	tcase_add_test(tcase, touches_nothing_that_is_there);
	tcase_add_test(tcase, leaves_nothing_behind_when_the_disk_is_full);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
