#include "common/envelope.h"

#include <limits.h>
#include <openssl/err.h>

#include "common/password_recipient.h"

static const char object[] = "EnvelopedData";

void
envelope_done(struct envelope *envelope)
{
	buffer_done(&envelope->der);
	buffer_done(&envelope->joined);
	*envelope = (struct envelope){0};
}

/* Takes one explicitly tagged algorithm of RSAES-OAEP-params; an absent one leaves `out` alone. */
static bool
take_oaep_member(struct der *der, unsigned tag, struct der_algorithm *out)
{
	struct der inside;

	if (!der_next_is(der, DER_CONTEXT(tag)))
		return true;
	return der_enter(der, DER_CONTEXT(tag), &inside) && der_take_algorithm(&inside, out) &&
		der_finish(&inside);
}

/* Whether RSAES-OAEP-params (RFC 8017 A.2.1) say SHA-1, MGF1 with SHA-1 and an empty label: the
 * defaults, which NDES and Windows use, left out or spelled out. */
static bool
is_default_oaep(struct bytes parameters)
{
	static const uint8_t sha1[] = {0x30, 0x07, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a};
	static const uint8_t no_label[] = {DER_OCTET_STRING, 0};
	struct der_algorithm hash = {.oid = oid_bytes(OID_SHA1)}, mask_hash,
			     mask = {.oid = oid_bytes(OID_MGF1),
				     .parameters = BYTES(sha1, sizeof(sha1))},
			     label = {.parameters = BYTES(no_label, sizeof(no_label))};
	struct der der = der_start(parameters, "RSAES-OAEP-params", NULL), inside, mask_parameters;

	if (der_empty(&der))
		return true;
	if (!der_enter(&der, DER_SEQUENCE, &inside) || !take_oaep_member(&inside, 0, &hash) ||
		!take_oaep_member(&inside, 1, &mask) || !take_oaep_member(&inside, 2, &label) ||
		!der_finish(&inside))
		return false;
	mask_parameters = der_start(mask.parameters, "MGF1", NULL);
	return bytes_equal(hash.oid, oid_bytes(OID_SHA1)) &&
		bytes_equal(mask.oid, oid_bytes(OID_MGF1)) &&
		der_take_algorithm(&mask_parameters, &mask_hash) &&
		bytes_equal(mask_hash.oid, oid_bytes(OID_SHA1)) &&
		bytes_equal(label.parameters, BYTES(no_label, sizeof(no_label)));
}

static enum key_transport
key_transport_of(const struct der_algorithm *algorithm)
{
	if (bytes_equal(algorithm->oid, oid_bytes(OID_RSA_ENCRYPTION)))
		return KEY_TRANSPORT_PKCS1;
	if (bytes_equal(algorithm->oid, oid_bytes(OID_RSAES_OAEP)) &&
		is_default_oaep(algorithm->parameters))
		return KEY_TRANSPORT_OAEP;
	return KEY_TRANSPORT_COUNT;
}

static bool
read_recipient(struct envelope_recipient *out, struct der *der)
{
	struct der_element other;
	struct der_algorithm algorithm;
	struct der inside;
	uint32_t version;

	out->transport = KEY_TRANSPORT_COUNT;
	/* The tagged choices of RecipientInfo: key agreement, passwords and so on. */
	if (!der_next_is(der, DER_SEQUENCE)) {
		if (!der_take_any(der, &other))
			return false;
		if (other.tag == DER_CONTEXT(3) && other.constructed)
			out->password_info = other.content;
		return true;
	}
	if (!der_enter(der, DER_SEQUENCE, &inside) || !der_take_small(&inside, &version) ||
		!cms_take_identifier(&inside, &out->identifier) ||
		!der_take_algorithm(&inside, &algorithm) ||
		!der_take_octets(&inside, DER_OCTET_STRING, NULL, &out->encrypted_key) ||
		!der_finish(&inside))
		return false;
	out->algorithm = algorithm.oid;
	out->transport = key_transport_of(&algorithm);
	return true;
}

static bool
read_recipients(struct envelope *out, struct der *der)
{
	struct der set;

	if (!der_enter(der, DER_SET, &set))
		return false;
	while (!der_empty(&set)) {
		if (out->recipient_count == LIMIT_RECIPIENTS)
			return der_refuse(&set, NULL, "more than %d recipients", LIMIT_RECIPIENTS);
		if (!read_recipient(&out->recipients[out->recipient_count], &set))
			return false;
		out->recipient_count++;
	}
	return true;
}

/* The parameters of a CBC cipher are its IV (RFC 3565 4.1, RFC 8018 B.2). */
static void
read_cipher(struct envelope *out, const struct der_algorithm *algorithm)
{
	struct der parameters = der_start(algorithm->parameters, object, NULL);

	out->cipher_oid = algorithm->oid;
	out->cipher = algorithm_cipher(algorithm->oid);
	if (!der_take_octets(&parameters, DER_OCTET_STRING, NULL, &out->iv))
		out->iv = BYTES_NONE;
}

/* EncryptedContentInfo, RFC 5652 6.1. What type it names inside is not looked at: the message type
 * says it. */
static bool
read_encrypted_content(struct envelope *out, struct der *der)
{
	struct der_algorithm algorithm;
	struct bytes content_type;
	struct der inside;

	if (!der_enter(der, DER_SEQUENCE, &inside) || !der_take_oid(&inside, &content_type) ||
		!der_take_algorithm(&inside, &algorithm))
		return false;
	read_cipher(out, &algorithm);
	return der_take_octets(&inside, DER_CONTEXT(0), &out->joined, &out->encrypted_content) &&
		der_finish(&inside);
}

/* Steps over an optional [tag] that says nothing to us. */
static bool
skip(struct der *der, unsigned tag)
{
	struct der_element element;

	return !der_next_is(der, DER_CONTEXT(tag)) || der_take(der, DER_CONTEXT(tag), &element);
}

/* Starts a cursor in the EnvelopedData, in its ContentInfo or bare. */
static bool
enter(struct der *der, struct der *inside)
{
	struct der content = *der, first;

	if (!der_enter(&content, DER_SEQUENCE, &first))
		return false;
	if (der_next_is(&first, DER_INTEGER)) {
		*inside = first;
		return der_finish(&content);
	}
	return cms_enter_content_info(der, OID_PKCS7_ENVELOPED_DATA, &content) &&
		der_enter(&content, DER_SEQUENCE, inside) && der_finish(&content);
}

int
envelope_read(struct envelope *out, struct bytes der, struct diag *diag)
{
	struct der start, inside;
	uint32_t version;

	*out = (struct envelope){0};
	buffer_append(&out->der, der);
	start = der_start(buffer_bytes(&out->der), object, diag);
	if (!enter(&start, &inside) || !der_take_small(&inside, &version) || !skip(&inside, 0) ||
		!read_recipients(out, &inside) || !read_encrypted_content(out, &inside) ||
		!skip(&inside, 1) || !der_finish(&inside))
		return REFUSED;
	return DONE;
}

const struct envelope_recipient *
envelope_find_recipient(
	const struct envelope *envelope, const struct certificate *certificate, size_t limit)
{
	for (size_t i = 0; i < envelope->recipient_count && i < limit; i++)
		if (cms_identifies(&envelope->recipients[i].identifier, certificate))
			return &envelope->recipients[i];
	return NULL;
}

const struct envelope_recipient *
envelope_find_password(const struct envelope *envelope)
{
	for (size_t i = 0; i < envelope->recipient_count; i++)
		if (envelope->recipients[i].password_info.data)
			return &envelope->recipients[i];
	return NULL;
}

int
envelope_refuse_addressee(const struct envelope *envelope, const char *role,
	const struct certificate *expected, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer wanted = {0}, found = {0};

	buffer_append_format(&wanted, "%s, serial ", role);
	buffer_append_hex(&wanted, expected->serial);
	if (envelope->recipient_count == 0)
		buffer_append_text(&found, "nobody");
	else if (envelope->recipients[0].password_info.data)
		buffer_append_text(&found, "who knows a password");
	else
		cms_describe_identifier(&found, &envelope->recipients[0].identifier);
	if (envelope->recipient_count > 1)
		buffer_append_format(&found, " and %zu more", envelope->recipient_count - 1);
	return diag_refuse(diag, object, "RFC 8894 3.2.2", buffer_text(&wanted), "addressed to %s",
		buffer_text(&found));
}

static int
check_transport(const struct envelope_recipient *recipient, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer found = {0};

	if (recipient->transport != KEY_TRANSPORT_COUNT)
		return DONE;
	oid_describe(&found, recipient->algorithm);
	return diag_refuse(diag, "keyEncryptionAlgorithm", "RFC 8017 7",
		"rsaEncryption, or id-RSAES-OAEP with SHA-1, MGF1 with SHA-1 and no label",
		"%s, or other parameters", buffer_text(&found));
}

static int
check_content(const struct envelope *envelope, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer found = {0};

	if (!envelope->cipher) {
		oid_describe(&found, envelope->cipher_oid);
		return diag_refuse(diag, "contentEncryptionAlgorithm", "RFC 8894 2.9",
			"AES-128-CBC, or AES-192, AES-256, triple or single DES in CBC", "%s",
			buffer_text(&found));
	}
	if (envelope->iv.size != envelope->cipher->block_size)
		return diag_refuse(diag, "contentEncryptionAlgorithm", NULL, envelope->cipher->name,
			"an IV of %zu octets instead of %zu", envelope->iv.size,
			envelope->cipher->block_size);
	if (envelope->encrypted_content.size == 0 || envelope->encrypted_content.size > INT_MAX ||
		envelope->encrypted_content.size % envelope->cipher->block_size != 0)
		return diag_refuse(diag, "encryptedContent", "RFC 5652 6.3",
			"whole blocks of the cipher", "%zu octets",
			envelope->encrypted_content.size);
	return envelope->cipher->legacy ? ossl_load_legacy(diag) : DONE;
}

static int
decrypt_content(
	struct buffer *out, const struct envelope *envelope, const uint8_t *key, struct diag *diag)
{
	CLEANUP(EVP_CIPHER_CTX) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	struct bytes content = envelope->encrypted_content;
	const EVP_CIPHER *cipher = envelope->cipher->cipher();
	size_t before = out->size;
	int size, last;
	uint8_t *plain;

	if (!context || EVP_DecryptInit_ex(context, cipher, NULL, key, envelope->iv.data) != 1)
		return diag_break_crypto(diag, object, "starting to decrypt");
	plain = buffer_append_space(out, content.size + envelope->cipher->block_size);
	if (EVP_DecryptUpdate(context, plain, &size, content.data, (int)content.size) != 1 ||
		EVP_DecryptFinal_ex(context, plain + size, &last) != 1) {
		ERR_clear_error();
		out->size = before;
		return diag_refuse(diag, "encryptedContent", "RFC 5652 6.3", "its padding",
			"content that this key does not open, or that was changed");
	}
	out->size = before + (size_t)size + (size_t)last;
	return DONE;
}

/* Opens the content with the key that a recipient held. */
static int
open_content(
	struct buffer *out, const struct envelope *envelope, struct bytes key, struct diag *diag)
{
	if (key.size != envelope->cipher->key_size)
		return diag_refuse(diag, "encryptedKey", "RFC 5652 6.2.1", envelope->cipher->name,
			"a key of %zu octets instead of %zu", key.size, envelope->cipher->key_size);
	return decrypt_content(out, envelope, key.data, diag);
}

int
envelope_open(struct buffer *out, const struct envelope *envelope,
	const struct envelope_recipient *recipient, EVP_PKEY *key, struct diag *diag)
{
	BUFFER_SECRET_CLEANUP struct buffer secret = {0};
	int result = check_content(envelope, diag);

	if (result == DONE)
		result = check_transport(recipient, diag);
	if (result == DONE)
		result = key_decrypt(
			&secret, key, recipient->transport, recipient->encrypted_key, diag);
	return result == DONE ? open_content(out, envelope, buffer_bytes(&secret), diag) : result;
}

int
envelope_open_with_password(struct buffer *out, const struct envelope *envelope,
	const struct envelope_recipient *recipient, struct bytes password, struct diag *diag)
{
	BUFFER_SECRET_CLEANUP struct buffer secret = {0};
	int result = check_content(envelope, diag);

	if (result == DONE)
		result = password_recipient_open(&secret, recipient->password_info, password, diag);
	return result == DONE ? open_content(out, envelope, buffer_bytes(&secret), diag) : result;
}
