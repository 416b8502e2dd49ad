#include "server/reply.h"

#include "common/cms_indefinite.h"
#include "server/exchange.h"

#define TRAILING "\0\0\0\0"

/*
 * Appends the CertRep's bytes with what was planned for them. Whatever rules asked for them and in
 * which order, each does what it does alone: the signature is spoilt where it still is what the
 * CertRep ends with, and what is added or cut off is so behind all else.
 */
static int
append_bytes(struct buffer *body, struct buffer *der, unsigned planned, struct diag *diag)
{
	if (planned & REPLY_BYTES_SIGNATURE_CORRUPT)
		der->data[der->size - 1] ^= 1;
	if (!(planned & REPLY_BYTES_INDEFINITE))
		buffer_append(body, buffer_bytes(der));
	else if (cms_indefinite_write(body, buffer_bytes(der), diag) != DONE)
		return BROKEN;
	if (planned & REPLY_BYTES_TRUNCATED)
		body->size -= body->size / 4;
	if (planned & REPLY_BYTES_TRAILING)
		buffer_append(body, BYTES(TRAILING, sizeof(TRAILING) - 1));
	return DONE;
}

int
reply_run(struct exchange *exchange)
{
	struct response *response = &exchange->http->response;
	struct reply *reply = &exchange->reply;

	if (scep_reply_write(&reply->der, &reply->plan, &exchange->diag) != DONE)
		return STAGE_BROKE;
	response_set(response, RESPONSE_FROM_MSCEP, 200, 0, 0);
	response->content_type = "application/x-pki-message";
	if (append_bytes(&response->body, &reply->der, reply->bytes, &exchange->diag) != DONE)
		return STAGE_BROKE;
	return STAGE_ANSWERED;
}
