#include "common/key.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "common/der.h"
#include "common/der_writer.h"
#include "common/pem.h"
#include "common/rsa_generation.h"
#include "common/rsa_key.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

OSSL_CLEANUP(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO)

int
key_generate_rsa(EVP_PKEY **out, unsigned bits, struct diag *diag)
{
	return rsa_generation_run(out, bits, diag);
}

int
key_generate_ec(EVP_PKEY **out, const char *curve, struct diag *diag)
{
	*out = EVP_EC_gen(curve);
	return *out ? DONE : diag_break_crypto(diag, "EC key", "making a new one");
}

int
key_read_rsa_private(EVP_PKEY **out, struct bytes der, struct diag *diag)
{
	struct der cursor = der_start(der, "RSAPrivateKey", diag);
	CLEANUP(EVP_PKEY) EVP_PKEY *key = NULL;
	int outcome = rsa_key_take_private(&key, &cursor);

	*out = NULL;
	if (outcome != DONE)
		return outcome;
	if (!der_finish(&cursor))
		return REFUSED;
	*out = TAKE(key);
	return DONE;
}

/* Reads an EC key as PKCS#8 or ECPrivateKey (RFC 5915). */
static int
read_ec_private(EVP_PKEY **out, struct bytes der, struct diag *diag)
{
	const unsigned char *next = der.data;
	CLEANUP(EVP_PKEY) EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &next, (long)der.size);

	ERR_clear_error();
	if (!key || next != der.data + der.size || !EVP_PKEY_is_a(key, "EC"))
		return diag_refuse(diag, "private key", "RFC 5915 3", "an EC key on a named curve",
			"something else, or damage");
	*out = TAKE(key);
	return DONE;
}

/* Reads a PrivateKeyInfo, RFC 5958 2. */
static int
read_pkcs8(EVP_PKEY **out, struct bytes der, struct diag *diag)
{
	struct der outer = der_start(der, "PrivateKeyInfo", diag), inside;
	struct der_algorithm algorithm;
	struct der_element key;
	uint32_t version;

	if (!der_enter(&outer, DER_SEQUENCE, &inside) || !der_finish(&outer) ||
		!der_take_small(&inside, &version) || !der_take_algorithm(&inside, &algorithm) ||
		!der_take(&inside, DER_OCTET_STRING, &key))
		return REFUSED;
	switch (oid_find(algorithm.oid)) {
	case OID_RSA_ENCRYPTION:
		return key_read_rsa_private(out, key.content, diag);
	case OID_EC_PUBLIC_KEY:
		return read_ec_private(out, der, diag);
	default:
		return diag_refuse(diag, "private key", NULL, "an RSA or EC key", "another kind");
	}
}

static int
refuse_encrypted(EVP_PKEY **out, struct bytes der, struct diag *diag)
{
	return diag_refuse(diag, "private key", NULL,
		"one without a password (openssl pkey -in FILE -out NEW takes it off)",
		"it is encrypted");
}

static const struct {
	const char *label;
	int (*read)(EVP_PKEY **out, struct bytes der, struct diag *diag);
} pem_labels[] = {
	{"PRIVATE KEY", read_pkcs8},
	{"RSA PRIVATE KEY", key_read_rsa_private},
	{"EC PRIVATE KEY", read_ec_private},
	{"ENCRYPTED PRIVATE KEY", refuse_encrypted},
};

int
key_read_pem(EVP_PKEY **out, struct bytes pem, struct diag *diag)
{
	PEM_CLEANUP struct pem block = {0};

	*out = NULL;
	while (pem_next(&block, &pem))
		for (size_t i = 0; i < COUNT(pem_labels); i++)
			if (strcmp(pem_labels[i].label, block.label) == 0)
				return (block.encrypted ? refuse_encrypted : pem_labels[i].read)(
					out, buffer_bytes(&block.der), diag);
	return diag_refuse(diag, "private key", NULL, "a PEM block \"PRIVATE KEY\"", "none");
}

int
key_write_pem(struct buffer *out, EVP_PKEY *key, struct diag *diag)
{
	CLEANUP(PKCS8_PRIV_KEY_INFO) PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	unsigned char *der = NULL;
	int size = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : -1;

	if (size <= 0)
		return diag_break_crypto(diag, "private key", "writing it as PKCS#8");
	pem_write(out, "PRIVATE KEY", BYTES(der, size));
	OPENSSL_clear_free(der, (size_t)size);
	return DONE;
}

/* The two parts of a SubjectPublicKeyInfo, RFC 5280 4.1.2.7. */
struct public_key {
	struct der_algorithm algorithm;
	struct bytes key; /* the octets of subjectPublicKey */
};

/* Leaves the cursor behind the two, for refusals and for der_open. */
static bool
take_public_key(struct der *der, struct bytes spki, struct diag *diag, struct public_key *out)
{
	struct der outer = der_start(spki, "SubjectPublicKeyInfo", diag);

	return der_enter(&outer, DER_SEQUENCE, der) && der_finish(&outer) &&
		der_take_algorithm(der, &out->algorithm) && der_take_bits(der, &out->key) &&
		der_finish(der);
}

/* RFC 3279 2.3.1 asks for NULL parameters; some leave them out. */
static bool
no_parameters(const struct der_algorithm *algorithm)
{
	return algorithm->parameters.size == 0 || algorithm->parameters.data[0] == DER_NULL;
}

static int
read_rsa_public(EVP_PKEY **out, struct der *der, const struct public_key *parts)
{
	struct der_element element = {.content = parts->key};
	CLEANUP(EVP_PKEY) EVP_PKEY *key = NULL;
	struct der inside;
	int outcome;

	if (!no_parameters(&parts->algorithm)) {
		der_refuse(der, "NULL parameters of rsaEncryption", "others");
		return REFUSED;
	}
	if (!der_open(der, &element, &inside))
		return REFUSED;
	outcome = rsa_key_take_public(&key, &inside);
	if (outcome != DONE)
		return outcome;
	if (!der_finish(&inside))
		return REFUSED;
	*out = TAKE(key);
	return DONE;
}

/* A curve spelled out in the key could cost anything; RFC 5480 2.1.1 forbids it. */
static int
read_ec_public(EVP_PKEY **out, struct der *der, const struct public_key *parts, struct bytes spki)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = NULL;
	const unsigned char *next = spki.data;

	if (parts->algorithm.parameters.size == 0 ||
		parts->algorithm.parameters.data[0] != DER_OBJECT)
		return diag_refuse(
			der->diag, der->object, "RFC 5480 2.1.1", "a named curve", "none");
	if (spki.size > LIMIT_EC_KEY)
		return diag_refuse(der->diag, der->object, "RFC 5480 2.2",
			"the point of a curve that we know", "%zu bytes", spki.size);
	key = d2i_PUBKEY(NULL, &next, (long)spki.size);
	ERR_clear_error();
	if (!key || next != spki.data + spki.size || !EVP_PKEY_is_a(key, "EC"))
		return diag_refuse(der->diag, der->object, "RFC 5480 2",
			"a point on a curve that we know", "something else");
	*out = TAKE(key);
	return DONE;
}

int
key_read_public(EVP_PKEY **out, struct bytes spki, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer name = {0};
	struct public_key parts;
	struct der der;

	*out = NULL;
	if (!take_public_key(&der, spki, diag, &parts))
		return REFUSED;
	switch (oid_find(parts.algorithm.oid)) {
	case OID_RSA_ENCRYPTION:
		return read_rsa_public(out, &der, &parts);
	case OID_EC_PUBLIC_KEY:
		return read_ec_public(out, &der, &parts, spki);
	default:
		oid_describe(&name, parts.algorithm.oid);
		return diag_refuse(diag, der.object, NULL, "an RSA or EC key", "one of kind %s",
			buffer_text(&name));
	}
}

int
key_write_public(struct buffer *out, EVP_PKEY *key, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer rsa = {0};
	unsigned char *der = NULL;
	size_t whole;
	int size;

	if (key_is_rsa(key)) {
		if (rsa_key_put_public(&rsa, key, diag) != DONE)
			return BROKEN;
		whole = der_begin(out, DER_SEQUENCE);
		der_put_algorithm(out, oid_bytes(OID_RSA_ENCRYPTION), true);
		der_put_bits(out, buffer_bytes(&rsa));
		der_end(out, whole);
		return DONE;
	}
	size = i2d_PUBKEY(key, &der);
	if (size <= 0)
		return diag_break_crypto(diag, "public key", "writing it");
	buffer_append(out, BYTES(der, size));
	OPENSSL_free(der);
	return DONE;
}

bool
key_is_rsa(const EVP_PKEY *key)
{
	return EVP_PKEY_is_a(key, "RSA");
}

unsigned
key_bits(const EVP_PKEY *key)
{
	return (unsigned)EVP_PKEY_get_bits(key);
}

/* The parameters of an EC key are its curve; those of an RSA key say nothing. */
bool
key_same(struct bytes left_spki, struct bytes right_spki)
{
	struct public_key left, right;
	struct der der;

	if (!take_public_key(&der, left_spki, NULL, &left) ||
		!take_public_key(&der, right_spki, NULL, &right) ||
		!bytes_equal(left.algorithm.oid, right.algorithm.oid) ||
		!bytes_equal(left.key, right.key))
		return false;
	return (no_parameters(&left.algorithm) && no_parameters(&right.algorithm)) ||
		bytes_equal(left.algorithm.parameters, right.algorithm.parameters);
}

int
key_identifier(uint8_t out[KEY_IDENTIFIER_SIZE], struct bytes spki, struct diag *diag)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	struct public_key parts;
	struct der der;

	if (!take_public_key(&der, spki, diag, &parts))
		return REFUSED;
	if (algorithm_digest_bytes(
		    digest, algorithm_digest(oid_bytes(OID_SHA1)), parts.key, diag) != DONE)
		return BROKEN;
	memcpy(out, digest, KEY_IDENTIFIER_SIZE);
	return DONE;
}

/* Sets RSASSA-PSS for a signature that has been started; `context` belongs to it. */
static bool
set_pss(EVP_PKEY_CTX *context)
{
	return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
		EVP_PKEY_CTX_set_rsa_pss_saltlen(context, 0) == 1;
}

static int
sign(struct buffer *out, EVP_PKEY *key, const struct digest_algorithm *digest, bool pss,
	struct bytes message, struct diag *diag)
{
	CLEANUP(EVP_MD_CTX) EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t before = out->size, size = (size_t)EVP_PKEY_get_size(key);
	uint8_t *signature = buffer_append_space(out, size);
	EVP_PKEY_CTX *parameters = NULL;

	if (!context || EVP_DigestSignInit(context, &parameters, digest->md(), NULL, key) != 1 ||
		(pss && !set_pss(parameters)) ||
		EVP_DigestSign(context, signature, &size, message.data, message.size) != 1) {
		out->size = before;
		return diag_break_crypto(diag, "signature", "making it");
	}
	out->size = before + size;
	return DONE;
}

int
key_sign(struct buffer *out, EVP_PKEY *key, const struct digest_algorithm *digest,
	struct bytes message, struct diag *diag)
{
	return sign(out, key, digest, false, message, diag);
}

int
key_sign_pss(struct buffer *out, EVP_PKEY *key, const struct digest_algorithm *digest,
	struct bytes message, struct diag *diag)
{
	return sign(out, key, digest, true, message, diag);
}

int
key_verify(EVP_PKEY *key, const struct digest_algorithm *digest, struct bytes message,
	struct bytes signature, struct diag *diag)
{
	CLEANUP(EVP_MD_CTX) EVP_MD_CTX *context = EVP_MD_CTX_new();

	if (!context || EVP_DigestVerifyInit(context, NULL, digest->md(), NULL, key) != 1)
		return diag_break_crypto(diag, "signature", "preparing its check");
	if (EVP_DigestVerify(context, signature.data, signature.size, message.data, message.size) ==
		1)
		return DONE;
	ERR_clear_error();
	return diag_refuse(diag, "signature", NULL,
		"one made with the signer's key over this content",
		"it does not fit (%u-bit %s key, %s)", key_bits(key),
		key_is_rsa(key) ? "RSA" : "EC", digest->name);
}

/* Sets the padding of an encryption or decryption that has been started. */
static bool
set_transport(EVP_PKEY_CTX *context, enum key_transport transport)
{
	int padding = transport == KEY_TRANSPORT_OAEP ? RSA_PKCS1_OAEP_PADDING : RSA_PKCS1_PADDING;

	return EVP_PKEY_CTX_set_rsa_padding(context, padding) == 1;
}

int
key_encrypt(struct buffer *out, EVP_PKEY *key, enum key_transport transport, struct bytes secret,
	struct diag *diag)
{
	CLEANUP(EVP_PKEY_CTX) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	size_t before = out->size, size = (size_t)EVP_PKEY_get_size(key);
	uint8_t *encrypted = buffer_append_space(out, size);

	if (EVP_PKEY_encrypt_init(context) != 1 || !set_transport(context, transport) ||
		EVP_PKEY_encrypt(context, encrypted, &size, secret.data, secret.size) != 1) {
		out->size = before;
		return diag_break_crypto(diag, "content-encryption key", "encrypting it");
	}
	out->size = before + size;
	return DONE;
}

int
key_decrypt(struct buffer *out, EVP_PKEY *key, enum key_transport transport, struct bytes encrypted,
	struct diag *diag)
{
	CLEANUP(EVP_PKEY_CTX) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	size_t before = out->size, size = (size_t)EVP_PKEY_get_size(key);
	uint8_t *secret = buffer_append_space(out, size);

	if (EVP_PKEY_decrypt_init(context) != 1 || !set_transport(context, transport) ||
		EVP_PKEY_decrypt(context, secret, &size, encrypted.data, encrypted.size) != 1) {
		out->size = before;
		ERR_clear_error();
		return diag_refuse(diag, "encryptedKey", "RFC 5652 6.2.1",
			"one encrypted to our key", "%zu bytes that our %u-bit key does not open",
			encrypted.size, key_bits(key));
	}
	out->size = before + size;
	return DONE;
}
