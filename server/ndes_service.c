#include "server/ndes_service.h"

#include <stdio.h>

#include "common/hresult.h"
#include "server/exchange.h"
#include "server/server.h"
#include "server/site_logs.h"

/*
 * With which error mscep.dll does not start; 0: it does. Of RA certificates that it cannot use
 * E_INVALIDARG is known, of the registry value ERROR_FILE_NOT_FOUND; that a key which its account
 * may not read is an access that is denied is what Windows says of it elsewhere.
 */
static const struct {
	int32_t error;
	const char *wanted;
	const char *found;
} certificate_rows[] = {
	[RA_CERTIFICATES_EXPIRED] = {HRESULT_E_INVALIDARG, "ones that are valid now",
		"ones that have expired"},
	[RA_CERTIFICATES_MISSING] = {HRESULT_E_INVALIDARG, "both in the computer's store", "none"},
	[RA_CERTIFICATES_KEY_NOT_READABLE] = {HRESULT_ERROR_ACCESS_DENIED,
		"private keys that the service account may read", "ones that it may not"},
	[RA_CERTIFICATES_USER_STORE] = {HRESULT_E_INVALIDARG, "both in the computer's store",
		"none; they are in a user's"},
	[RA_CERTIFICATES_PREVIOUS_CA] = {0},
};

static int
answer_not_started(struct exchange *exchange, int32_t error)
{
	const struct hresult_row *row = hresult_find(error);
	char code[16];

	snprintf(code, sizeof(code), "0x%08x", (unsigned)error);
	/* What ran had to be stopped before it could be started with what is wrong now. */
	if (app_pool_set_ndes(&exchange->site->app_pool, false))
		evidence_event(exchange, EVENT_NDES_STOPPED, NULL);
	/* Both events come together (ndes-behaviour 3, 6.1). */
	evidence_event(exchange, EVENT_NDES_NOT_STARTED, code, row ? row->name : "");
	evidence_event(exchange, EVENT_NDES_RA_CERTIFICATE, code, row ? row->name : "");
	/* The page is S12's; that the log has the error's Win32 code is likely, not known. */
	response_set(
		&exchange->http->response, RESPONSE_FROM_IIS, 500, 0, (uint32_t)error & UINT16_MAX);
	return STAGE_ANSWERED;
}

static int
check_registry(struct exchange *exchange)
{
	if (exchange->settings->mscep_registry == MSCEP_REGISTRY_COMPLETE)
		return STAGE_NEXT;
	exchange_note_setting(exchange, "mscep_registry");
	diag_refuse(&exchange->diag, "MSCEP\\EnforcePassword", "NDES event 2", "a DWORD, 0 or 1",
		"no such value");
	return answer_not_started(exchange, HRESULT_ERROR_FILE_NOT_FOUND);
}

static int
check_certificates(struct exchange *exchange)
{
	int state = exchange->settings->ra_certificates;

	if (certificate_rows[state].error == 0)
		return STAGE_NEXT;
	exchange_note_setting(exchange, "ra_certificates");
	diag_refuse(&exchange->diag, "RA certificates", "NDES event 10",
		certificate_rows[state].wanted, "%s", certificate_rows[state].found);
	return answer_not_started(exchange, certificate_rows[state].error);
}

int
ndes_service_start(struct exchange *exchange)
{
	int result = check_registry(exchange);

	if (result == STAGE_NEXT)
		result = check_certificates(exchange);
	if (result == STAGE_NEXT && app_pool_set_ndes(&exchange->site->app_pool, true))
		evidence_event(exchange, EVENT_NDES_STARTED, NULL);
	return result;
}

void
ndes_service_stop(struct site *site)
{
	char *values[EVIDENCE_VALUES_MAX] = {NULL};

	if (app_pool_set_ndes(&site->app_pool, false) && site->logs)
		site_logs_event(site->logs, EVENT_NDES_STOPPED, values, clock_now_ms(&site->clock));
}
