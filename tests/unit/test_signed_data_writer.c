/* SignedData as we write it, read by OpenSSL and by us. */
#include "common/signed_data.h"
#include "common/signed_data_writer.h"
#include "judge.h"
#include "tests/run_suite.h"
#include "x509_support.h"

static struct judge_identity rsa, other, ec;

static void
set_up(void)
{
	judge_identity_init(&rsa, support_new_key(NULL, 1024), "TEST ONLY RSA", "6800000001");
	judge_identity_init(&other, support_new_key(NULL, 1024), "TEST ONLY RSA", "6800000002");
	judge_identity_init(&ec, support_new_key("P-256", 0), "TEST ONLY EC", "00ff");
}

static void
tear_down(void)
{
	judge_identity_done(&rsa);
	judge_identity_done(&other);
	judge_identity_done(&ec);
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
	signed_data_done(&data);
	ASSERT_DONE(signed_data_read(&data, buffer_bytes(&message), &diag), &diag);
	ck_assert_int_eq(signed_data_verify(&data, signer->key, &diag), REFUSED);
}
END_TEST

START_TEST(appends_nothing_when_it_cannot_sign)
{
	const struct signed_data_plan plan = {
		.digest = algorithm_digest_named("SHA-256"),
		.signer_issuer = rsa.certificate.issuer,
		.signer_serial = rsa.certificate.serial,
	};
	CLEANUP(EVP_PKEY) EVP_PKEY *public_half = NULL;
	BUFFER_CLEANUP struct buffer message = {0};
	struct diag diag = {0};

	ASSERT_DONE(key_read_public(&public_half, rsa.certificate.spki, &diag), &diag);
	buffer_append_text(&message, "before");
	ck_assert_int_eq(signed_data_sign(&message, &plan, public_half, &diag), BROKEN);
	ck_assert_uint_eq(message.size, 6);
	ck_assert_str_eq(diag.object, "signature");
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
	ck_assert_str_eq(diag.wanted, "a SignerInfo");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("signed_data_writer");
	TCase *tests = tcase_create("against OpenSSL");

	tcase_add_unchecked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, openssl_verifies_what_we_sign, 0, ROWS(ours));
	tcase_add_test(tests, appends_nothing_when_it_cannot_sign);
	tcase_add_loop_test(tests, writes_certificates_only, 0, 4);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
