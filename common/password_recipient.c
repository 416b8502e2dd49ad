#include "common/password_recipient.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "common/der_writer.h"
#include "common/pwri_kek.h"

#define PASSWORD_RECIPIENT_INFO_VERSION 0 /* RFC 5652 6.2.4 */

/* OpenSSL's number for CMS. The challenge passwords of NDES are 64 random bits: what keeps them
 * from being guessed is not this. */
#define ITERATIONS 2048
#define SALT_SIZE  16

static const char object[] = "PasswordRecipientInfo";

/* Pseudorandom functions of PBKDF2, RFC 8018 B.1.2. */
static const struct {
	enum oid oid;
	const EVP_MD *(*md)(void);
} functions[] = {
	{OID_HMAC_WITH_SHA1, EVP_sha1},
	{OID_HMAC_WITH_SHA256, EVP_sha256},
	{OID_HMAC_WITH_SHA384, EVP_sha384},
	{OID_HMAC_WITH_SHA512, EVP_sha512},
};

/* What it says of itself. Views point into the encoding. */
struct info {
	struct bytes salt;
	uint32_t iterations;
	uint32_t key_length; /* 0: not said */
	const EVP_MD *(*md)(void);
	const struct cipher_algorithm *cipher; /* that wraps the key */
	struct bytes iv;
	struct bytes encrypted_key;
};

static void
cleanse_key(uint8_t (*key)[EVP_MAX_KEY_LENGTH])
{
	OPENSSL_cleanse(*key, sizeof(*key));
}

#define KEY_CLEANUP __attribute__((cleanup(cleanse_key)))

static int
derive(uint8_t key[EVP_MAX_KEY_LENGTH], struct bytes password, const struct info *info,
	struct diag *diag)
{
	if (password.size > INT_MAX || info->salt.size > INT_MAX ||
		PKCS5_PBKDF2_HMAC((const char *)password.data, (int)password.size, info->salt.data,
			(int)info->salt.size, (int)info->iterations, info->md(),
			(int)info->cipher->key_size, key) != 1)
		return diag_break_crypto(diag, object, "deriving a key from the password");
	return DONE;
}

/* --- writing ------------------------------------------------------------------ */

/* A [0] keyDerivationAlgorithm. HMAC with SHA-1, which every reader knows, is the default, and so
 * not written (RFC 8018 A.2). */
static void
put_key_derivation(struct buffer *out, const struct info *info)
{
	size_t algorithm = der_begin(out, DER_CONTEXT(0)), parameters;

	der_put_oid(out, oid_bytes(OID_PBKDF2));
	parameters = der_begin(out, DER_SEQUENCE);
	der_put_octets(out, info->salt);
	der_put_small(out, info->iterations);
	der_end(out, parameters);
	der_end(out, algorithm);
}

static void
put_key_encryption(struct buffer *out, const struct info *info)
{
	size_t algorithm = der_begin(out, DER_SEQUENCE), cipher;

	der_put_oid(out, oid_bytes(OID_PWRI_KEK));
	cipher = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, oid_bytes(info->cipher->oid));
	der_put_octets(out, info->iv);
	der_end(out, cipher);
	der_end(out, algorithm);
}

static int
put_encrypted_key(struct buffer *out, const struct info *info, const uint8_t *key,
	struct bytes content_key, struct diag *diag)
{
	const struct pwri_kek kek = {.cipher = info->cipher, .key = key, .iv = info->iv.data};
	size_t octets = der_begin_primitive(out, DER_OCTET_STRING);

	if (pwri_kek_wrap(out, &kek, content_key, diag) != DONE)
		return BROKEN;
	der_end(out, octets);
	return DONE;
}

int
password_recipient_put(struct buffer *out, struct bytes password,
	const struct cipher_algorithm *cipher, struct bytes content_key, struct diag *diag)
{
	uint8_t salt[SALT_SIZE], iv[EVP_MAX_IV_LENGTH];
	KEY_CLEANUP uint8_t key[EVP_MAX_KEY_LENGTH];
	const struct info info = {
		.salt = BYTES(salt, sizeof(salt)),
		.iterations = ITERATIONS,
		.md = EVP_sha1,
		.cipher = cipher,
		.iv = BYTES(iv, cipher->block_size),
	};
	size_t recipient;

	if (RAND_bytes(salt, sizeof(salt)) != 1 || RAND_bytes(iv, (int)cipher->block_size) != 1)
		return diag_break_crypto(diag, object, "drawing salt and IV");
	if (derive(key, password, &info, diag) != DONE)
		return BROKEN;
	recipient = der_begin(out, DER_CONTEXT(3));
	der_put_small(out, PASSWORD_RECIPIENT_INFO_VERSION);
	put_key_derivation(out, &info);
	put_key_encryption(out, &info);
	if (put_encrypted_key(out, &info, key, content_key, diag) != DONE)
		return BROKEN;
	der_end(out, recipient);
	return DONE;
}

/* --- reading ------------------------------------------------------------------- */

/* Refuses an algorithm, which it names. */
static bool
refuse_algorithm(struct der *der, const char *clause, const char *wanted, struct bytes oid)
{
	BUFFER_CLEANUP struct buffer found = {0};

	oid_describe(&found, oid);
	diag_refuse(der->diag, object, clause, wanted, "%s", buffer_text(&found));
	return false;
}

/* The prf of PBKDF2-params; HMAC with SHA-1 unless it says otherwise. */
static bool
take_function(struct der *der, struct info *out)
{
	struct der_algorithm algorithm = {.oid = oid_bytes(OID_HMAC_WITH_SHA1)};

	if (!der_empty(der) && !der_take_algorithm(der, &algorithm))
		return false;
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (bytes_equal(oid_bytes(functions[i].oid), algorithm.oid)) {
			out->md = functions[i].md;
			return der_finish(der);
		}
	}
	return refuse_algorithm(der, "RFC 8018 B.1.2", "HMAC with SHA-1 or SHA-2", algorithm.oid);
}

/* PBKDF2-params, RFC 8018 A.2. */
static bool
take_parameters(struct der *der, struct info *out)
{
	struct der inside;

	if (!der_enter(der, DER_SEQUENCE, &inside) ||
		!der_take_octets(&inside, DER_OCTET_STRING, NULL, &out->salt) ||
		!der_take_small(&inside, &out->iterations) ||
		(der_next_is(&inside, DER_INTEGER) && !der_take_small(&inside, &out->key_length)))
		return false;
	if (out->iterations == 0 || out->iterations > LIMIT_ITERATIONS) {
		diag_refuse(der->diag, object, "RFC 8018 A.2", "1 to 50,000 iterations", "%u",
			out->iterations);
		return false;
	}
	return take_function(&inside, out);
}

static bool
take_key_derivation(struct der *der, struct info *out)
{
	struct bytes oid;
	struct der inside;

	if (!der_enter(der, DER_CONTEXT(0), &inside) || !der_take_oid(&inside, &oid))
		return false;
	if (!bytes_equal(oid, oid_bytes(OID_PBKDF2)))
		return refuse_algorithm(der, "RFC 5652 6.2.4", "PBKDF2", oid);
	return take_parameters(&inside, out) && der_finish(&inside);
}

/* The parameters of PWRI-KEK are the algorithm of its cipher, RFC 3211 2.3. */
static bool
take_key_encryption(struct der *der, struct info *out)
{
	struct der_algorithm algorithm, cipher;
	struct der parameters, iv;

	if (!der_take_algorithm(der, &algorithm))
		return false;
	if (!bytes_equal(algorithm.oid, oid_bytes(OID_PWRI_KEK)))
		return refuse_algorithm(der, "RFC 5652 6.2.4", "id-alg-PWRI-KEK", algorithm.oid);
	parameters = der_start(algorithm.parameters, object, der->diag);
	if (!der_take_algorithm(&parameters, &cipher))
		return false;
	out->cipher = algorithm_cipher(cipher.oid);
	if (!out->cipher)
		return refuse_algorithm(
			der, "RFC 3211 2.3", "AES or triple DES in CBC", cipher.oid);
	iv = der_start(cipher.parameters, object, der->diag);
	return der_take_octets(&iv, DER_OCTET_STRING, NULL, &out->iv);
}

static int
check_sizes(const struct info *info, struct diag *diag)
{
	if (info->iv.size != info->cipher->block_size)
		return diag_refuse(diag, object, "RFC 3211 2.3", info->cipher->name,
			"an IV of %zu octets instead of %zu", info->iv.size,
			info->cipher->block_size);
	if (info->key_length != 0 && info->key_length != info->cipher->key_size)
		return diag_refuse(diag, object, "RFC 8018 A.2", info->cipher->name,
			"a key of %u octets instead of %zu", info->key_length,
			info->cipher->key_size);
	return DONE;
}

static int
read_info(struct info *out, struct bytes info, struct diag *diag)
{
	struct der der = der_start(info, object, diag);
	uint32_t version;

	if (!der_take_small(&der, &version) || !take_key_derivation(&der, out) ||
		!take_key_encryption(&der, out) ||
		!der_take_octets(&der, DER_OCTET_STRING, NULL, &out->encrypted_key) ||
		!der_finish(&der))
		return REFUSED;
	return check_sizes(out, diag);
}

int
password_recipient_open(
	struct buffer *out, struct bytes info, struct bytes password, struct diag *diag)
{
	KEY_CLEANUP uint8_t key[EVP_MAX_KEY_LENGTH];
	struct pwri_kek kek = {.key = key};
	struct info parts = {0};
	int result = read_info(&parts, info, diag);

	if (result == DONE)
		result = derive(key, password, &parts, diag);
	if (result != DONE)
		return result;
	kek.cipher = parts.cipher;
	kek.iv = parts.iv.data;
	return pwri_kek_unwrap(out, &kek, parts.encrypted_key, diag);
}
