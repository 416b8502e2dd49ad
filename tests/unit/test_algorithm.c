/* The rows of digests and ciphers, held against what OpenSSL knows of them. */
#include <openssl/objects.h>
#include <string.h>

#include "common/algorithm.h"
#include "tests/run_suite.h"
#include "x509_support.h"

static struct bytes
foreign_octets(int nid)
{
	const ASN1_OBJECT *object = OBJ_nid2obj(nid);

	return BYTES(OBJ_get0_data(object), OBJ_length(object));
}

/* The OID of signatures with this digest and key, as OpenSSL pairs them; empty: none. */
static struct bytes
foreign_signature(int digest, int key)
{
	int signature = NID_undef;

	return OBJ_find_sigid_by_algs(&signature, digest, key) ? foreign_octets(signature)
							       : BYTES_NONE;
}

START_TEST(digests_agree_with_openssl)
{
	const struct digest_algorithm *row;
	size_t count = 0;

	for (; (row = algorithm_digest_at(count)); count++) {
		int nid = EVP_MD_get_type(row->md());

		ck_assert_msg(row->size == (size_t)EVP_MD_get_size(row->md()), "%s", row->name);
		ck_assert(bytes_equal(oid_bytes(row->oid), foreign_octets(nid)));
		ck_assert(bytes_equal(
			oid_bytes(row->rsa_signature), foreign_signature(nid, NID_rsaEncryption)));
		ck_assert(bytes_equal(oid_bytes(row->ecdsa_signature),
			foreign_signature(nid, NID_X9_62_id_ecPublicKey)));
		ck_assert_ptr_eq(algorithm_digest(oid_bytes(row->oid)), row);
		ck_assert_ptr_eq(algorithm_digest_of_signature(oid_bytes(row->oid)), row);
		ck_assert_ptr_eq(algorithm_digest_of_signature(oid_bytes(row->rsa_signature)), row);
		ck_assert_ptr_eq(algorithm_digest_named(row->name), row);
	}
	ck_assert_uint_eq(count, 5);
}
END_TEST

START_TEST(ciphers_agree_with_openssl)
{
	const struct cipher_algorithm *row;
	size_t count = 0;

	for (; (row = algorithm_cipher_at(count)); count++) {
		const EVP_CIPHER *cipher = row->cipher();
		EVP_CIPHER *fetched;

		ck_assert_msg(row->key_size == (size_t)EVP_CIPHER_get_key_length(cipher), "%s",
			row->name);
		ck_assert(row->block_size == (size_t)EVP_CIPHER_get_iv_length(cipher));
		ck_assert(row->block_size == (size_t)EVP_CIPHER_get_block_size(cipher));
		ck_assert(bytes_equal(
			oid_bytes(row->oid), foreign_octets(EVP_CIPHER_get_nid(cipher))));
		ck_assert_ptr_eq(algorithm_cipher(oid_bytes(row->oid)), row);
		ck_assert_ptr_eq(algorithm_cipher_named(row->name), row);
		fetched = EVP_CIPHER_fetch(NULL, EVP_CIPHER_get0_name(cipher), NULL);
		ck_assert_msg((fetched == NULL) == row->legacy, "%s", row->name);
		EVP_CIPHER_free(fetched);
	}
	ck_assert_uint_eq(count, 5);
}
END_TEST

static const struct {
	const char *said;
	const char *name; /* NULL: nothing */
} names[] = {
	{"sha-1", "SHA-1"},
	{"SHA1", "SHA-1"},
	{"sha256", "SHA-256"},
	{"Sha-512", "SHA-512"},
	{"md5", "MD5"},
	{"SHA", NULL},
	{"SHA-2567", NULL},
	{"DES", "DES-CBC"},
	{"3des", "DES-EDE3-CBC"},
	{"DES3", "DES-EDE3-CBC"},
	{"AES", "AES-128-CBC"},
	{"aes-256", "AES-256-CBC"},
	{"AES256", "AES-256-CBC"},
	{"AES-512", NULL},
	{"", NULL},
};

START_TEST(understands_what_people_write)
{
	const struct digest_algorithm *digest = algorithm_digest_named(names[_i].said);
	const struct cipher_algorithm *cipher = algorithm_cipher_named(names[_i].said);
	const char *found = digest ? digest->name : cipher ? cipher->name : NULL;

	ck_assert_pstr_eq(found, names[_i].name);
	ck_assert(!digest || !cipher);
}
END_TEST

START_TEST(knows_nothing_else)
{
	ck_assert_ptr_null(algorithm_digest(BYTES_NONE));
	ck_assert_ptr_null(algorithm_digest(oid_bytes(OID_AES_128_CBC)));
	ck_assert_ptr_null(algorithm_cipher(oid_bytes(OID_SHA1)));
	ck_assert_ptr_null(algorithm_digest_of_signature(BYTES_NONE));
	ck_assert_ptr_null(algorithm_digest_of_signature(oid_bytes(OID_RSA_ENCRYPTION)));
	ck_assert_ptr_null(algorithm_digest_of_signature(oid_bytes(OID_RSASSA_PSS)));
	ck_assert_str_eq(
		algorithm_digest_of_signature(oid_bytes(OID_ECDSA_WITH_SHA384))->name, "SHA-384");
}
END_TEST

START_TEST(digests)
{
	static const uint8_t abc[] = {0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e,
		0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c, 0x9c, 0xd0, 0xd8, 0x9d}; /* RFC 3174 7.3 */
	uint8_t out[EVP_MAX_MD_SIZE];
	struct diag diag = {0};

	ASSERT_DONE(algorithm_digest_bytes(
			    out, algorithm_digest_named("SHA-1"), BYTES("abc", 3), &diag),
		&diag);
	ck_assert_mem_eq(out, abc, sizeof(abc));
	ASSERT_DONE(algorithm_digest_bytes(out, algorithm_digest_named("SHA-1"), BYTES_NONE, &diag),
		&diag);
	ck_assert_mem_eq(out, "\xda\x39\xa3\xee", 4);
}
END_TEST

/* RFC 4231 4.3. */
START_TEST(keyed_digests)
{
	static const uint8_t wanted[] = {0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04,
		0x24, 0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83,
		0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43};
	uint8_t out[EVP_MAX_MD_SIZE];
	struct diag diag = {0};

	ASSERT_DONE(algorithm_hmac_bytes(out, algorithm_digest_named("SHA-256"), BYTES("Jefe", 4),
			    BYTES("what do ya want for nothing?", 28), &diag),
		&diag);
	ck_assert_mem_eq(out, wanted, sizeof(wanted));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("algorithm");
	TCase *rows = tcase_create("rows");

	tcase_add_test(rows, digests_agree_with_openssl);
	tcase_add_test(rows, ciphers_agree_with_openssl);
	tcase_add_loop_test(rows, understands_what_people_write, 0, ROWS(names));
	tcase_add_test(rows, knows_nothing_else);
	tcase_add_test(rows, digests);
	tcase_add_test(rows, keyed_digests);
	suite_add_tcase(suite, rows);
	return run_suite(suite);
}
