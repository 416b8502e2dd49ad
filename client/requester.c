#include "client/requester.h"

#include "client/reply_check.h"
#include "common/scep_request.h"

static int
write_message(struct buffer *out, const struct session *session,
	const struct transaction *transaction, unsigned message_type, struct bytes message_data,
	struct bytes nonce, struct diag *diag)
{
	const struct certificate *recipient = session->authority.encryption;
	struct scep_request_plan plan = {
		.message_type = message_type,
		.transaction_id = transaction->id,
		.sender_nonce = nonce,
		.message_data = message_data,
		.envelope =
			{
				.issuer = recipient->issuer,
				.serial = recipient->serial,
				.key = ca_certificates_key(&session->authority, recipient),
				.transport = (enum key_transport)session->arguments->key_transport,
				.cipher = session->negotiation.cipher,
			},
		.digest = session->negotiation.digest,
		.signer = &transaction->identity->certificate,
		.signer_key = transaction->identity->key,
	};

	return scep_request_write(out, &plan, diag);
}

/* Sends the message and gets an answer that is a pkiMessage by its head. */
static int
send_message(struct session *session, struct http_reply *out, const char *step,
	const struct http_request *request, struct diag *diag)
{
	int result = session_send(session, out, step, request, diag);

	if (result != DONE)
		return result == BROKEN ? BROKEN : REFUSED;
	result = reply_check_http(out, diag);
	if (result != DONE)
		report_exchange(session->report, step, request, out, "%s", out->content_type);
	return result;
}

static bool
has_challenge(const struct transaction *transaction)
{
	return transaction->challenge && transaction->challenge[0];
}

/* An EC key cannot decrypt: the reply to it is encrypted with the challenge (RFC 8894 3.1). */
static int
open_reply(struct session *session, struct scep_reply *reply, const struct transaction *transaction,
	struct diag *diag)
{
	const struct identity *identity = transaction->identity;
	int result;

	if (key_is_rsa(identity->key))
		return scep_reply_open(reply, &identity->certificate, identity->key, diag);
	if (!has_challenge(transaction))
		return diag_refuse(diag, "CertRep", "RFC 8894 3.1",
			"a challenge password to open it with, since an EC key cannot decrypt",
			"none was given");
	result = scep_reply_open_with_password(reply, bytes_text(transaction->challenge), diag);
	if (result == DONE)
		report_step(session->report, "opened", "with the challenge password");
	return result;
}

static void
warn_of_missing_challenge(struct session *session, const struct transaction *transaction)
{
	if (!key_is_rsa(transaction->identity->key) && !has_challenge(transaction))
		report_warn(session->report,
			"the server cannot encrypt its reply to an EC key, and there is no "
			"challenge password to do it with (RFC 8894 3.1)");
}

/* What is neither announced nor ours is odd, and can be read all the same. */
static void
warn_of_algorithms(struct session *session, const struct scep_reply *reply)
{
	const struct digest_algorithm *digest = reply->message.digest;
	const struct cipher_algorithm *cipher = reply->envelope.cipher;
	unsigned capabilities = session->capabilities;

	if (capabilities && digest != session->negotiation.digest &&
		!negotiation_announces_digest(capabilities, digest))
		report_warn(session->report,
			"the CertRep is signed with %s, which GetCACaps does not name",
			digest->name);
	if (!cipher)
		return;
	/* 2008 and 2008 R2 answer so, whatever they were asked (ndes-behaviour 2.9). */
	if (cipher->legacy)
		report_warn(session->report,
			"the CertRep is encrypted with %s, which RFC 8894 2.9 forbids",
			cipher->name);
	else if (capabilities && cipher != session->negotiation.cipher &&
		!negotiation_announces_cipher(capabilities, cipher))
		report_warn(session->report,
			"the CertRep is encrypted with %s, which GetCACaps does not name",
			cipher->name);
}

/* Checks a decoded reply, and opens it when it holds something. */
static int
check_and_open(struct session *session, struct scep_reply *reply,
	const struct transaction *transaction, struct bytes nonce, struct diag *diag)
{
	const struct reply_expectation expected = {
		.authority = &session->authority,
		.transaction_id = transaction->id,
		.sender_nonce = nonce,
	};
	const struct certificate *signer = NULL;
	int result = reply_check(&signer, reply, &expected, session->report, diag);

	if (result != DONE)
		return result;
	report_step(session->report, "checked",
		"signed by the %s certificate with %s; nonce and transactionID are ours",
		ca_certificates_role(&session->authority, signer), reply->message.digest->name);
	reply_report(session->report, reply);
	warn_of_algorithms(session, reply);
	if (reply->status != SCEP_STATUS_SUCCESS)
		return DONE;
	return open_reply(session, reply, transaction, diag);
}

static int
exchange(struct session *session, struct scep_reply *out, const struct transaction *transaction,
	const char *step, const struct http_request *request, struct bytes nonce, struct diag *diag)
{
	HTTP_REPLY_CLEANUP struct http_reply answer = {0};
	BUFFER_CLEANUP struct buffer words = {0};
	int result = send_message(session, &answer, step, request, diag);

	if (result != DONE)
		return result;
	result = scep_reply_read(out, buffer_bytes(&answer.body), diag);
	if (result == DONE)
		reply_describe(&words, out);
	else
		buffer_append_text(&words, "unreadable");
	report_exchange(session->report, step, request, &answer, "%s", buffer_text(&words));
	return result == DONE ? check_and_open(session, out, transaction, nonce, diag) : result;
}

int
requester_send(struct session *session, struct scep_reply *out,
	const struct transaction *transaction, unsigned message_type, struct bytes message_data,
	struct diag *diag)
{
	BUFFER_CLEANUP struct buffer message = {0}, url = {0};
	uint8_t nonce[SCEP_NONCE_SIZE];
	struct http_request request = {.method = "GET"};
	int result;

	/* A poll follows a request that was warned of. */
	if (message_type != SCEP_CERT_POLL)
		warn_of_missing_challenge(session, transaction);
	random_fill(&session->random, nonce, sizeof(nonce));
	result = write_message(&message, session, transaction, message_type, message_data,
		BYTES(nonce, sizeof(nonce)), diag);
	if (result != DONE)
		return result;
	if (session->negotiation.post) {
		request.method = "POST";
		request.content_type = "application/x-pki-message";
		request.body = buffer_bytes(&message);
		operation_url(&url, session->arguments->url, "PKIOperation", NULL);
	} else {
		operation_url_with_message(&url, session->arguments->url, buffer_bytes(&message),
			(enum get_encoding)session->arguments->get_encoding);
	}
	request.url = buffer_text(&url);
	return exchange(session, out, transaction, scep_message_type_name(message_type), &request,
		BYTES(nonce, sizeof(nonce)), diag);
}

int
requester_refuse(const struct scep_reply *reply, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer words = {0};

	reply_describe(&words, reply);
	return diag_refuse(diag, "the server", NULL, "SUCCESS", "%s", buffer_text(&words));
}
