/* CRLs: ours before OpenSSL's decoder, verification and look-up, and OpenSSL's read by us. */
#include <openssl/x509v3.h>
#include <string.h>

#include "common/crl.h"
#include "common/der_writer.h"
#include "common/name_parse.h"
#include "common/x509_signed.h"
#include "tests/run_suite.h"
#include "x509_support.h"

OSSL_CLEANUP(X509_CRL, X509_CRL)

#define NOW        1700000000
#define DAY        86400
#define KEY_ID     "\x01\x02\x03\x04"
#define TEXT(text) BYTES(text, sizeof(text) - 1)

static const struct crl_entry entries[] = {
	{{(const uint8_t *)"\x01", 1}, NOW - 3 * DAY, REVOKED_UNSPECIFIED},
	{{(const uint8_t *)"\x68\x00\x00\x00\x09\x9a\x9d\xe5", 8}, NOW - DAY,
		REVOKED_KEY_COMPROMISE},
	{{(const uint8_t *)"\x00\xff", 2}, NOW, REVOKED_CERTIFICATE_HOLD},
};

static const struct {
	const char *curve;
	const char *digest;
	size_t entries;
	uint32_t number;
} plans[] = {
	{NULL, "SHA-1", 0, 0},
	{NULL, "SHA-256", 1, 1},
	{NULL, "SHA-512", ROWS(entries), 0x80},
	{"P-256", "SHA-256", ROWS(entries), 0x7fffffff},
};

static void
sign(struct buffer *out, EVP_PKEY *key, int row)
{
	BUFFER_CLEANUP struct buffer issuer = {0};
	struct crl_plan plan = {
		.authority_key_identifier = TEXT(KEY_ID),
		.number = plans[row].number,
		.this_update = NOW,
		.next_update = NOW + 7 * DAY,
		.digest = algorithm_digest_named(plans[row].digest),
		.entries = entries,
		.entry_count = plans[row].entries,
	};
	struct diag diag = {0};

	ck_assert_int_eq(name_parse(&issuer, "CN=TEST ONLY", NULL), DONE);
	plan.issuer = buffer_bytes(&issuer);
	ASSERT_DONE(crl_plan_sign(out, &plan, key, &diag), &diag);
}

/* Each of our entries is what OpenSSL finds under its serial, and another serial is not there. */
static void
check_entries(X509_CRL *theirs, const struct crl *ours, size_t count)
{
	for (size_t i = 0; i < ROWS(entries); i++) {
		/* OpenSSL keeps the magnitude without its leading zero. */
		size_t zero = entries[i].serial.data[0] == 0;
		ASN1_INTEGER *serial = ASN1_INTEGER_new();
		X509_REVOKED *revoked = NULL;
		ASN1_ENUMERATED *reason;

		ck_assert_int_eq(ASN1_STRING_set(serial, entries[i].serial.data + zero,
					 (int)(entries[i].serial.size - zero)),
			1);
		ck_assert_int_eq(X509_CRL_get0_by_serial(theirs, &revoked, serial) == 1, i < count);
		ck_assert_int_eq(crl_lists(ours, entries[i].serial), i < count);
		ASN1_INTEGER_free(serial);
		if (i >= count)
			continue;
		ck_assert_int_eq(ASN1_TIME_cmp_time_t(X509_REVOKED_get0_revocationDate(revoked),
					 entries[i].revoked_at),
			0);
		reason = X509_REVOKED_get_ext_d2i(revoked, NID_crl_reason, NULL, NULL);
		ck_assert_int_eq(reason ? ASN1_ENUMERATED_get(reason) : 0, entries[i].reason);
		ck_assert_int_eq(reason != NULL, entries[i].reason != REVOKED_UNSPECIFIED);
		ASN1_ENUMERATED_free(reason);
	}
	ck_assert(!crl_lists(ours, TEXT("\x68\x00\x00\x00\x09\x9a\x9d")));
}

static void
check_extensions(X509_CRL *theirs, uint32_t number)
{
	AUTHORITY_KEYID *authority =
		X509_CRL_get_ext_d2i(theirs, NID_authority_key_identifier, NULL, NULL);
	ASN1_INTEGER *value = X509_CRL_get_ext_d2i(theirs, NID_crl_number, NULL, NULL);

	ck_assert_ptr_nonnull(authority);
	ck_assert(
		bytes_equal(BYTES(authority->keyid->data, authority->keyid->length), TEXT(KEY_ID)));
	AUTHORITY_KEYID_free(authority);
	ck_assert_ptr_nonnull(value);
	ck_assert_int_eq(ASN1_INTEGER_get(value), number);
	ASN1_INTEGER_free(value);
}

START_TEST(writes_what_openssl_reads)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(plans[_i].curve, 1024);
	CLEANUP(EVP_PKEY) EVP_PKEY *other = support_new_key(plans[_i].curve, 1024);
	BUFFER_CLEANUP struct buffer der = {0}, issuer = {0};
	CLEANUP(X509_CRL) X509_CRL *theirs = NULL;
	CRL_CLEANUP struct crl ours = {0};
	struct diag diag = {0};

	sign(&der, key, _i);
	SUPPORT_DECODE(&theirs, d2i_X509_CRL, buffer_bytes(&der));
	ck_assert_int_eq(X509_CRL_verify(theirs, key), 1);
	ck_assert_int_eq(X509_CRL_get_version(theirs), X509_CRL_VERSION_2);
	ck_assert_int_eq(ASN1_TIME_cmp_time_t(X509_CRL_get0_lastUpdate(theirs), NOW), 0);
	ck_assert_int_eq(ASN1_TIME_cmp_time_t(X509_CRL_get0_nextUpdate(theirs), NOW + 7 * DAY), 0);
	ck_assert_int_eq(X509_CRL_get_REVOKED(theirs) != NULL, plans[_i].entries > 0);
	SUPPORT_ENCODE(&issuer, i2d_X509_NAME, X509_CRL_get_issuer(theirs));
	check_extensions(theirs, plans[_i].number);

	ASSERT_DONE(crl_read(&ours, buffer_bytes(&der), &diag), &diag);
	ck_assert(bytes_equal(ours.issuer, buffer_bytes(&issuer)));
	ck_assert_int_eq(ours.this_update, NOW);
	ck_assert_int_eq(ours.next_update, NOW + 7 * DAY);
	check_entries(theirs, &ours, plans[_i].entries);
	ASSERT_DONE(crl_verify(&ours, key, &diag), &diag);
	ck_assert_int_eq(crl_verify(&ours, other, &diag), REFUSED);
	ck_assert_str_ne(diag.found, "");
}
END_TEST

/* A v1 CRL without nextUpdate, and a v2 one, as OpenSSL makes them. */
START_TEST(reads_what_openssl_made)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key("P-256", 0);
	CLEANUP(X509_CRL) X509_CRL *theirs = X509_CRL_new();
	BUFFER_CLEANUP struct buffer der = {0};
	X509_REVOKED *revoked = X509_REVOKED_new();
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	ASN1_TIME *when = ASN1_TIME_set(NULL, NOW);
	CRL_CLEANUP struct crl ours = {0};
	struct diag diag = {0};
	bool v2 = _i;

	ck_assert_int_eq(ASN1_INTEGER_set(serial, 0x1234), 1);
	ck_assert_int_eq(X509_REVOKED_set_serialNumber(revoked, serial), 1);
	ck_assert_int_eq(X509_REVOKED_set_revocationDate(revoked, when), 1);
	ck_assert_int_eq(X509_CRL_add0_revoked(theirs, revoked), 1);
	ck_assert_int_eq(X509_CRL_set1_lastUpdate(theirs, when), 1);
	if (v2) {
		ck_assert_int_eq(X509_CRL_set_version(theirs, X509_CRL_VERSION_2), 1);
		ck_assert_int_eq(X509_CRL_set1_nextUpdate(theirs, when), 1);
		ck_assert_int_eq(X509_CRL_add1_ext_i2d(theirs, NID_crl_number, serial, 0, 0), 1);
	}
	ck_assert_int_gt(X509_CRL_sign(theirs, key, EVP_sha256()), 0);
	SUPPORT_ENCODE(&der, i2d_X509_CRL, theirs);
	ASSERT_DONE(crl_read(&ours, buffer_bytes(&der), &diag), &diag);
	ASSERT_DONE(crl_verify(&ours, key, &diag), &diag);
	ck_assert_int_eq(ours.this_update, NOW);
	ck_assert_int_eq(ours.next_update, v2 ? NOW : 0);
	ck_assert(crl_lists(&ours, TEXT("\x12\x34")));
	ck_assert(!crl_lists(&ours, TEXT("\x12\x35")));
	ASN1_INTEGER_free(serial);
	ASN1_TIME_free(when);
}
END_TEST

START_TEST(notices_every_spoilt_octet)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key(NULL, 512);
	BUFFER_CLEANUP struct buffer der = {0};

	sign(&der, key, 1);
	for (size_t i = 0; i < der.size; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			struct crl ours = {0};

			der.data[i] ^= (uint8_t)(1 << bit);
			if (crl_read(&ours, buffer_bytes(&der), NULL) == DONE)
				ck_assert_msg(crl_verify(&ours, key, NULL) == REFUSED,
					"octet %zu, bit %u", i, bit);
			der.data[i] ^= (uint8_t)(1 << bit);
			crl_done(&ours);
		}
	}
}
END_TEST

START_TEST(refuses_every_truncation)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key("P-256", 0);
	BUFFER_CLEANUP struct buffer der = {0};
	CRL_CLEANUP struct crl ours = {0};
	struct diag diag;

	sign(&der, key, 3);
	for (size_t size = 0; size < der.size; size++) {
		diag = (struct diag){0};
		ck_assert_int_eq(crl_read(&ours, BYTES(der.data, size), &diag), REFUSED);
		ck_assert_str_ne(diag.found, "");
	}
	buffer_append_byte(&der, 0);
	ck_assert_int_eq(crl_read(&ours, buffer_bytes(&der), &diag), REFUSED);
}
END_TEST

#define DER(text)                                                                                  \
	{                                                                                          \
		(const uint8_t *)(text), sizeof(text) - 1                                          \
	}
#define WHEN                                                                                       \
	"\x17\x0d"                                                                                 \
	"231114221320Z"

/* What may stand behind the issuer, and what may not. */
static const struct {
	const char *name;
	struct bytes version;
	struct bytes rest;
	const char *word; /* of the refusal; NULL: accepted */
} contents[] = {
	{"the least", DER(""), DER(WHEN), NULL},
	{"version 2", DER("\x02\x01\x02"), DER(WHEN), "version 1"},
	{"no time", DER(""), DER(""), "UTCTime"},
	{"no entries in the list", DER(""), DER(WHEN "\x30\x00"), NULL},
	{"an entry without a date", DER(""), DER(WHEN "\x30\x05\x30\x03\x02\x01\x01"), "UTCTime"},
	{"an entry with two tails", DER(""),
		DER(WHEN "\x30\x18\x30\x16\x02\x01\x01" WHEN "\x30\x00\x30\x00"), "too many"},
	{"something behind the extensions", DER("\x02\x01\x01"),
		DER(WHEN "\xa0\x02\x30\x00\x05\x00"), "too many"},
	{"extensions that are none", DER("\x02\x01\x01"), DER(WHEN "\xa0\x02\x31\x00"), "SEQUENCE"},
};

START_TEST(judges_contents)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = support_new_key("P-256", 0);
	const struct digest_algorithm *digest = algorithm_digest_named("SHA-256");
	BUFFER_CLEANUP struct buffer tbs = {0}, der = {0};
	size_t mark = der_begin(&tbs, DER_SEQUENCE);
	CRL_CLEANUP struct crl ours = {0};
	char words[DIAG_TEXT_SIZE];
	struct diag diag = {0};
	int outcome;

	buffer_append(&tbs, contents[_i].version);
	x509_signed_put_algorithm(&tbs, key, digest, false);
	ck_assert_int_eq(name_parse(&tbs, "CN=a", NULL), DONE);
	buffer_append(&tbs, contents[_i].rest);
	der_end(&tbs, mark);
	ck_assert_int_eq(
		x509_signed_write(&der, buffer_bytes(&tbs), key, digest, false, NULL), DONE);
	outcome = crl_read(&ours, buffer_bytes(&der), &diag);
	ck_assert_msg(outcome == (contents[_i].word ? REFUSED : DONE), "%s", contents[_i].name);
	if (contents[_i].word)
		ck_assert_msg(strstr(diag_text(words, &diag), contents[_i].word) != NULL,
			"%s: \"%s\"", contents[_i].name, words);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("crl");
	TCase *writing = tcase_create("writing"), *reading = tcase_create("reading");

	tcase_add_loop_test(writing, writes_what_openssl_reads, 0, ROWS(plans));
	tcase_add_loop_test(reading, reads_what_openssl_made, 0, 2);
	tcase_add_test(reading, notices_every_spoilt_octet);
	tcase_add_test(reading, refuses_every_truncation);
	tcase_add_loop_test(reading, judges_contents, 0, ROWS(contents));
	suite_add_tcase(suite, writing);
	suite_add_tcase(suite, reading);
	return run_suite(suite);
}
