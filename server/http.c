#include "server/http.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"
#include "server/http_accept.h"
#include "server/http_daemon.h"
#include "server/http_hangup.h"
#include "server/http_patience.h"
#include "server/http_wait.h"
#include "server/http_workers.h"

#define EVENTS_AT_ONCE 16

/* So much later than it wanted, the loop must have been stopped (SIGSTOP, a laptop that sleeps). */
#define STOPPED_NS INT64_C(250000000)

/* How long the last chunk of an endless answer is waited for at the end; who reads nothing would hold up more. */
#define STREAM_END_MS 100

/* How many that are due at the same time are answered before others are listened to. */
#define RESUMED_AT_ONCE 64

struct http {
	struct http_daemon **daemons;
	struct http_listener *listeners;
	size_t count;
	struct http_traffic traffic;
	struct http_accept *accept;
	int epoll;   /* waits for the daemons and the two below */
	int wake;    /* eventfd: work is done, or http_stop was called */
	int signals; /* signalfd */
	void (*sighup)(void *context);
	void *sighup_context;
	int64_t looked_ns; /* at the time, last */
	int watched;       /* somebody else's; -1: none */
	void (*watcher)(void);
	atomic_bool stopping;
	atomic_bool poked;
	bool hung_up; /* a client has, and it has not been looked at */
};

static int
start_daemons(
	struct http *http, const struct http_listener *listeners, size_t count, struct diag *diag)
{
	unsigned limit = http_accept_raise_limit();

	http->daemons = memory_new(count, sizeof(struct http_daemon *));
	http->listeners = memory_new(count, sizeof(struct http_listener));
	for (; http->count < count; http->count++) {
		http->listeners[http->count] = listeners[http->count];
		if (http_daemon_new(&http->daemons[http->count], &listeners[http->count], limit,
			    &http->traffic, diag) != DONE)
			return BROKEN;
	}
	return DONE;
}

static int
watch(struct http *http, int descriptor)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};

	return epoll_ctl(http->epoll, EPOLL_CTL_ADD, descriptor, &event);
}

static int
open_loop(struct http *http, struct diag *diag)
{
	sigset_t taken, blocked;

	sigemptyset(&taken);
	sigaddset(&taken, SIGTERM);
	sigaddset(&taken, SIGINT);
	sigaddset(&taken, SIGHUP);
	blocked = taken;
	sigaddset(&blocked, SIGPIPE);
	sigaddset(&blocked, SIGXFSZ); /* a file at its limit is a failed write like others */
	pthread_sigmask(SIG_BLOCK, &blocked, NULL);
	http->epoll = epoll_create1(EPOLL_CLOEXEC);
	http->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	http->signals = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
	if (http_hold_new(&http->traffic.hold, diag) != DONE)
		return BROKEN;
	if (watch(http, http->wake) != 0 || watch(http, http->traffic.hangups) != 0 ||
		watch(http, http->signals) != 0 ||
		watch(http, http_hold_descriptor(http->traffic.hold)) != 0)
		return diag_break(
			diag, "HTTP", "the event loop could not be opened: %s", strerror(errno));
	for (size_t i = 0; i < http->count; i++)
		if (watch(http, http_daemon_descriptor(http->daemons[i])) != 0)
			return diag_break(diag, "HTTP", "a listener could not be watched: %s",
				strerror(errno));
	return http_accept_new(&http->accept, http->epoll, http->listeners, http->daemons,
		http->count, &http->traffic, diag);
}

int
http_new(struct http **out, const struct http_listener *listeners, size_t count, unsigned workers,
	struct diag *diag)
{
	struct http *http = memory_new(1, sizeof(*http));
	int result;

	http->epoll = http->wake = http->signals = http->watched = -1;
	http->traffic.hangups = http_hangup_open();
	result = start_daemons(http, listeners, count, diag);
	if (result == DONE)
		result = open_loop(http, diag);
	if (result == DONE)
		result = http_workers_new(&http->traffic.workers, workers, http->wake, diag);
	if (result == DONE)
		result = http_workers_new(&http->traffic.long_workers, 1, http->wake, diag);
	if (result == DONE) {
		*out = http;
		return DONE;
	}
	/* The listeners stay with the caller. */
	for (size_t i = 0; i < http->count; i++)
		http->listeners[i].descriptor = -1;
	http_free(http);
	return result;
}

/* Of two times to sleep in milliseconds, -1 for ever, returns the shorter one. */
static int
sooner(int one, int other)
{
	return other >= 0 && (one < 0 || other < one) ? other : one;
}

/* Returns how long the loop may sleep: until a daemon has to do something, `limit` at most. */
static int
sleep_limit(const struct http *http, int limit)
{
	int held = http_hold_timeout(http->traffic.hold);

	/* What is held is not waited for at the end. */
	limit = sooner(limit, held > 0 && http->traffic.draining ? 0 : held);
	limit = sooner(limit, http_accept_timeout(http->accept));
	for (size_t i = 0; i < http->count; i++)
		limit = sooner(limit, http_daemon_timeout(http->daemons[i]));
	return limit;
}

static void
take_signal(struct http *http)
{
	struct signalfd_siginfo signal;

	if (read(http->signals, &signal, sizeof(signal)) != sizeof(signal))
		return;
	if (signal.ssi_signo != SIGHUP)
		atomic_store(&http->stopping, true);
	else if (http->sighup)
		http->sighup(http->sighup_context);
}

/* Returns whether it is a daemon's. */
static bool
wake_daemon(struct http *http, int descriptor)
{
	for (size_t i = 0; i < http->count; i++) {
		if (descriptor != http_daemon_descriptor(http->daemons[i]))
			continue;
		http_daemon_wake(http->daemons[i]);
		return true;
	}
	return false;
}

static void
take_event(struct http *http, int descriptor)
{
	eventfd_t count;

	if (descriptor == http->wake)
		eventfd_read(http->wake, &count);
	else if (descriptor == http->traffic.hangups)
		http->hung_up = true;
	else if (descriptor == http->signals)
		take_signal(http);
	else if (descriptor == http->watched)
		http->watcher();
	else if (!wake_daemon(http, descriptor) && !http->traffic.draining)
		http_accept_take(http->accept, descriptor);
}

/* Goes on with what was held long enough, the rest of it in the next turn. */
static void
resume_held(struct http *http)
{
	struct http_held *held;

	for (int i = 0; i < RESUMED_AT_ONCE && (held = http_hold_take(http->traffic.hold)); i++)
		http_daemon_resume_held(held, false);
}

/* Ends all that is held, without an answer. */
static void
drop_held(struct http *http)
{
	struct http_held *held;

	while ((held = http_hold_take_any(http->traffic.hold)))
		http_daemon_resume_held(held, true);
}

static void
resume_finished_work(struct http_workers *workers)
{
	struct http_job *job = http_workers_take(workers);

	while (job) {
		struct http_job *next = job->next;

		http_daemon_resume(job);
		job = next;
	}
}

/* Notices that the process was stopped, from how long it is since this was called last, of which it was to
 * sleep for `limit` milliseconds. */
static void
look_at_time(struct http *http, int limit)
{
	int64_t now = clock_monotonic_ns();
	int64_t late = now - http->looked_ns - INT64_C(1000000) * limit;

	if (limit >= 0 && late > STOPPED_NS)
		for (size_t i = 0; i < http->count; i++)
			http_patience_forgive(http->daemons[i], late);
	http->looked_ns = now;
}

/* Waits until something happens, `limit` milliseconds at most (-1: for ever), and does it. */
static int
turn(struct http *http, int limit, struct diag *diag)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	int count;

	limit = sleep_limit(http, limit);
	count = epoll_wait(http->epoll, events, EVENTS_AT_ONCE, limit);
	if (count < 0 && errno != EINTR)
		return diag_break(diag, "HTTP", "waiting for events failed: %s", strerror(errno));
	look_at_time(http, limit);
	for (int i = 0; i < count; i++)
		take_event(http, events[i].data.fd);
	resume_finished_work(http->traffic.workers);
	resume_finished_work(http->traffic.long_workers);
	if (atomic_exchange(&http->poked, false))
		http_wait_look(&http->traffic);
	if (http->traffic.draining)
		drop_held(http);
	else
		resume_held(http);
	for (size_t i = 0; i < http->count; i++) {
		if (!http_daemon_is_awake(http->daemons[i]))
			continue;
		look_at_time(http, 0);
		http_daemon_run(http->daemons[i]);
	}
	http_accept_look(http->accept);
	if (http->hung_up)
		http_hangup_look(http->traffic.hangups);
	http->hung_up = false;
	return DONE;
}

static void
stop_listening(struct http *http)
{
	http->traffic.draining = true;
	for (size_t i = 0; i < http->count; i++) {
		if (http->listeners[i].descriptor >= 0)
			close(http->listeners[i].descriptor);
		http->listeners[i].descriptor = -1;
	}
}

/* Returns for how many milliseconds more the loop goes on, which began to drain at `began_ms`; 0 or less: no more. */
static int64_t
drains_for(const struct http *http, int64_t began_ms, int64_t drain_ms)
{
	const struct http_traffic *traffic = &http->traffic;
	int64_t most = drain_ms;

	if (traffic->open == 0)
		return 0;
	if (traffic->open == traffic->streams && most > STREAM_END_MS)
		most = STREAM_END_MS;
	return began_ms + most - clock_monotonic_ns() / 1000000;
}

int
http_run(struct http *http, unsigned drain_ms, struct diag *diag)
{
	int64_t began_ms, left;

	http->looked_ns = clock_monotonic_ns();
	while (!atomic_load(&http->stopping))
		if (turn(http, -1, diag) != DONE)
			return BROKEN;
	stop_listening(http);
	began_ms = clock_monotonic_ns() / 1000000;
	while ((left = drains_for(http, began_ms, drain_ms)) > 0)
		if (turn(http, left < INT_MAX ? (int)left : INT_MAX, diag) != DONE)
			return BROKEN;
	return DONE;
}

void
http_set_sighup(struct http *http, void (*sighup)(void *context), void *context)
{
	http->sighup = sighup;
	http->sighup_context = context;
}

int
http_set_watch(struct http *http, int descriptor, void (*watcher)(void), struct diag *diag)
{
	if (watch(http, descriptor) != 0)
		return diag_break(diag, "HTTP", "descriptor %d could not be watched: %s",
			descriptor, strerror(errno));
	http->watched = descriptor;
	http->watcher = watcher;
	return DONE;
}

void
http_poke(struct http *http)
{
	if (!atomic_exchange(&http->poked, true))
		eventfd_write(http->wake, 1);
}

struct http_counts
http_count(const struct http *http)
{
	struct http_counts counts = {.accepted = http->traffic.connections,
		.exchanges = http->traffic.open,
		.held = http_hold_count(http->traffic.hold)};

	for (size_t i = 0; i < http->count; i++)
		counts.open += http_daemon_connections(http->daemons[i]);
	return counts;
}

void
http_stop(struct http *http)
{
	atomic_store(&http->stopping, true);
	eventfd_write(http->wake, 1);
}

static void
stop_workers(struct http_workers *workers)
{
	if (!workers)
		return;
	http_workers_stop(workers);
	resume_finished_work(workers);
}

void
http_free(struct http *http)
{
	if (!http)
		return;
	stop_listening(http);
	/* libmicrohttpd aborts the process when a connection is still suspended. */
	stop_workers(http->traffic.workers);
	stop_workers(http->traffic.long_workers);
	if (http->traffic.hold)
		drop_held(http);
	for (size_t i = 0; i < http->count; i++)
		http_daemon_free(http->daemons[i]);
	http_accept_free(http->accept);
	http_workers_free(http->traffic.workers);
	http_workers_free(http->traffic.long_workers);
	http_hold_free(http->traffic.hold);
	if (http->epoll >= 0)
		close(http->epoll);
	if (http->wake >= 0)
		close(http->wake);
	if (http->signals >= 0)
		close(http->signals);
	if (http->traffic.hangups >= 0)
		close(http->traffic.hangups);
	free(http->daemons);
	free(http->listeners);
	free(http);
}
