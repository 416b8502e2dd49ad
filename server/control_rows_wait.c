/* Waiting until exchanges have come. */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "server/control_record.h"
#include "server/control_rows.h"
#include "server/journal_query.h"
#include "server/journal_verify.h"
#include "server/server.h"

#define TIMEOUT_STANDARD_MS 30000
#define TIMEOUT_MAX_MS      INT64_C(3600000)
#define COUNT_MAX           1000000
#define TOLD_MAX            100 /* exchanges in an answer */
#define EVENTS_AT_ONCE      64

static const char *const when_words[] = {
	[JOURNAL_AT_ARRIVAL] = "arrival", [JOURNAL_AT_COMPLETION] = "completion", NULL};
static const struct control_field when_field = {"on", CONTROL_CHOICE, .choices = when_words,
	.standard = "completion", .help = "when an exchange counts"};

static const struct control_field wish_members[] = {
	{"match", CONTROL_OBJECT, .fields = control_record_conditions, .standard = "all",
		.help = "which exchanges, NAME: PATTERN"},
	{"count", CONTROL_NUMBER, 1, COUNT_MAX, .standard = "1", .help = "how many"},
	{"on", CONTROL_CHOICE, .choices = when_words, .standard = "completion",
		.help = "arrival: as soon as the request was understood; completion: when its "
			"last byte is out"},
	{"after", CONTROL_NUMBER, 0, INT64_MAX, .standard = "all that the journal has",
		.help = "those behind the exchange of this number"},
	{"timeout", CONTROL_DURATION, 0, TIMEOUT_MAX_MS, .standard = "30s",
		.help = "how long to wait, in real time"},
	{0},
};

static const struct control_field came_members[] = {
	{"matched", CONTROL_NUMBER, .help = "how many fit"},
	{"requests", CONTROL_OBJECTS, .fields = control_record_members,
		.help = "the newest of them, at most 100"},
	{0},
};

/* --- waiting ------------------------------------------------------------------------------------ */

struct wait {
	struct journal *journal;
	struct journal_filter filter;
	enum journal_when when;
	uint64_t wanted;
	uint64_t matched;    /* as far as the events up to `moment` tell */
	uint64_t moment;     /* of the journal's */
	int64_t deadline_ns; /* clock_monotonic_ns */
};

static void
release(void *kept)
{
	struct wait *wait = kept;

	journal_unwatch(wait->journal);
	journal_filter_done(&wait->filter);
	free(wait);
}

/* Counts all that the journal has; what comes meanwhile may be counted once more by count_events, which
 * a last count then mends. */
static void
count_all(struct wait *wait)
{
	wait->moment = journal_moment(wait->journal);
	wait->matched = journal_count(wait->journal, &wait->filter, wait->when, 0);
}

static void
count_event(struct wait *wait, const struct journal_event *event)
{
	struct journal_record *record =
		journal_ring_hold(journal_ring(wait->journal), event->number);
	uint64_t moment = !record                  ? 0
		: wait->when == JOURNAL_AT_ARRIVAL ? journal_record_arrival(record)
						   : journal_record_completion(record);

	if (record && moment == event->moment && journal_filter_fits(&wait->filter, record))
		wait->matched++;
	journal_record_release(record);
}

/* Counts what has happened since the last time; the whole journal where that is not remembered. */
static void
count_events(struct wait *wait)
{
	struct journal_event events[EVENTS_AT_ONCE];
	size_t count = EVENTS_AT_ONCE;
	bool lost = false;

	while (count == EVENTS_AT_ONCE && !lost) {
		count = journal_ring_events(
			journal_ring(wait->journal), events, EVENTS_AT_ONCE, wait->moment, &lost);
		for (size_t i = 0; i < count && !lost; i++) {
			count_event(wait, &events[i]);
			wait->moment = events[i].moment;
		}
	}
	if (lost || wait->matched >= wait->wanted)
		count_all(wait);
}

/* What came: how many, and the newest. */
static json_t *
came(const struct wait *wait)
{
	const struct journal_query query = {
		.filter = &wait->filter, .when = wait->when, .limit = TOLD_MAX};
	struct journal_page page = {0};
	uint64_t matched;
	json_t *requests = json_array();

	if (wait->matched)
		journal_query_run(&page, wait->journal, &query);
	for (size_t i = 0; i < page.count; i++)
		json_array_append_new(requests, control_record_json(page.records[i]));
	matched = page.total;
	journal_page_done(&page);
	return json_pack("{s:I, s:o}", "matched", (json_int_t)matched, "requests", requests);
}

/* The deadline has passed: what has come, and what came near. */
static void
refuse_late(struct control_call *call, const struct wait *wait)
{
	const struct journal_expectation expectation = {.demand = JOURNAL_AT_LEAST,
		.number = wait->wanted,
		.filters = &wait->filter,
		.filter_count = 1};
	BUFFER_CLEANUP struct buffer words = {0};
	struct journal_verdict verdict = {0};
	json_t *misses = json_array();

	journal_verify(&verdict, wait->journal, &expectation, 1);
	for (size_t i = 0; i < verdict.judgements[0].miss_count; i++) {
		const struct journal_miss *miss = &verdict.judgements[0].misses[i];

		json_array_append_new(misses,
			json_pack("{s:I, s:s, s:s, s:s}", "exchange", (json_int_t)miss->exchange,
				"field", miss->name, "wanted", miss->wanted, "found", miss->found));
	}
	journal_verdict_done(&verdict);
	journal_filter_describe(&words, &wait->filter);
	control_refuse(call, 408, "%llu of %llu exchanges in time: %.600s",
		(unsigned long long)wait->matched, (unsigned long long)wait->wanted,
		buffer_text(&words));
	call->problem.members = came(wait);
	json_object_set_new(call->problem.members, "misses", misses);
}

static void
look(struct control_call *call, struct wait *wait)
{
	int64_t left_ms = (wait->deadline_ns - clock_monotonic_ns() + 999999) / 1000000;

	/* What was cleared meanwhile is told no more; where nothing had come, nothing was. */
	if (left_ms <= 0 && wait->matched > 0)
		count_all(wait);
	if (wait->matched >= wait->wanted) {
		control_answer(call, 200, came(wait));
	} else if (left_ms <= 0) {
		refuse_late(call, wait);
	} else {
		call->http->wait_ms = left_ms;
		call->waits = true;
	}
}

static void
wait(struct control_call *call)
{
	int64_t after = control_member_number(call->body, "after", 0);
	int64_t timeout_ms = control_member_duration(call->body, "timeout", TIMEOUT_STANDARD_MS);
	struct wait *wait = memory_new(1, sizeof(*wait));
	char number[32];

	snprintf(number, sizeof(number), "%lld", (long long)after);
	wait->journal = call->server->journal;
	wait->wanted = (uint64_t)control_member_number(call->body, "count", 1);
	wait->when = (enum journal_when)control_member_choice(
		call->body, &when_field, JOURNAL_AT_COMPLETION);
	wait->deadline_ns = clock_monotonic_ns() + timeout_ms * 1000000;
	journal_watch(wait->journal);
	call->kept = wait;
	call->release = release;
	if (!journal_ring(wait->journal)) {
		control_refuse(call, 409, "the journal keeps no exchanges (--journal-exchanges 0)");
		return;
	}
	if (!control_record_filter(
		    &wait->filter, &call->problem, json_object_get(call->body, "match"), "/match"))
		return;
	if (after)
		journal_filter_add(&wait->filter, "after", number, NULL);
	count_all(wait);
	look(call, wait);
}

static void
wait_again(struct control_call *call, bool due)
{
	count_events(call->kept);
	look(call, call->kept);
}

const struct control_route control_rows_wait[] = {
	{"POST", "/v1/wait", "wait",
		"waits until exchanges have come, those that are there already among them; 408 "
		"with "
		"what came near when they have not in time",
		.body = wish_members, .success = 200, .answer = came_members, .run = wait,
		.again = wait_again},
	{0},
};
