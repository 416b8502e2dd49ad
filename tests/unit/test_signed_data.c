/* SignedData against OpenSSL's CMS in both directions, and every way of tampering with one. */
#include <stdio.h>
#include <string.h>

#include "common/der_writer.h"
#include "common/signed_data.h"
#include "common/signed_data_writer.h"
#include "judge.h"
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
	const char *digest;
	const char *content; /* NULL: left out */
	bool digest_parameters_null;
	bool signature_names_digest;
	bool ec;
	size_t certificates;
	int64_t signing_time;
} ours[] = {
	{"SHA-1", "content", true, false, false, 0, 0},
	{"SHA-256", "content", false, true, false, 1, 0},
	{"SHA-384", "content", true, true, false, 2, 1700000000},
	{"SHA-512", "content", false, false, false, 1, 4102444800},
	{"SHA-256", "", true, false, false, 1, 0},
	{"SHA-256", NULL, true, false, false, 1, 0},
	{"SHA-1", "content", false, false, true, 1, 0},
	{"SHA-256", "content", true, false, true, 0, 0},
};

static void
sign_row(struct buffer *out, size_t row)
{
	const struct judge_identity *signer = ours[row].ec ? &ec : &rsa;
	BUFFER_CLEANUP struct buffer attributes = {0};
	struct signed_data_plan plan = {
		.digest = algorithm_digest_named(ours[row].digest),
		.digest_parameters_null = ours[row].digest_parameters_null,
		.signature_names_digest = ours[row].signature_names_digest,
		.has_content = ours[row].content != NULL,
		.content = bytes_text(ours[row].content),
		.certificates = {buffer_bytes(&signer->certificate.der),
			buffer_bytes(&other.certificate.der)},
		.certificate_count = ours[row].certificates,
		.signer_issuer = signer->certificate.issuer,
		.signer_serial = signer->certificate.serial,
		.signing_time = ours[row].signing_time,
	};
	struct diag diag = {0};

	signed_data_put_attribute(
		&attributes, OID_TRANSACTION_ID, DER_PRINTABLE_STRING, bytes_text("ABC"));
	plan.attributes = buffer_bytes(&attributes);
	ASSERT_DONE(signed_data_sign(out, &plan, signer->key, &diag), &diag);
}

START_TEST(openssl_verifies_what_we_sign)
{
	const struct judge_identity *signer = ours[_i].ec ? &ec : &rsa;
	BUFFER_CLEANUP struct buffer message = {0}, content = {0}, ignored = {0};
	SIGNED_DATA_CLEANUP struct signed_data data = {0};
	struct diag diag = {0};

	sign_row(&message, (size_t)_i);
	ck_assert(judge_verify(&content, buffer_bytes(&message), signer));
	ck_assert(bytes_equal(buffer_bytes(&content), bytes_text(ours[_i].content)));

	ASSERT_DONE(signed_data_read(&data, buffer_bytes(&message), &diag), &diag);
	ck_assert_int_eq(data.has_content, ours[_i].content != NULL);
	ck_assert(bytes_equal(data.content, bytes_text(ours[_i].content)));
	ck_assert_uint_eq(data.certificate_count, ours[_i].certificates);
	ck_assert_uint_eq(data.attribute_count, ours[_i].signing_time ? 4 : 3);
	ASSERT_DONE(signed_data_verify(&data, signer->key, &diag), &diag);

	message.data[message.size - 1] ^= 1; /* in the signature, which stands last */
	ck_assert(!judge_verify(&ignored, buffer_bytes(&message), signer));
	ck_assert_int_eq(read_and_verify(buffer_bytes(&message), signer->key, &diag), REFUSED);
}
END_TEST

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
	cms_put_issuer_and_serial(out, rsa.certificate.issuer, rsa.certificate.serial);
	der_put_algorithm(out, oid_bytes(digest), true);
	if (attributes.size > 0)
		der_put(out, DER_CONTEXT(0) | DER_CONSTRUCTED, attributes);
	der_put_algorithm(out, oid_bytes(signature), true);
	octets = der_begin_primitive(out, DER_OCTET_STRING);
	ck_assert_int_eq(
		key_sign(out, rsa.key, algorithm_digest_named("SHA-256"), covered, NULL), DONE);
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

/* Appends an attribute for each letter: those that RFC 5652 11 asks for, and spoilt ones. */
static void
put_attributes(struct buffer *out, const char *letters)
{
	size_t attribute, values, chunks;

	for (; *letters; letters++) {
		if (*letters == 't' || *letters == 'T') {
			enum oid type = *letters == 't' ? OID_PKCS7_DATA : OID_PKCS7_SIGNED_DATA;

			signed_data_put_attribute(
				out, OID_CONTENT_TYPE, DER_OBJECT, oid_bytes(type));
			continue;
		}
		if (*letters == 'm') {
			signed_data_put_attribute(
				out, OID_MESSAGE_TYPE, DER_PRINTABLE_STRING, bytes_text("19"));
			continue;
		}
		attribute = der_begin(out, DER_SEQUENCE);
		der_put_oid(out, oid_bytes(OID_MESSAGE_DIGEST));
		values = der_begin(out, DER_SET);
		chunks = *letters == 'c' ? der_begin(out, DER_OCTET_STRING) : 0;
		if (*letters != '0')
			put_value(out, *letters);
		if (chunks)
			der_end(out, chunks);
		if (*letters == '2')
			put_value(out, *letters);
		der_end(out, values);
		der_end(out, attribute);
	}
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
	result = read_and_verify(buffer_bytes(&message), rsa.key, &diag);
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
	ck_assert_msg(read_and_verify(buffer_bytes(&message), rsa.key, NULL) == orders[_i].result,
		"sent \"%s\", signed \"%s\"", orders[_i].sent, orders[_i].covered);
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
	BUFFER_CLEANUP struct buffer der = {0}, message = {0}, content = {0};
	SIGNED_DATA_CLEANUP struct signed_data data = {0};
	struct diag diag = {0};

	sign_row(&der, 0); /* without certificates, which are signed as DER */
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

/* Each gets `count` of something that may stand at most 64 times. */
static void
write_certificates(struct buffer *out, size_t count)
{
	struct bytes certificates[SIGNED_DATA_CERTIFICATES_MAX + 1];

	for (size_t i = 0; i < count; i++)
		certificates[i] = buffer_bytes(&ec.certificate.der);
	certs_only_write(out, certificates, count, BYTES_NONE);
}

static void
write_attributes(struct buffer *out, size_t count)
{
	BUFFER_CLEANUP struct buffer attributes = {0};

	while (count-- > 0)
		put_attributes(&attributes, "m");
	craft(out, OID_SHA256, OID_RSA_ENCRYPTION, buffer_bytes(&attributes), BYTES_NONE);
}

START_TEST(counts_before_it_stores)
{
	void (*const writers[])(struct buffer *, size_t) = {write_certificates, write_attributes};

	for (size_t i = 0; i < ROWS(writers); i++)
		for (size_t count = 64; count <= 65; count++) {
			BUFFER_CLEANUP struct buffer message = {0};
			SIGNED_DATA_CLEANUP struct signed_data data = {0};
			struct diag diag = {0};

			writers[i](&message, count);
			ck_assert_int_eq(signed_data_read(&data, buffer_bytes(&message), &diag),
				count == 64 ? DONE : REFUSED);
			if (count == 65)
				ck_assert_ptr_nonnull(strstr(diag.found, "more than 64"));
		}
}
END_TEST

/* Appends an empty CRL that OpenSSL signed. */
static void
make_crl(struct buffer *out)
{
	X509_CRL *crl = X509_CRL_new();

	ck_assert_int_eq(X509_CRL_set_issuer_name(crl, X509_get_subject_name(rsa.x509)), 1);
	ck_assert_int_eq(X509_CRL_set1_lastUpdate(crl, X509_get0_notBefore(rsa.x509)), 1);
	ck_assert_int_gt(X509_CRL_sign(crl, rsa.key, EVP_sha256()), 0);
	SUPPORT_ENCODE(out, i2d_X509_CRL, crl);
	X509_CRL_free(crl);
}

START_TEST(writes_certificates_only)
{
	struct bytes certificates[] = {buffer_bytes(&rsa.certificate.der),
		buffer_bytes(&ec.certificate.der), buffer_bytes(&other.certificate.der)};
	BUFFER_CLEANUP struct buffer message = {0}, found = {0}, expected = {0}, crl = {0};
	SIGNED_DATA_CLEANUP struct signed_data data = {0};
	size_t crls, count = (size_t)_i & 1 ? ROWS(certificates) : 0;
	struct diag diag = {0};

	if (_i & 2)
		make_crl(&crl);
	certs_only_write(&message, certificates, count, buffer_bytes(&crl));
	ck_assert_uint_eq(judge_certificates(&found, &crls, buffer_bytes(&message)), count);
	ck_assert_uint_eq(crls, _i & 2 ? 1 : 0);
	for (size_t i = 0; i < count; i++)
		buffer_append(&expected, certificates[i]);
	ck_assert(bytes_equal(buffer_bytes(&found), buffer_bytes(&expected)));

	ASSERT_DONE(signed_data_read(&data, buffer_bytes(&message), &diag), &diag);
	ck_assert(!data.has_signer && !data.has_content);
	ck_assert_uint_eq(data.certificate_count, count);
	for (size_t i = 0; i < count; i++)
		ck_assert(bytes_equal(data.certificates[i], certificates[i]));
	ck_assert(bytes_equal(data.crls, buffer_bytes(&crl)));
	/* Without a signer there is nothing to verify. */
	ck_assert_int_eq(signed_data_verify(&data, rsa.key, &diag), REFUSED);
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
	TCase *openssl = tcase_create("against OpenSSL"), *tampered = tcase_create("tampered");
	TCase *encodings = tcase_create("encodings");

	tcase_add_unchecked_fixture(openssl, set_up, tear_down);
	tcase_add_loop_test(openssl, openssl_verifies_what_we_sign, 0, ROWS(ours));
	tcase_add_loop_test(openssl, reads_what_openssl_signs, 0, ROWS(theirs));
	tcase_add_test(openssl, content_may_be_absent);
	tcase_add_loop_test(openssl, writes_certificates_only, 0, 4);
	suite_add_tcase(suite, openssl);

	tcase_add_unchecked_fixture(tampered, set_up, tear_down);
	tcase_add_loop_test(tampered, refuses_every_truncation, 0, 2);
	tcase_add_loop_test(tampered, no_changed_bit_changes_what_is_said, 0, 2);
	tcase_add_loop_test(tampered, says_what_is_wrong, 0, ROWS(crafted));
	tcase_add_test(tampered, refuses_two_signers);
	tcase_add_test(tampered, says_whose_certificate_is_missing);
	tcase_add_test(tampered, counts_before_it_stores);
	tcase_add_loop_test(tampered, reads_the_frame_alone, 0, ROWS(frames));
	suite_add_tcase(suite, tampered);

	tcase_add_unchecked_fixture(encodings, set_up, tear_down);
	tcase_add_loop_test(encodings, takes_attributes_in_any_order, 0, ROWS(orders));
	tcase_add_test(encodings, reads_ber_everywhere);
	suite_add_tcase(suite, encodings);
	return support_run(suite);
}
