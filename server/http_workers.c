#include "server/http_workers.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "common/memory.h"
#include "common/processors.h"

/* First in, first out. */
struct queue {
	struct http_job *first;
	struct http_job *last;
};

struct http_workers {
	pthread_mutex_t lock; /* of all that follows but the threads */
	pthread_cond_t changed;
	struct queue waiting;
	struct queue done;
	bool stopping;
	int wake;
	unsigned count; /* of running threads */
	pthread_t threads[];
};

static void
queue_put(struct queue *queue, struct http_job *job)
{
	job->next = NULL;
	if (queue->first)
		queue->last->next = job;
	else
		queue->first = job;
	queue->last = job;
}

static struct http_job *
queue_take(struct queue *queue)
{
	struct http_job *job = queue->first;

	if (job)
		queue->first = job->next;
	return job;
}

/* Waits for a job; NULL: the threads end. */
static struct http_job *
take_waiting(struct http_workers *workers)
{
	struct http_job *job = NULL;

	pthread_mutex_lock(&workers->lock);
	while (!workers->stopping && !(job = queue_take(&workers->waiting)))
		pthread_cond_wait(&workers->changed, &workers->lock);
	pthread_mutex_unlock(&workers->lock);
	return job;
}

static void
put_done(struct http_workers *workers, struct http_job *job)
{
	bool first;

	pthread_mutex_lock(&workers->lock);
	first = !workers->done.first;
	queue_put(&workers->done, job);
	pthread_mutex_unlock(&workers->lock);
	if (first) /* who takes one takes all */
		eventfd_write(workers->wake, 1);
}

static void *
work(void *context)
{
	struct http_workers *workers = context;
	struct http_job *job;

	while ((job = take_waiting(workers))) {
		job->run(job);
		put_done(workers, job);
	}
	return NULL;
}

int
http_workers_new(struct http_workers **out, unsigned count, int wake, struct diag *diag)
{
	struct http_workers *workers;
	int error = 0;

	if (count == 0)
		count = processors_usable();
	workers = memory_new(1, sizeof(*workers) + count * sizeof(workers->threads[0]));
	workers->wake = wake;
	pthread_mutex_init(&workers->lock, NULL);
	pthread_cond_init(&workers->changed, NULL);
	while (workers->count < count && error == 0) {
		error = pthread_create(&workers->threads[workers->count], NULL, work, workers);
		workers->count += error == 0;
	}
	*out = workers;
	if (error == 0)
		return DONE;
	diag_break(diag, "worker threads", "only %u of %u could be started: %s", workers->count,
		count, strerror(error));
	http_workers_stop(workers);
	http_workers_free(workers);
	*out = NULL;
	return BROKEN;
}

void
http_workers_put(struct http_workers *workers, struct http_job *job)
{
	pthread_mutex_lock(&workers->lock);
	queue_put(&workers->waiting, job);
	pthread_mutex_unlock(&workers->lock);
	pthread_cond_signal(&workers->changed);
}

struct http_job *
http_workers_take(struct http_workers *workers)
{
	struct http_job *jobs;

	pthread_mutex_lock(&workers->lock);
	jobs = workers->done.first;
	workers->done.first = NULL;
	pthread_mutex_unlock(&workers->lock);
	return jobs;
}

void
http_workers_stop(struct http_workers *workers)
{
	struct http_job *job;

	pthread_mutex_lock(&workers->lock);
	workers->stopping = true;
	pthread_mutex_unlock(&workers->lock);
	pthread_cond_broadcast(&workers->changed);
	for (; workers->count > 0; workers->count--)
		pthread_join(workers->threads[workers->count - 1], NULL);
	while ((job = queue_take(&workers->waiting)))
		queue_put(&workers->done, job);
}

void
http_workers_free(struct http_workers *workers)
{
	if (!workers)
		return;
	pthread_mutex_destroy(&workers->lock);
	pthread_cond_destroy(&workers->changed);
	free(workers);
}
