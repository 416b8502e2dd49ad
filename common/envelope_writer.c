#include "common/envelope_writer.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "common/cms.h"
#include "common/der_writer.h"
#include "common/password_recipient.h"

/* RFC 5652 6.1: 0 for key transport by issuer and serial alone, 3 for a password. */
#define VERSION_KEY_TRANSPORT 0
#define VERSION_PASSWORD      3

#define RECIPIENT_INFO_VERSION 0 /* RFC 5652 6.2.1 */

static const char object[] = "EnvelopedData";

/* The content-encryption key and IV of one envelope. */
struct content_key {
	uint8_t key[EVP_MAX_KEY_LENGTH];
	uint8_t iv[EVP_MAX_IV_LENGTH];
};

static void
content_key_done(struct content_key *key)
{
	OPENSSL_cleanse(key, sizeof(*key));
}

/* Draws a content key (with DES's parity) and makes the cipher ready to encrypt with it. */
static int
start_cipher(EVP_CIPHER_CTX *context, struct content_key *key,
	const struct cipher_algorithm *cipher, struct diag *diag)
{
	if (cipher->legacy && ossl_load_legacy(diag) != DONE)
		return BROKEN;
	if (EVP_EncryptInit_ex(context, cipher->cipher(), NULL, NULL, NULL) != 1 ||
		EVP_CIPHER_CTX_rand_key(context, key->key) <= 0 ||
		RAND_bytes(key->iv, (int)cipher->block_size) != 1 ||
		EVP_EncryptInit_ex(context, NULL, NULL, key->key, key->iv) != 1)
		return diag_break_crypto(diag, cipher->name, "starting to encrypt");
	return DONE;
}

/* NDES writes OAEP's parameters as an empty SEQUENCE, all defaults. */
static void
put_key_transport(struct buffer *out, enum key_transport transport)
{
	size_t algorithm, parameters;

	if (transport == KEY_TRANSPORT_PKCS1) {
		der_put_algorithm(out, oid_bytes(OID_RSA_ENCRYPTION), true);
		return;
	}
	algorithm = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, oid_bytes(OID_RSAES_OAEP));
	parameters = der_begin(out, DER_SEQUENCE);
	der_end(out, parameters);
	der_end(out, algorithm);
}

static int
put_key_recipient(
	struct buffer *out, const struct envelope_plan *plan, struct bytes key, struct diag *diag)
{
	size_t info = der_begin(out, DER_SEQUENCE), octets;

	der_put_small(out, RECIPIENT_INFO_VERSION);
	cms_put_issuer_and_serial(out, plan->issuer, plan->serial);
	put_key_transport(out, plan->transport);
	octets = der_begin_primitive(out, DER_OCTET_STRING);
	if (key_encrypt(out, plan->key, plan->transport, key, diag) != DONE)
		return BROKEN;
	der_end(out, octets);
	der_end(out, info);
	return DONE;
}

static int
put_recipient(struct buffer *out, const struct envelope_plan *plan, const struct content_key *key,
	struct diag *diag)
{
	struct bytes content_key = BYTES(key->key, plan->cipher->key_size);
	size_t set = der_begin(out, DER_SET);
	int result = plan->first ? put_key_recipient(out, plan->first, content_key, diag) : DONE;

	if (result == DONE && plan->password.size > 0)
		result = password_recipient_put(
			out, plan->password, plan->cipher, content_key, diag);
	else if (result == DONE && !plan->no_recipient)
		result = put_key_recipient(out, plan, content_key, diag);
	if (result == DONE)
		der_end(out, set);
	return result;
}

static int
put_encrypted(struct buffer *out, EVP_CIPHER_CTX *context, struct bytes content, size_t block_size,
	struct diag *diag)
{
	size_t octets = der_begin_primitive(out, DER_CONTEXT(0));
	uint8_t *encrypted = buffer_append_space(out, content.size + block_size);
	int size, last;

	if (content.size > INT_MAX ||
		EVP_EncryptUpdate(context, encrypted, &size, content.data, (int)content.size) !=
			1 ||
		EVP_EncryptFinal_ex(context, encrypted + size, &last) != 1)
		return diag_break_crypto(diag, object, "encrypting");
	out->size = octets + (size_t)size + (size_t)last;
	der_end(out, octets);
	return DONE;
}

static int
put_encrypted_content(struct buffer *out, EVP_CIPHER_CTX *context, const struct envelope_plan *plan,
	const struct content_key *key, struct bytes content, struct diag *diag)
{
	size_t info = der_begin(out, DER_SEQUENCE), algorithm;

	der_put_oid(out, oid_bytes(OID_PKCS7_DATA));
	algorithm = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, oid_bytes(plan->cipher->oid));
	der_put_octets(out, BYTES(key->iv, plan->cipher->block_size));
	der_end(out, algorithm);
	if (put_encrypted(out, context, content, plan->cipher->block_size, diag) != DONE)
		return BROKEN;
	der_end(out, info);
	return DONE;
}

int
envelope_seal(struct buffer *out, const struct envelope_plan *plan, struct bytes content,
	struct diag *diag)
{
	CLEANUP(EVP_CIPHER_CTX) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	__attribute__((cleanup(content_key_done))) struct content_key key = {0};
	size_t before = out->size, enveloped_data;
	struct cms_mark content_info;

	if (!context)
		return diag_break_crypto(diag, object, "starting to encrypt");
	if (start_cipher(context, &key, plan->cipher, diag) != DONE)
		return BROKEN;
	content_info = cms_begin_content_info(out, OID_PKCS7_ENVELOPED_DATA);
	enveloped_data = der_begin(out, DER_SEQUENCE);
	der_put_small(out, plan->password.size > 0 ? VERSION_PASSWORD : VERSION_KEY_TRANSPORT);
	if (put_recipient(out, plan, &key, diag) != DONE ||
		put_encrypted_content(out, context, plan, &key, content, diag) != DONE) {
		out->size = before;
		return BROKEN;
	}
	der_end(out, enveloped_data);
	cms_end_content_info(out, content_info);
	return DONE;
}
