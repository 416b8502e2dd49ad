#include "server/control_clock.h"

#include "server/action_value.h"

const struct control_field control_clock_members[] = {
	{"now", CONTROL_TIME, .help = "what it shows"},
	{"base", CONTROL_TIME,
		.help = "what it would show after a reset: the server's clock for a site, the "
			"machine's for the server"},
	{"offset", CONTROL_DURATION, -INT64_MAX, INT64_MAX, .help = "how far it is ahead of that"},
	{"frozen", CONTROL_BOOLEAN, .help = "whether it stands"},
	{0},
};

static json_t *
duration(int64_t ms)
{
	BUFFER_CLEANUP struct buffer text = {0};

	if (ms < 0)
		buffer_append_byte(&text, '-');
	action_value_write_duration(&text, ms < 0 ? -ms : ms);
	return json_string(buffer_text(&text));
}

json_t *
control_clock_json(const struct clock *clock)
{
	char now[CLOCK_TEXT_SIZE], base[CLOCK_TEXT_SIZE];
	int64_t base_ms = clock_base_ms(clock), now_ms = clock_now_ms(clock);
	bool frozen = atomic_load(&clock->frozen);
	/* Of a clock that runs the offset is exact; two readings would not be. */
	int64_t offset = frozen ? now_ms - base_ms : atomic_load(&clock->offset_ms);

	return json_pack("{s:s, s:s, s:o, s:b}", "now", clock_text(now, now_ms), "base",
		clock_text(base, base_ms), "offset", duration(offset), "frozen", (int)frozen);
}
