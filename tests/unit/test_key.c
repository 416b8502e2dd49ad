/* Keys in and out, signatures and key transport, each judged by libcrypto's own functions. */
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <string.h>

#include "common/der_writer.h"
#include "common/key.h"
#include "common/pem.h"
#include "tests/run_suite.h"
#include "x509_support.h"

#define HEX(text) BYTES(text, sizeof(text) - 1)

static const struct {
	const char *name;
	const char *curve;
	size_t bits;
} kinds[] = {
	{"RSA 512", NULL, 512},
	{"RSA 1024", NULL, 1024},
	{"RSA 1025", NULL, 1025},
	{"P-256", "P-256", 256},
	{"P-384", "P-384", 384},
	{"P-521", "P-521", 521},
};

START_TEST(reads_and_writes_public_keys)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(kinds[_i].curve, kinds[_i].bits);
	CLEANUP(EVP_PKEY) EVP_PKEY *ours = NULL;
	BUFFER_CLEANUP struct buffer spki = {0}, written = {0};
	struct diag diag = {0};

	SUPPORT_ENCODE(&spki, i2d_PUBKEY, key);
	ASSERT_DONE(key_read_public(&ours, buffer_bytes(&spki), &diag), &diag);
	ck_assert_msg(EVP_PKEY_eq(key, ours) == 1, "%s", kinds[_i].name);
	ck_assert_uint_eq(key_bits(ours), kinds[_i].bits);
	ck_assert_int_eq(key_is_rsa(ours), !kinds[_i].curve);
	ASSERT_DONE(key_write_public(&written, ours, &diag), &diag);
	ck_assert(bytes_equal(buffer_bytes(&written), buffer_bytes(&spki)));

	buffer_append_byte(&spki, 0);
	EVP_PKEY_free(TAKE(ours));
	ck_assert_int_eq(key_read_public(&ours, buffer_bytes(&spki), &diag), REFUSED);
	ck_assert_ptr_null(ours);
	spki.size -= 2;
	ck_assert_int_eq(key_read_public(&ours, buffer_bytes(&spki), &diag), REFUSED);
}
END_TEST

/* An RSA SubjectPublicKeyInfo with a modulus of so many bits and this exponent. */
static void
put_rsa(struct buffer *out, size_t bits, bool odd, struct bytes exponent, struct bytes parameters)
{
	BUFFER_CLEANUP struct buffer modulus = {0};
	size_t whole = der_begin(out, DER_SEQUENCE), part, numbers;

	memset(buffer_append_space(&modulus, (bits + 7) / 8), 0xff, (bits + 7) / 8);
	modulus.data[0] = (uint8_t)(0xff >> (modulus.size * 8 - bits));
	if (!odd)
		modulus.data[modulus.size - 1] = 0xfe;
	part = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, oid_bytes(OID_RSA_ENCRYPTION));
	buffer_append(out, parameters);
	der_end(out, part);
	part = der_begin_bits(out);
	numbers = der_begin(out, DER_SEQUENCE);
	der_put_magnitude(out, buffer_bytes(&modulus));
	der_put_integer(out, exponent);
	der_end(out, numbers);
	der_end(out, part);
	der_end(out, whole);
}

#define NULL_PARAMETERS                                                                            \
	{                                                                                          \
		(const uint8_t *)"\x05\x00", 2                                                     \
	}
#define F4                                                                                         \
	{                                                                                          \
		(const uint8_t *)"\x01\x00\x01", 3                                                 \
	}

static const struct {
	const char *name;
	size_t bits;
	bool odd;
	struct bytes exponent;
	struct bytes parameters;
	int outcome;
} rsa_keys[] = {
	{"512 bits", 512, true, F4, NULL_PARAMETERS, DONE},
	{"511 bits", 511, true, F4, NULL_PARAMETERS, REFUSED},
	{"8192 bits", 8192, true, F4, NULL_PARAMETERS, DONE},
	{"8193 bits", 8193, true, F4, NULL_PARAMETERS, REFUSED},
	{"500000 bits", 500000, true, F4, NULL_PARAMETERS, REFUSED},
	{"an even modulus", 1024, false, F4, NULL_PARAMETERS, REFUSED},
	{"no parameters", 1024, true, F4, {0}, DONE},
	{"other parameters", 1024, true, F4, {(const uint8_t *)"\x02\x01\x00", 3}, REFUSED},
	{"exponent 3", 1024, true, {(const uint8_t *)"\x03", 1}, NULL_PARAMETERS, DONE},
	{"exponent 1", 1024, true, {(const uint8_t *)"\x01", 1}, NULL_PARAMETERS, REFUSED},
	{"exponent 0", 1024, true, {(const uint8_t *)"\x00", 1}, NULL_PARAMETERS, REFUSED},
	{"exponent -1", 1024, true, {(const uint8_t *)"\xff", 1}, NULL_PARAMETERS, REFUSED},
	{"exponent 65536", 1024, true, {(const uint8_t *)"\x01\x00\x00", 3}, NULL_PARAMETERS,
		REFUSED},
	{"a 64-bit exponent", 1024, true,
		{(const uint8_t *)"\x00\x80\x00\x00\x00\x00\x00\x00\x01", 9}, NULL_PARAMETERS,
		DONE},
	{"a 65-bit exponent", 1024, true,
		{(const uint8_t *)"\x01\x00\x00\x00\x00\x00\x00\x00\x01", 9}, NULL_PARAMETERS,
		REFUSED},
};

START_TEST(bounds_rsa_public_keys)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = NULL;
	BUFFER_CLEANUP struct buffer spki = {0};
	struct diag diag = {0};

	put_rsa(&spki, rsa_keys[_i].bits, rsa_keys[_i].odd, rsa_keys[_i].exponent,
		rsa_keys[_i].parameters);
	ck_assert_msg(key_read_public(&key, buffer_bytes(&spki), &diag) == rsa_keys[_i].outcome,
		"%s", rsa_keys[_i].name);
	ck_assert_msg((key != NULL) == (rsa_keys[_i].outcome == DONE), "%s", rsa_keys[_i].name);
	ck_assert_msg((diag.found[0] == '\0') == (rsa_keys[_i].outcome == DONE), "%s: words",
		rsa_keys[_i].name);
}
END_TEST

static EVP_PKEY *
new_explicit_ec(void)
{
	CLEANUP(EVP_PKEY_CTX) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;

	ck_assert_int_eq(EVP_PKEY_keygen_init(context), 1);
	ck_assert_int_eq(EVP_PKEY_CTX_set_group_name(context, "P-256"), 1);
	ck_assert_int_eq(EVP_PKEY_CTX_ctrl_str(context, "ec_param_enc", "explicit"), 1);
	ck_assert_int_eq(EVP_PKEY_generate(context, &key), 1);
	return key;
}

START_TEST(refuses_other_public_keys)
{
	EVP_PKEY *keys[] = {EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"),
		EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), new_explicit_ec()};

	for (size_t i = 0; i < ROWS(keys); i++) {
		BUFFER_CLEANUP struct buffer spki = {0};
		CLEANUP(EVP_PKEY) EVP_PKEY *ours = NULL;
		struct diag diag = {0};

		SUPPORT_ENCODE(&spki, i2d_PUBKEY, keys[i]);
		ck_assert_msg(
			key_read_public(&ours, buffer_bytes(&spki), &diag) == REFUSED, "%zu", i);
		ck_assert_ptr_null(ours);
		ck_assert_str_ne(diag.found, "");
		EVP_PKEY_free(keys[i]);
	}
}
END_TEST

START_TEST(refuses_a_point_off_the_curve)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key("P-256", 0), *ours = NULL;
	BUFFER_CLEANUP struct buffer spki = {0};

	SUPPORT_ENCODE(&spki, i2d_PUBKEY, key);
	spki.data[spki.size - 1] ^= 1;
	ck_assert_int_eq(key_read_public(&ours, buffer_bytes(&spki), NULL), REFUSED);
	ck_assert_ptr_null(ours);
}
END_TEST

START_TEST(reads_rsa_private_keys)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(NULL, 1024), *ours = NULL;
	CLEANUP(EVP_PKEY_CTX) EVP_PKEY_CTX *context = NULL;
	BUFFER_CLEANUP struct buffer der = {0};
	struct diag diag = {0};

	SUPPORT_ENCODE(&der, i2d_PrivateKey, key);
	ASSERT_DONE(key_read_rsa_private(&ours, buffer_bytes(&der), &diag), &diag);
	ck_assert_int_eq(EVP_PKEY_eq(key, ours), 1);
	context = EVP_PKEY_CTX_new_from_pkey(NULL, ours, NULL);
	ck_assert_int_eq(EVP_PKEY_check(context), 1);
}
END_TEST

/* Where a 512-bit RSAPrivateKey with 4 octets of header is spoilt, and how. */
static const struct {
	const char *name;
	size_t at;
	uint8_t xor ;
} spoilt[] = {
	{"version 1", 6, 0x01},
	{"an even modulus", 73, 0x01},
	{"a negative modulus", 9, 0x80},
	{"a length beyond the end", 2, 0x40},
};

START_TEST(refuses_spoilt_rsa_private_keys)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(NULL, 512), *ours = NULL;
	BUFFER_CLEANUP struct buffer der = {0};
	struct diag diag = {0};

	SUPPORT_ENCODE(&der, i2d_PrivateKey, key);
	der.data[spoilt[_i].at] ^= spoilt[_i].xor ;
	ck_assert_msg(key_read_rsa_private(&ours, buffer_bytes(&der), &diag) == REFUSED, "%s",
		spoilt[_i].name);
	ck_assert_ptr_null(ours);
	ck_assert_str_ne(diag.found, "");
}
END_TEST

START_TEST(refuses_numbers_larger_than_the_modulus)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *ours = NULL;
	BUFFER_CLEANUP struct buffer der = {0};
	size_t mark = der_begin(&der, DER_SEQUENCE);
	struct diag diag = {0};
	uint8_t large[65];

	memset(large, 0x7f, sizeof(large));
	der_put_small(&der, 0);
	der_put_magnitude(&der, BYTES(large, 64));
	der_put_small(&der, 65537);
	der_put_magnitude(&der, BYTES(large, 65));
	for (size_t i = 0; i < 5; i++)
		der_put_small(&der, 3);
	der_end(&der, mark);
	ck_assert_int_eq(key_read_rsa_private(&ours, buffer_bytes(&der), &diag), REFUSED);
	ck_assert_ptr_nonnull(strstr(diag.wanted, "modulus"));
	ck_assert_ptr_null(ours);
}
END_TEST

START_TEST(refuses_bytes_around_a_private_key)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(NULL, 512), *ours = NULL;
	BUFFER_CLEANUP struct buffer der = {0};

	SUPPORT_ENCODE(&der, i2d_PrivateKey, key);
	buffer_append_byte(&der, 0);
	ck_assert_int_eq(key_read_rsa_private(&ours, buffer_bytes(&der), NULL), REFUSED);
	der.size -= 2;
	ck_assert_int_eq(key_read_rsa_private(&ours, buffer_bytes(&der), NULL), REFUSED);
	ck_assert_ptr_null(ours);
}
END_TEST

/* Writes a key as PEM with OpenSSL: "" as PKCS#8, "traditional" as PKCS#1 or SEC1, "aes" with a
 * password. */
static void
append_foreign_pem(struct buffer *out, EVP_PKEY *key, const char *form)
{
	const EVP_CIPHER *cipher = strstr(form, "aes") ? EVP_aes_128_cbc() : NULL;
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long size;
	int done;

	if (strstr(form, "traditional"))
		done = PEM_write_bio_PrivateKey_traditional(
			bio, key, cipher, (const uint8_t *)"password", cipher ? 8 : 0, NULL, NULL);
	else
		done = PEM_write_bio_PKCS8PrivateKey(
			bio, key, cipher, cipher ? "password" : NULL, cipher ? 8 : 0, NULL, NULL);
	ck_assert_int_eq(done, 1);
	size = BIO_get_mem_data(bio, &text);
	buffer_append(out, BYTES(text, size));
	BIO_free(bio);
}

static const struct {
	const char *curve;
	const char *form;
	const char *before; /* what else stands in the file */
	int outcome;
} pems[] = {
	{NULL, "", "", DONE},
	{NULL, "traditional", "A note.\n", DONE},
	{"P-256", "", "", DONE},
	{"P-256", "traditional",
		"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n",
		DONE},
	{NULL, "aes", "", REFUSED},
	{NULL, "traditional aes", "", REFUSED},
};

START_TEST(reads_pem)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(pems[_i].curve, 1024), *ours = NULL;
	BUFFER_CLEANUP struct buffer pem = {0};
	struct diag diag = {0};

	buffer_append_text(&pem, pems[_i].before);
	append_foreign_pem(&pem, key, pems[_i].form);
	ck_assert_msg(key_read_pem(&ours, buffer_bytes(&pem), &diag) == pems[_i].outcome,
		"row %d: %s", _i, diag.found);
	if (pems[_i].outcome == DONE)
		ck_assert_int_eq(EVP_PKEY_eq(key, ours), 1);
	else
		ck_assert_ptr_nonnull(strstr(diag.found, "encrypted"));
}
END_TEST

START_TEST(refuses_pem_without_key)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), *ours = NULL;
	BUFFER_CLEANUP struct buffer pem = {0};
	struct diag diag = {0};

	ck_assert_int_eq(key_read_pem(&ours, BYTES_NONE, &diag), REFUSED);
	ck_assert_int_eq(key_read_pem(&ours, bytes_text("no PEM"), &diag), REFUSED);
	ck_assert_ptr_nonnull(strstr(diag.wanted, "PEM"));
	append_foreign_pem(&pem, key, "");
	ck_assert_int_eq(key_read_pem(&ours, buffer_bytes(&pem), &diag), REFUSED);
	ck_assert_ptr_nonnull(strstr(diag.wanted, "RSA or EC"));
	buffer_clear(&pem);
	append_foreign_pem(&pem, key, "");
	pem.size -= 30;
	ck_assert_int_eq(key_read_pem(&ours, buffer_bytes(&pem), &diag), REFUSED);
	ck_assert_ptr_null(ours);
}
END_TEST

/* What stands under a label but is none. */
static const struct {
	const char *label;
	struct bytes der;
} mislabelled[] = {
	{"EC PRIVATE KEY", {(const uint8_t *)"\x30\x00", 2}},
	{"RSA PRIVATE KEY", {(const uint8_t *)"\x30\x00", 2}},
	{"PRIVATE KEY", {(const uint8_t *)"\x30\x00", 2}},
	{"PRIVATE KEY",
		{(const uint8_t *)"\x30\x12\x02\x01\x00\x30\x09\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
				  "\x04\x02\x30\x00",
			20}},
	{"PRIVATE KEY",
		{(const uint8_t *)"\x30\x14\x02\x01\x00\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01"
				  "\x01\x01\x04\x02\x30\x00",
			22}},
};

START_TEST(refuses_mislabelled_pem)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *ours = NULL;
	BUFFER_CLEANUP struct buffer pem = {0};
	struct diag diag = {0};

	pem_write(&pem, mislabelled[_i].label, mislabelled[_i].der);
	ck_assert_msg(key_read_pem(&ours, buffer_bytes(&pem), &diag) == REFUSED, "row %d", _i);
	ck_assert_ptr_null(ours);
	ck_assert_str_ne(diag.found, "");
}
END_TEST

START_TEST(writes_pem)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(kinds[_i].curve, kinds[_i].bits);
	CLEANUP(EVP_PKEY) EVP_PKEY *foreign = NULL;
	BUFFER_CLEANUP struct buffer ours = {0}, theirs = {0};
	struct diag diag = {0};
	BIO *bio;

	ASSERT_DONE(key_write_pem(&ours, key, &diag), &diag);
	append_foreign_pem(&theirs, key, "");
	ck_assert_str_eq(buffer_text(&ours), buffer_text(&theirs));
	bio = BIO_new_mem_buf(ours.data, (int)ours.size);
	foreign = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	ck_assert_ptr_nonnull(foreign);
	ck_assert_int_eq(EVP_PKEY_eq(key, foreign), 1);
}
END_TEST

static const unsigned generated_sizes[] = {512, 1023, 1024, 1025, 2048};

/* libcrypto finds nothing wrong with what we computed: primes, exponents, coefficient. */
START_TEST(generates_rsa_keys)
{
	unsigned bits = generated_sizes[_i];
	CLEANUP(EVP_PKEY) EVP_PKEY *key = NULL;
	CLEANUP(EVP_PKEY_CTX) EVP_PKEY_CTX *context = NULL;
	CLEANUP(BN) BIGNUM *exponent = NULL, *first = NULL, *second = NULL;
	struct diag diag = {0};

	ASSERT_DONE(key_generate_rsa(&key, bits, &diag), &diag);
	ck_assert_uint_eq(key_bits(key), bits);
	context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	ck_assert_int_eq(EVP_PKEY_check(context), 1);
	ck_assert_int_eq(EVP_PKEY_pairwise_check(context), 1);
	ck_assert_int_eq(EVP_PKEY_get_bn_param(key, "e", &exponent), 1);
	ck_assert(BN_is_word(exponent, 65537));
	ck_assert_int_eq(EVP_PKEY_get_bn_param(key, "rsa-factor1", &first), 1);
	ck_assert_int_eq(EVP_PKEY_get_bn_param(key, "rsa-factor2", &second), 1);
	ck_assert_int_gt(BN_cmp(first, second), 0);
}
END_TEST

START_TEST(generates_another_rsa_key_each_time)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = NULL, *other = NULL;

	ASSERT_DONE(key_generate_rsa(&key, 512, NULL), NULL);
	ASSERT_DONE(key_generate_rsa(&other, 512, NULL), NULL);
	ck_assert_int_ne(EVP_PKEY_eq(key, other), 1);
}
END_TEST

START_TEST(generates_no_rsa_key_that_is_too_small)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *none = NULL;
	struct diag diag = {0};

	ck_assert_int_eq(key_generate_rsa(&none, 511, &diag), BROKEN);
	ck_assert_ptr_null(none);
	ck_assert_str_ne(diag.found, "");
}
END_TEST

START_TEST(generates_ec_keys)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = NULL, *none = NULL;
	CLEANUP(EVP_PKEY_CTX) EVP_PKEY_CTX *context = NULL;
	struct diag diag = {0};

	ASSERT_DONE(key_generate_ec(&key, "P-384", &diag), &diag);
	ck_assert(EVP_PKEY_is_a(key, "EC"));
	ck_assert_uint_eq(key_bits(key), 384);
	context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	ck_assert_int_eq(EVP_PKEY_check(context), 1);
	ck_assert_int_eq(key_generate_ec(&none, "P-0", &diag), BROKEN);
	ck_assert_str_ne(diag.found, "");
}
END_TEST

START_TEST(compares_public_keys)
{
	BUFFER_CLEANUP struct buffer with = {0}, without = {0}, other = {0}, p256 = {0}, p384 = {0};
	CLEANUP(EVP_PKEY) EVP_PKEY *first = support_new_key("P-256", 0);

	put_rsa(&with, 1024, true, BYTES("\x03", 1), BYTES("\x05\x00", 2));
	put_rsa(&without, 1024, true, BYTES("\x03", 1), BYTES_NONE);
	put_rsa(&other, 1024, true, BYTES("\x05", 1), BYTES_NONE);
	ck_assert(key_same(buffer_bytes(&with), buffer_bytes(&with)));
	ck_assert(key_same(buffer_bytes(&with), buffer_bytes(&without)));
	ck_assert(!key_same(buffer_bytes(&with), buffer_bytes(&other)));
	ck_assert(!key_same(buffer_bytes(&with), BYTES_NONE));

	/* The same point under the name of another curve is another key. */
	SUPPORT_ENCODE(&p256, i2d_PUBKEY, first);
	buffer_append(&p384, buffer_bytes(&p256));
	p384.data[22] ^= 1;
	ck_assert(key_same(buffer_bytes(&p256), buffer_bytes(&p256)));
	ck_assert(!key_same(buffer_bytes(&p256), buffer_bytes(&p384)));
}
END_TEST

START_TEST(identifies_public_keys)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(kinds[_i].curve, kinds[_i].bits);
	CLEANUP(X509) X509 *certificate = X509_new();
	uint8_t ours[KEY_IDENTIFIER_SIZE], theirs[EVP_MAX_MD_SIZE];
	BUFFER_CLEANUP struct buffer spki = {0};
	struct diag diag = {0};

	SUPPORT_ENCODE(&spki, i2d_PUBKEY, key);
	ck_assert_int_eq(X509_set_pubkey(certificate, key), 1);
	ck_assert_int_eq(X509_pubkey_digest(certificate, EVP_sha1(), theirs, NULL), 1);
	ASSERT_DONE(key_identifier(ours, buffer_bytes(&spki), &diag), &diag);
	ck_assert_mem_eq(ours, theirs, sizeof(ours));
	spki.size--;
	ck_assert_int_eq(key_identifier(ours, buffer_bytes(&spki), &diag), REFUSED);
}
END_TEST

/* Whether OpenSSL finds the signature right. */
static bool
foreign_verify(EVP_PKEY *key, const EVP_MD *md, struct bytes message, struct bytes signature)
{
	CLEANUP(EVP_MD_CTX) EVP_MD_CTX *context = EVP_MD_CTX_new();

	ck_assert_int_eq(EVP_DigestVerifyInit(context, NULL, md, NULL, key), 1);
	return EVP_DigestVerify(
		       context, signature.data, signature.size, message.data, message.size) == 1;
}

START_TEST(signs_and_verifies)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(kinds[_i].curve, kinds[_i].bits);
	CLEANUP(EVP_PKEY) EVP_PKEY *other = support_new_key(kinds[_i].curve, kinds[_i].bits);
	struct bytes message = HEX("what is signed"), twin = HEX("what is Signed");
	const struct digest_algorithm *digest;
	struct diag diag = {0};

	for (size_t i = 0; (digest = algorithm_digest_at(i)); i++) {
		BUFFER_CLEANUP struct buffer signature = {0};
		struct bytes view;

		if (kinds[_i].bits == 512 && digest->size > 32)
			continue;
		ASSERT_DONE(key_sign(&signature, key, digest, message, &diag), &diag);
		view = buffer_bytes(&signature);
		ck_assert(foreign_verify(key, digest->md(), message, view));
		ASSERT_DONE(key_verify(key, digest, message, view, &diag), &diag);
		ck_assert_int_eq(key_verify(key, digest, twin, view, &diag), REFUSED);
		ck_assert_int_eq(key_verify(other, digest, message, view, &diag), REFUSED);
		ck_assert_str_ne(diag.found, "");
		signature.data[signature.size - 1] ^= 1;
		ck_assert_int_eq(key_verify(key, digest, message, view, &diag), REFUSED);
		signature.data[signature.size - 1] ^= 1;
		view.size--;
		ck_assert_int_eq(key_verify(key, digest, message, view, &diag), REFUSED);
		ck_assert_int_eq(key_verify(key, digest, message, BYTES_NONE, &diag), REFUSED);
	}
}
END_TEST

START_TEST(says_when_a_key_is_too_small_to_sign)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(NULL, 512);
	BUFFER_CLEANUP struct buffer out = {0};
	struct diag diag = {0};

	buffer_append_text(&out, "kept");
	ck_assert_int_eq(
		key_sign(&out, key, algorithm_digest_named("SHA-512"), HEX("text"), &diag), BROKEN);
	ck_assert_str_ne(diag.found, "");
	ck_assert_str_eq(buffer_text(&out), "kept");
}
END_TEST

static void
foreign_transport(EVP_PKEY_CTX *context, enum key_transport transport)
{
	ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(context,
				 transport == KEY_TRANSPORT_OAEP ? RSA_PKCS1_OAEP_PADDING
								 : RSA_PKCS1_PADDING),
		1);
}

/* PKCS#1 v1.5 padding that is wrong by chance looks right, or libcrypto hides it behind random
 * bytes; the secret never comes out. */
static void
assert_stays_closed(
	EVP_PKEY *key, enum key_transport transport, struct bytes sealed, struct bytes secret)
{
	BUFFER_CLEANUP struct buffer opened = {0};
	struct diag diag = {0};
	int outcome = key_decrypt(&opened, key, transport, sealed, &diag);

	if (outcome == REFUSED) {
		ck_assert_str_ne(diag.found, "");
		ck_assert_uint_eq(opened.size, 0);
		return;
	}
	ck_assert_int_eq(transport, KEY_TRANSPORT_PKCS1);
	ck_assert_int_eq(outcome, DONE);
	ck_assert(!bytes_equal(buffer_bytes(&opened), secret));
}

START_TEST(transports_keys)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(NULL, 1024);
	CLEANUP(EVP_PKEY) EVP_PKEY *other = support_new_key(NULL, 1024);
	CLEANUP(EVP_PKEY_CTX) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	BUFFER_CLEANUP struct buffer sealed = {0}, opened = {0};
	enum key_transport transport = (enum key_transport)_i, wrong = (enum key_transport) !_i;
	struct bytes secret = HEX("0123456789abcdef");
	uint8_t theirs[256];
	size_t size = sizeof(theirs);
	struct diag diag = {0};

	ASSERT_DONE(key_encrypt(&sealed, key, transport, secret, &diag), &diag);
	ck_assert_int_eq(EVP_PKEY_decrypt_init(context), 1);
	foreign_transport(context, transport);
	ck_assert_int_eq(EVP_PKEY_decrypt(context, theirs, &size, sealed.data, sealed.size), 1);
	ck_assert(bytes_equal(BYTES(theirs, size), secret));

	size = sizeof(theirs);
	ck_assert_int_eq(EVP_PKEY_encrypt_init(context), 1);
	foreign_transport(context, transport);
	ck_assert_int_eq(EVP_PKEY_encrypt(context, theirs, &size, secret.data, secret.size), 1);
	ASSERT_DONE(key_decrypt(&opened, key, transport, BYTES(theirs, size), &diag), &diag);
	ck_assert(bytes_equal(buffer_bytes(&opened), secret));

	assert_stays_closed(other, transport, BYTES(theirs, size), secret);
	assert_stays_closed(key, wrong, BYTES(theirs, size), secret);
	assert_stays_closed(key, transport, BYTES(theirs, size - 1), secret);
	theirs[0] ^= 1;
	assert_stays_closed(key, transport, BYTES(theirs, size), secret);
}
END_TEST

START_TEST(says_when_a_secret_does_not_fit)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *rsa = support_new_key(NULL, 512);
	CLEANUP(EVP_PKEY) EVP_PKEY *ec = support_new_key("P-256", 0);
	BUFFER_CLEANUP struct buffer out = {0};
	struct diag diag = {0};

	ck_assert_int_eq(key_encrypt(&out, rsa, KEY_TRANSPORT_OAEP,
				 HEX("0123456789abcdef0123456789abcdef"), &diag),
		BROKEN);
	ck_assert_int_eq(key_encrypt(&out, ec, KEY_TRANSPORT_PKCS1, HEX("0123"), &diag), BROKEN);
	ck_assert_str_ne(diag.found, "");
	ck_assert_uint_eq(out.size, 0);
}
END_TEST

#define THREADS             4
#define SIGNATURES_A_THREAD 50

struct signer {
	pthread_t thread;
	EVP_PKEY *key;
	size_t wrong; /* signatures that another thread disturbed */
};

static void *
sign_repeatedly(void *argument)
{
	const struct digest_algorithm *digest = algorithm_digest_named("SHA-256");
	struct signer *signer = argument;

	for (size_t i = 0; i < SIGNATURES_A_THREAD; i++) {
		BUFFER_CLEANUP struct buffer signature = {0};

		if (key_sign(&signature, signer->key, digest, HEX("text"), NULL) != DONE ||
			!foreign_verify(
				signer->key, digest->md(), HEX("text"), buffer_bytes(&signature)))
			signer->wrong++;
	}
	return NULL;
}

START_TEST(signs_from_many_threads)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(NULL, 1024), *ours = NULL;
	BUFFER_CLEANUP struct buffer der = {0};
	struct signer signers[THREADS];

	SUPPORT_ENCODE(&der, i2d_PrivateKey, key);
	ck_assert_int_eq(key_read_rsa_private(&ours, buffer_bytes(&der), NULL), DONE);
	for (size_t i = 0; i < THREADS; i++) {
		signers[i] = (struct signer){.key = ours};
		ck_assert_int_eq(
			pthread_create(&signers[i].thread, NULL, sign_repeatedly, &signers[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(signers[i].thread, NULL), 0);
		ck_assert_uint_eq(signers[i].wrong, 0);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key");
	TCase *public_keys = tcase_create("public"), *private_keys = tcase_create("private");
	TCase *use = tcase_create("use");

	tcase_add_loop_test(public_keys, reads_and_writes_public_keys, 0, ROWS(kinds));
	tcase_add_loop_test(public_keys, bounds_rsa_public_keys, 0, ROWS(rsa_keys));
	tcase_add_test(public_keys, refuses_other_public_keys);
	tcase_add_test(public_keys, refuses_a_point_off_the_curve);
	tcase_add_test(public_keys, compares_public_keys);
	tcase_add_loop_test(public_keys, identifies_public_keys, 0, ROWS(kinds));
	tcase_add_test(private_keys, reads_rsa_private_keys);
	tcase_add_loop_test(private_keys, refuses_spoilt_rsa_private_keys, 0, ROWS(spoilt));
	tcase_add_test(private_keys, refuses_numbers_larger_than_the_modulus);
	tcase_add_test(private_keys, refuses_bytes_around_a_private_key);
	tcase_add_loop_test(private_keys, reads_pem, 0, ROWS(pems));
	tcase_add_test(private_keys, refuses_pem_without_key);
	tcase_add_loop_test(private_keys, refuses_mislabelled_pem, 0, ROWS(mislabelled));
	tcase_add_loop_test(private_keys, writes_pem, 0, ROWS(kinds));
	tcase_add_loop_test(private_keys, generates_rsa_keys, 0, ROWS(generated_sizes));
	tcase_add_test(private_keys, generates_another_rsa_key_each_time);
	tcase_add_test(private_keys, generates_no_rsa_key_that_is_too_small);
	tcase_add_test(private_keys, generates_ec_keys);
	tcase_add_loop_test(use, signs_and_verifies, 0, ROWS(kinds));
	tcase_add_test(use, says_when_a_key_is_too_small_to_sign);
	tcase_add_loop_test(use, transports_keys, 0, KEY_TRANSPORT_COUNT);
	tcase_add_test(use, says_when_a_secret_does_not_fit);
	tcase_add_test(use, signs_from_many_threads);
	suite_add_tcase(suite, public_keys);
	suite_add_tcase(suite, private_keys);
	suite_add_tcase(suite, use);
	return run_suite(suite);
}
