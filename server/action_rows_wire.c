/* Actions on how the bytes of an answer leave. The work has been done by then. */
#include "server/action_rows.h"
#include "server/exchange.h"

#define STATUS_LINE_MAX 256

static int
apply_delay(struct exchange *exchange, const struct action_value *values)
{
	exchange->http->send.delay_ms += values[0].number;
	return STAGE_NEXT;
}

/* In the order of the choices below. */
static const enum send_cut places[] = {
	SEND_CUT_BEFORE_HEAD, SEND_CUT_IN_HEAD, SEND_CUT_BEHIND_HEAD, SEND_CUT_IN_BODY};

static int
break_off(struct exchange *exchange, const struct action_value *values, enum send_end end)
{
	struct send_plan *send = &exchange->http->send;

	send->cut = places[values[0].number];
	send->cut_body = exchange->http->response.body.size / 2;
	send->end = end;
	return STAGE_NEXT;
}

static int
apply_reset(struct exchange *exchange, const struct action_value *values)
{
	return break_off(exchange, values, SEND_END_RESET);
}

static int
apply_close(struct exchange *exchange, const struct action_value *values)
{
	return break_off(exchange, values, SEND_END_CLOSE);
}

static int
apply_truncate(struct exchange *exchange, const struct action_value *values)
{
	size_t size = exchange->http->response.body.size;
	struct send_plan *send = &exchange->http->send;

	send->cut = SEND_CUT_IN_BODY;
	send->cut_body = (uint64_t)values[0].number < size ? size - (size_t)values[0].number : 0;
	return STAGE_NEXT;
}

enum drip_argument { DRIP, DRIP_EVERY };

static int
apply_drip(struct exchange *exchange, const struct action_value *values)
{
	exchange->http->send.drip_bytes = (uint64_t)values[DRIP].number;
	exchange->http->send.drip_ms = values[DRIP_EVERY].number;
	return STAGE_NEXT;
}

static int
apply_status_line(struct exchange *exchange, const struct action_value *values)
{
	exchange->http->send.status_line = values[0].text;
	return STAGE_NEXT;
}

/* clang-format off */
#define PLACE(name) \
	CHOICE(name, NULL, "before_head", "in_head", "behind_head", "in_body"), \
	.help = "How much is sent before: nothing, half the head, the head, half the body"

const struct action_row action_rows_wire[] = {
	{.name = "delay", .stage = "respond",
		.help = "Sends the answer later; the connection waits, the server does not",
		.arguments = {{DURATION("delay", NULL, 1, HOUR_MS), .help = "How much later"}},
		.apply = apply_delay},
	{.name = "reset", .stage = "respond",
		.help = "Resets the connection in the middle of the answer",
		.arguments = {{PLACE("reset")}},
		.apply = apply_reset},
	{.name = "close", .stage = "respond",
		.help = "Closes the connection in the middle of the answer",
		.arguments = {{PLACE("close")}},
		.apply = apply_close},
	{.name = "truncate", .stage = "respond",
		.help = "Leaves out the end of the body; Content-Length promises all of it",
		.arguments = {{SIZE("truncate", NULL, 1, 1 << 30), .help = "How much is left out"}},
		.apply = apply_truncate},
	{.name = "drip", .stage = "respond",
		.help = "Sends the answer in small pieces",
		.arguments = {
			{SIZE("drip", NULL, 1, 1 << 20), .help = "The size of a piece"},
			{DURATION("every", "1s", 1, HOUR_MS), .help = "The time between two"}},
		.apply = apply_drip},
	{.name = "status_line", .stage = "respond",
		.help = "Sends something else in place of the status line",
		.arguments = {{TEXT("status_line", NULL, STATUS_LINE_MAX), .help = "The line"}},
		.apply = apply_status_line},
	{0},
};
/* clang-format on */
