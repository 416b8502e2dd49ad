#include "server/service.h"

#include "server/exchange.h"
#include "server/journal.h"
#include "server/mscep.h"
#include "server/server.h"
#include "server/site_logs.h"

/* The request has been understood: it has arrived. */
static enum http_step
finish_answer(struct exchange *exchange)
{
	pipeline_run(exchange, PHASE_BACK);
	journal_arrive(exchange->server->journal, exchange);
	return HTTP_ANSWER;
}

static enum http_step
service_headers(void *context, struct http_exchange *http)
{
	struct exchange *exchange = exchange_new(context, http);

	http->data = exchange;
	return pipeline_run(exchange, PHASE_HEAD) ? finish_answer(exchange) : HTTP_READ_BODY;
}

static void
service_work(void *context, struct http_exchange *http)
{
	struct exchange *exchange = http->data;

	pipeline_run(exchange, PHASE_BODY);
	if (exchange->rules)
		rule_set_pass(exchange->rules, exchange);
	finish_answer(exchange);
}

static enum http_step
service_body(void *context, struct http_exchange *http)
{
	if (mscep_needs_worker(http->data))
		return HTTP_WORK;
	service_work(context, http);
	return HTTP_ANSWER;
}

static void
service_queued(void *context, struct http_exchange *http)
{
	struct exchange *exchange = http->data;

	if (exchange->rules)
		rule_set_queue(exchange->rules, exchange);
}

static void
service_finished(void *context, struct http_exchange *http)
{
	struct exchange *exchange = http->data;

	if (http->end == HTTP_END_MALFORMED)
		diag_refuse(&exchange->diag, "request body", "RFC 9112 7.1",
			"chunks, each behind its size in hexadecimal",
			"the HTTP library could not read it, and %s",
			http->response.status ? "answered by itself" : "gave up");
	pipeline_run(exchange, PHASE_LOG);
	exchange_free(exchange);
	http->data = NULL;
}

/* What ends before http.sys, in the network or at a proxy, is not in its log. */
static void
service_lapsed(void *context, const struct request *request, enum http_lapse how, unsigned status)
{
	struct site *site = context;
	struct condition *condition = site_hold_condition(site);
	const struct settings *settings = &condition->settings;

	if (site->logs && settings->device_network == DEVICE_NETWORK_OPEN &&
		settings->external_url == EXTERNAL_URL_CORRECT &&
		settings->application_proxy == PROXY_NONE)
		site_logs_lapse(site->logs, request, how, status, clock_now_ms(&site->clock));
	condition_release(condition);
}

static unsigned
service_timeout(void *context)
{
	struct condition *condition = site_hold_condition(context);
	unsigned timeout = (unsigned)condition->settings.connection_timeout;

	condition_release(condition);
	return timeout;
}

struct http_service
service_scep(struct site *site)
{
	return (struct http_service){
		.context = site,
		.headers = service_headers,
		.body = service_body,
		.work = service_work,
		.queued = service_queued,
		.finished = service_finished,
		.lapsed = service_lapsed,
		.timeout = service_timeout,
	};
}
