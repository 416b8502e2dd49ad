#include "server/connector_log.h"

#include "server/exchange.h"

#define TRACES_MAX 3

static const char phase_1[] = "Validation Phase 1 finished with status True.";
static const char phase_3[] = "Validation Phase 3 finished with status True.";
static const char finished[] = "VerifyRequest Finished with status True";
static const char failed[] = "VerifyRequest Finished with status False";
static const char no_certificate[] = "Signing certificate could not be retrieved";

/* EVENT_NONE: nothing is known of it. */
static const struct {
	enum event event;
	enum event old_event;
	const char *old_traces[TRACES_MAX]; /* lines of the svclog */
} rows[] = {
	[CONNECTOR_RECEIVED] = {EVENT_CONNECTOR_RECEIVED},
	[CONNECTOR_VERIFIED] = {EVENT_CONNECTOR_VERIFIED, EVENT_OLD_CONNECTOR_VERIFIED,
		{phase_1, phase_3, finished}},
	[CONNECTOR_REJECTED] = {EVENT_CONNECTOR_NOT_VERIFIED, EVENT_OLD_CONNECTOR_REJECTED,
		{failed}},
	[CONNECTOR_NOT_VERIFIED] = {EVENT_CONNECTOR_NOT_VERIFIED, EVENT_OLD_CONNECTOR_NOT_VERIFIED,
		{no_certificate, failed}},
	[CONNECTOR_ISSUED] = {EVENT_CONNECTOR_ISSUED},
	[CONNECTOR_NOT_ISSUED] = {EVENT_CONNECTOR_NOT_ISSUED},
	[CONNECTOR_NOTIFIED] = {EVENT_CONNECTOR_NOTIFIED, EVENT_OLD_CONNECTOR_NOTIFIED},
	[CONNECTOR_NOT_NOTIFIED] = {EVENT_CONNECTOR_NOT_NOTIFIED, EVENT_OLD_CONNECTOR_NOT_NOTIFIED},
	[CONNECTOR_NOT_SAVED] = {EVENT_CONNECTOR_NOT_SAVED, EVENT_OLD_CONNECTOR_NOT_NOTIFIED},
};

/* Why, for those that say it: the one diagnostic code that is known, else the journal's word. */
static const char *
reason_of(const struct exchange *exchange)
{
	if (exchange->verdict.challenge == VERDICT_EXPIRED)
		return "Diagnostic code: 0x00000411";
	return exchange->disposition.reason ? exchange->disposition.reason : "";
}

void
connector_log_step(struct exchange *exchange, enum connector_step step)
{
	bool old = exchange->settings->connector == CONNECTOR_NDES;
	enum event event = old ? rows[step].old_event : rows[step].event;
	bool good =
		step == CONNECTOR_RECEIVED || exchange->disposition.status != SCEP_STATUS_FAILURE;

	exchange_note_setting(exchange, "connector");
	for (size_t i = 0; old && i < TRACES_MAX && rows[step].old_traces[i]; i++)
		evidence_line(exchange, EVIDENCE_SERVICE_TRACE, "%s", rows[step].old_traces[i]);
	if (event != EVENT_NONE)
		evidence_event(exchange, event, good ? NULL : reason_of(exchange));
}
