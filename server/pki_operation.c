#include "server/pki_operation.h"

#include <string.h>

#include "common/base64.h"
#include "server/browsed.h"
#include "server/ca_signer.h"
#include "server/exchange.h"
#include "server/message_type.h"
#include "server/ra_certificates.h"
#include "server/refusal.h"
#include "server/server_version.h"

/* A message that NDES cannot answer with a CertRep; what it sends instead is not known
 * (ndes-behaviour 10.4), so it is a setting. */
static int
answer_without_reply(struct exchange *exchange, enum ndes_event event, const char *reason)
{
	struct response *response = &exchange->http->response;

	exchange_refuse(exchange, SCEP_FAIL_BAD_REQUEST, 0, event, reason);
	switch ((enum undecodable)exchange->settings->undecodable) {
	case UNDECODABLE_EMPTY:
		response_set(response, RESPONSE_FROM_MSCEP, 200, 0, 0);
		break;
	case UNDECODABLE_PAGE:
		return browsed_answer_general_page(exchange);
	case UNDECODABLE_500:
		response_set(response, RESPONSE_FROM_IIS, 500, 0, 0);
		break;
	}
	return STAGE_ANSWERED;
}

int
pki_operation_fail_to_encrypt(struct exchange *exchange, const char *reason)
{
	return answer_without_reply(exchange, NDES_EVENT_FAIL_TO_ENCRYPT, reason);
}

/* What IIS would have let through, and no client is known to send. */
static int
refuse_long(struct exchange *exchange)
{
	diag_refuse(&exchange->diag, "PKIOperation by POST", NULL, "a message of at most 1 MiB",
		"%llu bytes", (unsigned long long)exchange->http->body_size);
	return answer_without_reply(
		exchange, NDES_EVENT_FAIL_TO_RETRIEVE_INFO, "message-malformed");
}

/* 2008 does not read POST at all, and 2012 answers it with 200 and no byte (ndes-behaviour 2.4). */
static int
take_body(struct exchange *exchange)
{
	const struct version_row *version = server_version_row(exchange->settings->server_version);

	if (version->post != VERSION_POST_WORKS)
		exchange_note_setting(exchange, "server_version");
	switch (version->post) {
	case VERSION_POST_WORKS:
		if (exchange->http->body_size > LIMIT_MESSAGE)
			return refuse_long(exchange);
		buffer_append(&exchange->message.der, buffer_bytes(&exchange->http->request.body));
		return STAGE_NEXT;
	case VERSION_POST_EMPTY:
		response_set(&exchange->http->response, RESPONSE_FROM_MSCEP, 200, 0, 0);
		return STAGE_ANSWERED;
	case VERSION_POST_REFUSED:
		break;
	}
	diag_refuse(&exchange->diag, "PKIOperation", NULL, "GET",
		"POST, which this server version does not read");
	return answer_without_reply(exchange, NDES_EVENT_FAIL_TO_DECODE, "post-not-supported");
}

/* RFC 8894 4.1: POST carries the message as its body, GET in base64 as a parameter. */
static int
take_message(struct exchange *exchange)
{
	const struct request *request = &exchange->http->request;
	struct bytes value = BYTES_NONE;

	if (strcmp(request->method, "POST") == 0)
		return take_body(exchange);
	if (!request_parameter(&value, request, "message"))
		diag_refuse(&exchange->diag, "PKIOperation by GET", "RFC 8894 4.1",
			"a parameter \"message\"", "none");
	else if (base64_decode_query(&exchange->message.der, value, &exchange->diag) == DONE)
		return STAGE_NEXT;
	return answer_without_reply(exchange, NDES_EVENT_FAIL_TO_DECODE, "message-not-decodable");
}

static int
read_message(struct exchange *exchange)
{
	struct message *message = &exchange->message;

	switch (scep_request_read(
		exchange_new_message(exchange), buffer_bytes(&message->der), &exchange->diag)) {
	case DONE:
		break;
	case REFUSED:
		return answer_without_reply(
			exchange, NDES_EVENT_FAIL_TO_RETRIEVE_INFO, "message-malformed");
	default:
		return STAGE_BROKE;
	}
	message->type = message_type_find(message->scep->message_type);
	return STAGE_NEXT;
}

static int
check_signature(struct exchange *exchange)
{
	const struct scep_request *scep = exchange->message.scep;

	switch (scep_request_verify(scep, &exchange->diag)) {
	case DONE:
		return STAGE_NEXT;
	case REFUSED:
		break;
	default:
		return STAGE_BROKE;
	}
	/* RFC 8894 3.2.1.4: badAlg for an algorithm that we do not take, MD5 above all. */
	if (!scep->message.digest || scep->message.digest->oid == OID_MD5)
		return refusal_give(exchange, REFUSAL_DIGEST);
	return refusal_give(exchange, REFUSAL_SIGNATURE);
}

static int
check_type(struct exchange *exchange)
{
	const struct scep_request *scep = exchange->message.scep;

	if (exchange->message.type &&
		!(scep->message_type == SCEP_RENEWAL_REQ &&
			exchange->settings->renewal_req == RENEWAL_REQ_NDES))
		return STAGE_NEXT;
	diag_refuse(&exchange->diag, "messageType", "RFC 8894 3.2.1.2",
		"one that this server knows", "%u", scep->message_type);
	return refusal_give(exchange, REFUSAL_MESSAGE_TYPE);
}

static int
open_envelope(struct exchange *exchange)
{
	const struct authority *authority = exchange->authority;
	const struct scep_recipient recipient = {
		ra_certificates_encryption(authority), pki_key(authority->pki, PKI_RA_ENCRYPTION)};
	size_t limit =
		exchange->settings->recipient_infos == RECIPIENT_INFOS_FIRST ? 1 : LIMIT_RECIPIENTS;

	switch (scep_request_open(exchange->message.scep, &recipient, 1, limit, &exchange->diag)) {
	case DONE:
		return STAGE_NEXT;
	case REFUSED:
		exchange_note_setting(exchange, "ra_certificates");
		if (exchange->message.scep->envelope.recipient_count > limit)
			exchange_note_setting(exchange, "recipient_infos");
		return answer_without_reply(
			exchange, NDES_EVENT_FAIL_TO_DECRYPT_INNER, "envelope-not-decryptable");
	default:
		return STAGE_BROKE;
	}
}

static int
read_data(struct exchange *exchange)
{
	if (scep_request_read_data(exchange->message.scep, &exchange->diag) != DONE)
		return refusal_give(exchange, REFUSAL_MESSAGE_DATA);
	return STAGE_NEXT;
}

/*
 * The reply is encrypted to the key that signed the request; NDES knows RSA alone, and has no usable
 * answer to anything else (event 13, ndes-behaviour 2.4). The RFC has one, with the challenge.
 */
static int
check_signer_key(struct exchange *exchange)
{
	if (key_is_rsa(exchange->message.scep->signer_key) ||
		exchange->settings->ec_keys == EC_KEYS_ACCEPT)
		return STAGE_NEXT;
	diag_refuse(&exchange->diag, "signer's public key", "RFC 8894 3.1",
		"an RSA key, to which the reply can be encrypted, or the setting ec_keys: accept",
		"an EC key");
	return pki_operation_fail_to_encrypt(exchange, "reply-not-encryptable");
}

/* RFC 2986 4.2: whoever asks for a certificate holds its private key. */
static int
check_csr(struct exchange *exchange)
{
	struct scep_request *scep = exchange->message.scep;
	int result;

	if (!exchange->message.type->holds_csr)
		return STAGE_NEXT;
	result = scep_request_read_csr_key(scep, &exchange->diag);
	if (result == BROKEN)
		return STAGE_BROKE;
	if (result == REFUSED)
		return refusal_give(exchange, REFUSAL_CSR_KEY);
	if (!key_is_rsa(scep->csr_key) && exchange->settings->ec_keys == EC_KEYS_REFUSE) {
		diag_refuse(&exchange->diag, "PKCS#10 public key", NULL,
			"an RSA key, or the setting ec_keys: accept", "an EC key");
		return pki_operation_fail_to_encrypt(exchange, "ec-key-refused");
	}
	result = csr_verify(&scep->csr, scep->csr_key, &exchange->diag);
	if (result == REFUSED)
		return refusal_give(exchange, REFUSAL_CSR_SIGNATURE);
	return result == DONE ? STAGE_NEXT : STAGE_BROKE;
}

/* Runs steps while the message fares well. */
static int
run_steps(struct exchange *exchange, int (*const *steps)(struct exchange *), size_t count)
{
	int result = STAGE_NEXT;

	for (size_t i = 0; i < count && result == STAGE_NEXT; i++)
		if (exchange->disposition.status == SCEP_STATUS_SUCCESS)
			result = steps[i](exchange);
	return result;
}

int
pki_operation_run(struct exchange *exchange)
{
	static int (*const steps[])(struct exchange *) = {take_message, read_message,
		check_signature, check_type, open_envelope, check_signer_key, read_data, check_csr,
		ca_signer_identify};

	return run_steps(exchange, steps, sizeof(steps) / sizeof(steps[0]));
}

static int
refuse_operation(struct exchange *exchange)
{
	diag_refuse(&exchange->diag, "operation", "RFC 8894 4.1", "one that this server knows",
		"another one");
	return refusal_give(exchange, REFUSAL_OPERATION);
}

int
pki_operation_run_unknown(struct exchange *exchange)
{
	static int (*const steps[])(struct exchange *) = {
		take_message, read_message, refuse_operation};

	return run_steps(exchange, steps, sizeof(steps) / sizeof(steps[0]));
}
