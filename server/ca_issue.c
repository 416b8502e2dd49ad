#include "server/ca_issue.h"

#include "server/ca_request.h"
#include "server/exchange.h"
#include "server/reply_key.h"
#include "server/server.h"
#include "server/store.h"

/* Signs the plan; what cannot be read back is not put on record. DONE or BROKEN. */
static int
sign(struct certificate *out, struct exchange *exchange)
{
	BUFFER_CLEANUP struct buffer der = {0};

	if (certificate_plan_sign(&der, &exchange->issuance.plan,
		    authority_issuer_key(exchange->authority), &exchange->diag) != DONE)
		return BROKEN;
	return certificate_read(out, buffer_bytes(&der), &exchange->diag) == DONE ? DONE : BROKEN;
}

/* DONE; REFUSED: another exchange has ended the transaction; or BROKEN. */
static int
put_on_record(struct exchange *exchange, const struct certificate *certificate)
{
	const struct issuance *issuance = &exchange->issuance;
	const struct csr *reply_key = reply_key_request(exchange);
	const struct transaction_record record = {
		.status = SCEP_STATUS_SUCCESS,
		.request_id = issuance->request_id,
		.polls = issuance->polls,
		.csr = reply_key ? reply_key->der : (struct buffer){0},
	};

	return store_issue(exchange->server->store, exchange->site->store_name, certificate,
		exchange->message.scep->transaction_id, &record, exchange->arrived_ms,
		&exchange->diag);
}

int
ca_issue_run(struct exchange *exchange)
{
	struct issuance *issuance = &exchange->issuance;
	CERTIFICATE_CLEANUP struct certificate certificate = {0};
	int result;

	if (exchange->disposition.status != SCEP_STATUS_SUCCESS || !issuance->approved)
		return STAGE_NEXT;
	if (sign(&certificate, exchange) != DONE)
		return STAGE_BROKE;
	result = put_on_record(exchange, &certificate);
	if (result == REFUSED)
		return ca_request_answer_ended(exchange);
	if (result != DONE)
		return STAGE_BROKE;
	buffer_append(&issuance->certificate, buffer_bytes(&certificate.der));
	return STAGE_NEXT;
}
