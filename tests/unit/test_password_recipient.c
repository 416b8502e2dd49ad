/* PasswordRecipientInfo against OpenSSL's CMS in both directions, in every form that we read, and
 * what must not open. */
#include <string.h>

#include "common/der_writer.h"
#include "common/envelope.h"
#include "common/envelope_writer.h"
#include "common/password_recipient.h"
#include "common/pwri_kek.h"
#include "judge.h"
#include "tests/run_suite.h"
#include "x509_support.h"

/* Opens a message as who knows this password. */
static int
read_and_open(struct buffer *out, struct bytes message, const char *password, struct diag *diag)
{
	ENVELOPE_CLEANUP struct envelope envelope = {0};
	const struct envelope_recipient *recipient;
	int result = envelope_read(&envelope, message, diag);

	if (result != DONE)
		return result;
	recipient = envelope_find_password(&envelope);
	if (!recipient)
		return diag_refuse(diag, "EnvelopedData", NULL, "a password", "none");
	return envelope_open_with_password(out, &envelope, recipient, bytes_text(password), diag);
}

static void
seal(struct buffer *out, const struct cipher_algorithm *cipher, const char *password,
	const char *content)
{
	const struct envelope_plan plan = {.password = bytes_text(password), .cipher = cipher};
	struct diag diag = {0};

	ASSERT_DONE(envelope_seal(out, &plan, bytes_text(content), &diag), &diag);
}

/* The second is as long as those of Intune, and longer than a block of any digest. */
static const char *const passwords[] = {"8CE317021F690069",
	"MIIBpQYJKoZIhvcNAQcDoIIBljCCAZICAQAxggE9MIIBOQIBADAhMA0xCzAJBgNVBAMMAkNBAhBMd2VhcmVub3Rz"
	"ZWNyZXRhbmR0aGlzaXNub3RhbWVzc2FnZWJ1dGlzYXNsb25nYXNvbmVvZnRoZW0wDQYJKoZIhvcNAQEBBQAEggEA",
	"gr\xc3\xbc\xc3\x9f dich"};

START_TEST(openssl_opens_what_we_seal)
{
	const struct cipher_algorithm *cipher = algorithm_cipher_at((size_t)_i / ROWS(passwords));
	const char *password = passwords[(size_t)_i % ROWS(passwords)];
	BUFFER_CLEANUP struct buffer message = {0}, content = {0}, again = {0};
	struct diag diag = {0};

	seal(&message, cipher, password, "the content");
	ck_assert(judge_decrypt_with_password(&content, buffer_bytes(&message), password));
	ck_assert(bytes_equal(buffer_bytes(&content), bytes_text("the content")));
	ck_assert(!judge_decrypt_with_password(&content, buffer_bytes(&message), "another"));

	ASSERT_DONE(read_and_open(&again, buffer_bytes(&message), password, &diag), &diag);
	ck_assert(bytes_equal(buffer_bytes(&again), bytes_text("the content")));
	buffer_clear(&again);
	ck_assert_int_eq(read_and_open(&again, buffer_bytes(&message), "another", &diag), REFUSED);
	ck_assert_str_eq(diag.wanted, "a key encrypted with our challenge password");
	ck_assert_uint_eq(again.size, 0);
}
END_TEST

START_TEST(draws_salt_and_key_anew)
{
	BUFFER_CLEANUP struct buffer first = {0}, second = {0};

	seal(&first, algorithm_cipher_named("AES"), "secret", "the content");
	seal(&second, algorithm_cipher_named("AES"), "secret", "the content");
	ck_assert(!bytes_equal(buffer_bytes(&first), buffer_bytes(&second)));
}
END_TEST

START_TEST(opens_what_openssl_seals)
{
	const struct judge_plan plan = {
		.manner = JUDGE_PASSWORD | (_i % 2 ? JUDGE_STREAMED : 0),
		.cipher = algorithm_cipher_at((size_t)_i / 2)->cipher(),
	};
	BUFFER_CLEANUP struct buffer message = {0}, content = {0};
	struct diag diag = {0};

	ck_assert_int_eq(ossl_load_legacy(NULL), DONE); /* for OpenSSL's own single DES */
	judge_encrypt(&message, &plan, bytes_text("the content"));
	ASSERT_DONE(
		read_and_open(&content, buffer_bytes(&message), JUDGE_PASSWORD_TEXT, &diag), &diag);
	ck_assert(bytes_equal(buffer_bytes(&content), bytes_text("the content")));
	buffer_clear(&content);
	ck_assert_int_eq(
		read_and_open(&content, buffer_bytes(&message), "TEST ONLY ", &diag), REFUSED);
	ck_assert_uint_eq(content.size, 0);
}
END_TEST

/* Nothing authenticates the content, but a change of what opens it shows. */
START_TEST(survives_every_changed_bit)
{
	BUFFER_CLEANUP struct buffer message = {0};

	seal(&message, algorithm_cipher_named("AES"), "secret", "the content");
	for (size_t bit = 0; bit < message.size * 8; bit += 3) {
		BUFFER_CLEANUP struct buffer content = {0};
		struct diag diag = {0};
		int result;

		message.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		result = read_and_open(&content, buffer_bytes(&message), "secret", &diag);
		ck_assert_int_ne(result, BROKEN);
		ck_assert(result == DONE || (diag.found[0] && content.size == 0));
		message.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}
END_TEST

/* --- hand-made ones ------------------------------------------------------------------ */

enum part { SALT, ITERATIONS, DERIVATION, ENCRYPTION, ENCRYPTED_KEY, PART_COUNT };

/* A PasswordRecipientInfo in which each row says one thing in another way. */
static const struct crafted {
	const char *name;
	enum oid prf; /* OID_UNKNOWN: left out, which is HMAC with SHA-1 */
	uint32_t iterations;
	uint32_t key_length; /* 0: left out */
	unsigned left_out;   /* bits of enum part */
	enum oid derivation;
	enum oid encryption;
	enum oid cipher;
	size_t iv_size;
	bool more;         /* an element too many at the end */
	const char *found; /* NULL: it opens, for OpenSSL too */
} crafted[] = {
	{"the defaults", OID_UNKNOWN, 1000, 0, 0, OID_PBKDF2, OID_PWRI_KEK, OID_AES_256_CBC, 16,
		false, NULL},
	{"HMAC with SHA-1 spelled out", OID_HMAC_WITH_SHA1, 1000, 0, 0, OID_PBKDF2, OID_PWRI_KEK,
		OID_AES_256_CBC, 16, false, NULL},
	{"HMAC with SHA-256", OID_HMAC_WITH_SHA256, 1, 0, 0, OID_PBKDF2, OID_PWRI_KEK,
		OID_AES_256_CBC, 16, false, NULL},
	{"HMAC with SHA-384", OID_HMAC_WITH_SHA384, 2, 0, 0, OID_PBKDF2, OID_PWRI_KEK,
		OID_AES_128_CBC, 16, false, NULL},
	{"HMAC with SHA-512", OID_HMAC_WITH_SHA512, 3, 0, 0, OID_PBKDF2, OID_PWRI_KEK,
		OID_DES_EDE3_CBC, 8, false, NULL},
	{"the key's length", OID_HMAC_WITH_SHA256, 1, 32, 0, OID_PBKDF2, OID_PWRI_KEK,
		OID_AES_256_CBC, 16, false, NULL},
	{"the most iterations", OID_UNKNOWN, LIMIT_ITERATIONS, 0, 0, OID_PBKDF2, OID_PWRI_KEK,
		OID_AES_128_CBC, 16, false, NULL},
	{"one more", OID_UNKNOWN, LIMIT_ITERATIONS + 1, 0, 0, OID_PBKDF2, OID_PWRI_KEK,
		OID_AES_128_CBC, 16, false, "50001"},
	{"no iteration", OID_UNKNOWN, 0, 0, 0, OID_PBKDF2, OID_PWRI_KEK, OID_AES_128_CBC, 16, false,
		"0"},
	{"another key's length", OID_UNKNOWN, 1, 16, 0, OID_PBKDF2, OID_PWRI_KEK, OID_AES_256_CBC,
		16, false, "16 octets instead of 32"},
	{"no salt", OID_UNKNOWN, 1, 0, 1 << SALT, OID_PBKDF2, OID_PWRI_KEK, OID_AES_128_CBC, 16,
		false, "INTEGER"},
	{"no number of iterations", OID_UNKNOWN, 1, 0, 1 << ITERATIONS, OID_PBKDF2, OID_PWRI_KEK,
		OID_AES_128_CBC, 16, false, "the end"},
	{"no derivation", OID_UNKNOWN, 1, 0, 1 << DERIVATION, OID_PBKDF2, OID_PWRI_KEK,
		OID_AES_128_CBC, 16, false, "SEQUENCE"},
	{"no encryption", OID_UNKNOWN, 1, 0, 1 << ENCRYPTION, OID_PBKDF2, OID_PWRI_KEK,
		OID_AES_128_CBC, 16, false, "OCTET STRING"},
	{"no key", OID_UNKNOWN, 1, 0, 1 << ENCRYPTED_KEY, OID_PBKDF2, OID_PWRI_KEK, OID_AES_128_CBC,
		16, false, "the end"},
	{"an unknown function", OID_SHA256, 1, 0, 0, OID_PBKDF2, OID_PWRI_KEK, OID_AES_128_CBC, 16,
		false, "SHA-256"},
	{"an unknown derivation", OID_UNKNOWN, 1, 0, 0, OID_MGF1, OID_PWRI_KEK, OID_AES_128_CBC, 16,
		false, "id-mgf1"},
	{"the key in the cipher alone", OID_UNKNOWN, 1, 0, 0, OID_PBKDF2, OID_AES_128_CBC,
		OID_AES_128_CBC, 16, false, "AES-128-CBC"},
	{"an unknown cipher", OID_UNKNOWN, 1, 0, 0, OID_PBKDF2, OID_PWRI_KEK, OID_SHA512, 16, false,
		"SHA-512"},
	{"no IV", OID_UNKNOWN, 1, 0, 0, OID_PBKDF2, OID_PWRI_KEK, OID_AES_128_CBC, 0, false,
		"the end"},
	{"a short IV", OID_UNKNOWN, 1, 0, 0, OID_PBKDF2, OID_PWRI_KEK, OID_AES_128_CBC, 15, false,
		"15 octets instead of 16"},
	{"something behind it", OID_UNKNOWN, 1, 0, 0, OID_PBKDF2, OID_PWRI_KEK, OID_AES_128_CBC, 16,
		true, "2 bytes too many"},
};

static const uint8_t zeros[32];
static const uint8_t salt[8] = {1, 2, 3, 4, 5, 6, 7, 8};

static bool
has(const struct crafted *row, enum part part)
{
	return !(row->left_out >> part & 1);
}

static void
put_derivation(struct buffer *out, const struct crafted *row)
{
	size_t derivation = der_begin(out, DER_CONTEXT(0)), parameters;

	der_put_oid(out, oid_bytes(row->derivation));
	parameters = der_begin(out, DER_SEQUENCE);
	if (has(row, SALT))
		der_put_octets(out, BYTES(salt, sizeof(salt)));
	if (has(row, ITERATIONS))
		der_put_small(out, row->iterations);
	if (row->key_length)
		der_put_small(out, row->key_length);
	if (row->prf != OID_UNKNOWN)
		der_put_algorithm(out, oid_bytes(row->prf), true);
	der_end(out, parameters);
	der_end(out, derivation);
}

static void
put_encryption(struct buffer *out, const struct crafted *row)
{
	size_t encryption = der_begin(out, DER_SEQUENCE), cipher;

	der_put_oid(out, oid_bytes(row->encryption));
	cipher = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, oid_bytes(row->cipher));
	if (row->iv_size > 0)
		der_put_octets(out, BYTES(zeros, row->iv_size));
	der_end(out, cipher);
	der_end(out, encryption);
}

/* Wraps 16 zeros as the row says; where that is impossible, the row has failed before. */
static void
put_key(struct buffer *out, const struct crafted *row)
{
	const struct cipher_algorithm *cipher = algorithm_cipher(oid_bytes(row->cipher));
	const EVP_MD *md = row->prf == OID_HMAC_WITH_SHA256 ? EVP_sha256()
		: row->prf == OID_HMAC_WITH_SHA384          ? EVP_sha384()
		: row->prf == OID_HMAC_WITH_SHA512          ? EVP_sha512()
							    : EVP_sha1();
	uint8_t key[EVP_MAX_KEY_LENGTH];
	struct pwri_kek kek = {.cipher = cipher, .key = key, .iv = zeros};
	size_t octets = der_begin_primitive(out, DER_OCTET_STRING);

	if (!row->found) {
		ck_assert_int_eq(PKCS5_PBKDF2_HMAC("secret", 6, salt, sizeof(salt),
					 (int)row->iterations, md, (int)cipher->key_size, key),
			1);
		ck_assert_int_eq(pwri_kek_wrap(out, &kek, BYTES(zeros, 16), NULL), DONE);
	}
	der_end(out, octets);
}

static void
put_recipient(struct buffer *out, const struct crafted *row)
{
	size_t recipient = der_begin(out, DER_CONTEXT(3));

	der_put_small(out, 0);
	if (has(row, DERIVATION))
		put_derivation(out, row);
	if (has(row, ENCRYPTION))
		put_encryption(out, row);
	if (has(row, ENCRYPTED_KEY))
		put_key(out, row);
	if (row->more)
		der_put_null(out);
	der_end(out, recipient);
}

/* "TEST ONLY" under a key and an IV of zeros. */
static void
put_content(struct buffer *out)
{
	CLEANUP(EVP_CIPHER_CTX) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	size_t info = der_begin(out, DER_SEQUENCE), algorithm;
	uint8_t encrypted[16];
	int size, last;

	der_put_oid(out, oid_bytes(OID_PKCS7_DATA));
	algorithm = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, oid_bytes(OID_AES_128_CBC));
	der_put_octets(out, BYTES(zeros, 16));
	der_end(out, algorithm);
	ck_assert_int_eq(EVP_EncryptInit_ex(context, EVP_aes_128_cbc(), NULL, zeros, zeros), 1);
	ck_assert_int_eq(
		EVP_EncryptUpdate(context, encrypted, &size, (const uint8_t *)"TEST ONLY", 9), 1);
	ck_assert_int_eq(EVP_EncryptFinal_ex(context, encrypted + size, &last), 1);
	der_put(out, DER_CONTEXT(0), BYTES(encrypted, sizeof(encrypted)));
	der_end(out, info);
}

static void
put_message(struct buffer *out, const struct crafted *row)
{
	struct cms_mark content_info = cms_begin_content_info(out, OID_PKCS7_ENVELOPED_DATA);
	size_t enveloped_data = der_begin(out, DER_SEQUENCE), set;

	der_put_small(out, 3);
	set = der_begin(out, DER_SET);
	put_recipient(out, row);
	der_end(out, set);
	put_content(out);
	der_end(out, enveloped_data);
	cms_end_content_info(out, content_info);
}

START_TEST(reads_every_form)
{
	const struct crafted *row = &crafted[_i];
	BUFFER_CLEANUP struct buffer message = {0}, content = {0}, judged = {0};
	struct diag diag = {0};
	int result;

	put_message(&message, row);
	result = read_and_open(&content, buffer_bytes(&message), "secret", &diag);
	if (row->found) {
		ck_assert_msg(result == REFUSED, "%s was opened", row->name);
		ck_assert_msg(
			strstr(diag.found, row->found) != NULL, "%s: %s", row->name, diag.found);
		ck_assert_uint_eq(content.size, 0);
		return;
	}
	ck_assert_msg(result == DONE, "%s: %s", row->name, diag.found);
	ck_assert(bytes_equal(buffer_bytes(&content), bytes_text("TEST ONLY")));
	ck_assert_msg(judge_decrypt_with_password(&judged, buffer_bytes(&message), "secret"), "%s",
		row->name);
	ck_assert(bytes_equal(buffer_bytes(&judged), bytes_text("TEST ONLY")));
}
END_TEST

/* [3] IMPLICIT of a SEQUENCE is constructed as that is (X.690 8.14.3). */
START_TEST(passes_over_a_primitive_one)
{
	BUFFER_CLEANUP struct buffer message = {0};
	ENVELOPE_CLEANUP struct envelope envelope = {0};
	uint8_t *at;

	seal(&message, algorithm_cipher_named("AES"), "password", "the content");
	at = memchr(message.data, DER_CONTEXT(3) | DER_CONSTRUCTED, message.size);
	ck_assert_ptr_nonnull(at);
	*at = DER_CONTEXT(3);
	ck_assert_int_eq(envelope_read(&envelope, buffer_bytes(&message), NULL), DONE);
	ck_assert_ptr_null(envelope_find_password(&envelope));
}
END_TEST

START_TEST(refuses_every_truncation)
{
	BUFFER_CLEANUP struct buffer recipient = {0}, out = {0};
	const struct bytes content_key = BYTES(zeros, 16);
	struct diag diag = {0};

	ASSERT_DONE(password_recipient_put(&recipient, bytes_text("secret"),
			    algorithm_cipher_named("AES"), content_key, &diag),
		&diag);
	ck_assert_uint_lt(recipient.size, 0x82); /* a head of two octets */
	for (size_t size = 0; size < recipient.size - 2; size++)
		ck_assert_msg(password_recipient_open(&out, BYTES(recipient.data + 2, size),
				      bytes_text("secret"), &diag) == REFUSED,
			"%zu bytes were accepted", size);
	ck_assert_uint_eq(out.size, 0);
	ASSERT_DONE(password_recipient_open(&out, BYTES(recipient.data + 2, recipient.size - 2),
			    bytes_text("secret"), &diag),
		&diag);
	ck_assert(bytes_equal(buffer_bytes(&out), content_key));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("password_recipient");
	TCase *openssl = tcase_create("against OpenSSL"), *tampered = tcase_create("tampered");
	int ciphers = 0;

	while (algorithm_cipher_at((size_t)ciphers))
		ciphers++;
	tcase_add_loop_test(openssl, openssl_opens_what_we_seal, 0, ciphers * (int)ROWS(passwords));
	tcase_add_loop_test(openssl, opens_what_openssl_seals, 0, ciphers * 2);
	tcase_add_test(openssl, draws_salt_and_key_anew);
	suite_add_tcase(suite, openssl);

	tcase_set_timeout(tampered, 60);
	tcase_add_test(tampered, survives_every_changed_bit);
	tcase_add_loop_test(tampered, reads_every_form, 0, ROWS(crafted));
	tcase_add_test(tampered, passes_over_a_primitive_one);
	tcase_add_test(tampered, refuses_every_truncation);
	suite_add_tcase(suite, tampered);
	return run_suite(suite);
}
