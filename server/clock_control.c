#include "server/clock_control.h"

#include "server/server.h"

#define FIRST_MS INT64_C(31536000000)     /* 1971-01-01 00:00:00 UTC */
#define LAST_MS  INT64_C(250246627199999) /* the end of the year 9899 */

struct clock *
clock_control_clock(struct server *server, struct site *site)
{
	return site ? &site->clock : &server->clock;
}

static int
check(int64_t now_ms, int64_t by_ms, const char *whose, struct diag *diag)
{
	if (by_ms >= FIRST_MS - now_ms && by_ms <= LAST_MS - now_ms)
		return DONE;
	return diag_refuse(diag, whose, NULL, "a time from the year 1971 to 9899",
		"the clock would leave the years for which there are certificates");
}

/* By how much a verb moves a clock; what is beyond the range is beyond it in any case. */
static int64_t
distance(const struct clock *clock, enum clock_verb verb, int64_t ms)
{
	switch (verb) {
	case CLOCK_ADVANCE:
		return ms;
	case CLOCK_FREEZE:
	case CLOCK_SET:
		if (ms < 0)
			return INT64_MIN;
		return ms - clock_now_ms(clock);
	case CLOCK_RESET:
		return clock_base_ms(clock) - clock_now_ms(clock);
	default:
		return 0;
	}
}

static int
check_followers(const struct server *server, int64_t by_ms, struct diag *diag)
{
	for (size_t i = 0; i < server->sites.count; i++) {
		const struct site *site = server->sites.sites[i];

		if (!site->clock.frozen &&
			check(clock_now_ms(&site->clock), by_ms, site->name, diag) != DONE)
			return REFUSED;
	}
	return DONE;
}

int
clock_control_check(const struct clock *base, const struct clock_state *state, const char *whose,
	struct diag *diag)
{
	int64_t now_ms = clock_now_ms(base);

	return check(
		now_ms, state->frozen ? state->frozen_ms - now_ms : state->offset_ms, whose, diag);
}

int
clock_control_do(struct server *server, struct site *site, enum clock_verb verb, int64_t ms,
	struct diag *diag)
{
	struct clock *clock = clock_control_clock(server, site);
	int64_t by_ms = distance(clock, verb, ms);

	if (check(clock_now_ms(clock), by_ms, site ? site->name : "server", diag) != DONE ||
		(!site && check_followers(server, by_ms, diag) != DONE))
		return REFUSED;
	switch (verb) {
	case CLOCK_FREEZE:
		clock_freeze(clock, ms);
		break;
	case CLOCK_SET:
		clock_set(clock, ms);
		break;
	case CLOCK_ADVANCE:
		clock_advance(clock, ms);
		break;
	case CLOCK_RUN:
		clock_run(clock);
		break;
	default:
		clock_reset(clock);
	}
	return DONE;
}
