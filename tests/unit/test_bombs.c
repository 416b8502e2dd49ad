/* Every bomb before the decoders, which may take so much memory and time and no more. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/bombs/bomb.h"
#include "tests/run_suite.h"
#include "x509_support.h"

/* What limits have a resolution of a second for, is done so often. The bench has the figure itself. */
#define RUNS        (SANITIZED ? 1 : 20)
#define CPU_SECONDS 3

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#else
#define SANITIZED false
#endif

static struct bomb_kit kit;

static void
set_up(void)
{
	bomb_kit_init(&kit, BYTES_NONE);
}

static void
tear_down(void)
{
	bomb_kit_done(&kit);
}

/* The size of the address space now, in bytes. */
static rlim_t
address_space(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	rlim_t pages = 0;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%" SCNu64, &pages), 1);
	fclose(file);
	return pages * 4096;
}

static void
limit(int resource, rlim_t most)
{
	const struct rlimit limits = {most, most};

	ck_assert_int_eq(setrlimit(resource, &limits), 0);
}

/* From now on this process may take BOMB_MEMORY more, and CPU_SECONDS. A sanitizer takes more of both
 * for itself. */
static void
limit_all(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	limit(RLIMIT_CPU, (rlim_t)used.ru_utime.tv_sec + CPU_SECONDS * (SANITIZED ? 20 : 1) + 1);
	if (!SANITIZED)
		limit(RLIMIT_AS, address_space() + BOMB_MEMORY);
}

/* Each test is a process of its own. */
START_TEST(is_refused_or_answered_within_limits)
{
	const struct bomb *bomb = bomb_at((size_t)_i);
	BUFFER_CLEANUP struct buffer bytes = {0};
	char words[DIAG_TEXT_SIZE];
	struct diag diag = {0};
	int outcome = DONE;

	bomb->make(&bytes, &kit, bomb);
	limit_all();
	for (int i = 0; i < RUNS; i++)
		outcome = bomb_read(bomb, &kit, buffer_bytes(&bytes), &diag);
	diag_text(words, &diag);
	ck_assert_msg(outcome == (bomb->words ? REFUSED : DONE), "%s: %d, %s", bomb->name, outcome,
		words);
	ck_assert_msg(!bomb->words || strstr(words, bomb->words), "%s: %s", bomb->name, words);
}
END_TEST

START_TEST(have_names_of_their_own)
{
	for (size_t i = 0; bomb_at(i); i++)
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(bomb_at(i)->name, bomb_at(k)->name);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("bombs");
	TCase *decoders = tcase_create("decoders");
	int count = 0;

	while (bomb_at((size_t)count))
		count++;
	tcase_add_unchecked_fixture(decoders, set_up, tear_down);
	tcase_add_loop_test(decoders, is_refused_or_answered_within_limits, 0, count);
	tcase_add_test(decoders, have_names_of_their_own);
	suite_add_tcase(suite, decoders);
	return run_suite(suite);
}
