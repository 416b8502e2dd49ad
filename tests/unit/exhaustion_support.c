#include "exhaustion_support.h"

#include <check.h>
#include <jansson.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/memory.h"
#include "common/ossl.h"

/* What a run comes to, unless memory_exhausted ends it. */
struct end {
	bool reached;
	int result;
	ssize_t held; /* blocks that were not released */
	struct diag diag;
};

/* A sanitizer has some functions of its own that allocate, strdup(3) among them: what is freed cannot be
 * counted. It finds leaks itself. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define REAL(name)   __interceptor_##name
#define HELD_IS_TOLD false
#else
#define REAL(name)   __libc_##name
#define HELD_IS_TOLD true
#endif

/* --- runs ---------------------------------------------------------------------------------------- */

static bool counts;      /* the allocations of a reader, and of nobody else */
static size_t taken;     /* so far */
static ssize_t held;     /* blocks */
static bool forks;       /* at each of them, for a run in which it fails */
static bool failed;      /* in this process one has */
static int words = -1;   /* what a run in which one failed says */
static struct end *told; /* what it comes to; in memory that processes share */

/* What was wrong with the first run that was not as it should be. */
static struct {
	size_t nth; /* 0: none was */
	int status;
	struct end end;
} wrong;

static const struct end *healthy;

static void
begin_failing(void)
{
	const struct rlimit no_core = {0, 0};

	failed = true;
	setrlimit(RLIMIT_CORE, &no_core);
	dup2(words, STDERR_FILENO);
}

static bool
says_that_memory_ran_out(void)
{
	static const char sentence[] = "mock-ndes: out of memory\n";
	char said[sizeof(sentence)];
	ssize_t size = pread(words, said, sizeof(said), 0);

	return size == (ssize_t)strlen(sentence) && memcmp(said, sentence, (size_t)size) == 0;
}

static bool
is_as_it_should_be(int status)
{
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGABRT && says_that_memory_ran_out();
	return WEXITSTATUS(status) == EXIT_SUCCESS && told->reached &&
		told->result == healthy->result && told->held == 0 &&
		strcmp(told->diag.found, healthy->diag.found) == 0;
}

/* Returns true in a new process, whose run goes on; false in the old one, when that has ended. */
static bool
fork_failing(void)
{
	int status = 0;
	pid_t child;

	*told = (struct end){0};
	if (ftruncate(words, 0) != 0 || lseek(words, 0, SEEK_SET) != 0)
		abort();
	child = fork();
	if (child == 0) {
		begin_failing();
		return true;
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		abort();
	if (!wrong.nth && !is_as_it_should_be(status)) {
		wrong.nth = taken;
		wrong.status = status;
		wrong.end = *told;
	}
	return false;
}

/* Sanitizers allocate before they are ready to watch. */
#define UNWATCHED                                                                                  \
	__attribute__((no_sanitize("address"), no_sanitize("undefined"), no_sanitize("thread")))

/* Counts an allocation; returns whether it is to fail. */
UNWATCHED static bool
fails(void)
{
	bool result;

	if (!counts)
		return false;
	taken++;
	if (!forks || failed)
		return false;
	counts = false;
	result = fork_failing();
	counts = true;
	return result;
}

static void
run(struct end *end, const struct exhaustion_reader *reader, struct bytes input)
{
	*end = (struct end){0};
	taken = 0;
	held = 0;
	counts = true;
	end->result = reader->read(input, &end->diag);
	ERR_clear_error();
	counts = false;
	end->held = HELD_IS_TOLD ? held : 0;
	end->reached = true;
	if (failed) {
		*told = *end;
		_exit(EXIT_SUCCESS);
	}
}

/* --- the allocator ----------------------------------------------------------------------------- */

void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t count, size_t size);
void *REAL(realloc)(void *memory, size_t size);
void REAL(free)(void *memory);

UNWATCHED void *
malloc(size_t size)
{
	void *memory = fails() ? NULL : REAL(malloc)(size);

	held += counts && memory;
	return memory;
}

UNWATCHED void *
calloc(size_t count, size_t size)
{
	void *memory = fails() ? NULL : REAL(calloc)(count, size);

	held += counts && memory;
	return memory;
}

UNWATCHED void *
realloc(void *memory, size_t size)
{
	void *resized = fails() ? NULL : REAL(realloc)(memory, size);

	held += counts && resized && !memory;
	return resized;
}

UNWATCHED void
free(void *memory)
{
	held -= counts && memory;
	REAL(free)(memory);
}

/* --- for tests ------------------------------------------------------------------------------------ */

void
exhaustion_start(void)
{
	ossl_start();
	json_set_alloc_funcs(memory_take, free);
	words = memfd_create("stderr", MFD_CLOEXEC);
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (words < 0 || told == MAP_FAILED)
		abort();
}

size_t
exhaustion_try(const struct exhaustion_reader *reader, struct bytes input, int wanted)
{
	struct end end, again;

	run(&end, reader, input); /* libraries make what they keep at their first use */
	run(&end, reader, input);
	ck_assert_msg(end.result == wanted && end.held == 0,
		"%s: outcome %d instead of %d, %zd blocks are left: %s: %s", reader->name,
		end.result, wanted, end.held, end.diag.object, end.diag.found);
	healthy = &end;
	forks = true;
	run(&again, reader, input);
	forks = false;
	ck_assert_msg(!wrong.nth,
		"%s: allocation %zu failed: status %#x, outcome %d instead of %d, %zd blocks are "
		"left: %s: %s",
		reader->name, wrong.nth, (unsigned)wrong.status, wrong.end.result, wanted,
		wrong.end.held, wrong.end.diag.object, wrong.end.diag.found);
	ck_assert_int_eq(again.result, wanted);
	return taken;
}
