#include "server/site_metrics.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "server/exchange.h"
#include "server/fault_note.h"
#include "server/request_kind.h"

/* The words are static, so one is known by its address. */
static void
count_answer(struct site_metrics *metrics, const char *operation, unsigned status)
{
	struct site_answers *rows = metrics->answers;
	size_t count = metrics->answer_count;

	for (size_t i = 0; i < count; i++) {
		if (rows[i].operation == operation && rows[i].status == status) {
			rows[i].count++;
			return;
		}
	}
	if (count < SITE_METRICS_ANSWERS_MAX) {
		rows[metrics->answer_count++] = (struct site_answers){operation, status, 1};
		return;
	}
	rows[SITE_METRICS_ANSWERS_MAX].operation = SITE_METRICS_OTHER;
	rows[SITE_METRICS_ANSWERS_MAX].count++;
}

static void
count_reply(struct site_metrics *metrics, const struct disposition *disposition)
{
	struct site_replies *rows = metrics->replies;
	unsigned fail_info =
		disposition->status == SCEP_STATUS_FAILURE ? (unsigned)disposition->fail_info : 0;

	for (size_t i = 0; i < metrics->reply_count; i++) {
		if (rows[i].status == (unsigned)disposition->status &&
			rows[i].fail_info == fail_info) {
			rows[i].count++;
			return;
		}
	}
	/* There are five reasons to fail, and two other statuses. */
	if (metrics->reply_count < SITE_METRICS_REPLIES_MAX)
		rows[metrics->reply_count++] =
			(struct site_replies){(unsigned)disposition->status, fail_info, 1};
}

static void
count_fault(void *context, const char *name)
{
	struct site_metrics *metrics = context;
	struct site_faults *rows = metrics->faults;

	for (size_t i = 0; i < metrics->fault_count; i++) {
		if (strcmp(rows[i].name, name) == 0) {
			rows[i].count++;
			return;
		}
	}
	if (metrics->fault_count < SITE_METRICS_FAULTS_MAX) {
		rows[metrics->fault_count++] = (struct site_faults){text_copy(name), 1};
		return;
	}
	if (!rows[SITE_METRICS_FAULTS_MAX].name)
		rows[SITE_METRICS_FAULTS_MAX].name = text_copy(SITE_METRICS_OTHER);
	rows[SITE_METRICS_FAULTS_MAX].count++;
}

void
site_metrics_count(const struct exchange *exchange)
{
	struct site *site = exchange->site;
	const char *operation = request_kind(&exchange->http->request);
	struct site_metrics *metrics = site->metrics;

	if (!metrics)
		metrics = site->metrics = memory_new(1, sizeof(*metrics));
	count_answer(metrics, operation ? operation : "none", exchange->http->response.status);
	if (exchange->reply.der.size)
		count_reply(metrics, &exchange->disposition);
	fault_note_each(exchange, count_fault, metrics);
	metrics->issued += exchange->issuance.approved && exchange->issuance.certificate.size;
	metrics->broken += exchange->broke;
}

void
site_metrics_free(struct site_metrics *metrics)
{
	if (!metrics)
		return;
	for (size_t i = 0; i <= SITE_METRICS_FAULTS_MAX; i++)
		free(metrics->faults[i].name);
	free(metrics);
}
