/* Actions that answer in place of the honest stages, or change what these stand on. */
#include "server/action_rows.h"
#include "server/exchange.h"
#include "server/site_verb.h"

enum status_argument { STATUS, STATUS_FROM, STATUS_SUBSTATUS, STATUS_WIN32 };

/* Whose answer it is, in the order of the argument's choices. */
static const enum response_from sources[] = {
	RESPONSE_FROM_IIS, RESPONSE_FROM_HTTP_SYS, RESPONSE_FROM_MSCEP, RESPONSE_FROM_PROXY};

/* Nothing of what had been answered stays. What http.sys never sends has the page of IIS. */
static enum response_from
start_anew(struct exchange *exchange, unsigned status, enum response_from from)
{
	exchange->http_sys_error =
		from == RESPONSE_FROM_HTTP_SYS ? http_sys_error_of(status) : HTTP_SYS_NONE;
	buffer_clear(&exchange->http->response.body);
	exchange->http->response.content_type = NULL;
	return from == RESPONSE_FROM_HTTP_SYS && exchange->http_sys_error == HTTP_SYS_NONE
		? RESPONSE_FROM_IIS
		: from;
}

static int
apply_status(struct exchange *exchange, const struct action_value *values)
{
	unsigned status = (unsigned)values[STATUS].number;
	enum response_from from = start_anew(exchange, status, sources[values[STATUS_FROM].number]);

	response_set(&exchange->http->response, from, status,
		(unsigned)values[STATUS_SUBSTATUS].number, (uint32_t)values[STATUS_WIN32].number);
	exchange->http->send.close_connection |= from == RESPONSE_FROM_HTTP_SYS;
	return STAGE_ANSWERED;
}

static int
apply_refuse(struct exchange *exchange, const struct action_value *values)
{
	exchange->http->send.cut = SEND_CUT_BEFORE_HEAD;
	exchange->http->send.end = SEND_END_RESET;
	exchange->http->send.close_connection = true;
	return STAGE_ANSWERED;
}

static int
apply_stall(struct exchange *exchange, const struct action_value *values)
{
	exchange->http->send.cut = SEND_CUT_BEFORE_HEAD;
	exchange->http->send.end = SEND_END_STALL;
	exchange->http->send.stall_ms = values[0].number;
	exchange->http->send.close_connection = true;
	return STAGE_ANSWERED;
}

static int
apply_settings(struct exchange *exchange, const struct action_value *values)
{
	exchange_set_condition(exchange, condition_hold(values[0].condition));
	return STAGE_NEXT;
}

static int
apply_administrator(struct exchange *exchange, const struct action_value *values)
{
	int result = site_do(exchange->site, (enum site_verb)values[0].number, &exchange->diag);

	exchange_set_condition(exchange, site_hold_condition(exchange->site));
	return result == DONE ? STAGE_NEXT : STAGE_BROKE;
}

/* clang-format off */
const struct action_row action_rows_answer[] = {
	{.name = "status", .stage = "http_sys",
		.help = "Answers with a status, and the page, headers and log lines of whoever "
			"would send it",
		.arguments = {
			{NUMBER("status", NULL, 200, 999), .help = "The HTTP status"},
			{CHOICE("from", "iis", "iis", "http_sys", "mscep", "proxy"),
				.help = "Who answers"},
			{NUMBER("substatus", "0", 0, 999), .help = "sc-substatus"},
			{NUMBER("win32_status", "0", 0, 4294967295), .help = "sc-win32-status"}},
		.apply = apply_status},
	{.name = "refuse", .stage = "site",
		.help = "Resets the connection as soon as the URL is known; nothing is processed",
		.arguments = {{ON("refuse"), .help = "true"}},
		.apply = apply_refuse},
	{.name = "stall", .stage = "site",
		.help = "Never answers; nothing is processed",
		.arguments = {{DURATION("stall", NULL, 1, HOUR_MS),
			.help = "After how long the connection is closed"}},
		.apply = apply_stall},
	{.name = "settings", .stage = "site",
		.help = "Lets the exchange go on as if the deployment had these settings",
		.arguments = {{.name = "settings", .kind = VALUE_SETTINGS,
			.help = "Settings that differ from the site's"}},
		.apply = apply_settings},
	{.name = "administrator", .stage = "site",
		.help = "Has an administrator do something just before the exchange is processed",
		.arguments = {{CHOICE("administrator", NULL, "recycle", "iisreset", "reboot"),
			.help = "What is done"}},
		.apply = apply_administrator},
	{0},
};
/* clang-format on */
