/* Exchanges as they happen, as server-sent events (the HTML standard, 9.2). */
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "server/control_record.h"
#include "server/control_rows.h"
#include "server/journal_query.h"
#include "server/server.h"

#define EVENTS_AT_ONCE 64

/* A stream: what of the journal it has told, and what waits to be sent. */
struct stream {
	struct journal *journal;
	struct journal_filter filter;
	uint64_t moment;
	struct buffer pending;
	size_t sent; /* of it */
};

static const struct control_field query[] = {CONTROL_RECORD_CONDITIONS, {0}};

static void
release(void *kept)
{
	struct stream *stream = kept;

	journal_unwatch(stream->journal);
	journal_filter_done(&stream->filter);
	buffer_done(&stream->pending);
	free(stream);
}

/* Who comes back tells the last event that it has seen; one that never was is of another run. */
static uint64_t
first_moment(const struct control_call *call, struct journal *journal)
{
	const char *seen = request_header(&call->http->request, "Last-Event-ID");
	uint64_t now = journal_moment(journal), moment = seen ? strtoull(seen, NULL, 10) : now;

	return moment < now ? moment : now;
}

static void
begin(struct control_call *call)
{
	struct stream *stream = memory_new(1, sizeof(*stream));
	BUFFER_CLEANUP struct buffer none = {0};

	stream->journal = call->server->journal;
	journal_watch(stream->journal);
	call->kept = stream;
	call->release = release;
	if (!journal_ring(stream->journal)) {
		control_refuse(call, 409, "the journal keeps no exchanges (--journal-exchanges 0)");
		return;
	}
	if (!control_record_filter(&stream->filter, &call->problem, call->query, NULL))
		return;
	stream->moment = first_moment(call, stream->journal);
	buffer_append_text(&stream->pending, ": mock-ndes\n\n");
	control_answer_text(call, "text/event-stream", &none);
	call->http->response.endless = true;
}

static void
write_event(struct stream *stream, const struct journal_event *event)
{
	struct journal_record *record =
		journal_ring_hold(journal_ring(stream->journal), event->number);
	bool completed = record && journal_record_completion(record) == event->moment;
	const char *name = completed ? "completed" : "arrived";
	char *data;

	if (record && journal_filter_fits(&stream->filter, record)) {
		json_t *json = control_record_json(record);

		/* As it was then: it may have ended since. */
		json_object_set_new(json, "ended", json_boolean(completed));
		json_object_set_new(json, "event", json_string(name));
		data = json_dumps(json, JSON_COMPACT);
		buffer_append_format(&stream->pending, "id: %llu\nevent: %s\ndata: %s\n\n",
			(unsigned long long)event->moment, name, data);
		free(data);
		json_decref(json);
	}
	journal_record_release(record);
}

static void
write_events(struct stream *stream)
{
	struct journal_event events[EVENTS_AT_ONCE];
	bool lost;
	size_t count = journal_ring_events(
		journal_ring(stream->journal), events, EVENTS_AT_ONCE, stream->moment, &lost);

	if (lost)
		buffer_append_text(&stream->pending, "event: lost\ndata: {\"event\":\"lost\"}\n\n");
	for (size_t i = 0; i < count; i++) {
		write_event(stream, &events[i]);
		stream->moment = events[i].moment;
	}
}

/* Moves as much as there is room for. */
static ssize_t
hand_out(struct stream *stream, uint8_t *out, size_t room)
{
	size_t left = stream->pending.size - stream->sent, size = left < room ? left : room;

	memcpy(out, stream->pending.data + stream->sent, size);
	stream->sent += size;
	if (stream->sent == stream->pending.size) {
		buffer_clear(&stream->pending);
		stream->sent = 0;
	}
	return (ssize_t)size;
}

static ssize_t
more(struct control_call *call, uint8_t *out, size_t room, bool due)
{
	struct stream *stream = call->kept;
	uint64_t before = stream->moment;

	/* What the filter leaves out is passed by, until something is to be said or all is seen. */
	while (stream->pending.size == 0) {
		write_events(stream);
		if (stream->moment == before)
			break;
		before = stream->moment;
	}
	/* A comment tells whether the client is still there. */
	if (stream->pending.size == 0 && due)
		buffer_append_text(&stream->pending, ": beat\n\n");
	return stream->pending.size ? hand_out(stream, out, room) : 0;
}

const struct control_route control_rows_events[] = {
	{"GET", "/v1/events", "streamEvents",
		"tells exchanges as they happen: events arrived and completed, each with the "
		"exchange as in a list; Last-Event-ID goes on behind an event",
		.query = query, .success = 200, .content_type = "text/event-stream", .run = begin,
		.more = more},
	{0},
};
