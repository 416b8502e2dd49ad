/* The journal: listed, read, emptied. */
#include <stdlib.h>
#include <string.h>

#include "common/base64.h"
#include "server/control_record.h"
#include "server/control_rows.h"
#include "server/journal.h"
#include "server/journal_query.h"
#include "server/server.h"

#define LIMIT_MAX      1000
#define LIMIT_STANDARD 100

static const struct control_field page_query[] = {
	{"limit", CONTROL_NUMBER, 1, LIMIT_MAX, .standard = "100", .help = "how many at most"},
	{"before", CONTROL_NUMBER, 1, INT64_MAX, .help = "the cursor `next` of the page before"},
	CONTROL_RECORD_CONDITIONS,
	{0},
};

static const struct control_field dropped_members[] = {
	{"exchanges", CONTROL_NUMBER, .help = "how many gave way to newer ones"},
	{"bytes", CONTROL_NUMBER, .help = "that they took"},
	{0},
};

static const struct control_field list_members[] = {
	{"requests", CONTROL_OBJECTS, .fields = control_record_members, .help = "the newest first"},
	{"total", CONTROL_NUMBER, .help = "how many fit, on all pages"},
	{"next", CONTROL_NUMBER, .help = "the cursor of the next page; null: this is the last"},
	{"dropped", CONTROL_OBJECT, .fields = dropped_members,
		.help = "what the journal has no more, of all exchanges since the start"},
	{0},
};

/* --- listing ---------------------------------------------------------------------------------- */

static void
list_with(struct control_call *call, struct journal_filter *filter)
{
	const struct journal_query query = {
		.filter = filter,
		.limit = (size_t)control_member_number(call->query, "limit", LIMIT_STANDARD),
		.before = (uint64_t)control_member_number(call->query, "before", 0),
	};
	struct journal_page page;
	json_t *requests = json_array();

	journal_query_run(&page, call->server->journal, &query);
	for (size_t i = 0; i < page.count; i++)
		json_array_append_new(requests, control_record_json(page.records[i]));
	control_answer(call, 200,
		json_pack("{s:o, s:I, s:o, s:{s:I, s:I}}", "requests", requests, "total",
			(json_int_t)page.total, "next",
			page.next ? json_integer((json_int_t)page.next) : json_null(), "dropped",
			"exchanges", (json_int_t)page.totals.dropped_exchanges, "bytes",
			(json_int_t)page.totals.dropped_bytes));
	journal_page_done(&page);
}

/* Below a site, its own alone. On a worker thread: all that the journal has is looked at. */
static void
list(struct control_call *call)
{
	struct journal_filter filter = {0};
	struct diag diag = {0};
	const char *site = call->parameters[0];

	if (control_record_filter(&filter, &call->problem, call->query, NULL)) {
		if (site && journal_filter_add(&filter, "site", call->site->name, &diag) != DONE)
			control_refuse_outcome(call, REFUSED, 422, &diag);
		else
			list_with(call, &filter);
	}
	journal_filter_done(&filter);
}

static void
clear(struct control_call *call)
{
	journal_clear(call->server->journal, call->parameters[0] ? call->site->name : NULL);
	control_answer(call, 204, NULL);
}

/* --- one ---------------------------------------------------------------------------------------- */

static const char *
why_missing(struct journal_ring *ring)
{
	if (!ring)
		return "; it keeps none (--journal-exchanges 0)";
	return journal_ring_totals(ring).dropped_exchanges ? "; older ones were dropped" : "";
}

/* Returns the record of the path, held; NULL with the problem set. */
static struct journal_record *
hold(struct control_call *call)
{
	struct journal_ring *ring = journal_ring(call->server->journal);
	uint64_t number = strtoull(call->parameters[0], NULL, 10);
	struct journal_record *record = ring ? journal_ring_hold(ring, number) : NULL;

	if (!record)
		control_refuse(call, 404, "the journal has no exchange %.40s%s",
			call->parameters[0], why_missing(ring));
	return record;
}

static json_t *
raw_json(struct bytes bytes, const struct journal_raw_part *part)
{
	BUFFER_CLEANUP struct buffer text = {0};

	base64_encode(&text, bytes);
	return json_pack("{s:s, s:I, s:I, s:o}", "base64", buffer_text(&text), "size",
		(json_int_t)part->size, "missing", (json_int_t)part->missing, "why",
		part->why ? json_string(part->why) : json_null());
}

static void
get(struct control_call *call)
{
	struct journal_record *record = hold(call);
	struct journal_raw_part request_part = {0}, reply_part = {0};
	struct bytes entry, request, reply;
	json_t *json;

	if (!record)
		return;
	entry = journal_record_entry(record);
	json = entry.size ? json_loadb((const char *)entry.data, entry.size, JSON_ALLOW_NUL, NULL)
			  : control_record_json(record);
	request = journal_record_request(&request_part, record);
	reply = journal_record_reply(&reply_part, record);
	json_object_set_new(json, "ended", json_boolean(journal_record_is_complete(record)));
	json_object_set_new(json, "raw",
		json_pack("{s:o, s:o}", "request", raw_json(request, &request_part), "reply",
			raw_json(reply, &reply_part)));
	control_answer(call, 200, json);
	journal_record_release(record);
}

static void
get_raw(struct control_call *call,
	struct bytes (*part_of)(struct journal_raw_part *part, const struct journal_record *record))
{
	struct journal_record *record = hold(call);
	BUFFER_CLEANUP struct buffer bytes = {0};
	struct journal_raw_part part;

	if (!record)
		return;
	buffer_append(&bytes, part_of(&part, record));
	control_answer_text(call, "application/octet-stream", &bytes);
	journal_record_release(record);
}

static void
get_request(struct control_call *call)
{
	get_raw(call, journal_record_request);
}

static void
get_reply(struct control_call *call)
{
	get_raw(call, journal_record_reply);
}

#define REQUESTS "/v1/requests"
#define OF_SITE  "/v1/sites/{site}/requests"

const struct control_route control_rows_requests[] = {
	{"GET", REQUESTS, "listRequests", "lists exchanges of the journal", .query = page_query,
		.success = 200, .answer = list_members, .work = list},
	{"DELETE", REQUESTS, "clearRequests", "empties the journal", .success = 204, .run = clear},
	{"GET", REQUESTS "/{number}", "getRequest",
		"tells all about an exchange: the journal's object, and the bytes of request and "
		"reply",
		.success = 200, .run = get},
	{"GET", REQUESTS "/{number}/request", "getRequestBytes",
		"gives the bytes of the request, as far as they are kept", .success = 200,
		.content_type = "application/octet-stream", .run = get_request},
	{"GET", REQUESTS "/{number}/reply", "getReplyBytes",
		"gives the bytes of the reply, as far as they are kept", .success = 200,
		.content_type = "application/octet-stream", .run = get_reply},
	{"GET", OF_SITE, "listSiteRequests", "lists exchanges of a site", .query = page_query,
		.success = 200, .answer = list_members, .work = list},
	{"DELETE", OF_SITE, "clearSiteRequests", "empties the journal of a site", .success = 204,
		.run = clear},
	{0},
};
