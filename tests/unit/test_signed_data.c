/* SignedData that OpenSSL made, and every way of tampering with one. */
#include <stdio.h>
#include <string.h>

#include "common/der_writer.h"
#include "common/signed_data.h"
#include "common/signed_data_writer.h"
#include "judge.h"
#include "tests/run_suite.h"
#include "x509_support.h"

static struct judge_identity rsa, other, ec;
static struct buffer long_content; /* more than one chunk when streamed */

static void
set_up(void)
{
	judge_identity_init(&rsa, support_new_key(NULL, 1024), "TEST ONLY RSA", "6800000001");
	judge_identity_init(&other, support_new_key(NULL, 1024), "TEST ONLY RSA", "6800000002");
	judge_identity_init(&ec, support_new_key("P-256", 0), "TEST ONLY EC", "00ff");
	for (int i = 0; i < 2000; i++)
		buffer_append_format(&long_content, "line %d\n", i);
}

static void
tear_down(void)
{
	judge_identity_done(&rsa);
	judge_identity_done(&other);
	judge_identity_done(&ec);
	buffer_done(&long_content);
}

/* Reads a message and verifies it with this key; leaves the words in the diag. */
static int
read_and_verify(struct bytes message, EVP_PKEY *key, struct diag *diag)
{
	SIGNED_DATA_CLEANUP struct signed_data data = {0};
	int result = signed_data_read(&data, message, diag);

	return result == DONE ? signed_data_verify(&data, key, diag) : result;
}

static const struct {
	const char *name;
	unsigned manner;
	const EVP_MD *(*digest)(void);
	const char *content_type;
	const struct judge_identity *signer;
} theirs[] = {
	{"DER, SHA-1", 0, EVP_sha1, NULL, &rsa},
	{"DER, SHA-384", 0, EVP_sha384, NULL, &rsa},
	{"streamed, SHA-512", JUDGE_STREAMED, EVP_sha512, NULL, &rsa},
	{"named by key", JUDGE_KEY_IDENTIFIER, EVP_sha256, NULL, &rsa},
	{"streamed, named by key", JUDGE_STREAMED | JUDGE_KEY_IDENTIFIER, EVP_sha256, NULL, &ec},
	{"no attributes", JUDGE_NO_ATTRIBUTES, EVP_sha256, NULL, &rsa},
	{"an unsigned attribute", JUDGE_UNSIGNED_ATTRIBUTE, EVP_sha256, NULL, &rsa},
	{"ECDSA, SHA-256", 0, EVP_sha256, NULL, &ec},
	{"ECDSA, SHA-512", JUDGE_STREAMED, EVP_sha512, NULL, &ec},
	{"envelopedData", 0, EVP_sha256, "1.2.840.113549.1.7.3", &rsa},
	{"signedData", JUDGE_STREAMED, EVP_sha256, "1.2.840.113549.1.7.2", &rsa},
};

START_TEST(reads_what_openssl_signs)
{
	const struct judge_plan plan = {
		.manner = theirs[_i].manner,
		.people = {theirs[_i].signer},
		.others = {&other},
		.content_type = theirs[_i].content_type,
		.digest = theirs[_i].digest(),
	};
	BUFFER_CLEANUP struct buffer message = {0};
	SIGNED_DATA_CLEANUP struct signed_data data = {0};
	CERTIFICATE_CLEANUP struct certificate signer = {0};
	struct diag diag = {0};
	uint8_t *middle;

	judge_sign(&message, &plan, buffer_bytes(&long_content));
	ASSERT_DONE(signed_data_read(&data, buffer_bytes(&message), &diag), &diag);
	ck_assert(bytes_equal(data.content, buffer_bytes(&long_content)));
	ck_assert_uint_eq(data.joined.size > 0, (plan.manner & JUDGE_STREAMED) != 0);
	ck_assert_uint_eq(data.certificate_count, 2);
	ASSERT_DONE(signed_data_find_signer(&signer, &data, &diag), &diag);
	ck_assert(bytes_equal(
		buffer_bytes(&signer.der), buffer_bytes(&theirs[_i].signer->certificate.der)));
	ASSERT_DONE(signed_data_verify(&data, theirs[_i].signer->key, &diag), &diag);
	ck_assert_int_eq(signed_data_verify(&data, other.key, &diag), REFUSED);

	middle = memmem(message.data, message.size, "line 1000", 9);
	ck_assert_ptr_nonnull(middle);
	*middle ^= 1;
	ck_assert_int_eq(
		read_and_verify(buffer_bytes(&message), theirs[_i].signer->key, &diag), REFUSED);
}
END_TEST

/* RFC 5652 5.3: signatureAlgorithm is what the signer used. */
START_TEST(refuses_ecdsa_of_an_rsa_key)
{
	static const enum oid named[] = {
		OID_EC_PUBLIC_KEY, OID_ECDSA_WITH_SHA256, OID_SHA256_WITH_RSA};
	const struct judge_plan plan = {.people = {&rsa}, .digest = EVP_sha256()};
	BUFFER_CLEANUP struct buffer message = {0};
	SIGNED_DATA_CLEANUP struct signed_data data = {0};
	struct diag diag = {0};

	judge_sign(&message, &plan, bytes_text("content"));
	ck_assert_int_eq(signed_data_read(&data, buffer_bytes(&message), &diag), DONE);
	data.signature_oid = oid_bytes(named[_i]);
	ck_assert_int_eq(signed_data_verify(&data, rsa.key, &diag), _i < 2 ? REFUSED : DONE);
	ck_assert_int_eq(strstr(diag.object, "signatureAlgorithm") != NULL, _i < 2);
}
END_TEST

START_TEST(content_may_be_absent)
{
	const struct judge_plan plan = {
		.manner = JUDGE_NO_CONTENT, .people = {&rsa}, .digest = EVP_sha256()};
	BUFFER_CLEANUP struct buffer message = {0};
	SIGNED_DATA_CLEANUP struct signed_data data = {0};
	struct diag diag = {0};

	judge_sign(&message, &plan, BYTES_NONE);
	ASSERT_DONE(signed_data_read(&data, buffer_bytes(&message), &diag), &diag);
	ck_assert(!data.has_content);
	ck_assert_uint_eq(data.content.size, 0);
	ASSERT_DONE(signed_data_verify(&data, rsa.key, &diag), &diag);
}
END_TEST

/* RFC 5652 5.3: else what looks like attributes could be passed off as the content. */
START_TEST(other_content_types_need_attributes)
{
	const struct judge_plan plan = {.manner = JUDGE_NO_ATTRIBUTES,
		.people = {&rsa},
		.content_type = "1.2.840.113549.1.7.2",
		.digest = EVP_sha256()};
	BUFFER_CLEANUP struct buffer message = {0};
	struct diag diag = {0};

	judge_sign(&message, &plan, bytes_text("content"));
	ck_assert_int_eq(read_and_verify(buffer_bytes(&message), rsa.key, &diag), REFUSED);
	ck_assert_str_eq(diag.clause, "RFC 5652 5.3");
}
END_TEST

/* As of a SCEP request, with a small content. */
static void
sign_small(struct buffer *out, unsigned manner)
{
	const struct judge_plan plan = {
		.manner = manner,
		.people = {&rsa},
		.digest = EVP_sha256(),
		.attributes = {{"2.16.840.1.113733.1.9.2", V_ASN1_PRINTABLESTRING, "19", 2},
			{"2.16.840.1.113733.1.9.7", V_ASN1_PRINTABLESTRING, "TRANSACTION", 11}},
	};

	judge_sign(out, &plan, bytes_text("small content"));
}

START_TEST(refuses_every_truncation)
{
	BUFFER_CLEANUP struct buffer message = {0};
	unsigned manner = _i ? JUDGE_STREAMED : 0;

	sign_small(&message, manner);
	for (size_t size = 0; size < message.size; size++) {
		/* A block of its own, so that a sanitizer sees the first byte beyond it. */
		BUFFER_CLEANUP struct buffer cut = {0};
		SIGNED_DATA_CLEANUP struct signed_data data = {0};
		struct diag diag = {0};

		buffer_append(&cut, BYTES(message.data, size));
		ck_assert_msg(signed_data_read(&data, buffer_bytes(&cut), &diag) == REFUSED,
			"%zu of %zu bytes were accepted", size, message.size);
		ck_assert_msg(diag.found[0] != '\0', "no words about %zu bytes", size);
	}
	buffer_append_byte(&message, 0);
	ck_assert_int_eq(read_and_verify(buffer_bytes(&message), rsa.key, NULL), REFUSED);
}
END_TEST

/* Whatever bit is turned: when the message still verifies, what it says is what was signed. */
START_TEST(no_changed_bit_changes_what_is_said)
{
	BUFFER_CLEANUP struct buffer message = {0};
	SIGNED_DATA_CLEANUP struct signed_data whole = {0};
	size_t refused = 0;

	sign_small(&message, _i ? JUDGE_STREAMED : 0);
	ck_assert_int_eq(signed_data_read(&whole, buffer_bytes(&message), NULL), DONE);
	for (size_t bit = 0; bit < message.size * 8; bit++) {
		SIGNED_DATA_CLEANUP struct signed_data data = {0};

		message.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (signed_data_read(&data, buffer_bytes(&message), NULL) == DONE &&
			signed_data_verify(&data, rsa.key, NULL) == DONE)
			ck_assert_msg(bytes_equal(data.content, whole.content) &&
					bytes_equal(data.content_type, whole.content_type) &&
					bytes_equal(
						data.signed_attributes, whole.signed_attributes),
				"bit %zu of byte %zu", bit % 8, bit / 8);
		else
			refused++;
		message.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	/* Signature, attributes and content cannot be touched. */
	ck_assert_uint_gt(refused, 8 * (128 + whole.signed_attributes.size + whole.content.size));
}
END_TEST

/* Writes DER again with indefinite lengths, and those of primitive elements in four octets. */
static void
put_ber(struct buffer *out, struct bytes input)
{
	struct der der = der_start(input, "DER", NULL);
	struct der_element element;

	while (!der_empty(&der)) {
		ck_assert(der_take_any(&der, &element));
		buffer_append(out, BYTES(element.whole.data, 1));
		if (element.constructed) {
			buffer_append_byte(out, 0x80);
			put_ber(out, element.content);
			buffer_append(out, BYTES("\0\0", 2));
		} else {
			size_t size = element.content.size;
			uint8_t length[] = {0x84, 0, 0, (uint8_t)(size >> 8), (uint8_t)size};

			buffer_append(out, BYTES(length, sizeof(length)));
			buffer_append(out, element.content);
		}
	}
}

START_TEST(reads_ber_everywhere)
{
	/* Without certificates, which are signed as DER. */
	const struct judge_plan plan = {
		.manner = JUDGE_NO_CERTIFICATE, .people = {&rsa}, .digest = EVP_sha256()};
	BUFFER_CLEANUP struct buffer der = {0}, message = {0}, content = {0};
	SIGNED_DATA_CLEANUP struct signed_data data = {0};
	struct diag diag = {0};

	judge_sign(&der, &plan, bytes_text("content"));
	put_ber(&message, buffer_bytes(&der));
	ck_assert(judge_verify(&content, buffer_bytes(&message), &rsa));
	ASSERT_DONE(signed_data_read(&data, buffer_bytes(&message), &diag), &diag);
	ASSERT_DONE(signed_data_verify(&data, rsa.key, &diag), &diag);
	ck_assert(bytes_equal(data.content, buffer_bytes(&content)));
	ck_assert_int_eq(signed_data_verify(&data, other.key, &diag), REFUSED);
}
END_TEST

START_TEST(refuses_two_signers)
{
	const struct judge_plan plan = {.people = {&rsa, &other}, .digest = EVP_sha256()};
	BUFFER_CLEANUP struct buffer message = {0};
	struct diag diag = {0};

	judge_sign(&message, &plan, bytes_text("content"));
	ck_assert_int_eq(read_and_verify(buffer_bytes(&message), rsa.key, &diag), REFUSED);
	ck_assert_str_eq(diag.wanted, "one SignerInfo");
}
END_TEST

START_TEST(says_whose_certificate_is_missing)
{
	const struct judge_plan plan = {.manner = JUDGE_NO_CERTIFICATE,
		.people = {&rsa},
		.others = {&other, &ec},
		.digest = EVP_sha256()};
	BUFFER_CLEANUP struct buffer message = {0};
	SIGNED_DATA_CLEANUP struct signed_data data = {0};
	CERTIFICATE_CLEANUP struct certificate signer = {0};
	struct diag diag = {0};

	judge_sign(&message, &plan, bytes_text("content"));
	ASSERT_DONE(signed_data_read(&data, buffer_bytes(&message), &diag), &diag);
	ck_assert_uint_eq(data.certificate_count, 2);
	ck_assert_int_eq(signed_data_find_signer(&signer, &data, &diag), REFUSED);
	ck_assert_str_eq(diag.wanted, "issuer CN=TEST ONLY RSA, serial 6800000001");
	ck_assert_str_eq(diag.found, "2 certificates, none of that name");
}
END_TEST

START_TEST(says_that_the_certificate_is_damaged)
{
	const struct judge_plan plan = {.people = {&rsa}, .digest = EVP_sha256()};
	BUFFER_CLEANUP struct buffer message = {0};
	SIGNED_DATA_CLEANUP struct signed_data data = {0};
	CERTIFICATE_CLEANUP struct certificate signer = {0};
	struct diag diag = {0};
	uint8_t *serial;

	judge_sign(&message, &plan, bytes_text("content"));
	serial = memmem(message.data, message.size, "\x02\x05\x68\0\0\0\x01", 7);
	ck_assert_ptr_nonnull(serial);
	*serial = DER_OCTET_STRING;
	ASSERT_DONE(signed_data_read(&data, buffer_bytes(&message), &diag), &diag);
	ck_assert_int_eq(signed_data_find_signer(&signer, &data, &diag), REFUSED);
	ck_assert_str_eq(diag.wanted, "INTEGER");
	ck_assert_ptr_null(signer.der.data);
}
END_TEST

START_TEST(passes_over_other_kinds_of_certificates)
{
	struct bytes certificates[] = {BYTES("\xa1\x02\x05\x00", 4),
		buffer_bytes(&rsa.certificate.der), BYTES("\xa3\x00", 2)};
	BUFFER_CLEANUP struct buffer message = {0};
	SIGNED_DATA_CLEANUP struct signed_data data = {0};
	struct diag diag = {0};

	certs_only_write(&message, certificates, ROWS(certificates), BYTES_NONE);
	ASSERT_DONE(signed_data_read(&data, buffer_bytes(&message), &diag), &diag);
	ck_assert_uint_eq(data.certificate_count, 1);
	ck_assert(bytes_equal(data.certificates[0], certificates[1]));
}
END_TEST

START_TEST(counts_certificates_before_it_stores)
{
	struct bytes certificates[LIMIT_CERTIFICATES + 1];

	for (size_t i = 0; i < ROWS(certificates); i++)
		certificates[i] = buffer_bytes(&ec.certificate.der);
	for (size_t extra = 0; extra <= 1; extra++) {
		BUFFER_CLEANUP struct buffer message = {0};
		SIGNED_DATA_CLEANUP struct signed_data data = {0};
		struct diag diag = {0};

		certs_only_write(&message, certificates, LIMIT_CERTIFICATES + extra, BYTES_NONE);
		ck_assert_int_eq(signed_data_read(&data, buffer_bytes(&message), &diag),
			extra ? REFUSED : DONE);
		ck_assert_str_eq(diag.found, extra ? "more than 64 certificates" : "");
	}
}
END_TEST

/* One byte of an empty certs-only message, which is all frame. */
static const struct {
	const char *name;
	size_t offset;
	uint8_t value;
	int result;
} frames[] = {
	{"version 3", 19, 3, DONE},
	{"version 2", 19, 2, REFUSED},
	{"version 4", 19, 4, REFUSED},
	{"a SET for the ContentInfo", 0, DER_SET | DER_CONSTRUCTED, REFUSED},
	{"envelopedData", 12, 3, REFUSED},
	{"[1] for the content", 13, DER_CONTEXT(1) | DER_CONSTRUCTED, REFUSED},
	{"a primitive SignedData", 15, DER_SEQUENCE, REFUSED},
	{"a SEQUENCE of digestAlgorithms", 20, DER_SEQUENCE | DER_CONSTRUCTED, REFUSED},
	{"a SET for encapContentInfo", 22, DER_SET | DER_CONSTRUCTED, REFUSED},
	{"[2] for signerInfos", 35, DER_CONTEXT(2) | DER_CONSTRUCTED, REFUSED},
};

START_TEST(reads_the_frame_alone)
{
	BUFFER_CLEANUP struct buffer message = {0};
	SIGNED_DATA_CLEANUP struct signed_data data = {0};

	certs_only_write(&message, NULL, 0, BYTES_NONE);
	ck_assert_uint_eq(message.size, 37);
	message.data[frames[_i].offset] = frames[_i].value;
	ck_assert_msg(signed_data_read(&data, buffer_bytes(&message), NULL) == frames[_i].result,
		"%s", frames[_i].name);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("signed_data");
	TCase *openssl = tcase_create("of OpenSSL"), *tampered = tcase_create("tampered");

	tcase_add_unchecked_fixture(openssl, set_up, tear_down);
	tcase_add_loop_test(openssl, reads_what_openssl_signs, 0, ROWS(theirs));
	tcase_add_test(openssl, content_may_be_absent);
	tcase_add_loop_test(openssl, refuses_ecdsa_of_an_rsa_key, 0, 3);
	tcase_add_test(openssl, other_content_types_need_attributes);
	tcase_add_test(openssl, reads_ber_everywhere);
	suite_add_tcase(suite, openssl);

	tcase_add_unchecked_fixture(tampered, set_up, tear_down);
	tcase_add_loop_test(tampered, refuses_every_truncation, 0, 2);
	tcase_add_loop_test(tampered, no_changed_bit_changes_what_is_said, 0, 2);
	tcase_add_test(tampered, refuses_two_signers);
	tcase_add_test(tampered, says_whose_certificate_is_missing);
	tcase_add_test(tampered, says_that_the_certificate_is_damaged);
	tcase_add_test(tampered, passes_over_other_kinds_of_certificates);
	tcase_add_test(tampered, counts_certificates_before_it_stores);
	tcase_add_loop_test(tampered, reads_the_frame_alone, 0, ROWS(frames));
	suite_add_tcase(suite, tampered);
	return run_suite(suite);
}
