#include "server/http_hold.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"

#define NS_PER_MS INT64_C(1000000)

/*
 * Each turn in which connections are resumed costs libmicrohttpd a walk over all that are suspended. Of
 * a crowd, those that are due within a tick are resumed together, none before its time.
 */
#define CROWD   100
#define TICK_NS (10 * NS_PER_MS)

struct http_hold {
	int epoll;
	struct http_held **heap; /* the one that is due first at [0] */
	size_t count;
	size_t size;
};

int
http_hold_new(struct http_hold **out, struct diag *diag)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0)
		return diag_break(diag, "HTTP", "epoll_create1: %s", strerror(errno));
	*out = memory_new(1, sizeof(**out));
	(*out)->epoll = epoll;
	return DONE;
}

void
http_hold_free(struct http_hold *hold)
{
	if (!hold)
		return;
	close(hold->epoll);
	free(hold->heap);
	free(hold);
}

int
http_hold_descriptor(const struct http_hold *hold)
{
	return hold->epoll;
}

size_t
http_hold_count(const struct http_hold *hold)
{
	return hold->count;
}

/* --- the heap ------------------------------------------------------------------ */

static void
set(struct http_hold *hold, size_t place, struct http_held *held)
{
	hold->heap[place] = held;
	held->place = place;
}

static void
move_up(struct http_hold *hold, size_t place)
{
	struct http_held *held = hold->heap[place];

	while (place > 0 && held->due_ns < hold->heap[(place - 1) / 2]->due_ns) {
		set(hold, place, hold->heap[(place - 1) / 2]);
		place = (place - 1) / 2;
	}
	set(hold, place, held);
}

static void
move_down(struct http_hold *hold, size_t place)
{
	struct http_held *held = hold->heap[place];

	for (;;) {
		size_t child = 2 * place + 1;

		if (child + 1 < hold->count &&
			hold->heap[child + 1]->due_ns < hold->heap[child]->due_ns)
			child++;
		if (child >= hold->count || held->due_ns <= hold->heap[child]->due_ns)
			break;
		set(hold, place, hold->heap[child]);
		place = child;
	}
	set(hold, place, held);
}

static void
insert(struct http_hold *hold, struct http_held *held)
{
	if (hold->count == hold->size) {
		hold->size = hold->size ? 2 * hold->size : 64;
		hold->heap = memory_resize(hold->heap, hold->size * sizeof(struct http_held *));
	}
	set(hold, hold->count++, held);
	move_up(hold, held->place);
}

static struct http_held *
release(struct http_hold *hold, struct http_held *held)
{
	size_t place = held->place;

	epoll_ctl(hold->epoll, EPOLL_CTL_DEL, held->descriptor, NULL);
	if (place == --hold->count)
		return held;
	set(hold, place, hold->heap[hold->count]);
	move_up(hold, place);
	move_down(hold, hold->heap[place]->place);
	return held;
}

/* --- waiting -------------------------------------------------------------------- */

void
http_hold_put(struct http_hold *hold, struct http_held *held, int descriptor, int64_t ms,
	bool until_writable)
{
	struct epoll_event event = {
		.events = EPOLLRDHUP | (until_writable ? EPOLLOUT : 0), .data.ptr = held};

	held->descriptor = descriptor;
	held->due_ns = clock_monotonic_ns() + ms * NS_PER_MS;
	if (hold->count > CROWD)
		held->due_ns = (held->due_ns / TICK_NS + 1) * TICK_NS;
	held->left = held->due = false;
	insert(hold, held);
	/* What cannot be watched is only held to its end. */
	epoll_ctl(hold->epoll, EPOLL_CTL_ADD, descriptor, &event);
}

void
http_hold_wake(struct http_hold *hold, struct http_held *held)
{
	held->due_ns = 0;
	move_up(hold, held->place);
}

int
http_hold_timeout(const struct http_hold *hold)
{
	int64_t left;

	if (hold->count == 0)
		return -1;
	left = (hold->heap[0]->due_ns - clock_monotonic_ns() + NS_PER_MS - 1) / NS_PER_MS;
	if (left < 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

struct http_held *
http_hold_take(struct http_hold *hold)
{
	struct epoll_event event;

	if (hold->count == 0)
		return NULL;
	if (epoll_wait(hold->epoll, &event, 1, 0) == 1) {
		struct http_held *held = event.data.ptr;

		held->left = event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
		return release(hold, held);
	}
	if (hold->heap[0]->due_ns > clock_monotonic_ns())
		return NULL;
	hold->heap[0]->due = true;
	return release(hold, hold->heap[0]);
}

struct http_held *
http_hold_take_any(struct http_hold *hold)
{
	return hold->count ? release(hold, hold->heap[0]) : NULL;
}
