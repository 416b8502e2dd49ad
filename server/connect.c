#include "server/connect.h"

#include "server/exchange.h"

/* How long a device that is blocked on its way hears nothing. */
#define SILENCE_MS 600000

/* No byte comes back; nobody on the way to the deployment logs it. */
static int
stay_silent(struct exchange *exchange, const char *setting, enum send_end end)
{
	struct send_plan *send = &exchange->http->send;

	exchange_note_setting(exchange, setting);
	send->cut = SEND_CUT_BEFORE_HEAD;
	send->end = end;
	send->stall_ms = SILENCE_MS;
	send->close_connection = true;
	return STAGE_ANSWERED;
}

int
connect_run(struct exchange *exchange)
{
	const struct settings *settings = exchange->settings;

	if (settings->external_url == EXTERNAL_URL_WRONG)
		return stay_silent(exchange, "external_url", SEND_END_RESET);
	if (settings->device_network == DEVICE_NETWORK_BLOCKED)
		return stay_silent(exchange, "device_network", SEND_END_STALL);
	if (settings->device_network == DEVICE_NETWORK_RESET)
		return stay_silent(exchange, "device_network", SEND_END_RESET);
	return STAGE_NEXT;
}
