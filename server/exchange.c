#include "server/exchange.h"

#include <stdlib.h>

#include "common/memory.h"
#include "server/journal_record.h"
#include "server/server.h"
#include "server/settings_table.h"

/* What of a message is known before it has been decoded. It cannot be written to. */
static const struct scep_request nothing;

struct exchange *
exchange_new(struct site *site, struct http_exchange *http)
{
	struct exchange *exchange = memory_new(1, sizeof(*exchange));

	exchange->server = site->server;
	exchange->http = http;
	exchange->message.scep = (struct scep_request *)&nothing;
	exchange->number = atomic_fetch_add(&site->server->exchanges, 1) + 1;
	exchange_enter_site(exchange, site);
	return exchange;
}

struct scep_request *
exchange_new_message(struct exchange *exchange)
{
	return exchange->message.scep = memory_new(1, sizeof(*exchange->message.scep));
}

void
exchange_enter_site(struct exchange *exchange, struct site *site)
{
	struct site *before = exchange->site;

	exchange->site = site_hold(site);
	exchange->arrived_ms = clock_now_ms(&site->clock);
	rule_set_release(exchange->rules);
	exchange->rules = site_hold_rules(site);
	exchange_set_condition(exchange, site_hold_condition(site));
	site_release(before);
}

void
exchange_set_condition(struct exchange *exchange, struct condition *condition)
{
	condition_release(exchange->condition);
	exchange->condition = condition;
	exchange->settings = &condition->settings;
	exchange->authority = condition->authority;
}

void
exchange_free(struct exchange *exchange)
{
	if (!exchange)
		return;
	buffer_done(&exchange->route.path);
	free(exchange->route.user);
	buffer_done(&exchange->message.der);
	if (exchange->message.scep != &nothing) {
		scep_request_done(exchange->message.scep);
		free(exchange->message.scep);
	}
	buffer_done(&exchange->verdict.token_identifier);
	csr_done(&exchange->issuance.pending);
	buffer_done(&exchange->issuance.certificate);
	buffer_done(&exchange->issuance.crl);
	buffer_done(&exchange->issuance.planned_key);
	buffer_done(&exchange->issuance.planned_subject);
	certificate_done(&exchange->reply.signer);
	certificate_done(&exchange->reply.other_ca);
	buffer_done(&exchange->reply.message_data);
	buffer_done(&exchange->reply.der);
	free(exchange->proxied_target);
	evidence_done(&exchange->evidence);
	rule_set_release(exchange->rules);
	condition_release(exchange->condition);
	journal_record_release(exchange->record);
	site_release(exchange->site);
	free(exchange);
}

void
exchange_refuse(struct exchange *exchange, enum scep_fail_info fail_info, int32_t error,
	enum ndes_event event, const char *reason)
{
	if (exchange->disposition.status != SCEP_STATUS_SUCCESS)
		return;
	exchange->disposition = (struct disposition){
		.status = SCEP_STATUS_FAILURE,
		.fail_info = fail_info,
		.error = error,
		.event = event,
		.reason = reason,
	};
}

void
exchange_break(struct exchange *exchange)
{
	exchange->broke = true;
	buffer_clear(&exchange->http->response.body);
	response_set(&exchange->http->response, RESPONSE_FROM_IIS, 500, 0, 0);
}

void
exchange_note_setting(struct exchange *exchange, const char *name)
{
	const struct setting_row *row = settings_row(name);

	for (unsigned i = 0; i < exchange->shaped_count; i++)
		if (exchange->shaped_by[i] == row)
			return;
	if (exchange->shaped_count < EXCHANGE_SHAPED_MAX)
		exchange->shaped_by[exchange->shaped_count++] = row;
}

struct bytes
exchange_subject(const struct exchange *exchange)
{
	const struct scep_request *scep = exchange->message.scep;

	return scep->csr.subject.size ? scep->csr.subject : scep->subject;
}
