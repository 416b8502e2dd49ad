#include "server/reply_plan.h"

#include <string.h>

#include "server/exchange.h"
#include "server/ra_certificates.h"
#include "server/reply_key.h"
#include "server/server.h"
#include "server/server_version.h"

/* The words that AD CS gives back with a request (1.3.6.1.4.1.311.21.38); "Issued" is captured,
 * the other is certreq's word for the same disposition. */
static const char *const server_messages[] = {
	[SCEP_STATUS_SUCCESS] = "Issued",
	[SCEP_STATUS_FAILURE] = NULL,
	[SCEP_STATUS_PENDING] = "Taken Under Submission",
};

static const struct digest_algorithm *
choose_digest(const struct exchange *exchange)
{
	const char *setting = exchange->settings->reply_digest;
	const struct digest_algorithm *mirrored = exchange->message.scep->message.digest;

	/* The captured replies are signed with SHA-1 whatever the request used (ndes-behaviour 2.9). */
	if (strcmp(setting, "as_captured") == 0)
		return algorithm_digest_named("SHA-1");
	/* MD5 is never written, not even in the refusal of an MD5 request. */
	if (strcmp(setting, "mirror") == 0)
		return mirrored && mirrored->oid != OID_MD5 ? mirrored
							    : algorithm_digest_named("SHA-1");
	return algorithm_digest_named(setting);
}

static const struct cipher_algorithm *
choose_cipher(struct exchange *exchange)
{
	const struct settings *settings = exchange->settings;
	const struct cipher_algorithm *mirrored = exchange->message.scep->envelope.cipher;
	bool fixed = strcmp(settings->reply_cipher, "as_captured") != 0 &&
		strcmp(settings->reply_cipher, "mirror") != 0;

	exchange_note_setting(exchange, "reply_cipher");
	if (fixed)
		return algorithm_cipher_named(settings->reply_cipher);
	/* 2008 answers in single DES whatever the client used (ndes-behaviour 2.9). */
	if (server_version_row(settings->server_version)->reply_single_des) {
		exchange_note_setting(exchange, "server_version");
		return algorithm_cipher_named("DES-CBC");
	}
	/* A client that can only send single DES reads 3DES, and nothing else may be in DES. */
	return mirrored->legacy ? algorithm_cipher_named("DES-EDE3-CBC") : mirrored;
}

/* NDES wraps an AES key with OAEP, silently (ndes-behaviour 2.5, 2.9); the RFC leaves it open. */
static enum key_transport
choose_transport(const struct exchange *exchange, const struct cipher_algorithm *cipher)
{
	bool aes = cipher->block_size == 16;

	return aes && exchange->settings->reply == REPLY_NDES ? KEY_TRANSPORT_OAEP
							      : KEY_TRANSPORT_PKCS1;
}

/* messageData of a SUCCESS: the certificate first and its chain behind it, or the CRL. */
static void
write_message_data(struct exchange *exchange)
{
	const struct authority *authority = exchange->authority;
	struct bytes certificates[1 + AUTHORITY_CAS_MAX];
	size_t count = 0;

	if (exchange->issuance.certificate.size) {
		certificates[count++] = buffer_bytes(&exchange->issuance.certificate);
		for (size_t i = 0; i < authority->ca_count; i++)
			certificates[count++] = buffer_bytes(&authority->cas[i].certificate->der);
	}
	certs_only_write(&exchange->reply.message_data, certificates, count,
		buffer_bytes(&exchange->issuance.crl));
}

static void
plan_envelope(struct exchange *exchange)
{
	const struct scep_request *scep = exchange->message.scep;
	struct scep_reply_plan *plan = &exchange->reply.plan;
	const struct cipher_algorithm *cipher = choose_cipher(exchange);
	const struct csr *request = reply_key_request(exchange);

	write_message_data(exchange);
	plan->content = SCEP_CONTENT_ENVELOPE;
	plan->message_data = buffer_bytes(&exchange->reply.message_data);
	plan->envelope = (struct envelope_plan){
		.password = request ? buffer_bytes(&request->challenge) : BYTES_NONE,
		.issuer = scep->signer.issuer,
		.serial = scep->signer.serial,
		.key = scep->signer_key,
		.transport = choose_transport(exchange, cipher),
		.cipher = cipher,
	};
}

/* What the shape `ndes` has of the captures, and `rfc8894` of the RFC (ndes-behaviour 2.5, 8). */
static void
plan_shape(struct exchange *exchange)
{
	struct scep_reply_plan *plan = &exchange->reply.plan;
	bool ndes = exchange->settings->reply == REPLY_NDES;

	plan->content = ndes ? SCEP_CONTENT_ZERO_BYTE : SCEP_CONTENT_ABSENT;
	plan->digest_parameters_null = ndes;
	if (ndes) {
		plan->server_message = server_messages[plan->status];
	} else {
		plan->certificates[0] = buffer_bytes(&plan->signer->der);
		plan->certificate_count = 1;
		plan->fail_info_text = exchange->disposition.reason;
	}
}

int
reply_plan_run(struct exchange *exchange)
{
	const struct authority *authority = exchange->authority;
	const struct scep_request *scep = exchange->message.scep;
	const struct disposition *disposition = &exchange->disposition;
	struct reply *reply = &exchange->reply;
	struct scep_reply_plan *plan = &reply->plan;

	exchange_note_setting(exchange, "ra_certificates");
	random_fill(&exchange->server->random, reply->nonce, sizeof(reply->nonce));
	*plan = (struct scep_reply_plan){
		.message_type = SCEP_CERT_REP,
		.status = disposition->status,
		.fail_info = disposition->fail_info,
		.has_error = disposition->error != 0,
		.error = disposition->error,
		.transaction_id = scep->transaction_id,
		.transaction_id_tag = DER_PRINTABLE_STRING,
		.sender_nonce = BYTES(reply->nonce, sizeof(reply->nonce)),
		.recipient_nonce = scep->sender_nonce,
		.digest = choose_digest(exchange),
		.signer = ra_certificates_signing(authority),
		.signer_key = pki_key(authority->pki, PKI_RA_SIGNING),
	};
	plan_shape(exchange);
	if (plan->status == SCEP_STATUS_SUCCESS)
		plan_envelope(exchange);
	return STAGE_NEXT;
}
