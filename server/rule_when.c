#include "server/rule_when.h"

#define MOST    INT64_C(1000000000)
#define DAY_MS  (24 * 3600 * INT64_C(1000))
#define LONGEST (366 * DAY_MS)

/* The standards stand for "no bound". */
/* clang-format off */
static const struct action_argument rows[WHEN_COUNT] = {
	[WHEN_TIMES] = {.name = "times", .kind = VALUE_NUMBER, .min = 1, .max = MOST,
		.standard = "1000000000", .help = "How often at most"},
	[WHEN_AFTER] = {.name = "after", .kind = VALUE_NUMBER, .min = 0, .max = MOST,
		.standard = "0", .help = "How many that fit are let through first"},
	[WHEN_EVERY] = {.name = "every", .kind = VALUE_NUMBER, .min = 1, .max = MOST,
		.standard = "1", .help = "Which of those behind `after`: 3 is the third, the sixth, ..."},
	[WHEN_PROBABILITY] = {.name = "probability", .kind = VALUE_SHARE, .standard = "1",
		.help = "The share of them, drawn from seed, rule and number; not in per cent"},
	[WHEN_MAX_CONSECUTIVE] = {.name = "max_consecutive", .kind = VALUE_NUMBER, .min = 1,
		.max = MOST, .standard = "1000000000",
		.help = "How many in a row at most; the next one that fits is let through"},
	[WHEN_FOR] = {.name = "for", .kind = VALUE_DURATION, .min = 1, .max = LONGEST,
		.standard = "366d",
		.help = "How long from the arming of the rule, by the deployment's clock"},
};
/* clang-format on */

const struct action_argument *
rule_when_row(size_t index)
{
	return index < WHEN_COUNT ? &rows[index] : NULL;
}

void
rule_when_init(struct rule_when *when)
{
	for (size_t i = 0; i < WHEN_COUNT; i++) {
		struct action_value value = {0};

		action_value_set_standard(&value, &rows[i]);
		when->members[i] = value.number;
	}
}

bool
rule_when_is_bounded(const int64_t members[WHEN_COUNT], enum when_member member)
{
	struct rule_when free = {0};

	rule_when_init(&free);
	return members[member] != free.members[member];
}

static uint64_t
mix(uint64_t state)
{
	state += UINT64_C(0x9e3779b97f4a7c15);
	state = (state ^ state >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	state = (state ^ state >> 27) * UINT64_C(0x94d049bb133111eb);
	return state ^ state >> 31;
}

uint32_t
rule_when_draw(uint64_t seed, const char *id, uint64_t nth)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *id; id++)
		hash = (hash ^ (uint8_t)*id) * UINT64_C(0x100000001b3);
	hash = mix(mix(mix(seed) ^ hash) ^ nth);
	/* 32 bits times a million fit into 64, and no draw is likelier than another by 2^-12. */
	return (uint32_t)((hash >> 32) * VALUE_SHARE_WHOLE >> 32);
}

static bool
is_struck(const struct rule_count *count, const struct rule_nth *nth, const int64_t *members)
{
	int64_t behind = (int64_t)nth->nth - members[WHEN_AFTER];

	return behind > 0 && behind % members[WHEN_EVERY] == 0 &&
		count->in_a_row < (uint64_t)members[WHEN_MAX_CONSECUTIVE] &&
		count->strikes < (uint64_t)members[WHEN_TIMES] &&
		nth->draw < (uint32_t)members[WHEN_PROBABILITY];
}

bool
rule_when_strikes(struct rule_nth *nth, struct rule_count *count, const struct rule_when *when,
	uint64_t seed, const char *id, int64_t now_ms)
{
	int64_t lasts_ms = when->members[WHEN_FOR];

	/* A clock can be moved by centuries; what has no bound goes on. */
	if (lasts_ms < LONGEST && now_ms - count->armed_ms > lasts_ms)
		return false;
	nth->nth = ++count->matches;
	nth->draw = rule_when_draw(seed, id, nth->nth);
	if (!is_struck(count, nth, when->members)) {
		count->in_a_row = 0;
		return false;
	}
	count->strikes++;
	count->in_a_row++;
	return true;
}
