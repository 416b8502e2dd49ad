/* Jobs are run once, oldest first, and every one of them is given back. */
#include <check.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "server/http_workers.h"
#include "tests/run_suite.h"

#define JOBS 1000

struct numbered_job {
	struct http_job job; /* comes first */
	unsigned runs;
	unsigned turn; /* when it ran */
	unsigned returns;
};

static struct numbered_job jobs[JOBS];
static atomic_uint turns;
static int wake;

static void
run(struct http_job *job)
{
	struct numbered_job *numbered = (struct numbered_job *)job;

	numbered->runs++;
	numbered->turn = atomic_fetch_add(&turns, 1);
}

static struct http_workers *
start(unsigned count)
{
	struct http_workers *workers;

	wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ck_assert_int_eq(http_workers_new(&workers, count, wake, NULL), DONE);
	return workers;
}

static void
put_all(struct http_workers *workers)
{
	for (unsigned i = 0; i < JOBS; i++) {
		jobs[i].job.run = run;
		http_workers_put(workers, &jobs[i].job);
	}
}

/* Takes back what is there and returns how many jobs that are. */
static unsigned
take(struct http_workers *workers)
{
	struct http_job *job = http_workers_take(workers);
	unsigned count = 0;

	for (; job; job = job->next, count++)
		((struct numbered_job *)job)->returns++;
	return count;
}

START_TEST(runs_and_returns_every_job)
{
	struct http_workers *workers = start((unsigned)_i);
	struct pollfd ready = {.fd = wake, .events = POLLIN};
	unsigned returned = 0;
	eventfd_t count;

	put_all(workers);
	while (returned < JOBS) {
		ck_assert_int_eq(poll(&ready, 1, 30000), 1);
		eventfd_read(wake, &count);
		returned += take(workers);
	}
	for (unsigned i = 0; i < JOBS; i++) {
		ck_assert_uint_eq(jobs[i].runs, 1);
		ck_assert_uint_eq(jobs[i].returns, 1);
		if (_i == 1)
			ck_assert_uint_eq(jobs[i].turn, i);
	}
	ck_assert_ptr_null(http_workers_take(workers));
	http_workers_stop(workers);
	ck_assert_ptr_null(http_workers_take(workers));
	http_workers_free(workers);
	close(wake);
}
END_TEST

START_TEST(returns_what_it_never_ran)
{
	struct http_workers *workers = start(2);

	put_all(workers);
	http_workers_stop(workers);
	ck_assert_uint_eq(take(workers), JOBS);
	for (unsigned i = 0; i < JOBS; i++) {
		ck_assert_uint_le(jobs[i].runs, 1);
		ck_assert_uint_eq(jobs[i].returns, 1);
	}
	http_workers_free(workers);
	close(wake);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_workers");
	TCase *tests = tcase_create("http_workers");

	/* One thread for each core, one, and more than cores. */
	tcase_add_loop_test(tests, runs_and_returns_every_job, 0, 5);
	tcase_add_test(tests, returns_what_it_never_ran);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
