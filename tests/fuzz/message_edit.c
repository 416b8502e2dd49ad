#include "tests/fuzz/message_edit.h"

#include <string.h>

#include "common/csr.h"
#include "common/der_canonical.h"
#include "common/der_writer.h"
#include "common/envelope.h"
#include "common/envelope_writer.h"
#include "common/signed_data.h"
#include "common/x509_signed.h"
#include "tests/fuzz/der_edit.h"
#include "tests/fuzz/fuzz.h"

#define CIPHERS 5 /* rows of algorithm.h */

/* --- signing anew -------------------------------------------------------------------- */

static const struct person *
signer_of(const struct signed_data *data)
{
	const struct person *named = people_find(&data->signer);
	CERTIFICATE_CLEANUP struct certificate certificate = {0};

	if (named)
		return named;
	if (signed_data_find_signer(&certificate, data, NULL) != DONE)
		return NULL;
	return people_find_key(certificate.spki);
}

/* Appends the message with the digest of its content in the attribute for it. */
static void
put_digest(struct buffer *out, struct bytes message)
{
	SIGNED_DATA_CLEANUP struct signed_data data = {0};
	const struct signed_attribute *attribute = NULL;
	uint8_t digest[EVP_MAX_MD_SIZE];

	if (signed_data_read(&data, message, NULL) == DONE && data.digest &&
		signed_data_find_attribute(&attribute, &data, OID_MESSAGE_DIGEST, NULL) == DONE &&
		attribute && attribute->value.content.size > 0 &&
		algorithm_digest_bytes(digest, data.digest, data.content, NULL) == DONE)
		der_edit_splice(out, buffer_bytes(&data.der), attribute->value.content,
			BYTES(digest, data.digest->size));
	else
		buffer_append(out, message);
}

/* Appends what the signature of this message covers: attributes in DER, or as they are. */
static void
put_signed(struct buffer *out, const struct signed_data *data, bool canonical)
{
	size_t set;

	if (data->attribute_count == 0) {
		buffer_append(out, data->content);
		return;
	}
	if (canonical && der_canonical_set(out, data->signed_attributes))
		return;
	set = der_begin(out, DER_SET);
	buffer_append(out, data->signed_attributes);
	der_end(out, set);
}

void
message_edit_sign(struct buffer *out, struct bytes message, struct dice *dice)
{
	BUFFER_CLEANUP struct buffer with_digest = {0}, covered = {0}, signature = {0};
	SIGNED_DATA_CLEANUP struct signed_data data = {0};
	const struct person *signer;

	put_digest(&with_digest, message);
	if (signed_data_read(&data, buffer_bytes(&with_digest), NULL) == DONE && data.has_signer &&
		data.digest && data.signature.size > 0 && (signer = signer_of(&data))) {
		put_signed(&covered, &data, dice_once_in(dice, 2));
		if (key_sign(&signature, signer->key, data.digest, buffer_bytes(&covered), NULL) ==
			DONE) {
			der_edit_splice(out, buffer_bytes(&data.der), data.signature,
				buffer_bytes(&signature));
			return;
		}
	}
	buffer_append(out, buffer_bytes(&with_digest));
}

void
message_edit_sign_x509(struct buffer *out, struct bytes der, const struct person *signer)
{
	BUFFER_CLEANUP struct buffer signature = {0};
	const struct digest_algorithm *digest;
	struct x509_signed parts = {0};
	struct der inside;

	if (signer && x509_signed_read(&parts, &inside, der, "X.509", NULL) &&
		parts.signature.size > 0) {
		digest = algorithm_digest_of_signature(parts.algorithm.oid);
		if (digest &&
			key_sign(&signature, signer->key, digest, parts.content, NULL) == DONE) {
			der_edit_splice(out, der, parts.signature, buffer_bytes(&signature));
			return;
		}
	}
	buffer_append(out, der);
}

void
message_edit_sign_request(struct buffer *out, struct bytes der)
{
	CSR_CLEANUP struct csr csr = {0};
	const struct person *signer = people_get(PERSON_DEVICE);

	if (csr_read(&csr, der, NULL) == DONE)
		signer = people_find_key(csr.spki);
	message_edit_sign_x509(out, der, signer);
}

/* --- the layers ---------------------------------------------------------------------- */

static void
seal(struct buffer *out, struct bytes data, const struct person *recipient, bool by_challenge,
	struct dice *dice)
{
	struct envelope_plan plan = {
		.issuer = recipient->certificate.issuer,
		.serial = recipient->certificate.serial,
		.key = recipient->key,
		.transport = dice_once_in(dice, 4) ? KEY_TRANSPORT_OAEP : KEY_TRANSPORT_PKCS1,
		.cipher = algorithm_cipher_at(dice_below(dice, CIPHERS)),
	};

	if (by_challenge)
		plan.password = bytes_text(PEOPLE_CHALLENGE);
	/* Where the legacy provider is not installed. */
	if (envelope_seal(out, &plan, data, NULL) != DONE) {
		plan.cipher = algorithm_cipher_named("AES");
		envelope_seal(out, &plan, data, NULL);
	}
}

/* Appends what the envelope holds; says whether the challenge was needed for that. */
static bool
open_envelope(struct buffer *out, bool *by_challenge, struct bytes envelope,
	const struct person *recipient)
{
	ENVELOPE_CLEANUP struct envelope read = {0};
	const struct envelope_recipient *named;

	*by_challenge = false;
	if (envelope_read(&read, envelope, NULL) != DONE)
		return false;
	named = envelope_find_recipient(&read, &recipient->certificate, LIMIT_RECIPIENTS);
	if (named)
		return envelope_open(out, &read, named, recipient->key, NULL) == DONE;
	named = envelope_find_password(&read);
	*by_challenge = true;
	return named &&
		envelope_open_with_password(
			out, &read, named, bytes_text(PEOPLE_CHALLENGE), NULL) == DONE;
}

void
message_edit_envelope(struct buffer *out, struct bytes envelope, const struct person *recipient,
	message_edit_data *edit, struct dice *dice)
{
	BUFFER_CLEANUP struct buffer data = {0}, changed = {0};
	bool by_challenge;

	if (dice_once_in(dice, 3) || !open_envelope(&data, &by_challenge, envelope, recipient)) {
		der_edit_change(out, envelope, dice);
		return;
	}
	edit(&changed, buffer_bytes(&data), dice);
	seal(out, buffer_bytes(&changed), recipient, by_challenge, dice);
}

/* Appends one certificate or the CRLs with one change. */
static void
edit_signed_part(struct buffer *out, struct bytes der, struct dice *dice)
{
	BUFFER_CLEANUP struct buffer changed = {0};

	der_edit_change(&changed, der, dice);
	if (dice_once_in(dice, 8))
		buffer_append(out, buffer_bytes(&changed));
	else
		message_edit_sign_x509(out, buffer_bytes(&changed), people_get(PERSON_CA));
}

void
message_edit_certificates(struct buffer *out, struct bytes data, struct dice *dice)
{
	SIGNED_DATA_CLEANUP struct signed_data read = {0};
	BUFFER_CLEANUP struct buffer changed = {0};
	struct bytes part;
	size_t chosen;

	if (dice_once_in(dice, 3) || signed_data_read(&read, data, NULL) != DONE ||
		read.certificate_count + read.crls.size == 0) {
		der_edit_change(out, data, dice);
		return;
	}
	chosen = dice_below(dice, read.certificate_count + (read.crls.size > 0));
	part = chosen < read.certificate_count ? read.certificates[chosen] : read.crls;
	edit_signed_part(&changed, part, dice);
	der_edit_splice(out, buffer_bytes(&read.der), part, buffer_bytes(&changed));
}

/* Appends the message with another content, unless what it has is in chunks or nothing. */
static bool
edit_content(struct buffer *out, struct bytes message, const struct person *recipient,
	message_edit_data *edit, struct dice *dice)
{
	SIGNED_DATA_CLEANUP struct signed_data data = {0};
	BUFFER_CLEANUP struct buffer content = {0};

	if (signed_data_read(&data, message, NULL) != DONE || data.content.size == 0 ||
		data.joined.size > 0)
		return false;
	message_edit_envelope(&content, data.content, recipient, edit, dice);
	der_edit_splice(out, buffer_bytes(&data.der), data.content, buffer_bytes(&content));
	return true;
}

void
message_edit_change(struct buffer *out, struct bytes message, const struct person *recipient,
	message_edit_data *edit, struct dice *dice)
{
	BUFFER_CLEANUP struct buffer changed = {0};

	if (dice_once_in(dice, 3) || !edit_content(&changed, message, recipient, edit, dice))
		der_edit_change(&changed, message, dice);
	if (dice_once_in(dice, 8))
		buffer_append(out, buffer_bytes(&changed));
	else
		message_edit_sign(out, buffer_bytes(&changed), dice);
}

size_t
message_edit_mutate(
	message_edit_data *edit, uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
	struct dice dice = dice_of(seed);
	BUFFER_CLEANUP struct buffer changed = {0};

	if (dice_once_in(&dice, 8))
		return LLVMFuzzerMutate(data, size, size_max);
	people_draw(seed);
	edit(&changed, BYTES(data, size), &dice);
	if (changed.size == 0 || changed.size > size_max)
		return LLVMFuzzerMutate(data, size, size_max);
	memcpy(data, changed.data, changed.size);
	return changed.size;
}
