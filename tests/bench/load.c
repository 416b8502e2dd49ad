/*
 * The load generator: prepares its requests, sends them, and prints one JSON
 * object: what was answered, how fast, and what the server's process spent on
 * it. Every answer is decoded after the clock has stopped.
 *
 *   load --port 8080 --pid 4711 --count 2000 --connections 8
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/memory.h"
#include "common/scep_reply.h"
#include "tests/bench/descriptors.h"
#include "tests/bench/load_options.h"
#include "tests/bench/load_run.h"

#define CHALLENGES_MAX_BYTES ((size_t)64 * 1024 * 1024)

/* What a process has used so far, from /proc. */
struct usage {
	double cpu_seconds;
	long resident_kib;
};

static struct usage
read_usage(int64_t pid)
{
	TEXT_CLEANUP char *path = text_format("/proc/%lld/stat", (long long)pid);
	FILE *file = pid ? fopen(path, "r") : NULL;
	unsigned long user = 0, system = 0;
	long pages = 0;

	if (file &&
		fscanf(file,
			"%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu"
			" %*d %*d %*d %*d %*d %*d %*u %*u %ld",
			&user, &system, &pages) != 3)
		pages = 0;
	if (file)
		fclose(file);
	return (struct usage){(double)(user + system) / (double)sysconf(_SC_CLK_TCK),
		pages * sysconf(_SC_PAGESIZE) / 1024};
}

/* --- what came of it ------------------------------------------------------------ */

/* Whether a CertRep says what is wanted, of the transaction that was asked about. */
static bool
is_reply_good(struct bytes body, const struct load_requests_plan *plan, size_t index, bool pending)
{
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	BUFFER_CLEANUP struct buffer transaction_id = {0};

	load_requests_transaction(&transaction_id, plan, index);
	return scep_reply_read(&reply, body, NULL) == DONE &&
		reply.status == (pending ? SCEP_STATUS_PENDING : SCEP_STATUS_SUCCESS) &&
		strcmp(reply.transaction_id, buffer_text(&transaction_id)) == 0;
}

/* An answer whose good status is no 200 is looked at no further. */
static size_t
count_good(const struct load_result *result, const struct load_options *options,
	const struct load_requests_plan *plan)
{
	size_t good = 0;

	if (options->status != 200)
		return result->answered;
	for (size_t i = 0; i < plan->count; i++) {
		struct bytes body = buffer_bytes(&result->bodies[i]);

		good += load_requests_expect_reply(plan->kind, i)
			? is_reply_good(body, plan, i, options->pending)
			: body.size > 0;
	}
	return good;
}

static int
compare_latencies(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

/* Moves the latencies of what was answered to the front, in order, and returns how many they are. */
static size_t
sort_latencies(int64_t *latencies, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (latencies[i] > 0)
			latencies[kept++] = latencies[i];
	qsort(latencies, kept, sizeof(*latencies), compare_latencies);
	return kept;
}

static double
quantile_ms(const int64_t *latencies, size_t count, unsigned percent)
{
	size_t index = count * percent / 100;

	return count == 0 ? 0 : (double)latencies[index < count ? index : count - 1] / 1e6;
}

static void
print_result(const struct load_options *options, const struct load_requests_plan *plan,
	struct load_result *result, const struct usage *before, const struct usage *after)
{
	size_t good = count_good(result, options, plan);
	size_t finished = sort_latencies(result->latencies_ns, plan->count);
	double elapsed = (double)result->elapsed_ns / 1e9;
	double cpu = after->cpu_seconds - before->cpu_seconds;

	printf("{\"good\":%zu,\"bad\":%zu,\"elapsed_s\":%.4f,\"per_s\":%.1f,\"cpu_s\":%.3f,"
	       "\"cpu_us_each\":%.1f,\"cores\":%.2f,\"load_cores\":%.2f,\"min_ms\":%.3f,"
	       "\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,"
	       "\"resident_before_kib\":%ld,\"resident_after_kib\":%ld}\n",
		good, plan->count - good, elapsed, (double)plan->count / elapsed, cpu,
		cpu * 1e6 / (double)plan->count, cpu / elapsed, result->cpu_seconds / elapsed,
		quantile_ms(result->latencies_ns, finished, 0),
		quantile_ms(result->latencies_ns, finished, 50),
		quantile_ms(result->latencies_ns, finished, 99),
		quantile_ms(result->latencies_ns, finished, 100), before->resident_kib,
		after->resident_kib);
}

/* --- preparing -------------------------------------------------------------------- */

static void
rest_until_told(void)
{
	puts("{\"resting\":true}");
	fflush(stdout);
	while (getchar() != EOF)
		continue;
}

static struct load_plan
new_plan(const struct load_options *options, const struct bytes *requests, size_t count)
{
	return (struct load_plan){
		.address = {.sin_family = AF_INET,
			.sin_port = htons((uint16_t)options->port),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
		.requests = requests,
		.count = count,
		.connections = 1,
		.together = 1,
		.status = 200,
		.deadline_ns = INT64_C(600) * 1000000000,
	};
}

static int
fetch_ca(struct buffer *out, const struct load_options *options, struct diag *diag)
{
	TEXT_CLEANUP char *text = text_format("GET %s?operation=GetCACert&message=load HTTP/1.1\r\n"
					      "Host: 127.0.0.1:%lld\r\n\r\n",
		options->ca_path, (long long)options->port);
	struct bytes request = bytes_text(text);
	struct load_plan plan = new_plan(options, &request, 1);
	struct load_result result;
	int outcome = load_run(&result, &plan, diag);

	buffer_append(out, buffer_bytes(&result.bodies[0]));
	load_result_done(&result, 1);
	return outcome;
}

/* Splits `text` in place into `count` lines. REFUSED when there are fewer. */
static int
split_lines(const char **lines, size_t count, char *text, struct diag *diag)
{
	for (size_t i = 0; i < count; i++) {
		lines[i] = strsep(&text, "\n");
		if (!lines[i] || !*lines[i])
			return diag_refuse(
				diag, "--challenges", NULL, "a line for each request", "%zu", i);
	}
	return DONE;
}

static int
prepare(struct load_requests *requests, const struct load_options *options,
	struct load_requests_plan *plan, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer ca = {0}, file = {0};
	const char **lines = memory_new(plan->count, sizeof(*lines));
	int result = DONE;

	if (options->challenges && file_read(&file, options->challenges, CHALLENGES_MAX_BYTES) != 0)
		result = diag_refuse(diag, "--challenges", NULL, "a file that can be read",
			"\"%s\"", options->challenges);
	if (options->challenges && result == DONE) {
		plan->challenges = lines;
		result = split_lines(lines, plan->count, buffer_text(&file), diag);
	}
	if (result == DONE && plan->kind != LOAD_GET)
		result = fetch_ca(&ca, options, diag);
	if (result == DONE)
		result = load_requests_make(requests, plan, buffer_bytes(&ca), diag);
	free(lines);
	plan->challenges = NULL;
	return result;
}

/* --- running ---------------------------------------------------------------------- */

static int
send_all(const struct load_options *options, const struct load_requests_plan *requests_plan,
	const struct load_requests *requests, struct diag *diag)
{
	size_t count = requests_plan->count;
	struct bytes *views = memory_new(count, sizeof(*views));
	struct load_plan plan = new_plan(options, views, count);
	struct load_result load = {0};
	struct usage before, after;
	int result;

	plan.connections = (size_t)options->connections;
	plan.together = requests_plan->kind == LOAD_DEVICE ? LOAD_DEVICE_REQUESTS : 1;
	plan.fresh = options->fresh;
	plan.status = (unsigned)options->status;
	plan.rate = (double)options->rate;
	plan.leave_ns = options->leave_ms * 1000000;
	plan.rest = options->rest ? rest_until_told : NULL;
	for (size_t i = 0; i < count; i++)
		views[i] = buffer_bytes(&requests->http[i]);
	before = read_usage(options->pid);
	result = load_run(&load, &plan, diag);
	after = read_usage(options->pid);
	print_result(options, requests_plan, &load, &before, &after);
	load_result_done(&load, count);
	free(views);
	return result;
}

static int
run(const struct load_options *options, struct diag *diag)
{
	TEXT_CLEANUP char *host = text_format("127.0.0.1:%lld", (long long)options->port);
	struct load_requests_plan plan = {
		.kind = options->kind,
		.host = host,
		.path = options->path,
		.query = options->query,
		.key_file = options->key,
		.challenge = options->challenge,
		.cipher = options->cipher,
		.digest = options->digest,
		.one_subject = options->one_subject,
		.seed = (uint64_t)options->seed,
		.first = (size_t)options->first,
		.among = (size_t)options->among,
		.count = (size_t)options->count *
			(options->kind == LOAD_DEVICE ? LOAD_DEVICE_REQUESTS : 1),
	};
	struct load_requests requests = {0};
	int result = prepare(&requests, options, &plan, diag);

	if (result == DONE)
		result = send_all(options, &plan, &requests, diag);
	load_requests_done(&requests, plan.count);
	return result;
}

int
main(int argc, char **argv)
{
	struct load_options options;
	struct diag diag = {0};
	char text[DIAG_TEXT_SIZE];
	int result;

	descriptors_raise_limit();
	result = load_options_read(&options, argc, argv, &diag);
	if (result == DONE)
		result = run(&options, &diag);
	if (result != DONE)
		fprintf(stderr, "load: %s\n", diag_text(text, &diag));
	load_options_done(&options);
	return result == DONE ? EXIT_SUCCESS : EXIT_FAILURE;
}
