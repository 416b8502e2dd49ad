/* The server itself: whether it lives, what it is. */
#include <unistd.h>

#include "server/control_metrics.h"
#include "server/control_rows.h"
#include "server/journal.h"
#include "server/reset.h"
#include "server/server.h"

static void
get_version(struct control_call *call)
{
	const struct server *server = call->server;

	control_answer(call, 200,
		json_pack("{s:s, s:s, s:i, s:I, s:I}", "name", "mock-ndes", "version",
			MOCK_NDES_VERSION, "pid", (int)getpid(), "seed",
			(json_int_t)server->random.seed, "exchanges",
			(json_int_t)server->exchanges));
}

static void
get_livez(struct control_call *call)
{
	control_answer(call, 200, json_pack("{s:b}", "alive", true));
}

/* The control API answers on the loop that serves devices, and is up when all is. */
static void
get_readyz(struct control_call *call)
{
	control_answer(call, 200, json_pack("{s:b}", "ready", true));
}

/* The journal is emptied with it: a suite that resets wants to see its own exchanges alone. */
static void
reset(struct control_call *call)
{
	struct diag diag = {0};
	int result = reset_server(call->server, &diag);

	journal_clear(call->server->journal, NULL);

	if (result == DONE)
		control_answer(call, 200, json_pack("{s:s}", "did", "reset"));
	else
		control_refuse_outcome(call, result, 409, &diag);
}

static const struct control_field reset_members[] = {
	{"did", CONTROL_TEXT, .help = "reset"},
	{0},
};

static void
get_metrics(struct control_call *call)
{
	BUFFER_CLEANUP struct buffer body = {0};

	control_metrics_write(&body, call->server);
	control_answer_text(call, CONTROL_METRICS_TYPE, &body);
}

static const struct control_field version_members[] = {
	{"name", CONTROL_TEXT, .help = "mock-ndes"},
	{"version", CONTROL_TEXT, .help = "of the program"},
	{"pid", CONTROL_NUMBER, .help = "of its process"},
	{"seed", CONTROL_NUMBER, .help = "that repeats the run"},
	{"exchanges", CONTROL_NUMBER, .help = "how many have begun"},
	{0},
};

static const struct control_field alive_members[] = {
	{"alive", CONTROL_BOOLEAN, .help = "true"},
	{0},
};

static const struct control_field ready_members[] = {
	{"ready", CONTROL_BOOLEAN, .help = "true"},
	{0},
};

const struct control_route control_rows_server[] = {
	{"GET", "/livez", "getLivez", "tells that the process lives", .success = 200,
		.answer = alive_members, .run = get_livez},
	{"GET", "/readyz", "getReadyz", "tells that devices are served", .success = 200,
		.answer = ready_members, .run = get_readyz},
	{"GET", "/v1/livez", "getLivezV1", "as /livez", .success = 200, .answer = alive_members,
		.run = get_livez},
	{"GET", "/v1/readyz", "getReadyzV1", "as /readyz", .success = 200, .answer = ready_members,
		.run = get_readyz},
	{"GET", "/v1/version", "getVersion", "tells which program this is", .success = 200,
		.answer = version_members, .run = get_version},
	{"POST", "/v1/reset", "reset",
		"goes back to the configuration given at the start and its time, with an empty "
		"journal; numbers of requests, exchanges and sites go on",
		.body = control_field_none, .success = 200, .answer = reset_members, .run = reset},
	{"GET", "/metrics", "getMetrics", "gives figures for Prometheus", .success = 200,
		.content_type = CONTROL_METRICS_TYPE, .run = get_metrics},
	{"GET", "/v1/metrics", "getMetricsV1", "as /metrics", .success = 200,
		.content_type = CONTROL_METRICS_TYPE, .run = get_metrics},
	{0},
};
