/* Keys with their certificates, from files and made on the spot; OpenSSL judges what is made. */
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "client/files.h"
#include "client/identity.h"
#include "common/clock.h"
#include "common/memory.h"
#include "common/name_parse.h"
#include "tests/run_suite.h"
#include "tests/unit/client_support.h"
#include "tests/unit/temporary_directory.h"
#include "tests/unit/x509_support.h"

static char *directory;
static struct identity person, other, found;
static struct diag diag;

static void
set_up(void)
{
	directory = temporary_directory_new();
	support_person(&person, &(struct person_plan){.subject = "CN=person"});
	support_person(&other, &(struct person_plan){.subject = "CN=other", .curve = "P-256"});
}

static void
tear_down(void)
{
	identity_done(&person);
	identity_done(&other);
	identity_done(&found);
	temporary_directory_remove(directory);
}

static void
write_file(const char *name, struct bytes content)
{
	TEXT_CLEANUP char *path = text_format("%s/%s", directory, name);
	const struct output_file file = {.path = path, .content = content, .mode = 0600};

	ASSERT_DONE(files_write_all(&file, 1, true, &diag), &diag);
}

static void
write_key(EVP_PKEY *key)
{
	BUFFER_CLEANUP struct buffer pem = {0};

	ASSERT_DONE(key_write_pem(&pem, key, &diag), &diag);
	write_file("key.pem", buffer_bytes(&pem));
}

static void
write_certificate(const struct certificate *certificate)
{
	BUFFER_CLEANUP struct buffer pem = {0};

	certificate_write_pem(&pem, buffer_bytes(&certificate->der));
	write_file("certificate.pem", buffer_bytes(&pem));
}

START_TEST(reads_what_an_enrolment_leaves)
{
	write_key(person.key);
	write_certificate(&person.certificate);
	ASSERT_DONE(identity_read(&found, directory, &diag), &diag);
	ck_assert(EVP_PKEY_eq(found.key, person.key) == 1);
	ck_assert(bytes_equal(found.certificate.subject, person.certificate.subject));
}
END_TEST

START_TEST(reads_an_ec_key)
{
	write_key(other.key);
	write_certificate(&other.certificate);
	ASSERT_DONE(identity_read(&found, directory, &diag), &diag);
	ck_assert(!key_is_rsa(found.key));
}
END_TEST

START_TEST(refuses_a_foreign_key)
{
	write_key(other.key);
	write_certificate(&person.certificate);
	ck_assert_int_eq(identity_read(&found, directory, &diag), REFUSED);
	ck_assert_str_eq(diag.object, directory);
}
END_TEST

START_TEST(says_which_file_is_missing)
{
	ck_assert_int_eq(identity_read(&found, directory, &diag), REFUSED);
	ck_assert_msg(strstr(diag.object, "/key.pem"), "%s", diag.object);
	write_key(person.key);
	identity_done(&found);
	ck_assert_int_eq(identity_read(&found, directory, &diag), REFUSED);
	ck_assert_msg(strstr(diag.object, "/certificate.pem"), "%s", diag.object);
}
END_TEST

START_TEST(says_which_file_is_no_pem)
{
	write_key(person.key);
	write_file("certificate.pem", bytes_text("no PEM"));
	ck_assert_int_eq(identity_read(&found, directory, &diag), REFUSED);
	ck_assert_msg(strstr(diag.object, "/certificate.pem"), "%s", diag.object);
	write_file("key.pem", bytes_text("no PEM"));
	identity_done(&found);
	ck_assert_int_eq(identity_read(&found, directory, &diag), REFUSED);
	ck_assert_msg(strstr(diag.object, "/key.pem"), "%s", diag.object);
}
END_TEST

START_TEST(refuses_an_encrypted_key)
{
	BIO *pem = BIO_new(BIO_s_mem());
	char *text;
	long size;

	ck_assert_int_eq(PEM_write_bio_PKCS8PrivateKey(
				 pem, person.key, EVP_aes_128_cbc(), "pass", 4, NULL, NULL),
		1);
	size = BIO_get_mem_data(pem, &text);
	write_file("key.pem", BYTES(text, size));
	BIO_free(pem);
	write_certificate(&person.certificate);
	ck_assert_int_eq(identity_read(&found, directory, &diag), REFUSED);
	ck_assert_msg(strstr(diag.wanted, "not encrypted"), "%s", diag.wanted);
}
END_TEST

static const char *const digests[] = {"SHA-1", "SHA-256", "SHA-512"};

START_TEST(signs_itself)
{
	CLEANUP(X509) X509 *x509 = NULL;
	BUFFER_CLEANUP struct buffer subject = {0};
	const struct digest_algorithm *digest = algorithm_digest_named(digests[_i]);
	EVP_PKEY *key = support_new_key(_i ? NULL : "P-256", 1024);
	time_t now = (time_t)support_now();
	int digest_nid;

	ASSERT_DONE(name_parse(&subject, "CN=device,O=Example", &diag), &diag);
	ASSERT_DONE(identity_self_sign(
			    &found, key, buffer_bytes(&subject), digest, support_now(), &diag),
		&diag);
	SUPPORT_DECODE(&x509, d2i_X509, buffer_bytes(&found.certificate.der));
	ck_assert_int_eq(X509_verify(x509, key), 1);
	ck_assert_int_eq(X509_NAME_cmp(X509_get_subject_name(x509), X509_get_issuer_name(x509)), 0);
	ck_assert_int_eq(X509_cmp_time(X509_get0_notBefore(x509), &now), -1);
	ck_assert_int_eq(X509_cmp_time(X509_get0_notAfter(x509), &now), 1);
	ck_assert_uint_eq(X509_get_key_usage(x509),
		_i ? KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT : KU_DIGITAL_SIGNATURE);
	ck_assert_int_eq(X509_get_signature_info(x509, &digest_nid, NULL, NULL, NULL), 1);
	ck_assert_int_eq(digest_nid, EVP_MD_get_type(digest->md()));
	ck_assert(bytes_equal(found.certificate.subject, buffer_bytes(&subject)));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client identity");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_test(all, reads_what_an_enrolment_leaves);
	tcase_add_test(all, reads_an_ec_key);
	tcase_add_test(all, refuses_a_foreign_key);
	tcase_add_test(all, says_which_file_is_missing);
	tcase_add_test(all, says_which_file_is_no_pem);
	tcase_add_test(all, refuses_an_encrypted_key);
	tcase_add_loop_test(all, signs_itself, 0, ROWS(digests));
	return run_suite(suite);
}
