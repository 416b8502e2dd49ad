#include "server/app_pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/exchange.h"

#define MS_PER_MINUTE 60000

/* What WAS gives for a pipe that ended: ERROR_BROKEN_PIPE. */
#define WORKER_GONE "0x8007006d"

void
app_pool_init(struct app_pool *pool)
{
	*pool = (struct app_pool){0};
	pthread_mutex_init(&pool->lock, NULL);
}

void
app_pool_done(struct app_pool *pool)
{
	pthread_mutex_destroy(&pool->lock);
}

bool
app_pool_is_disabled(struct app_pool *pool)
{
	bool disabled;

	pthread_mutex_lock(&pool->lock);
	disabled = pool->disabled;
	pthread_mutex_unlock(&pool->lock);
	return disabled;
}

void
app_pool_start(struct app_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->crash_count = 0;
	pool->disabled = false;
	pool->identity_invalid = false;
	pthread_mutex_unlock(&pool->lock);
}

bool
app_pool_meet_identity(struct app_pool *pool, bool valid)
{
	bool is_new;

	pthread_mutex_lock(&pool->lock);
	is_new = !valid && !pool->identity_invalid;
	pool->identity_invalid = !valid;
	pthread_mutex_unlock(&pool->lock);
	return is_new;
}

bool
app_pool_set_ndes(struct app_pool *pool, bool runs)
{
	bool changes;

	pthread_mutex_lock(&pool->lock);
	changes = pool->ndes_runs != runs;
	pool->ndes_runs = runs;
	pthread_mutex_unlock(&pool->lock);
	return changes;
}

/* Remembers a crash and returns how many there were within the interval, whichever way the clock was
 * moved between them. The pool is locked. */
static int64_t
count_crash(struct app_pool *pool, int64_t now_ms, int64_t interval_ms)
{
	int64_t count = 0;

	if (pool->crash_count == APP_POOL_CRASHES_MAX)
		memmove(pool->crashes, pool->crashes + 1,
			--pool->crash_count * sizeof(pool->crashes[0]));
	pool->crashes[pool->crash_count++] = now_ms;
	for (unsigned i = 0; i < pool->crash_count; i++)
		count += llabs(now_ms - pool->crashes[i]) <= interval_ms;
	return count;
}

/* Returns whether this crash has disabled the pool. */
static bool
crash(struct app_pool *pool, const struct settings *settings, int64_t now_ms)
{
	bool disables;

	pthread_mutex_lock(&pool->lock);
	disables = count_crash(pool, now_ms, settings->rapid_fail_interval * MS_PER_MINUTE) >=
			settings->rapid_fail_max_crashes &&
		settings->rapid_fail_protection && !pool->disabled;
	pool->disabled |= disables;
	pool->ndes_runs = false; /* it has not been stopped: no event says so */
	pthread_mutex_unlock(&pool->lock);
	return disables;
}

int
app_pool_crash(struct exchange *exchange)
{
	const struct settings *settings = exchange->settings;
	const struct event_crash *versions = event_catalogue_crash(settings->server_version);
	char process[16];

	snprintf(process, sizeof(process), "%u", 1000 + 4 * (unsigned)(exchange->number % 1000));
	evidence_event(exchange, EVENT_APPLICATION_CRASH, versions->process_version,
		versions->process_time_stamp, versions->module_version,
		versions->module_time_stamp);
	evidence_event(exchange, EVENT_WAS_WORKER_SILENT, APP_POOL_NAME, process, WORKER_GONE);
	if (crash(&exchange->site->app_pool, settings, exchange->arrived_ms))
		evidence_event(exchange, EVENT_WAS_POOL_DISABLED, APP_POOL_NAME);
	exchange->http_sys_error = HTTP_SYS_ABANDONED;
	exchange->http->response.from = RESPONSE_FROM_NOBODY;
	exchange->http->send.cut = SEND_CUT_BEFORE_HEAD;
	exchange->http->send.end = SEND_END_RESET;
	exchange->http->send.close_connection = true;
	return STAGE_ANSWERED;
}
