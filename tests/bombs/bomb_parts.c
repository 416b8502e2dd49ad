#include "tests/bombs/bomb_parts.h"

#include <string.h>

#include "common/cms.h"
#include "common/envelope_writer.h"
#include "common/scep.h"
#include "common/scep_attributes.h"
#include "common/signed_data_writer.h"
#include "common/x509_signed.h"

static const struct digest_algorithm *
sha256(void)
{
	return algorithm_digest(oid_bytes(OID_SHA256));
}

/* Appends `part`, or the ordinary one where it is empty. */
static void
put(struct buffer *out, struct bytes part, struct bytes ordinary)
{
	buffer_append(out, part.size > 0 ? part : ordinary);
}

static void
put_challenge(struct buffer *out)
{
	size_t attribute = der_begin(out, DER_SEQUENCE), values;

	der_put_oid(out, oid_bytes(OID_CHALLENGE_PASSWORD));
	values = der_begin(out, DER_SET);
	der_put_text(out, DER_PRINTABLE_STRING, "secret");
	der_end(out, values);
	der_end(out, attribute);
}

void
bomb_csr_write(struct buffer *out, const struct bomb_kit *kit, const struct bomb_csr *parts)
{
	BUFFER_CLEANUP struct buffer info = {0};
	size_t mark = der_begin(&info, DER_SEQUENCE), attributes;

	put(&info, parts->version, BYTES("\x02\x01\x00", 3));
	put(&info, parts->subject, kit->device.subject);
	put(&info, parts->spki, kit->device.spki);
	attributes = der_begin(&info, DER_CONTEXT(0));
	put_challenge(&info);
	buffer_append(&info, parts->attributes);
	der_end(&info, attributes);
	der_end(&info, mark);
	bomb_must(x509_signed_write(
			  out, buffer_bytes(&info), kit->device_key, sha256(), false, NULL) == DONE,
		"a CSR");
}

static void
put_validity(struct buffer *out)
{
	size_t mark = der_begin(out, DER_SEQUENCE);

	der_put_text(out, DER_UTC_TIME, "200101000000Z");
	der_put_text(out, DER_UTC_TIME, "490101000000Z");
	der_end(out, mark);
}

static void
put_extensions(struct buffer *out, struct bytes extensions)
{
	size_t tagged, list;

	if (extensions.size == 0)
		return;
	tagged = der_begin(out, DER_CONTEXT(3));
	list = der_begin(out, DER_SEQUENCE);
	buffer_append(out, extensions);
	der_end(out, list);
	der_end(out, tagged);
}

void
bomb_certificate_write(
	struct buffer *out, const struct bomb_kit *kit, const struct bomb_certificate *parts)
{
	BUFFER_CLEANUP struct buffer tbs = {0};
	size_t mark = der_begin(&tbs, DER_SEQUENCE), version = der_begin(&tbs, DER_CONTEXT(0));

	der_put_small(&tbs, 2);
	der_end(&tbs, version);
	put(&tbs, parts->serial, BYTES("\x02\x01\x01", 3));
	x509_signed_put_algorithm(&tbs, kit->device_key, sha256(), false);
	put(&tbs, parts->name, kit->device.issuer);
	put_validity(&tbs);
	put(&tbs, parts->name, kit->device.subject);
	put(&tbs, parts->spki, kit->device.spki);
	put_extensions(&tbs, parts->extensions);
	der_end(&tbs, mark);
	bomb_must(x509_signed_write(
			  out, buffer_bytes(&tbs), kit->device_key, sha256(), false, NULL) == DONE,
		"a certificate");
}

/* --- EnvelopedData -------------------------------------------------------------- */

static void
put_recipient(struct buffer *out, const struct certificate *certificate, struct bytes content_key)
{
	size_t info = der_begin(out, DER_SEQUENCE), octets;
	EVP_PKEY *key = NULL;

	bomb_must(key_read_public(&key, certificate->spki, NULL) == DONE, "a recipient");
	der_put_small(out, 0);
	cms_put_issuer_and_serial(out, certificate->issuer, certificate->serial);
	der_put_algorithm(out, oid_bytes(OID_RSA_ENCRYPTION), true);
	octets = der_begin_primitive(out, DER_OCTET_STRING);
	bomb_must(key_encrypt(out, key, KEY_TRANSPORT_PKCS1, content_key, NULL) == DONE,
		"an encryptedKey");
	EVP_PKEY_free(key);
	der_end(out, octets);
	der_end(out, info);
}

/* What tests look for in the memory of a server that has opened such a message. */
static const uint8_t content_key[] = "one of 32 octets, of which nobody", iv[] = "sixteen of these";

static void
put_cipher(struct buffer *out, const struct cipher_algorithm *cipher)
{
	size_t mark = der_begin(out, DER_SEQUENCE);

	der_put_oid(out, oid_bytes(cipher->oid));
	der_put_octets(out, BYTES(iv, cipher->block_size));
	der_end(out, mark);
}

static void
put_encrypted(struct buffer *out, const struct cipher_algorithm *cipher, struct bytes data)
{
	CLEANUP(EVP_CIPHER_CTX) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	size_t mark = der_begin_primitive(out, DER_CONTEXT(0)), before = out->size;
	uint8_t *encrypted = buffer_append_space(out, data.size + cipher->block_size);
	int size = 0, last = 0;

	bomb_must(EVP_EncryptInit_ex(context, cipher->cipher(), NULL, content_key, iv) == 1 &&
			EVP_EncryptUpdate(context, encrypted, &size, data.data, (int)data.size) ==
				1 &&
			EVP_EncryptFinal_ex(context, encrypted + size, &last) == 1,
		"encrypted data");
	out->size = before + (size_t)size + (size_t)last;
	der_end(out, mark);
}

/* EncryptedContentInfo. */
static void
put_encrypted_content(struct buffer *out, const struct bomb_envelope *parts,
	const struct cipher_algorithm *cipher, struct bytes data)
{
	size_t mark = der_begin(out, DER_SEQUENCE);

	der_put_oid(out, oid_bytes(OID_PKCS7_DATA));
	if (parts->cipher.size > 0)
		buffer_append(out, parts->cipher);
	else
		put_cipher(out, cipher);
	if (parts->encrypted.size > 0)
		buffer_append(out, parts->encrypted);
	else
		put_encrypted(out, cipher, data);
	der_end(out, mark);
}

void
bomb_envelope_write(struct buffer *out, const struct bomb_kit *kit,
	const struct bomb_envelope *parts, struct bytes data)
{
	const struct cipher_algorithm *cipher = algorithm_cipher(
		oid_bytes(parts->cipher_oid ? parts->cipher_oid : OID_AES_128_CBC));
	struct cms_mark content_info = cms_begin_content_info(out, OID_PKCS7_ENVELOPED_DATA);
	size_t whole = der_begin(out, DER_SEQUENCE), mark;

	der_put_small(out, 0);
	mark = der_begin(out, DER_SET);
	if (parts->recipients.size > 0)
		buffer_append(out, parts->recipients);
	else
		put_recipient(out, parts->to_device ? &kit->device : &kit->ra,
			parts->content_key.size > 0 ? parts->content_key
						    : BYTES(content_key, cipher->key_size));
	der_end(out, mark);
	put_encrypted_content(out, parts, cipher, data);
	der_end(out, whole);
	cms_end_content_info(out, content_info);
}

/* --- SignedData ----------------------------------------------------------------- */

static void
put_content(struct buffer *out, const struct bomb_message *parts)
{
	size_t mark = der_begin(out, DER_SEQUENCE), tagged;

	der_put_oid(out,
		parts->content_type.size > 0 ? parts->content_type : oid_bytes(OID_PKCS7_DATA));
	tagged = der_begin(out, DER_CONTEXT(0));
	if (parts->content.size > 0)
		buffer_append(out, parts->content);
	else
		der_put_octets(out, parts->payload);
	der_end(out, tagged);
	der_end(out, mark);
}

/* contentType, messageDigest and those of SCEP; the digest is that of the payload. */
static void
put_attributes(struct buffer *out, const struct bomb_message *parts)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	size_t set = der_begin(out, DER_SET);

	bomb_must(
		algorithm_digest_bytes(digest, sha256(), parts->payload, NULL) == DONE, "a digest");
	buffer_append(out, parts->attributes);
	signed_data_put_attribute(out, OID_CONTENT_TYPE, DER_OBJECT, oid_bytes(OID_PKCS7_DATA));
	signed_data_put_attribute(
		out, OID_MESSAGE_DIGEST, DER_OCTET_STRING, BYTES(digest, sha256()->size));
	scep_attributes_put_number(
		out, OID_MESSAGE_TYPE, parts->reply ? SCEP_CERT_REP : SCEP_PKCS_REQ);
	if (parts->reply)
		scep_attributes_put_number(out, OID_PKI_STATUS, SCEP_STATUS_SUCCESS);
	signed_data_put_attribute(out, OID_TRANSACTION_ID, DER_PRINTABLE_STRING,
		parts->transaction_id.size > 0 ? parts->transaction_id : bytes_text("BOMB"));
	signed_data_put_attribute(out, OID_SENDER_NONCE, DER_OCTET_STRING,
		parts->nonce.size > 0 ? parts->nonce : bytes_text("sixteen octets.."));
	if (parts->unsorted)
		der_end(out, set);
	else
		der_end_set_of(out, set);
}

static void
put_signer(struct buffer *out, const struct bomb_kit *kit, const struct bomb_message *parts)
{
	const struct certificate *signer = parts->reply ? &kit->ra : &kit->device;
	BUFFER_CLEANUP struct buffer attributes = {0};
	size_t info = der_begin(out, DER_SEQUENCE), mark;

	der_put_small(out, 1);
	if (parts->identifier.size > 0)
		buffer_append(out, parts->identifier);
	else
		cms_put_issuer_and_serial(out, signer->issuer, signer->serial);
	der_put_algorithm(out, oid_bytes(OID_SHA256), true);
	put_attributes(&attributes, parts);
	mark = out->size;
	buffer_append(out, buffer_bytes(&attributes));
	out->data[mark] = DER_CONTEXT(0) | DER_CONSTRUCTED;
	if (parts->unsorted)
		buffer_append_byte(&attributes, 0);
	der_put_algorithm(out, oid_bytes(OID_RSA_ENCRYPTION), true);
	mark = der_begin_primitive(out, DER_OCTET_STRING);
	buffer_append(out, parts->signature);
	bomb_must(parts->signature.size > 0 ||
			key_sign(out, parts->reply ? kit->ra_key : kit->device_key, sha256(),
				buffer_bytes(&attributes), NULL) == DONE,
		"a signature");
	der_end(out, mark);
	if (parts->unsigned_attributes.size > 0)
		der_put(out, DER_CONTEXT(1) | DER_CONSTRUCTED, parts->unsigned_attributes);
	der_end(out, info);
}

static void
write_message(struct buffer *out, const struct bomb_kit *kit, const struct bomb_message *parts)
{
	const struct certificate *signer = parts->reply ? &kit->ra : &kit->device;
	struct cms_mark content_info = cms_begin_content_info(out, OID_PKCS7_SIGNED_DATA);
	size_t whole = der_begin(out, DER_SEQUENCE), set;

	put(out, parts->version, BYTES("\x02\x01\x01", 3));
	set = der_begin(out, DER_SET);
	if (parts->digest_algorithms.size > 0)
		buffer_append(out, parts->digest_algorithms);
	else
		der_put_algorithm(out, oid_bytes(OID_SHA256), true);
	der_end(out, set);
	put_content(out, parts);
	set = der_begin(out, DER_CONTEXT(0));
	put(out, parts->certificates, buffer_bytes(&signer->der));
	der_end(out, set);
	if (parts->crls.size > 0)
		der_put(out, DER_CONTEXT(1) | DER_CONSTRUCTED, parts->crls);
	set = der_begin(out, DER_SET);
	if (parts->signers.size > 0)
		buffer_append(out, parts->signers);
	else
		put_signer(out, kit, parts);
	der_end(out, set);
	der_end(out, whole);
	cms_end_content_info(out, content_info);
}

void
bomb_message_write(struct buffer *out, const struct bomb_kit *kit, const struct bomb_message *parts)
{
	BUFFER_CLEANUP struct buffer csr = {0}, envelope = {0};
	struct bomb_message whole = *parts;

	if (parts->payload.size == 0) {
		bomb_csr_write(&csr, kit, &(struct bomb_csr){0});
		bomb_envelope_write(&envelope, kit,
			&(struct bomb_envelope){.to_device = parts->reply}, buffer_bytes(&csr));
		whole.payload = buffer_bytes(&envelope);
	}
	write_message(out, kit, &whole);
}

void
bomb_message_with_envelope(struct buffer *out, const struct bomb_kit *kit,
	const struct bomb_envelope *parts, struct bytes data)
{
	BUFFER_CLEANUP struct buffer envelope = {0};

	bomb_envelope_write(&envelope, kit, parts, data);
	bomb_message_write(out, kit, &(struct bomb_message){.payload = buffer_bytes(&envelope)});
}

void
bomb_message_with_data(struct buffer *out, const struct bomb_kit *kit, struct bytes data)
{
	bomb_message_with_envelope(out, kit, &(struct bomb_envelope){0}, data);
}

void
bomb_message_with_csr(struct buffer *out, const struct bomb_kit *kit, const struct bomb_csr *parts)
{
	BUFFER_CLEANUP struct buffer csr = {0};

	bomb_csr_write(&csr, kit, parts);
	bomb_message_with_data(out, kit, buffer_bytes(&csr));
}

void
bomb_reply_with_answer(struct buffer *out, const struct bomb_kit *kit, struct bytes answer)
{
	BUFFER_CLEANUP struct buffer envelope = {0};

	bomb_envelope_write(&envelope, kit, &(struct bomb_envelope){.to_device = true}, answer);
	bomb_message_write(out, kit,
		&(struct bomb_message){.reply = true, .payload = buffer_bytes(&envelope)});
}
