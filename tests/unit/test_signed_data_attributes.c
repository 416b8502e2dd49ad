/* The rules of RFC 5652 5.3, 5.4 and 11 about signed attributes and algorithms, by hand-made
 * SignerInfos that a right key signed. */
#include <string.h>

#include "common/der_writer.h"
#include "common/signed_data.h"
#include "common/signed_data_writer.h"
#include "judge.h"
#include "tests/run_suite.h"
#include "x509_support.h"

static struct judge_identity signer;

static void
set_up(void)
{
	judge_identity_init(&signer, support_new_key(NULL, 1024), "TEST ONLY", "01");
}

static void
tear_down(void)
{
	judge_identity_done(&signer);
}

/* Reads a message and verifies it as the signer's. */
static int
read_and_verify(struct bytes message, struct diag *diag)
{
	SIGNED_DATA_CLEANUP struct signed_data data = {0};
	int result = signed_data_read(&data, message, diag);

	return result == DONE ? signed_data_verify(&data, signer.key, diag) : result;
}

/* Writes a SignerInfo by hand around attributes as they are, and signs `covered`. */
static void
craft(struct buffer *out, enum oid digest, enum oid signature, struct bytes attributes,
	struct bytes covered)
{
	size_t marks[5], octets;

	marks[0] = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, oid_bytes(OID_PKCS7_SIGNED_DATA));
	marks[1] = der_begin(out, DER_CONTEXT(0));
	marks[2] = der_begin(out, DER_SEQUENCE);
	der_put_small(out, 1);
	der_end(out, der_begin(out, DER_SET));
	octets = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, oid_bytes(OID_PKCS7_DATA));
	der_end(out, octets);
	marks[3] = der_begin(out, DER_SET);
	marks[4] = der_begin(out, DER_SEQUENCE);
	der_put_small(out, 1);
	cms_put_issuer_and_serial(out, signer.certificate.issuer, signer.certificate.serial);
	der_put_algorithm(out, oid_bytes(digest), true);
	if (attributes.data)
		der_put(out, DER_CONTEXT(0) | DER_CONSTRUCTED, attributes);
	der_put_algorithm(out, oid_bytes(signature), true);
	octets = der_begin_primitive(out, DER_OCTET_STRING);
	ck_assert_int_eq(
		key_sign(out, signer.key, algorithm_digest_named("SHA-256"), covered, NULL), DONE);
	der_end(out, octets);
	for (size_t i = 5; i-- > 0;)
		der_end(out, marks[i]);
}

static void
put_value(struct buffer *out, char letter)
{
	uint8_t digest[EVP_MAX_MD_SIZE] = {0};

	if (letter != 'D')
		ck_assert_int_eq(algorithm_digest_bytes(digest, algorithm_digest_named("SHA-256"),
					 BYTES_NONE, NULL),
			DONE);
	der_put_octets(out, BYTES(digest, 32));
}

/* Appends a messageDigest: 'd' right, 'D' wrong, '0' without a value, '2' with two, 'c' with a
 * constructed one. */
static void
put_message_digest(struct buffer *out, char letter)
{
	size_t attribute = der_begin(out, DER_SEQUENCE), values, chunks;

	der_put_oid(out, oid_bytes(OID_MESSAGE_DIGEST));
	values = der_begin(out, DER_SET);
	chunks = letter == 'c' ? der_begin(out, DER_OCTET_STRING) : 0;
	for (size_t count = letter == '0' ? 0 : letter == '2' ? 2 : 1; count > 0; count--)
		put_value(out, letter);
	if (chunks)
		der_end(out, chunks);
	der_end(out, values);
	der_end(out, attribute);
}

/* Appends an attribute for each letter: 't' contentType, 'T' a wrong one, 'm' messageType, and
 * those of put_message_digest. */
static void
put_attributes(struct buffer *out, const char *letters)
{
	for (; *letters; letters++)
		if (*letters == 'm')
			signed_data_put_attribute(
				out, OID_MESSAGE_TYPE, DER_PRINTABLE_STRING, bytes_text("19"));
		else if (*letters == 't')
			signed_data_put_attribute(
				out, OID_CONTENT_TYPE, DER_OBJECT, oid_bytes(OID_PKCS7_DATA));
		else if (*letters == 'T')
			signed_data_put_attribute(out, OID_CONTENT_TYPE, DER_OBJECT,
				oid_bytes(OID_PKCS7_SIGNED_DATA));
		else
			put_message_digest(out, *letters);
}

static const struct {
	const char *name;
	const char *attributes; /* for put_attributes */
	enum oid digest;
	enum oid signature;
	const char *object; /* NULL: accepted */
	const char *found;
} crafted[] = {
	{"as it should be", "tdm", OID_SHA256, OID_RSA_ENCRYPTION, NULL, NULL},
	{"sha256WithRSAEncryption", "tdm", OID_SHA256, OID_SHA256_WITH_RSA, NULL, NULL},
	{"MD5", "tdm", OID_MD5, OID_RSA_ENCRYPTION, "SignerInfo digestAlgorithm", "MD5"},
	{"a digest nobody knows", "tdm", OID_MGF1, OID_RSA_ENCRYPTION, "SignerInfo digestAlgorithm",
		"id-mgf1"},
	{"the signature names MD5", "tdm", OID_SHA256, OID_MD5_WITH_RSA,
		"SignerInfo signatureAlgorithm", "md5WithRSAEncryption with SHA-256"},
	{"the signature names SHA-1", "tdm", OID_SHA256, OID_SHA1_WITH_RSA,
		"SignerInfo signatureAlgorithm", "sha1WithRSAEncryption with SHA-256"},
	{"RSASSA-PSS", "tdm", OID_SHA256, OID_RSASSA_PSS, "SignerInfo signatureAlgorithm",
		"id-RSASSA-PSS"},
	{"another digest algorithm than signed with", "tdm", OID_SHA512, OID_RSA_ENCRYPTION,
		"messageDigest", "another one"},
	{"no attributes", "", OID_SHA256, OID_RSA_ENCRYPTION, NULL, NULL},
	{"no contentType", "dm", OID_SHA256, OID_RSA_ENCRYPTION, "contentType",
		"no such attribute"},
	{"no messageDigest", "tm", OID_SHA256, OID_RSA_ENCRYPTION, "messageDigest",
		"no such attribute"},
	{"another contentType", "Td", OID_SHA256, OID_RSA_ENCRYPTION, "contentType",
		"another type"},
	{"another messageDigest", "tD", OID_SHA256, OID_RSA_ENCRYPTION, "messageDigest",
		"another one"},
	{"two messageDigests", "tdd", OID_SHA256, OID_RSA_ENCRYPTION, "messageDigest", "2 of them"},
	{"a right and a wrong messageDigest", "tdD", OID_SHA256, OID_RSA_ENCRYPTION,
		"messageDigest", "2 of them"},
	{"two contentTypes", "ttd", OID_SHA256, OID_RSA_ENCRYPTION, "contentType", "2 of them"},
	{"a messageDigest with two values", "t2", OID_SHA256, OID_RSA_ENCRYPTION, "messageDigest",
		"2 values"},
	{"a messageDigest without a value", "t0", OID_SHA256, OID_RSA_ENCRYPTION, "messageDigest",
		"0 values"},
	{"a constructed messageDigest", "tc", OID_SHA256, OID_RSA_ENCRYPTION, "messageDigest",
		"a constructed one"},
};

START_TEST(says_what_is_wrong)
{
	BUFFER_CLEANUP struct buffer message = {0}, attributes = {0}, covered = {0};
	struct diag diag = {0};
	int result;

	put_attributes(&attributes, crafted[_i].attributes);
	if (attributes.size > 0)
		der_put(&covered, DER_SET | DER_CONSTRUCTED, buffer_bytes(&attributes));
	craft(&message, crafted[_i].digest, crafted[_i].signature, buffer_bytes(&attributes),
		buffer_bytes(&covered));
	result = read_and_verify(buffer_bytes(&message), &diag);
	if (!crafted[_i].object) {
		ck_assert_msg(result == DONE, "%s: %s", crafted[_i].name, diag.found);
		return;
	}
	ck_assert_msg(result == REFUSED, "%s was accepted", crafted[_i].name);
	ck_assert_msg(strcmp(diag.object, crafted[_i].object) == 0 &&
			strstr(diag.found, crafted[_i].found),
		"%s: %s: %s", crafted[_i].name, diag.object, diag.found);
}
END_TEST

/* Appends the SET OF that is signed, with these attributes in this order. */
static void
put_set(struct buffer *out, const char *letters)
{
	size_t set = der_begin(out, DER_SET);

	put_attributes(out, letters);
	der_end(out, set);
}

static const struct {
	const char *sent;
	const char *covered; /* DER's order is "mtd": the shortest first */
	int result;
} orders[] = {
	{"mtd", "mtd", DONE},
	{"dtm", "dtm", DONE},
	{"dtm", "mtd", DONE},
	{"dtm", "tdm", REFUSED},
	{"mtd", "dtm", REFUSED},
};

START_TEST(takes_attributes_in_any_order)
{
	BUFFER_CLEANUP struct buffer sent = {0}, covered = {0}, message = {0};

	put_attributes(&sent, orders[_i].sent);
	put_set(&covered, orders[_i].covered);
	craft(&message, OID_SHA256, OID_RSA_ENCRYPTION, buffer_bytes(&sent),
		buffer_bytes(&covered));
	ck_assert_msg(read_and_verify(buffer_bytes(&message), NULL) == orders[_i].result,
		"sent \"%s\", signed \"%s\"", orders[_i].sent, orders[_i].covered);
}
END_TEST

/* Sorting a bomb would cost more than refusing it. */
START_TEST(sorts_no_more_than_64_kib)
{
	BUFFER_CLEANUP struct buffer padding = {0}, sent = {0};

	buffer_append_space(&padding, 70000);
	put_attributes(&sent, "dtm");
	signed_data_put_attribute(
		&sent, OID_SIGNING_TIME, DER_OCTET_STRING, buffer_bytes(&padding));
	for (int sorted = 0; sorted <= 1; sorted++) {
		BUFFER_CLEANUP struct buffer covered = {0}, message = {0};
		size_t set = der_begin(&covered, DER_SET);

		buffer_append(&covered, buffer_bytes(&sent));
		if (sorted)
			der_end_set_of(&covered, set);
		else
			der_end(&covered, set);
		craft(&message, OID_SHA256, OID_RSA_ENCRYPTION, buffer_bytes(&sent),
			buffer_bytes(&covered));
		ck_assert_int_eq(
			read_and_verify(buffer_bytes(&message), NULL), sorted ? REFUSED : DONE);
	}
}
END_TEST

START_TEST(refuses_an_empty_set)
{
	BUFFER_CLEANUP struct buffer message = {0};
	SIGNED_DATA_CLEANUP struct signed_data data = {0};
	struct diag diag = {0};

	craft(&message, OID_SHA256, OID_RSA_ENCRYPTION, BYTES("", 0), BYTES_NONE);
	ck_assert_int_eq(signed_data_read(&data, buffer_bytes(&message), &diag), REFUSED);
	ck_assert_str_eq(diag.wanted, "at least one signed attribute");
}
END_TEST

START_TEST(counts_before_it_stores)
{
	BUFFER_CLEANUP struct buffer attributes = {0};

	for (size_t i = 0; i < LIMIT_ATTRIBUTES; i++)
		put_attributes(&attributes, "m");
	for (size_t extra = 0; extra <= 1; extra++) {
		BUFFER_CLEANUP struct buffer message = {0};
		SIGNED_DATA_CLEANUP struct signed_data data = {0};
		struct diag diag = {0};

		if (extra)
			put_attributes(&attributes, "m");
		craft(&message, OID_SHA256, OID_RSA_ENCRYPTION, buffer_bytes(&attributes),
			BYTES_NONE);
		ck_assert_int_eq(signed_data_read(&data, buffer_bytes(&message), &diag),
			extra ? REFUSED : DONE);
		ck_assert_str_eq(diag.found, extra ? "more than 64 signed attributes" : "");
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("signed_data_attributes");
	TCase *tests = tcase_create("by hand");

	tcase_add_unchecked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, says_what_is_wrong, 0, ROWS(crafted));
	tcase_add_loop_test(tests, takes_attributes_in_any_order, 0, ROWS(orders));
	tcase_add_test(tests, sorts_no_more_than_64_kib);
	tcase_add_test(tests, refuses_an_empty_set);
	tcase_add_test(tests, counts_before_it_stores);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
