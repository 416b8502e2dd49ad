#include "server/http_awaited.h"

#include <limits.h>
#include <sys/socket.h>

#include "common/clock.h"

#define NS_PER_MS INT64_C(1000000)

/* How much earlier than it should the kernel's count of milliseconds may seem to end. */
#define SLACK_MS 50

static int64_t
patience_ms(const struct http_connection *connection)
{
	return INT64_C(1000) * connection->timeout;
}

/* Has the connections looked at when a quarter of this one's time is over, or before. */
static void
plan(struct http_awaited *wait, const struct http_connection *connection, int64_t now_ns)
{
	int64_t due_ns = now_ns + patience_ms(connection) * NS_PER_MS / 4;

	if (wait->due_ns == 0 || due_ns < wait->due_ns)
		wait->due_ns = due_ns;
}

static void
begin(struct http_awaited *wait, struct http_connection *connection, int64_t now_ns)
{
	http_awaited_end(wait, connection);
	connection->awaits = HTTP_AWAITS_HEAD;
	connection->awaited_ns = now_ns;
	connection->head_ns = 0;
	connection->previous = NULL;
	connection->next = wait->first;
	if (wait->first)
		wait->first->previous = connection;
	wait->first = connection;
	plan(wait, connection, now_ns);
}

void
http_awaited_first(struct http_awaited *wait, struct http_connection *connection)
{
	begin(wait, connection, clock_monotonic_ns());
}

void
http_awaited_next(struct http_awaited *wait, struct http_connection *connection,
	const struct http_exchange *before, bool counted)
{
	/* What came behind the last request belongs to the next head. */
	connection->received_before += before->bytes_received;
	connection->sent_before += before->bytes_sent;
	/* Behind a body in chunks nothing is taken to have come yet. */
	if (!counted) {
		struct http_connection_counts counts =
			http_connection_count(connection->descriptor);

		connection->sent_before = counts.sent;
		if (before->request.chunked)
			connection->received_before = counts.received;
	}
	begin(wait, connection, before->ended_ns);
}

void
http_awaited_line(struct http_connection *connection)
{
	if (connection->head_ns == 0)
		connection->head_ns = clock_monotonic_ns();
}

void
http_awaited_body(struct http_connection *connection)
{
	connection->awaits = HTTP_AWAITS_BODY;
	connection->stuck_at = 0;
}

void
http_awaited_forgive(struct http_connection *connection, int64_t ns)
{
	connection->awaited_ns += ns;
	if (connection->head_ns != 0)
		connection->head_ns += ns;
}

void
http_awaited_end(struct http_awaited *wait, struct http_connection *connection)
{
	if (connection->awaits == HTTP_AWAITS_NOTHING)
		return;
	connection->awaits = HTTP_AWAITS_NOTHING;
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		wait->first = connection->next;
	if (connection->next)
		connection->next->previous = connection->previous;
	if (!wait->first)
		wait->due_ns = 0;
}

int
http_awaited_timeout(const struct http_awaited *wait)
{
	int64_t left;

	if (wait->due_ns == 0)
		return -1;
	left = (wait->due_ns - clock_monotonic_ns() + NS_PER_MS - 1) / NS_PER_MS;
	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

/* Returns whether a head has begun to come: of what is encrypted, that shows with its line alone. */
static bool
has_begun(const struct http_connection *connection, const struct http_connection_counts *counts)
{
	return connection->head_ns != 0 ||
		(!connection->tls && counts->received > connection->received_before);
}

static bool
has_left(const struct http_connection *connection)
{
	return http_connection_is_half_closed(connection->descriptor) ||
		http_connection_is_reset(connection->descriptor);
}

/* Returns what the kernel has counted, but for the byte that it counts for a client's end. */
static struct http_connection_counts
count(const struct http_connection *connection)
{
	struct http_connection_counts counts = http_connection_count(connection->descriptor);

	counts.received -= has_left(connection) && counts.received > 0;
	return counts;
}

static void
look_at(struct http_connection *connection, int64_t now_ns)
{
	struct http_connection_counts counts = count(connection);

	if (connection->dropped || !has_begun(connection, &counts))
		return;
	http_awaited_line(connection);
	if (now_ns - connection->head_ns < patience_ms(connection) * NS_PER_MS)
		return;
	/* libmicrohttpd finds the end of the connection now, and closes it. */
	connection->dropped = true;
	shutdown(connection->descriptor, SHUT_RDWR);
}

void
http_awaited_sweep(struct http_awaited *wait)
{
	int64_t now_ns;

	if (http_awaited_timeout(wait) != 0)
		return;
	now_ns = clock_monotonic_ns();
	wait->due_ns = 0;
	for (struct http_connection *one = wait->first; one; one = one->next) {
		if (one->awaits == HTTP_AWAITS_HEAD)
			look_at(one, now_ns);
		plan(wait, one, now_ns);
	}
}

/* Returns whether it was silent for as long as it may be. */
static bool
was_silent(const struct http_connection *connection, const struct http_connection_counts *counts)
{
	int64_t waited_ms = (clock_monotonic_ns() - connection->awaited_ns) / NS_PER_MS;
	int64_t quiet_ms = waited_ms < counts->quiet_ms ? waited_ms : counts->quiet_ms;

	return quiet_ms >= patience_ms(connection) - SLACK_MS;
}

bool
http_awaited_explain(enum http_lapse *out, const struct http_connection *connection, bool answered)
{
	struct http_connection_counts counts = count(connection);
	bool begun = has_begun(connection, &counts);

	if (connection->awaits != HTTP_AWAITS_HEAD)
		return false;
	/* What the library cannot read, it has mostly answered by itself, else just closed. */
	if (answered || (!connection->tls && counts.sent > connection->sent_before))
		*out = HTTP_LAPSE_REFUSED; /* NOLINT(bugprone-branch-clone): their order decides */
	else if (begun && has_left(connection) && !connection->dropped)
		*out = HTTP_LAPSE_CLIENT_LEFT;
	else if (connection->dropped || (was_silent(connection, &counts) && begun))
		*out = HTTP_LAPSE_HEADERS;
	else if (was_silent(connection, &counts))
		*out = HTTP_LAPSE_IDLE;
	else if (begun)
		*out = HTTP_LAPSE_REFUSED;
	else
		return false;
	return true;
}
