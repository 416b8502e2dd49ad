/* Draws that a run can repeat. */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/random.h"
#include "tests/run_suite.h"

#define DRAWS   100
#define THREADS 4

START_TEST(repeats_from_its_seed)
{
	uint8_t first[DRAWS][40], again[DRAWS][40], other[40];
	struct random random;

	random_init(&random, 42);
	for (size_t i = 0; i < DRAWS; i++)
		random_fill(&random, first[i], sizeof(first[i]));
	random_init(&random, 42);
	for (size_t i = 0; i < DRAWS; i++)
		random_fill(&random, again[i], sizeof(again[i]));
	ck_assert_mem_eq(first, again, sizeof(first));
	random_init(&random, 43);
	random_fill(&random, other, sizeof(other));
	ck_assert_mem_ne(first[0], other, sizeof(other));
	for (size_t i = 1; i < DRAWS; i++)
		ck_assert_mem_ne(first[i - 1], first[i], sizeof(first[i]));
}
END_TEST

/* The nth draw does not depend on how much the draws before it took. */
START_TEST(depends_on_seed_and_number_alone)
{
	uint8_t small[1], large[1000], after_small[16], after_large[16];
	struct random random;

	random_init(&random, 7);
	random_fill(&random, small, sizeof(small));
	random_fill(&random, after_small, sizeof(after_small));
	random_init(&random, 7);
	random_fill(&random, large, sizeof(large));
	random_fill(&random, after_large, sizeof(after_large));
	ck_assert_uint_eq(small[0], large[0]);
	ck_assert_mem_eq(after_small, after_large, sizeof(after_small));
	/* A long draw does not repeat its blocks. */
	ck_assert_mem_ne(large, large + 32, 32);
	ck_assert_mem_ne(large + 64, large + 96, 32);
}
END_TEST

struct drawer {
	pthread_t thread;
	struct random *random;
	uint64_t drawn[DRAWS];
};

static void *
draw(void *argument)
{
	struct drawer *drawer = argument;

	for (size_t i = 0; i < DRAWS; i++)
		random_fill(drawer->random, &drawer->drawn[i], sizeof(drawer->drawn[i]));
	return NULL;
}

static int
compare(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(uint64_t));
}

/* Threads share the draws out among them: together they hold what one alone would draw. */
START_TEST(gives_threads_the_same_draws)
{
	uint64_t together[THREADS][DRAWS], alone[THREADS][DRAWS];
	struct drawer drawers[THREADS];
	struct random random;

	random_init(&random, 1);
	for (size_t i = 0; i < THREADS; i++) {
		drawers[i].random = &random;
		ck_assert_int_eq(pthread_create(&drawers[i].thread, NULL, draw, &drawers[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(drawers[i].thread, NULL), 0);
		memcpy(together[i], drawers[i].drawn, sizeof(together[i]));
	}
	random_init(&random, 1);
	for (size_t i = 0; i < THREADS; i++)
		for (size_t k = 0; k < DRAWS; k++)
			random_fill(&random, &alone[i][k], sizeof(alone[i][k]));
	qsort(together, (size_t)THREADS * DRAWS, sizeof(uint64_t), compare);
	qsort(alone, (size_t)THREADS * DRAWS, sizeof(uint64_t), compare);
	ck_assert_mem_eq(together, alone, sizeof(alone));
}
END_TEST

START_TEST(makes_seeds_that_json_can_hold)
{
	uint64_t first = random_new_seed();

	ck_assert_uint_lt(first, UINT64_C(1) << 53);
	ck_assert_uint_ne(first, random_new_seed());
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("random");
	TCase *draws = tcase_create("draws");

	tcase_add_test(draws, repeats_from_its_seed);
	tcase_add_test(draws, depends_on_seed_and_number_alone);
	tcase_add_test(draws, gives_threads_the_same_draws);
	tcase_add_test(draws, makes_seeds_that_json_can_hold);
	suite_add_tcase(suite, draws);
	return run_suite(suite);
}
