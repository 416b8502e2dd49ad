/*
 * Threads that do what takes long, one job at a time each, oldest job first.
 *
 * Who puts a job learns of its end by an eventfd, so that an epoll loop can
 * wait for it beside its sockets.
 */
#pragma once

#include "common/diag.h"

struct http_workers;

/* Embedded in what is to be worked on; belongs to the workers until it is taken back. */
struct http_job {
	void (*run)(struct http_job *job); /* on a worker thread */
	struct http_job *next;
};

/*
 * Starts `count` threads (0: one for each core that this process may use). `wake` is an eventfd
 * that is written when there is something to take back. DONE or BROKEN.
 */
int http_workers_new(struct http_workers **out, unsigned count, int wake, struct diag *diag);

/* Hands a job over; from any thread. */
void http_workers_put(struct http_workers *workers, struct http_job *job);

/* Takes back the jobs that are done, as a list in the order of their ends; NULL: there is none. */
struct http_job *http_workers_take(struct http_workers *workers);

/* Waits for the jobs that run and ends the threads. Those that have not begun never will; they can
 * be taken back too. */
void http_workers_stop(struct http_workers *workers);

/* Releases what http_workers_stop left. Accepts NULL. */
void http_workers_free(struct http_workers *workers);
