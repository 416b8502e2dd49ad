/*
 * The application pool SCEP: whether its worker process runs, and how often it has
 * crashed (ndes-behaviour 5.8). By hand it is stopped with the setting app_pool; here is
 * what happens to it.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define APP_POOL_NAME        "SCEP"
#define APP_POOL_CRASHES_MAX 100 /* that rapid-fail protection can be told to count */

struct exchange;

struct app_pool {
	pthread_mutex_t lock;
	int64_t crashes[APP_POOL_CRASHES_MAX]; /* the latest ones, milliseconds since 1970 */
	unsigned crash_count;                  /* of those */
	bool disabled;                         /* by rapid-fail protection */
	bool identity_invalid;                 /* WAS has met that, and said so */
	bool ndes_runs;                        /* mscep.dll was loaded and has started */
};

void app_pool_init(struct app_pool *pool);
void app_pool_done(struct app_pool *pool);

/* Returns whether rapid-fail protection has disabled it. */
bool app_pool_is_disabled(struct app_pool *pool);

/* Starts it anew, its crashes forgotten: a start by hand, a recycle, an iisreset, a reboot. */
void app_pool_start(struct app_pool *pool);

/* Says whether the pool's identity can log on. Returns whether WAS has only now met that it cannot. */
bool app_pool_meet_identity(struct app_pool *pool, bool valid);

/* Says that mscep.dll has started in the worker process, or has stopped. Returns whether it had not
 * been so before. */
bool app_pool_set_ndes(struct app_pool *pool, bool runs);

/*
 * The worker process dies with the exchange in its hands: the connection is reset without an answer,
 * http.sys says Connection_Abandoned_By_ReqQueue, and the event logs tell of it; with one crash too many
 * within the interval the pool is disabled. Returns STAGE_ANSWERED, so that a stage can return it.
 */
int app_pool_crash(struct exchange *exchange);
