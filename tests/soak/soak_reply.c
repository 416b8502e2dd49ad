#include "tests/soak/soak_reply.h"

#include <string.h>
#include <time.h>

#include "common/name.h"
#include "common/scep_reply.h"

int
soak_reply_status(struct bytes body)
{
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};

	return scep_reply_read(&reply, body, NULL) == DONE ? (int)reply.status : -1;
}

static int
refuse(struct diag *diag, const char *what)
{
	return diag_refuse(diag, "CertRep", NULL, NULL, "%s", what);
}

static int
check_message(
	const struct scep_reply *reply, const struct soak_reply_wanted *wanted, struct diag *diag)
{
	if (scep_reply_find_signer(reply, &wanted->pool->ra_signing, 1) != 0)
		return refuse(diag, "it is not signed by the RA");
	if (reply->message_type != SCEP_CERT_REP || reply->status != SCEP_STATUS_SUCCESS)
		return refuse(diag, "it is no SUCCESS");
	if (strcmp(reply->transaction_id, wanted->transaction_id) != 0)
		return refuse(diag, "it answers another transaction");
	if (!bytes_equal(reply->recipient_nonce, BYTES(wanted->nonce, SCEP_NONCE_SIZE)))
		return refuse(diag, "it answers another nonce");
	return signed_data_verify(&reply->message, wanted->pool->ra_signing_key, diag);
}

static int
open_reply(struct scep_reply *reply, const struct soak_reply_wanted *wanted, struct diag *diag)
{
	EVP_PKEY *key = wanted->device->identity->key;

	if (key_is_rsa(key))
		return scep_reply_open(reply, wanted->signer, key, diag);
	return scep_reply_open_with_password(reply, bytes_text(SOAK_CHALLENGE), diag);
}

static int
check_certificate(
	const struct certificate *issued, const struct soak_reply_wanted *wanted, struct diag *diag)
{
	time_t now = time(NULL);

	if (!key_same(issued->spki, wanted->device->identity->signer.spki))
		return refuse(diag, "the certificate is for another key");
	if (!name_equal(issued->subject, buffer_bytes(&wanted->device->subject)))
		return refuse(diag, "the certificate is for another subject");
	if (issued->not_before > now || issued->not_after < now)
		return refuse(diag, "the certificate is not valid now");
	return certificate_verify(issued, wanted->pool->ca_key, diag);
}

int
soak_reply_check(struct certificate *issued, struct bytes body,
	const struct soak_reply_wanted *wanted, struct diag *diag)
{
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	int result = scep_reply_read(&reply, body, diag);

	if (result == DONE)
		result = check_message(&reply, wanted, diag);
	if (result == DONE)
		result = open_reply(&reply, wanted, diag);
	if (result == DONE && reply.answer.certificate_count == 0)
		return refuse(diag, "it has no certificate");
	if (result == DONE)
		result = certificate_read(issued, reply.answer.certificates[0], diag);
	return result == DONE ? check_certificate(issued, wanted, diag) : result;
}
