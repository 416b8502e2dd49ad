/* The server's clock, and each site's: read, stop, set, move, let run, reset. */
#include "common/duration.h"
#include "server/clock_control.h"
#include "server/control_clock.h"
#include "server/control_rows.h"
#include "server/server.h"

static const struct control_field at_members[] = {
	{"at", CONTROL_TIME, .standard = "now", .help = "the time at which it stands"},
	{0},
};

static const struct control_field set_members[] = {
	{"at", CONTROL_TIME, .required = true, .help = "the time that it is to show"},
	{0},
};

static const struct control_field advance_members[] = {
	{"by", CONTROL_DURATION, -DURATION_YEARS_MS, DURATION_YEARS_MS, .required = true,
		.help = "how far it moves: 360d, or -1h to step back"},
	{0},
};

/* A path with {site} is for that site's clock. */
static struct site *
site_of(struct control_call *call)
{
	return call->parameters[0] ? call->site : NULL;
}

static struct clock *
clock_of(struct control_call *call)
{
	return clock_control_clock(call->server, site_of(call));
}

static void
get(struct control_call *call)
{
	control_answer(call, 200, control_clock_json(clock_of(call)));
}

static void
do_verb(struct control_call *call, enum clock_verb verb, int64_t ms)
{
	struct diag diag = {0};
	int result = clock_control_do(call->server, site_of(call), verb, ms, &diag);

	if (result == DONE)
		get(call);
	else
		control_refuse_outcome(call, result, 422, &diag);
}

static void
freeze(struct control_call *call)
{
	do_verb(call, CLOCK_FREEZE,
		control_member_time(call->body, "at", clock_now_ms(clock_of(call))));
}

static void
set(struct control_call *call)
{
	do_verb(call, CLOCK_SET, control_member_time(call->body, "at", 0));
}

static void
advance(struct control_call *call)
{
	do_verb(call, CLOCK_ADVANCE, control_member_duration(call->body, "by", 0));
}

static void
run(struct control_call *call)
{
	do_verb(call, CLOCK_RUN, 0);
}

static void
reset(struct control_call *call)
{
	do_verb(call, CLOCK_RESET, 0);
}

#define CLOCK_ROWS(path, of, whose)                                                                \
	{"GET", path, "get" of "Clock", "tells the time of " whose, .success = 200,                \
		.answer = control_clock_members, .run = get},                                      \
		{"POST", path "/freeze", "freeze" of "Clock", "stops the clock of " whose,         \
			.body = at_members, .success = 200, .answer = control_clock_members,       \
			.run = freeze},                                                            \
		{"POST", path "/set", "set" of "Clock",                                            \
			"puts the clock of " whose                                                 \
			" to a time, where it runs on or stands as before",                        \
			.body = set_members, .body_required = true, .success = 200,                \
			.answer = control_clock_members, .run = set},                              \
		{"POST", path "/advance", "advance" of "Clock", "moves the clock of " whose,       \
			.body = advance_members, .body_required = true, .success = 200,            \
			.answer = control_clock_members, .run = advance},                          \
		{"POST", path "/run", "run" of "Clock",                                            \
			"lets the clock of " whose " run on from where it stands",                 \
			.body = control_field_none, .success = 200,                                \
			.answer = control_clock_members, .run = run},                              \
	{                                                                                          \
		"POST", path "/reset", "reset" of "Clock",                                         \
			"puts the clock of " whose " back to what it follows",                     \
			.body = control_field_none, .success = 200,                                \
			.answer = control_clock_members, .run = reset                              \
	}

const struct control_route control_rows_clock[] = {
	CLOCK_ROWS("/v1/clock", "", "the server"),
	CLOCK_ROWS("/v1/sites/{site}/clock", "Site", "a site"),
	{0},
};
