#include "common/scep_reply.h"

#include "common/scep_attributes.h"

static void
put_attributes(struct buffer *out, const struct scep_reply_plan *plan)
{
	if (!plan->without_message_type)
		scep_attributes_put_number(out, OID_MESSAGE_TYPE, plan->message_type);
	if (!plan->without_status)
		scep_attributes_put_number(out, OID_PKI_STATUS, plan->status);
	if (plan->status == SCEP_STATUS_FAILURE && !plan->without_fail_info)
		scep_attributes_put_number(out, OID_FAIL_INFO, plan->fail_info);
	if (plan->transaction_id)
		signed_data_put_attribute(out, OID_TRANSACTION_ID,
			plan->transaction_id_tag ? plan->transaction_id_tag : DER_PRINTABLE_STRING,
			bytes_text(plan->transaction_id));
	if (plan->sender_nonce.size > 0)
		signed_data_put_attribute(
			out, OID_SENDER_NONCE, DER_OCTET_STRING, plan->sender_nonce);
	if (plan->recipient_nonce.size > 0)
		signed_data_put_attribute(
			out, OID_RECIPIENT_NONCE, DER_OCTET_STRING, plan->recipient_nonce);
	if (plan->has_error)
		scep_attributes_put_number(out, OID_ENROLL_SCEP_ERROR, plan->error);
	if (plan->server_message)
		signed_data_put_attribute(out, OID_ENROLL_SCEP_SERVER_MESSAGE, DER_UTF8_STRING,
			bytes_text(plan->server_message));
	if (plan->fail_info_text)
		signed_data_put_attribute(
			out, OID_FAIL_INFO_TEXT, DER_UTF8_STRING, bytes_text(plan->fail_info_text));
}

static int
put_content(struct buffer *out, const struct scep_reply_plan *plan, struct diag *diag)
{
	switch (plan->content) {
	case SCEP_CONTENT_ENVELOPE:
		return envelope_seal(out, &plan->envelope, plan->message_data, diag);
	case SCEP_CONTENT_ZERO_BYTE:
		buffer_append_byte(out, 0);
		return DONE;
	case SCEP_CONTENT_ABSENT:
		return DONE;
	}
	return diag_break(diag, "CertRep", "a content of kind %d", (int)plan->content);
}

int
scep_reply_write(struct buffer *out, const struct scep_reply_plan *plan, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer content = {0}, attributes = {0};
	struct signed_data_plan message = {
		.digest = plan->digest,
		.digest_parameters_null = plan->digest_parameters_null,
		.signature_names_digest = plan->signature_names_digest,
		.has_content = plan->content != SCEP_CONTENT_ABSENT,
		.certificate_count = plan->certificate_count,
		.signer_issuer = plan->signer->issuer,
		.signer_serial = plan->signer->serial,
		.signing_time = plan->signing_time,
	};

	for (size_t i = 0; i < plan->certificate_count; i++)
		message.certificates[i] = plan->certificates[i];
	if (put_content(&content, plan, diag) != DONE)
		return BROKEN;
	put_attributes(&attributes, plan);
	message.content = buffer_bytes(&content);
	message.attributes = buffer_bytes(&attributes);
	return signed_data_sign(out, &message, plan->signer_key, diag);
}

void
scep_reply_done(struct scep_reply *reply)
{
	signed_data_done(&reply->message);
	buffer_done(&reply->server_message);
	buffer_done(&reply->fail_info_text);
	envelope_done(&reply->envelope);
	buffer_done(&reply->message_data);
	signed_data_done(&reply->answer);
	*reply = (struct scep_reply){0};
}

static int
read_numbers(struct scep_reply *out, struct diag *diag)
{
	int result = scep_attributes_number(
		&out->message_type, NULL, &out->message, OID_MESSAGE_TYPE, diag);

	if (result == DONE)
		result = scep_attributes_number(
			&out->status, NULL, &out->message, OID_PKI_STATUS, diag);
	if (result == DONE)
		result = scep_attributes_number(
			&out->fail_info, &out->has_fail_info, &out->message, OID_FAIL_INFO, diag);
	if (result == DONE)
		result = scep_attributes_error(&out->error, &out->has_error, &out->message, diag);
	return result;
}

static int
read_texts(struct scep_reply *out, struct diag *diag)
{
	int result = scep_attributes_text(
		&out->server_message, &out->message, OID_ENROLL_SCEP_SERVER_MESSAGE, diag);

	if (result == DONE)
		result = scep_attributes_text(
			&out->fail_info_text, &out->message, OID_FAIL_INFO_TEXT, diag);
	return result;
}

static int
read_attributes(struct scep_reply *out, struct diag *diag)
{
	uint8_t tag;
	int result = scep_attributes_transaction_id(out->transaction_id, &tag, &out->message, diag);

	if (result == DONE)
		result = read_numbers(out, diag);
	if (result == DONE)
		result = scep_attributes_nonce(
			&out->sender_nonce, &out->message, OID_SENDER_NONCE, diag);
	if (result == DONE)
		result = scep_attributes_nonce(
			&out->recipient_nonce, &out->message, OID_RECIPIENT_NONCE, diag);
	return result == DONE ? read_texts(out, diag) : result;
}

int
scep_reply_read(struct scep_reply *out, struct bytes der, struct diag *diag)
{
	int result = signed_data_read(&out->message, der, diag);

	if (result == DONE && !out->message.has_signer)
		return diag_refuse(diag, "CertRep", "RFC 8894 3.1", "one SignerInfo", "none");
	if (result == DONE)
		result = read_attributes(out, diag);
	if (result != DONE || out->status != SCEP_STATUS_SUCCESS)
		return result;
	if (!out->message.has_content)
		return diag_refuse(diag, "CertRep", "RFC 8894 3.3.2.1",
			"an EnvelopedData with pkiStatus SUCCESS", "no content");
	return envelope_read(&out->envelope, out->message.content, diag);
}

int
scep_reply_find_signer(
	const struct scep_reply *reply, const struct certificate *certificates, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (cms_identifies(&reply->message.signer, &certificates[i]))
			return (int)i;
	return -1;
}

int
scep_reply_open(struct scep_reply *reply, const struct certificate *recipient, EVP_PKEY *key,
	struct diag *diag)
{
	const struct envelope_recipient *named =
		envelope_find_recipient(&reply->envelope, recipient, LIMIT_RECIPIENTS);
	int result;

	if (!named)
		return envelope_refuse_addressee(&reply->envelope,
			"the certificate that signed the request", recipient, diag);
	result = envelope_open(&reply->message_data, &reply->envelope, named, key, diag);
	if (result != DONE)
		return result;
	return signed_data_read(&reply->answer, buffer_bytes(&reply->message_data), diag);
}

int
scep_reply_open_with_password(struct scep_reply *reply, struct bytes password, struct diag *diag)
{
	const struct envelope_recipient *named = envelope_find_password(&reply->envelope);
	int result;

	if (!named)
		return diag_refuse(diag, "EnvelopedData", "RFC 8894 3.1",
			"one that the challenge password opens",
			"encrypted to a key, though ours cannot decrypt");
	result = envelope_open_with_password(
		&reply->message_data, &reply->envelope, named, password, diag);
	if (result != DONE)
		return result;
	return signed_data_read(&reply->answer, buffer_bytes(&reply->message_data), diag);
}
