/* Holding the journal against what is expected of it. */
#include <stdio.h>
#include <stdlib.h>

#include "common/memory.h"
#include "server/control_record.h"
#include "server/control_rows.h"
#include "server/journal_verdict.h"
#include "server/server.h"

#define COUNT_MAX 1000000

#define EXPECTATIONS_MAX 100
#define STEPS_MAX        100

static const char *const format_words[] = {"json", "junit", "tap", NULL};
static const char *const format_types[] = {
	"application/json", "application/xml", "text/plain; charset=utf-8", NULL};
static const struct control_field format_field = {"format", CONTROL_CHOICE, .choices = format_words,
	.standard = "json", .help = "of the verdict"};

static const struct control_field verify_query[] = {
	{"format", CONTROL_CHOICE, .choices = format_words, .standard = "json",
		.help = "of the verdict; X-Mock-Verdict says passed or failed with any"},
	{0},
};

static const struct control_field expectation_members[] = {
	{"name", CONTROL_TEXT, 1, 255, .standard = "what is expected, in words", .help = "a title"},
	{"match", CONTROL_OBJECT, .fields = control_record_conditions, .standard = "all",
		.help = "which exchanges, NAME: PATTERN"},
	{"count", CONTROL_NUMBER, 0, COUNT_MAX, .help = "exactly so many"},
	{"at_least", CONTROL_NUMBER, 0, COUNT_MAX, .help = "so many or more"},
	{"at_most", CONTROL_NUMBER, 0, COUNT_MAX, .help = "so many or fewer"},
	{"none", CONTROL_BOOLEAN, .help = "true: there is none"},
	{"order", CONTROL_OBJECTS, 0, STEPS_MAX, .fields = control_record_conditions,
		.help = "exchanges that fit one of these each have arrived in this order"},
	{0},
};

static const struct control_field verify_members[] = {
	{"expectations", CONTROL_OBJECTS, 1, EXPECTATIONS_MAX, .fields = expectation_members,
		.required = true, .help = "each with one of count, at_least, at_most, none, order"},
	{"after", CONTROL_NUMBER, 0, INT64_MAX, .standard = "all that the journal has",
		.help = "only exchanges behind the one of this number"},
	{0},
};

static const struct control_field judgement_members[] = {
	{"title", CONTROL_TEXT, .help = "its name, or what was expected"},
	{"passed", CONTROL_BOOLEAN, .help = "whether that is so"},
	{"words", CONTROL_TEXT, .help = "what was found instead"},
	{"matched", CONTROL_NUMBER, .help = "how many exchanges fit"},
	{"exchanges", CONTROL_ANY, .help = "their numbers, the latest of them"},
	{"misses", CONTROL_OBJECTS, .fields = control_record_miss_members,
		.help = "the nearest misses"},
	{0},
};

static const struct control_field verdict_members[] = {
	{"passed", CONTROL_BOOLEAN, .help = "whether all expectations were met"},
	{"failed", CONTROL_NUMBER, .help = "how many were not"},
	{"dropped", CONTROL_NUMBER, .help = "exchanges that the journal has no more"},
	{"expectations", CONTROL_OBJECTS, .fields = judgement_members, .help = "each in turn"},
	{0},
};

/* Which member says what is expected. */
static const struct {
	const char *member;
	enum journal_demand demand;
} demands[] = {
	{"count", JOURNAL_COUNT},
	{"at_least", JOURNAL_AT_LEAST},
	{"at_most", JOURNAL_AT_MOST},
	{"none", JOURNAL_NONE},
	{"order", JOURNAL_ORDER},
};

struct reading {
	struct control_call *call;
	struct journal_expectation expectations[EXPECTATIONS_MAX];
	struct journal_filter *filters[EXPECTATIONS_MAX]; /* of each */
	size_t count;
	char after[32]; /* the number behind which exchanges are looked at; empty: all */
};

static void
reading_done(struct reading *reading)
{
	for (size_t i = 0; i < reading->count; i++) {
		for (size_t j = 0; j < reading->expectations[i].filter_count; j++)
			journal_filter_done(&reading->filters[i][j]);
		free(reading->filters[i]);
	}
}

static void
refuse_demand(struct reading *reading, const char *pointer, const char *found)
{
	struct diag diag = {0};

	diag_refuse(&diag, "expectation", NULL, "one of count, at_least, at_most, none and order",
		"%s", found);
	control_refuse_at(reading->call, pointer, &diag);
}

/* Finds the one member that says what is expected. */
static bool
read_demand(struct reading *reading, struct journal_expectation *expectation, const json_t *json,
	const char *pointer)
{
	const char *found = NULL;

	for (size_t i = 0; i < sizeof(demands) / sizeof(demands[0]); i++) {
		const json_t *member = json_object_get(json, demands[i].member);

		if (!member || json_is_null(member) || json_is_false(member))
			continue;
		if (found) {
			refuse_demand(reading, pointer, "two of them");
			return false;
		}
		found = demands[i].member;
		expectation->demand = demands[i].demand;
		expectation->number = (uint64_t)json_integer_value(member);
	}
	if (!found)
		refuse_demand(reading, pointer, "none of them");
	return found != NULL;
}

/* One filter, or one for each step of an order. */
static void
read_filters(struct reading *reading, const json_t *json, const char *pointer)
{
	struct journal_expectation *expectation = &reading->expectations[reading->count];
	const json_t *steps = json_object_get(json, "order");
	bool in_order = expectation->demand == JOURNAL_ORDER;
	size_t count = in_order ? json_array_size(steps) : 1;
	struct journal_filter *filters = memory_new(count + 1, sizeof(*filters));

	reading->filters[reading->count] = filters;
	expectation->filters = filters;
	expectation->filter_count = count;
	for (size_t i = 0; i < count; i++) {
		TEXT_CLEANUP char *place = in_order ? text_format("%s/order/%zu", pointer, i)
						    : text_format("%s/match", pointer);

		control_record_filter(&filters[i], &reading->call->problem,
			in_order ? json_array_get(steps, i) : json_object_get(json, "match"),
			place);
		if (reading->after[0])
			journal_filter_add(&filters[i], "after", reading->after, NULL);
	}
}

static void
read_expectations(struct reading *reading)
{
	const json_t *list = json_object_get(reading->call->body, "expectations");
	json_t *json;
	size_t i;

	json_array_foreach((json_t *)list, i, json)
	{
		TEXT_CLEANUP char *pointer = text_format("/expectations/%zu", i);
		struct journal_expectation *expectation = &reading->expectations[reading->count];

		expectation->name = control_member_text(json, "name", NULL);
		if (!read_demand(reading, expectation, json, pointer))
			continue;
		read_filters(reading, json, pointer);
		reading->count++;
	}
}

static void
answer_verdict(struct control_call *call, const struct journal_verdict *verdict)
{
	int format = control_member_choice(call->query, &format_field, 0);
	BUFFER_CLEANUP struct buffer text = {0};

	if (format == 0)
		journal_verdict_write_json(&text, verdict);
	else if (format == 1)
		journal_verdict_write_junit(&text, verdict, "mock-ndes");
	else
		journal_verdict_write_tap(&text, verdict);
	control_answer_text(call, format_types[format], &text);
	response_add_header(
		&call->http->response, "X-Mock-Verdict", verdict->failed ? "failed" : "passed");
}

/* On a worker thread: all that the journal has is looked at for each expectation. */
static void
verify(struct control_call *call)
{
	__attribute__((cleanup(reading_done))) struct reading reading = {.call = call};
	struct journal_verdict verdict = {0};
	int64_t after = control_member_number(call->body, "after", 0);

	if (after)
		snprintf(reading.after, sizeof(reading.after), "%lld", (long long)after);
	read_expectations(&reading);
	if (control_problem_is_set(&call->problem))
		return;
	journal_verify(&verdict, call->server->journal, reading.expectations, reading.count);
	answer_verdict(call, &verdict);
	journal_verdict_done(&verdict);
}

const struct control_route control_rows_verify[] = {
	{"POST", "/v1/verify", "verify", "holds the journal against a list of expectations",
		.other_types = format_types + 1, .query = verify_query, .body = verify_members,
		.body_required = true, .success = 200, .answer = verdict_members, .work = verify},
	{0},
};
