#include "server/ca_request.h"

#include "common/hresult.h"
#include "common/name.h"
#include "server/ca_plan.h"
#include "server/exchange.h"
#include "server/refusal.h"
#include "server/server.h"
#include "server/store.h"

/* Whether a request with so many polls behind it is decided. */
static bool
is_decided(const struct settings *settings, unsigned polls)
{
	switch ((enum approval)settings->approval) {
	case APPROVAL_AUTOMATIC:
		return true;
	case APPROVAL_MANUAL:
		return false;
	case APPROVAL_AFTER_POLLS:
	case APPROVAL_REFUSED_AFTER_POLLS:
		break;
	}
	return polls >= settings->approval_polls;
}

static int
put_transaction(struct exchange *exchange, const struct transaction_record *record)
{
	int result = store_transaction_put(exchange->server->store, exchange->site->store_name,
		exchange->message.scep->transaction_id, record, exchange->arrived_ms,
		&exchange->diag);

	if (result == REFUSED)
		return ca_request_answer_ended(exchange);
	return result == DONE ? STAGE_NEXT : STAGE_BROKE;
}

/* The certificate manager's word, given by name (`approved`) or by the settings. */
static int
decide(struct exchange *exchange, bool approved)
{
	if (approved || exchange->settings->approval != APPROVAL_REFUSED_AFTER_POLLS)
		return ca_plan_certificate(exchange);
	exchange_note_setting(exchange, "approval");
	diag_refuse(&exchange->diag, "request", NULL, "approval", "it was denied");
	return refusal_give(exchange, REFUSAL_DENIED);
}

/* Ends a transaction whose request the CA has just refused. */
static int
put_refusal(struct exchange *exchange)
{
	const struct transaction_record record = {
		.status = SCEP_STATUS_FAILURE,
		.request_id = exchange->issuance.request_id,
		.polls = exchange->issuance.polls,
		.fail_info = exchange->disposition.fail_info,
		.error = exchange->disposition.error,
	};

	return put_transaction(exchange, &record);
}

static int
answer_pending(struct exchange *exchange)
{
	exchange_note_setting(exchange, "approval");
	exchange->disposition.status = SCEP_STATUS_PENDING;
	exchange->disposition.reason = "pending";
	return STAGE_NEXT;
}

/* Fills the diag for a Name that is not the one it has to be. */
static void
say_name(struct diag *diag, const char *object, const char *clause, struct bytes wanted,
	struct bytes found)
{
	BUFFER_CLEANUP struct buffer wanted_text = {0}, found_text = {0};

	buffer_append_byte(&wanted_text, '"');
	name_text(&wanted_text, wanted);
	buffer_append_byte(&wanted_text, '"');
	name_text(&found_text, found);
	diag_refuse(diag, object, clause, buffer_text(&wanted_text), "\"%s\"",
		buffer_text(&found_text));
}

/* --- PKCSReq and RenewalReq --------------------------------------------------- */

/* NDES denies a renewal for another subject (ndes-behaviour 2.8). */
static bool
is_subject_right(struct exchange *exchange)
{
	const struct scep_request *scep = exchange->message.scep;

	if (!exchange->message.renewal || exchange->settings->disable_renewal_subject_name_match ||
		name_equal(scep->csr.subject, scep->signer.subject))
		return true;
	say_name(&exchange->diag, "PKCS#10 subject",
		"NDES, unless disable_renewal_subject_name_match", scep->signer.subject,
		scep->csr.subject);
	refusal_give(exchange, REFUSAL_RENEWAL_SUBJECT);
	return false;
}

static int
submit(struct exchange *exchange)
{
	const struct csr *csr = &exchange->message.scep->csr;
	struct transaction_record record = {.status = SCEP_STATUS_PENDING, .csr = csr->der};
	int result;

	/* AD CS gives its number to every request, issued or not. */
	if (store_next_request_id(&exchange->issuance.request_id, exchange->server->store,
		    exchange->site->store_name, &exchange->diag) != DONE)
		return STAGE_BROKE;
	result = ca_plan_certificate(exchange);
	if (result != STAGE_NEXT)
		return result;
	if (exchange->disposition.status != SCEP_STATUS_SUCCESS)
		return put_refusal(exchange);
	if (is_decided(exchange->settings, 0)) {
		exchange->issuance.approved = true;
		return STAGE_NEXT;
	}
	record.request_id = exchange->issuance.request_id;
	result = put_transaction(exchange, &record);
	return result == STAGE_NEXT ? answer_pending(exchange) : result;
}

/* Counts one more poll of a pending request, which stands in issuance.pending. */
static int
poll(struct exchange *exchange, const struct transaction_record *record)
{
	struct issuance *issuance = &exchange->issuance;
	bool approved;
	int result;

	issuance->request_id = record->request_id;
	result = store_transaction_poll(&issuance->polls, &approved, exchange->server->store,
		exchange->site->store_name, exchange->message.scep->transaction_id,
		&exchange->diag);
	if (result == BROKEN)
		return STAGE_BROKE;
	if (result == REFUSED)
		return ca_request_answer_ended(exchange);
	if (!approved && !is_decided(exchange->settings, issuance->polls))
		return answer_pending(exchange);
	result = decide(exchange, approved);
	if (result == STAGE_NEXT && exchange->disposition.status != SCEP_STATUS_SUCCESS)
		return put_refusal(exchange);
	issuance->approved = result == STAGE_NEXT;
	return result;
}

static int
read_request(struct exchange *exchange, const struct transaction_record *record)
{
	return csr_read(&exchange->issuance.pending, buffer_bytes(&record->csr), &exchange->diag) ==
			DONE
		? DONE
		: BROKEN; /* it was read before it was put there */
}

static int
repeat(struct exchange *exchange, const struct transaction_record *record)
{
	if (read_request(exchange, record) != DONE)
		return STAGE_BROKE;
	if (key_same(exchange->issuance.pending.spki, exchange->message.scep->csr.spki))
		return poll(exchange, record);
	diag_refuse(&exchange->diag, "transactionID", "RFC 8894 3.2.1.1",
		"one of its own for every key",
		"that of a request for another key, which is pending");
	return refusal_give(exchange, REFUSAL_TRANSACTION_IN_USE);
}

int
ca_request_answer(struct exchange *exchange)
{
	TRANSACTION_RECORD_CLEANUP struct transaction_record record = {0};
	struct diag nothing = {0};
	int result;

	if (!is_subject_right(exchange))
		return STAGE_NEXT;
	result = store_transaction_find(&record, exchange->server->store,
		exchange->site->store_name, exchange->message.scep->transaction_id, &nothing);
	if (result == BROKEN) {
		exchange->diag = nothing;
		return STAGE_BROKE;
	}
	if (result == DONE && record.status == SCEP_STATUS_PENDING)
		return repeat(exchange, &record);
	return submit(exchange);
}

/* --- CertPoll ------------------------------------------------------------------- */

static bool
is_ca_name(const struct exchange *exchange, struct bytes name)
{
	const struct certificate *chain[AUTHORITY_CHAIN_MAX];
	size_t count = authority_chain(chain, exchange->authority);

	for (size_t i = 0; i < count; i++)
		if (name_equal(name, chain[i]->subject))
			return true;
	return false;
}

/*
 * The transactionID decides; issuer and subject must not contradict it (RFC 8894 3.3.3). Clients
 * differ in what they take for the issuer, so the name of any certificate of GetCACert will do.
 */
static bool
are_names_right(struct exchange *exchange, struct bytes subject)
{
	const struct scep_request *scep = exchange->message.scep;

	if (!is_ca_name(exchange, scep->issuer))
		say_name(&exchange->diag, "CertPoll issuer", "RFC 8894 3.3.3",
			authority_issuer(exchange->authority)->subject, scep->issuer);
	else if (!name_equal(scep->subject, subject))
		say_name(&exchange->diag, "CertPoll subject", "RFC 8894 3.3.3", subject,
			scep->subject);
	else
		return true;
	refusal_give(exchange, REFUSAL_TRANSACTION_OTHER);
	return false;
}

static int
answer_poll_of_pending(struct exchange *exchange, const struct transaction_record *record)
{
	if (read_request(exchange, record) != DONE)
		return STAGE_BROKE;
	if (!are_names_right(exchange, exchange->issuance.pending.subject))
		return STAGE_NEXT;
	return poll(exchange, record);
}

static int
give_issued(struct exchange *exchange, const struct transaction_record *record)
{
	exchange->issuance.request_id = record->request_id;
	exchange->issuance.polls = record->polls;
	buffer_append(&exchange->issuance.certificate, buffer_bytes(&record->certificate));
	return STAGE_NEXT;
}

static int
answer_poll_of_issued(struct exchange *exchange, const struct transaction_record *record)
{
	CERTIFICATE_CLEANUP struct certificate certificate = {0};

	if (certificate_read(&certificate, buffer_bytes(&record->certificate), &exchange->diag) !=
			DONE ||
		(record->csr.size > 0 && read_request(exchange, record) != DONE))
		return STAGE_BROKE;
	if (!are_names_right(exchange, certificate.subject))
		return STAGE_NEXT;
	return give_issued(exchange, record);
}

static int
answer_poll_of_refused(struct exchange *exchange, const struct transaction_record *record)
{
	BUFFER_CLEANUP struct buffer error = {0};

	hresult_describe(&error, record->error);
	diag_refuse(&exchange->diag, "request", "RFC 8894 3.3.3", NULL,
		"number %u was refused with %s", record->request_id, buffer_text(&error));
	exchange_refuse(
		exchange, record->fail_info, record->error, NDES_EVENT_NONE, "request-refused");
	return STAGE_NEXT;
}

int
ca_request_answer_poll(struct exchange *exchange)
{
	TRANSACTION_RECORD_CLEANUP struct transaction_record record = {0};
	int result =
		store_transaction_find(&record, exchange->server->store, exchange->site->store_name,
			exchange->message.scep->transaction_id, &exchange->diag);

	if (result == REFUSED)
		return refusal_give(exchange, REFUSAL_TRANSACTION_UNKNOWN);
	if (result == BROKEN)
		return STAGE_BROKE;
	switch (record.status) {
	case SCEP_STATUS_PENDING:
		return answer_poll_of_pending(exchange, &record);
	case SCEP_STATUS_SUCCESS:
		return answer_poll_of_issued(exchange, &record);
	case SCEP_STATUS_FAILURE:
		break;
	}
	return answer_poll_of_refused(exchange, &record);
}

int
ca_request_answer_ended(struct exchange *exchange)
{
	TRANSACTION_RECORD_CLEANUP struct transaction_record record = {0};

	exchange->disposition = (struct disposition){0};
	exchange->diag = (struct diag){0};
	if (store_transaction_find(&record, exchange->server->store, exchange->site->store_name,
		    exchange->message.scep->transaction_id, &exchange->diag) != DONE)
		return STAGE_BROKE; /* nothing is ever forgotten */
	/* A new request may have taken the transactionID; the next poll will be about that one. */
	if (record.request_id != exchange->issuance.request_id)
		return answer_pending(exchange);
	return record.status == SCEP_STATUS_SUCCESS ? give_issued(exchange, &record)
						    : answer_poll_of_refused(exchange, &record);
}
