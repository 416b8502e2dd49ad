/* EnvelopedData against OpenSSL's CMS in both directions, and what must not open. */
#include <string.h>

#include "common/der_writer.h"
#include "common/envelope.h"
#include "common/envelope_writer.h"
#include "judge.h"
#include "tests/run_suite.h"
#include "x509_support.h"

static struct judge_identity ra, ca, ec;
static struct buffer long_content; /* more than one chunk when streamed */

static void
set_up(void)
{
	judge_identity_init(&ra, support_new_key(NULL, 1024), "TEST ONLY RA", "6800000001");
	judge_identity_init(&ca, support_new_key(NULL, 1024), "TEST ONLY CA", "00c0");
	judge_identity_init(&ec, support_new_key("P-256", 0), "TEST ONLY EC", "05");
	for (int i = 0; i < 2000; i++)
		buffer_append_format(&long_content, "line %d\n", i);
}

static void
tear_down(void)
{
	judge_identity_done(&ra);
	judge_identity_done(&ca);
	judge_identity_done(&ec);
	buffer_done(&long_content);
}

/* Seals to the RA with the default algorithms. */
static void
seal(struct buffer *out, const char *cipher, enum key_transport transport, struct bytes content)
{
	const struct envelope_plan plan = {
		.issuer = ra.certificate.issuer,
		.serial = ra.certificate.serial,
		.key = ra.key,
		.transport = transport,
		.cipher = algorithm_cipher_named(cipher),
	};
	struct diag diag = {0};

	ASSERT_DONE(envelope_seal(out, &plan, content, &diag), &diag);
}

/* Reads a message and opens it as this recipient, whoever it names. */
static int
read_and_open(struct buffer *out, struct bytes message, const struct judge_identity *recipient,
	struct diag *diag)
{
	ENVELOPE_CLEANUP struct envelope envelope = {0};
	const struct envelope_recipient *named;
	int result = envelope_read(&envelope, message, diag);

	if (result != DONE)
		return result;
	named = envelope_find_recipient(&envelope, &recipient->certificate, LIMIT_RECIPIENTS);
	if (!named)
		return envelope_refuse_addressee(
			&envelope, "the recipient", &recipient->certificate, diag);
	return envelope_open(out, &envelope, named, recipient->key, diag);
}

static size_t
count_ciphers(void)
{
	size_t count = 0;

	while (algorithm_cipher_at(count))
		count++;
	return count;
}

/* Sizes around the blocks of DES and AES. */
static const size_t sizes[] = {0, 1, 7, 8, 9, 15, 16, 17, 1600};

START_TEST(openssl_opens_what_we_seal)
{
	const struct cipher_algorithm *cipher = algorithm_cipher_at((size_t)_i / 2);
	enum key_transport transport = _i % 2 ? KEY_TRANSPORT_OAEP : KEY_TRANSPORT_PKCS1;

	for (size_t i = 0; i < ROWS(sizes); i++) {
		BUFFER_CLEANUP struct buffer message = {0}, content = {0}, again = {0};
		struct bytes plain = BYTES(long_content.data, sizes[i]);
		struct diag diag = {0};

		seal(&message, cipher->name, transport, plain);
		ck_assert_msg(judge_decrypt(&content, buffer_bytes(&message), &ra), "%s, %zu bytes",
			cipher->name, sizes[i]);
		ck_assert(bytes_equal(buffer_bytes(&content), plain));
		ASSERT_DONE(read_and_open(&again, buffer_bytes(&message), &ra, &diag), &diag);
		ck_assert(bytes_equal(buffer_bytes(&again), plain));
		ck_assert_int_eq(
			read_and_open(&again, buffer_bytes(&message), &ca, &diag), REFUSED);
	}
}
END_TEST

static const unsigned manners[] = {
	0,
	JUDGE_STREAMED,
	JUDGE_OAEP,
	JUDGE_STREAMED | JUDGE_OAEP,
	JUDGE_KEY_IDENTIFIER,
	JUDGE_STREAMED | JUDGE_KEY_IDENTIFIER | JUDGE_PASSWORD,
};

START_TEST(opens_what_openssl_seals)
{
	const struct cipher_algorithm *cipher = algorithm_cipher_at((size_t)_i / ROWS(manners));
	const struct judge_plan plan = {
		.manner = manners[(size_t)_i % ROWS(manners)],
		.people = {&ca, &ra},
		.cipher = cipher->cipher(),
	};
	BUFFER_CLEANUP struct buffer message = {0}, content = {0};
	struct diag diag = {0};

	ck_assert_int_eq(ossl_load_legacy(NULL), DONE); /* for OpenSSL's own single DES */
	judge_encrypt(&message, &plan, buffer_bytes(&long_content));
	ASSERT_DONE(read_and_open(&content, buffer_bytes(&message), &ra, &diag), &diag);
	ck_assert(bytes_equal(buffer_bytes(&content), buffer_bytes(&long_content)));
	buffer_clear(&content);
	ASSERT_DONE(read_and_open(&content, buffer_bytes(&message), &ca, &diag), &diag);
	ck_assert(bytes_equal(buffer_bytes(&content), buffer_bytes(&long_content)));
}
END_TEST

START_TEST(looks_at_as_many_recipients_as_told)
{
	const struct judge_plan plan = {
		.manner = JUDGE_PASSWORD, .people = {&ca, &ra}, .cipher = EVP_aes_128_cbc()};
	BUFFER_CLEANUP struct buffer message = {0};
	ENVELOPE_CLEANUP struct envelope envelope = {0};
	const struct certificate nameless = {0};
	struct diag diag = {0};

	judge_encrypt(&message, &plan, bytes_text("content"));
	ASSERT_DONE(envelope_read(&envelope, buffer_bytes(&message), &diag), &diag);
	ck_assert_uint_eq(envelope.recipient_count, 3);
	for (size_t limit = 0; limit <= 4; limit++) {
		const struct envelope_recipient *first = limit > 0 ? &envelope.recipients[0] : NULL;
		const struct envelope_recipient *second =
			limit > 1 ? &envelope.recipients[1] : NULL;

		ck_assert_ptr_eq(envelope_find_recipient(&envelope, &ca.certificate, limit), first);
		ck_assert_ptr_eq(
			envelope_find_recipient(&envelope, &ra.certificate, limit), second);
	}
	ck_assert_ptr_null(envelope_find_recipient(&envelope, &ec.certificate, 3));
	/* The one by password names nobody, not even a certificate without a name. */
	ck_assert_ptr_null(envelope_find_recipient(&envelope, &nameless, 3));
	ck_assert_ptr_eq(envelope_find_password(&envelope), &envelope.recipients[2]);
	envelope.recipient_count = 2;
	ck_assert_ptr_null(envelope_find_password(&envelope));
}
END_TEST

START_TEST(says_to_whom_it_was_addressed)
{
	const struct judge_plan plan = {.people = {&ca}, .cipher = EVP_aes_128_cbc()};
	const struct judge_plan by_password = {
		.manner = JUDGE_PASSWORD, .cipher = EVP_aes_128_cbc()};
	const struct judge_plan by_key = {
		.manner = JUDGE_KEY_IDENTIFIER, .people = {&ca, &ec}, .cipher = EVP_aes_128_cbc()};
	BUFFER_CLEANUP struct buffer message = {0}, content = {0}, expected = {0};
	struct diag diag = {0};

	judge_encrypt(&message, &plan, bytes_text("content"));
	ck_assert_int_eq(read_and_open(&content, buffer_bytes(&message), &ra, &diag), REFUSED);
	ck_assert_str_eq(diag.found, "addressed to issuer CN=TEST ONLY CA, serial 00c0");
	ck_assert_str_eq(diag.wanted, "the recipient, serial 6800000001");

	buffer_clear(&message);
	judge_encrypt(&message, &by_key, bytes_text("content"));
	ck_assert_int_eq(read_and_open(&content, buffer_bytes(&message), &ra, &diag), REFUSED);
	buffer_append_text(&expected, "addressed to subjectKeyIdentifier ");
	buffer_append_hex(&expected, ca.certificate.subject_key_identifier);
	buffer_append_text(&expected, " and 1 more");
	ck_assert_str_eq(diag.found, buffer_text(&expected));
	ck_assert_uint_eq(content.size, 0);

	buffer_clear(&message);
	judge_encrypt(&message, &by_password, bytes_text("content"));
	ck_assert_int_eq(read_and_open(&content, buffer_bytes(&message), &ra, &diag), REFUSED);
	ck_assert_str_eq(diag.found, "addressed to who knows a password");
}
END_TEST

START_TEST(appends_nothing_when_it_cannot_seal)
{
	const struct envelope_plan plan = {
		.issuer = ec.certificate.issuer,
		.serial = ec.certificate.serial,
		.key = ec.key,
		.cipher = algorithm_cipher_named("AES"),
	};
	BUFFER_CLEANUP struct buffer message = {0};
	struct diag diag = {0};

	buffer_append_text(&message, "before");
	ck_assert_int_eq(envelope_seal(&message, &plan, bytes_text("content"), &diag), BROKEN);
	ck_assert_uint_eq(message.size, 6);
	ck_assert_str_eq(diag.object, "content-encryption key");
}
END_TEST

START_TEST(refuses_oaep_with_other_digests)
{
	const struct judge_plan plan = {
		.manner = JUDGE_OAEP_SHA256, .people = {&ra}, .cipher = EVP_aes_128_cbc()};
	BUFFER_CLEANUP struct buffer message = {0}, content = {0};
	struct diag diag = {0};

	judge_encrypt(&message, &plan, bytes_text("content"));
	ck_assert_int_eq(read_and_open(&content, buffer_bytes(&message), &ra, &diag), REFUSED);
	ck_assert_str_eq(diag.object, "keyEncryptionAlgorithm");
	ck_assert_str_eq(diag.found, "id-RSAES-OAEP, or other parameters");
}
END_TEST

START_TEST(refuses_every_truncation)
{
	const struct judge_plan plan = {
		.manner = JUDGE_STREAMED, .people = {&ra, &ca}, .cipher = EVP_aes_128_cbc()};
	BUFFER_CLEANUP struct buffer message = {0};

	if (_i)
		judge_encrypt(&message, &plan, bytes_text("small content"));
	else
		seal(&message, "3DES", KEY_TRANSPORT_PKCS1, bytes_text("small content"));
	for (size_t size = 0; size < message.size; size++) {
		BUFFER_CLEANUP struct buffer cut = {0};
		ENVELOPE_CLEANUP struct envelope envelope = {0};
		struct diag diag = {0};

		buffer_append(&cut, BYTES(message.data, size));
		ck_assert_msg(envelope_read(&envelope, buffer_bytes(&cut), &diag) == REFUSED,
			"%zu of %zu bytes were accepted", size, message.size);
		ck_assert_msg(diag.found[0] != '\0', "no words about %zu bytes", size);
	}
}
END_TEST

/* Encryption in CBC is not authenticated: only the padding, the last block, can tell. Whatever is
 * changed, the answer is one of the two and the words are there. */
START_TEST(survives_every_changed_bit)
{
	BUFFER_CLEANUP struct buffer message = {0};

	seal(&message, "AES", KEY_TRANSPORT_OAEP, bytes_text("small content"));
	for (size_t bit = 0; bit < message.size * 8; bit += 3) {
		BUFFER_CLEANUP struct buffer content = {0};
		struct diag diag = {0};
		int result;

		message.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		result = read_and_open(&content, buffer_bytes(&message), &ra, &diag);
		ck_assert_int_ne(result, BROKEN);
		ck_assert(result == DONE || (diag.found[0] && content.size == 0));
		message.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}
END_TEST

/* A hand-made EnvelopedData around zeros; each row spoils one thing. */
static const struct crafted {
	const char *name;
	enum oid cipher;
	size_t iv_size;
	size_t key_size;
	size_t size;       /* of the encrypted content */
	uint8_t fill;      /* the last block before encryption: 15 times this, */
	uint8_t last;      /* and this: the padding's size (RFC 5652 6.3) */
	size_t others;     /* recipients of another kind ahead of */
	size_t recipients; /* ours */
	bool bare;         /* without its ContentInfo */
	bool optional;     /* with originatorInfo and unprotectedAttrs */
	const char *found; /* NULL: it opens */
} crafted[] = {
	{"as it should be", OID_AES_128_CBC, 16, 16, 32, 16, 16, 0, 1, false, false, NULL},
	{"without a ContentInfo", OID_AES_128_CBC, 16, 16, 32, 16, 16, 0, 1, true, false, NULL},
	{"all optional parts", OID_AES_128_CBC, 16, 16, 32, 0, 1, 0, 1, false, true, NULL},
	{"DES, of something else", OID_DES_CBC, 8, 8, 32, 0, 1, 0, 1, false, false,
		"does not open"},
	{"the most recipients", OID_AES_128_CBC, 16, 16, 32, 0, 1, 0, 16, false, false, NULL},
	{"another kind first", OID_AES_128_CBC, 16, 16, 32, 0, 1, 15, 1, false, false, NULL},
	{"one too many with it", OID_AES_128_CBC, 16, 16, 32, 0, 1, 16, 1, false, false,
		"more than 16 recipients"},
	{"one more", OID_AES_128_CBC, 16, 16, 32, 0, 1, 0, 17, false, false,
		"more than 16 recipients"},
	{"an unknown cipher", OID_SHA256, 16, 16, 32, 0, 1, 0, 1, false, false, "SHA-256"},
	{"a short IV", OID_AES_128_CBC, 15, 16, 32, 0, 1, 0, 1, false, false,
		"15 octets instead of 16"},
	{"a long IV", OID_AES_128_CBC, 17, 16, 32, 0, 1, 0, 1, false, false,
		"17 octets instead of 16"},
	{"no IV", OID_AES_128_CBC, 0, 16, 32, 0, 1, 0, 1, false, false, "0 octets instead of 16"},
	{"the IV of DES", OID_AES_128_CBC, 8, 16, 32, 0, 1, 0, 1, false, false,
		"8 octets instead of 16"},
	{"a short key", OID_AES_128_CBC, 16, 15, 32, 0, 1, 0, 1, false, false,
		"15 octets instead of 16"},
	{"a long key", OID_AES_128_CBC, 16, 32, 32, 0, 1, 0, 1, false, false,
		"32 octets instead of 16"},
	{"another cipher's", OID_AES_256_CBC, 16, 16, 32, 0, 1, 0, 1, false, false,
		"16 octets instead of 32"},
	{"half a block", OID_AES_128_CBC, 16, 16, 24, 0, 1, 0, 1, false, false, "24 octets"},
	{"no content", OID_AES_128_CBC, 16, 16, 0, 0, 1, 0, 1, false, false, "0 octets"},
	{"padding of 0", OID_AES_128_CBC, 16, 16, 32, 0, 0, 0, 1, false, false, "does not open"},
	{"padding of 17", OID_AES_128_CBC, 16, 16, 32, 17, 17, 0, 1, false, false, "does not open"},
	{"uneven padding", OID_AES_128_CBC, 16, 16, 32, 3, 2, 0, 1, false, false, "does not open"},
};

static const uint8_t zeros[32];

/* Appends the row's content, encrypted under a key and an IV of zeros. */
static void
put_content(struct buffer *out, const struct crafted *row)
{
	CLEANUP(EVP_CIPHER_CTX) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t plain[32] = {0}, encrypted[32 + 16];
	int size;

	memset(plain + 16, row->fill, 15);
	plain[31] = row->last;
	ck_assert_int_eq(EVP_EncryptInit_ex(context, EVP_aes_128_cbc(), NULL, zeros, zeros), 1);
	ck_assert_int_eq(EVP_EncryptUpdate(context, encrypted, &size, plain, 32), 1);
	der_put(out, DER_CONTEXT(0), BYTES(encrypted, row->size));
}

static void
put_recipient(struct buffer *out, const struct crafted *row)
{
	size_t info = der_begin(out, DER_SEQUENCE), key;

	der_put_small(out, 0);
	cms_put_issuer_and_serial(out, ra.certificate.issuer, ra.certificate.serial);
	der_put_algorithm(out, oid_bytes(OID_RSA_ENCRYPTION), true);
	key = der_begin_primitive(out, DER_OCTET_STRING);
	ck_assert_int_eq(
		key_encrypt(out, ra.key, KEY_TRANSPORT_PKCS1, BYTES(zeros, row->key_size), NULL),
		DONE);
	der_end(out, key);
	der_end(out, info);
}

static void
put_enveloped_data(struct buffer *out, const struct crafted *row)
{
	size_t enveloped_data = der_begin(out, DER_SEQUENCE), part, algorithm;

	der_put_small(out, 0);
	if (row->optional)
		der_put(out, DER_CONTEXT(0) | DER_CONSTRUCTED, BYTES_NONE);
	part = der_begin(out, DER_SET);
	for (size_t i = 0; i < row->others; i++)
		der_put(out, DER_CONTEXT(3) | DER_CONSTRUCTED, BYTES_NONE);
	for (size_t i = 0; i < row->recipients; i++)
		put_recipient(out, row);
	der_end(out, part);
	part = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, oid_bytes(OID_PKCS7_DATA));
	algorithm = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, oid_bytes(row->cipher));
	if (row->iv_size > 0)
		der_put_octets(out, BYTES(zeros, row->iv_size));
	der_end(out, algorithm);
	put_content(out, row);
	der_end(out, part);
	if (row->optional)
		der_put(out, DER_CONTEXT(1) | DER_CONSTRUCTED, BYTES_NONE);
	der_end(out, enveloped_data);
}

START_TEST(says_what_is_wrong)
{
	const struct crafted *row = &crafted[_i];
	BUFFER_CLEANUP struct buffer message = {0}, content = {0};
	struct cms_mark mark = {0};
	struct diag diag = {0};
	int result;

	if (!row->bare)
		mark = cms_begin_content_info(&message, OID_PKCS7_ENVELOPED_DATA);
	put_enveloped_data(&message, row);
	if (!row->bare)
		cms_end_content_info(&message, mark);
	result = read_and_open(&content, buffer_bytes(&message), &ra, &diag);
	if (!row->found) {
		ck_assert_msg(result == DONE, "%s: %s", row->name, diag.found);
		ck_assert_msg(
			content.size == 32u - row->last, "%s: %zu bytes", row->name, content.size);
		buffer_append_byte(&message, 0);
		ck_assert_msg(
			read_and_open(&content, buffer_bytes(&message), &ra, &diag) == REFUSED,
			"%s: a byte behind it was accepted", row->name);
		return;
	}
	ck_assert_msg(result == REFUSED, "%s was opened", row->name);
	ck_assert_msg(strstr(diag.found, row->found) != NULL, "%s: %s", row->name, diag.found);
	ck_assert_uint_eq(content.size, 0);
}
END_TEST

#define OAEP   "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07"
#define SHA1   "\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00"
#define SHA256 "\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
#define MGF1   "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08"
#define LABEL  "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x09"

/* AlgorithmIdentifiers of key transport; RSAES-OAEP-params with the defaults left out or spelled
 * out (RFC 8017 A.2.1), and with others. */
static const struct {
	const char *name;
	const char *der;
	size_t size;
	enum key_transport transport;
} transports[] = {
#define TRANSPORT(name, der, transport)                                                            \
	{                                                                                          \
		name, der, sizeof(der) - 1, transport                                              \
	}
	TRANSPORT("none", "\x30\x0b" OAEP, KEY_TRANSPORT_OAEP),
	TRANSPORT("empty", "\x30\x0d" OAEP "\x30\x00", KEY_TRANSPORT_OAEP),
	TRANSPORT("all spelled out",
		"\x30\x45" OAEP "\x30\x38"
		"\xa0\x0b" SHA1 "\xa1\x18\x30\x16" MGF1 SHA1 "\xa2\x0f\x30\x0d" LABEL "\x04\x00",
		KEY_TRANSPORT_OAEP),
	TRANSPORT("SHA-256", "\x30\x1c" OAEP "\x30\x0f\xa0\x0d" SHA256, KEY_TRANSPORT_COUNT),
	TRANSPORT("MGF1 with SHA-256", "\x30\x29" OAEP "\x30\x1c\xa1\x1a\x30\x18" MGF1 SHA256,
		KEY_TRANSPORT_COUNT),
	TRANSPORT("another mask", "\x30\x27" OAEP "\x30\x1a\xa1\x18\x30\x16" LABEL SHA1,
		KEY_TRANSPORT_COUNT),
	TRANSPORT("a label", "\x30\x1f" OAEP "\x30\x12\xa2\x10\x30\x0e" LABEL "\x04\x01x",
		KEY_TRANSPORT_COUNT),
	TRANSPORT(
		"a fourth member", "\x30\x11" OAEP "\x30\x04\xa3\x02\x30\x00", KEY_TRANSPORT_COUNT),
	TRANSPORT("NULL", "\x30\x0d" OAEP "\x05\x00", KEY_TRANSPORT_COUNT),
	TRANSPORT("unknown", "\x30\x0d" LABEL "\x05\x00", KEY_TRANSPORT_COUNT),
#undef TRANSPORT
};

START_TEST(knows_key_transports)
{
	BUFFER_CLEANUP struct buffer message = {0};
	ENVELOPE_CLEANUP struct envelope envelope = {0};
	size_t enveloped_data = der_begin(&message, DER_SEQUENCE), set, info;
	struct diag diag = {0};

	der_put_small(&message, 0);
	set = der_begin(&message, DER_SET);
	info = der_begin(&message, DER_SEQUENCE);
	der_put_small(&message, 0);
	cms_put_issuer_and_serial(&message, ra.certificate.issuer, ra.certificate.serial);
	buffer_append(&message, BYTES(transports[_i].der, transports[_i].size));
	der_put_octets(&message, BYTES(zeros, sizeof(zeros)));
	der_end(&message, info);
	der_end(&message, set);
	info = der_begin(&message, DER_SEQUENCE);
	der_put_oid(&message, oid_bytes(OID_PKCS7_DATA));
	der_put_algorithm(&message, oid_bytes(OID_AES_128_CBC), false);
	der_put(&message, DER_CONTEXT(0), BYTES(zeros, sizeof(zeros)));
	der_end(&message, info);
	der_end(&message, enveloped_data);

	ASSERT_DONE(envelope_read(&envelope, buffer_bytes(&message), &diag), &diag);
	ck_assert_msg(envelope.recipients[0].transport == transports[_i].transport, "%s",
		transports[_i].name);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("envelope");
	TCase *openssl = tcase_create("against OpenSSL"), *tampered = tcase_create("tampered");

	tcase_add_unchecked_fixture(openssl, set_up, tear_down);
	tcase_add_loop_test(openssl, openssl_opens_what_we_seal, 0, (int)count_ciphers() * 2);
	tcase_add_loop_test(
		openssl, opens_what_openssl_seals, 0, (int)(count_ciphers() * ROWS(manners)));
	tcase_add_test(openssl, looks_at_as_many_recipients_as_told);
	tcase_add_test(openssl, says_to_whom_it_was_addressed);
	tcase_add_test(openssl, appends_nothing_when_it_cannot_seal);
	tcase_add_test(openssl, refuses_oaep_with_other_digests);
	suite_add_tcase(suite, openssl);

	tcase_add_unchecked_fixture(tampered, set_up, tear_down);
	tcase_add_loop_test(tampered, refuses_every_truncation, 0, 2);
	tcase_add_test(tampered, survives_every_changed_bit);
	tcase_add_loop_test(tampered, says_what_is_wrong, 0, ROWS(crafted));
	tcase_add_loop_test(tampered, knows_key_transports, 0, ROWS(transports));
	suite_add_tcase(suite, tampered);
	return run_suite(suite);
}
