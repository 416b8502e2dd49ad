#include "server/journal_message.h"

#include <stdio.h>

#include "common/alternative_name.h"
#include "common/der.h"
#include "common/hresult.h"
#include "common/json_writer.h"
#include "common/name.h"
#include "server/challenge.h"
#include "server/journal.h"
#include "server/journal_redaction.h"
#include "server/journal_text.h"
#include "server/ra_certificates.h"

/* Of the longest PKCS#10 that the journal has the bytes of; the request has them all. */
#define CSR_BYTES_MAX 16384

static void
write_name(struct buffer *out, const char *key, struct bytes name)
{
	BUFFER_CLEANUP struct buffer text = {0};

	if (name.size == 0)
		return;
	name_text(&text, name);
	json_writer_text(out, key, journal_text_cut(buffer_bytes(&text)));
}

static void
write_hex(struct buffer *out, const char *key, struct bytes bytes)
{
	size_t most = JOURNAL_TEXT_MAX / 2;

	if (bytes.size > 0)
		json_writer_hex(out, key, BYTES(bytes.data, bytes.size < most ? bytes.size : most));
}

/* Appends the name of an algorithm, or its dotted OID when it is none of ours. */
static void
write_algorithm(struct buffer *out, const char *key, const char *name, struct bytes oid)
{
	BUFFER_CLEANUP struct buffer described = {0};

	if (!name && oid.size > 0) {
		oid_describe(&described, oid);
		name = buffer_text(&described);
	}
	journal_text_write(out, key, name);
}

static void
write_signer(struct buffer *out, const struct certificate *signer)
{
	if (signer->der.size == 0)
		return;
	json_writer_open_object(out, "signer");
	write_name(out, "subject", signer->subject);
	write_name(out, "issuer", signer->issuer);
	write_hex(out, "serial", signer->serial);
	json_writer_boolean(out, "self_signed", name_equal(signer->issuer, signer->subject));
	json_writer_close_object(out);
}

/* Returns which certificate of the site a recipient means, or NULL. */
static const char *
find_ours(const struct authority *authority, const struct envelope_recipient *recipient)
{
	const struct {
		const char *word;
		const struct certificate *certificate;
	} ours[] = {
		{"ra_encryption", ra_certificates_encryption(authority)},
		{"ra_signing", ra_certificates_signing(authority)},
		{"issuing_ca", &authority->issuing},
		{"root_ca", &authority->root},
	};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (ours[i].certificate->der.size > 0 &&
			cms_identifies(&recipient->identifier, ours[i].certificate))
			return ours[i].word;
	return NULL;
}

static void
write_recipient(struct buffer *out, const struct envelope_recipient *recipient,
	const struct authority *authority)
{
	static const char *const transports[] = {
		[KEY_TRANSPORT_PKCS1] = "RSAES-PKCS1-v1_5",
		[KEY_TRANSPORT_OAEP] = "RSAES-OAEP",
		[KEY_TRANSPORT_COUNT] = NULL,
	};

	json_writer_open_object(out, NULL);
	write_name(out, "issuer", recipient->identifier.issuer);
	write_hex(out, "serial", recipient->identifier.serial);
	write_hex(out, "key_identifier", recipient->identifier.key_identifier);
	journal_text_write(out, "ours", find_ours(authority, recipient));
	if (recipient->algorithm.size > 0)
		write_algorithm(out, "key_transport", transports[recipient->transport],
			recipient->algorithm);
	json_writer_close_object(out);
}

static void
write_recipients(struct buffer *out, const struct exchange *exchange)
{
	const struct envelope *envelope = &exchange->message.scep->envelope;

	if (envelope->recipient_count == 0)
		return;
	json_writer_open_array(out, "recipients");
	for (size_t i = 0; i < envelope->recipient_count; i++)
		write_recipient(out, &envelope->recipients[i], exchange->authority);
	json_writer_close_array(out);
}

static void
write_message(struct buffer *out, const struct exchange *exchange)
{
	const struct scep_request *scep = exchange->message.scep;
	const struct digest_algorithm *digest = scep->message.digest;
	const struct cipher_algorithm *cipher = scep->envelope.cipher;

	if (exchange->message.der.size == 0)
		return;
	json_writer_open_object(out, "message");
	json_writer_number(out, "size", (int64_t)exchange->message.der.size);
	if (scep->message_type != 0) {
		json_writer_number(out, "type", scep->message_type);
		journal_text_write(out, "type_name", scep_message_type_name(scep->message_type));
	}
	if (scep->transaction_id[0] != '\0')
		journal_text_write(out, "transaction_id", scep->transaction_id);
	write_hex(out, "sender_nonce", scep->sender_nonce);
	write_algorithm(out, "digest", digest ? digest->name : NULL, scep->message.digest_oid);
	write_algorithm(out, "cipher", cipher ? cipher->name : NULL, scep->envelope.cipher_oid);
	if (exchange->message.renewal)
		json_writer_boolean(out, "renewal", true);
	write_signer(out, &scep->signer);
	write_recipients(out, exchange);
	json_writer_close_object(out);
}

/* A key that could not be read is told of by the refusal. */
static void
write_key(struct buffer *out, const EVP_PKEY *key)
{
	if (!key)
		return;
	journal_text_write(out, "key", key_is_rsa(key) ? "RSA" : "EC");
	json_writer_number(out, "key_bits", key_bits(key));
}

static void
write_alternative_name(struct buffer *out, struct bytes general_names)
{
	BUFFER_CLEANUP struct buffer text = {0};

	if (general_names.size > 0 && alternative_name_text(&text, general_names, NULL) == DONE)
		json_writer_text(out, "subject_alt_name", journal_text_cut(buffer_bytes(&text)));
}

static void
write_key_usage(struct buffer *out, uint32_t bits)
{
	json_writer_open_array(out, "key_usage");
	for (size_t i = 0; certificate_key_usage_name(i); i++)
		if (bits >> i & 1)
			journal_text_write(out, NULL, certificate_key_usage_name(i));
	json_writer_close_array(out);
}

/* `purposes` is a SEQUENCE OF OID that was read before. */
static void
write_extended_key_usage(struct buffer *out, struct bytes purposes)
{
	struct der der = der_start(purposes, "extKeyUsage", NULL), inside;
	struct bytes oid;

	if (!der_enter(&der, DER_SEQUENCE, &inside))
		return;
	json_writer_open_array(out, "extended_key_usage");
	while (!der_empty(&inside) && der_take_oid(&inside, &oid)) {
		BUFFER_CLEANUP struct buffer text = {0};

		oid_describe(&text, oid);
		journal_text_write(out, NULL, buffer_text(&text));
	}
	json_writer_close_array(out);
}

/* Its challengePassword is among its bytes. */
static void
write_csr_bytes(struct buffer *out, const struct exchange *exchange)
{
	struct bytes der = buffer_bytes(&exchange->message.scep->csr.der);

	if (der.size <= CSR_BYTES_MAX && !journal_redaction_is_on(exchange))
		json_writer_base64(out, "base64", der);
}

static void
write_csr(struct buffer *out, const struct exchange *exchange)
{
	const struct scep_request *scep = exchange->message.scep;
	const struct csr *csr = &scep->csr;

	if (csr->der.size == 0)
		return;
	json_writer_open_object(out, "csr");
	write_name(out, "subject", csr->subject);
	write_key(out, scep->csr_key);
	write_alternative_name(out, csr->subject_alt_name);
	if (csr->has_key_usage)
		write_key_usage(out, csr->key_usage);
	write_extended_key_usage(out, csr->extended_key_usage);
	write_csr_bytes(out, exchange);
	json_writer_close_object(out);
}

static void
write_challenge(struct buffer *out, const struct exchange *exchange)
{
	const struct csr *csr = &exchange->message.scep->csr;
	const struct verdict *verdict = &exchange->verdict;

	if (!csr->has_challenge && verdict->challenge == VERDICT_NONE)
		return;
	json_writer_open_object(out, "challenge");
	if (csr->has_challenge && !journal_redaction_is_on(exchange))
		json_writer_text(out, "text", journal_text_cut(buffer_bytes(&csr->challenge)));
	if (csr->has_challenge)
		json_writer_number(out, "size", (int64_t)csr->challenge.size);
	if (verdict->challenge != VERDICT_NONE)
		journal_text_write(out, "verdict", challenge_verdict_name(verdict->challenge));
	if (verdict->used_by != 0)
		json_writer_number(out, "used_by", (int64_t)verdict->used_by);
	json_writer_close_object(out);
}

static void
write_error(struct buffer *out, int32_t error)
{
	const struct hresult_row *row = hresult_find(error);
	char number[sizeof("0x00000000")];

	snprintf(number, sizeof(number), "0x%08X", (unsigned)error);
	journal_text_write(out, "error", number);
	if (row)
		journal_text_write(out, "error_name", row->name);
}

static void
write_disposition(struct buffer *out, const struct exchange *exchange)
{
	const struct disposition *disposition = &exchange->disposition;
	bool answered = exchange->reply.der.size != 0;

	if (!answered && !disposition->reason)
		return;
	json_writer_open_object(out, "disposition");
	if (answered)
		journal_text_write(out, "status", scep_status_name(disposition->status));
	if (answered && disposition->status == SCEP_STATUS_FAILURE)
		journal_text_write(out, "fail_info", scep_fail_info_name(disposition->fail_info));
	if (disposition->error != 0)
		write_error(out, disposition->error);
	journal_text_write(out, "reason", disposition->reason);
	if (disposition->event != 0)
		json_writer_number(out, "event", disposition->event);
	json_writer_close_object(out);
}

static void
write_issuance(struct buffer *out, const struct issuance *issuance)
{
	struct bytes serial;

	if (issuance->request_id == 0 && issuance->certificate.size == 0 && issuance->crl.size == 0)
		return;
	json_writer_open_object(out, "issuance");
	if (issuance->request_id != 0)
		json_writer_number(out, "request_id", issuance->request_id);
	if (issuance->certificate.size > 0 &&
		certificate_find_serial(&serial, buffer_bytes(&issuance->certificate)))
		write_hex(out, "serial", serial);
	if (issuance->polls != 0)
		json_writer_number(out, "polls", issuance->polls);
	if (issuance->crl.size > 0)
		json_writer_number(out, "crl_size", (int64_t)issuance->crl.size);
	json_writer_close_object(out);
}

void
journal_message_write(struct buffer *out, const struct exchange *exchange)
{
	write_message(out, exchange);
	write_csr(out, exchange);
	write_challenge(out, exchange);
	write_disposition(out, exchange);
	write_issuance(out, &exchange->issuance);
}
