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
#include <sys/resource.h>
#include <unistd.h>

#include "common/memory.h"
#include "common/options.h"
#include "common/scep_reply.h"
#include "tests/bench/load_requests.h"
#include "tests/bench/load_run.h"

struct load_options {
	int64_t port, count, connections, pid, rate;
	char *path, *challenge, *cipher, *digest, *get;
	bool one_subject;
};

#define NUMBER_SETTER(member, min, max)                                                            \
	static int set_##member(void *target, const char *value, struct diag *diag)                \
	{                                                                                          \
		return options_number(                                                             \
			&((struct load_options *)target)->member, value, min, max, diag);          \
	}
#define TEXT_SETTER(member)                                                                        \
	static int set_##member(void *target, const char *value, struct diag *diag)                \
	{                                                                                          \
		free(((struct load_options *)target)->member);                                     \
		((struct load_options *)target)->member = text_copy(value);                        \
		return DONE;                                                                       \
	}

NUMBER_SETTER(port, 1, 65535)
NUMBER_SETTER(count, 1, 2000000)
NUMBER_SETTER(connections, 1, 20000)
NUMBER_SETTER(pid, 1, INT32_MAX)
NUMBER_SETTER(rate, 0, 1000000)
TEXT_SETTER(path)
TEXT_SETTER(challenge)
TEXT_SETTER(cipher)
TEXT_SETTER(digest)
TEXT_SETTER(get)

static int
set_one_subject(void *target, const char *value, struct diag *diag)
{
	((struct load_options *)target)->one_subject = true;
	return DONE;
}

static const struct option_row rows[] = {
	{.name = "port", .argument = "PORT", .help = "the server's", .set = set_port},
	{.name = "path", .argument = "PATH", .help = "of the SCEP URL", .set = set_path},
	{.name = "challenge", .argument = "TEXT", .help = "in every request", .set = set_challenge},
	{.name = "cipher", .argument = "NAME", .help = "of the envelopes", .set = set_cipher},
	{.name = "digest", .argument = "NAME", .help = "of the signatures", .set = set_digest},
	{.name = "get", .argument = "QUERY", .help = "send GET with this query", .set = set_get},
	{.name = "one-subject", .help = "all ask for the same subject", .set = set_one_subject},
	{.name = "count", .argument = "N", .help = "requests", .set = set_count},
	{.name = "connections", .argument = "N", .help = "kept alive", .set = set_connections},
	{.name = "rate",
		.argument = "N",
		.help = "arrivals a second, 0: closed loop",
		.set = set_rate},
	{.name = "pid",
		.argument = "PID",
		.help = "whose CPU time and memory count",
		.set = set_pid},
};

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

static int
compare_latencies(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

/* Decodes every reply: how many are SUCCESS. */
static size_t
count_successes(const struct load_result *result, size_t count)
{
	size_t successes = 0;

	for (size_t i = 0; i < count; i++) {
		SCEP_REPLY_CLEANUP struct scep_reply reply = {0};

		if (scep_reply_read(&reply, buffer_bytes(&result->bodies[i]), NULL) == DONE)
			successes += reply.status == SCEP_STATUS_SUCCESS;
	}
	return successes;
}

static void
print_result(const struct load_options *options, struct load_result *result,
	const struct usage *before, const struct usage *after)
{
	size_t count = (size_t)options->count;
	size_t good = options->get ? result->answered : count_successes(result, count);
	double elapsed = (double)result->elapsed_ns / 1e9;
	double cpu = after->cpu_seconds - before->cpu_seconds;

	qsort(result->latencies_ns, count, sizeof(*result->latencies_ns), compare_latencies);
	printf("{\"good\":%zu,\"bad\":%zu,\"elapsed_s\":%.4f,\"per_s\":%.1f,\"cpu_s\":%.3f,"
	       "\"cpu_us_each\":%.1f,\"cores\":%.2f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%."
	       "3f,"
	       "\"resident_before_kib\":%ld,\"resident_after_kib\":%ld}\n",
		good, count - good, elapsed, (double)count / elapsed, cpu,
		cpu * 1e6 / (double)count, cpu / elapsed,
		(double)result->latencies_ns[count / 2] / 1e6,
		(double)result->latencies_ns[count * 99 / 100] / 1e6,
		(double)result->latencies_ns[count - 1] / 1e6, before->resident_kib,
		after->resident_kib);
}

static struct load_plan
new_plan(const struct load_options *options, const struct bytes *requests, size_t count,
	size_t connections)
{
	return (struct load_plan){
		.address = {.sin_family = AF_INET,
			.sin_port = htons((uint16_t)options->port),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
		.requests = requests,
		.count = count,
		.connections = connections,
		.deadline_ns = INT64_C(600) * 1000000000,
	};
}

static char *
new_get(const struct load_options *options, const char *query)
{
	return text_format("GET %s?%s HTTP/1.1\r\nHost: 127.0.0.1:%lld\r\n\r\n", options->path,
		query, (long long)options->port);
}

static int
fetch_ca(struct buffer *out, const struct load_options *options, struct diag *diag)
{
	TEXT_CLEANUP char *text = new_get(options, "operation=GetCACert&message=load");
	struct bytes request = bytes_text(text);
	struct load_plan plan = new_plan(options, &request, 1, 1);
	struct load_result result;
	int outcome = load_run(&result, &plan, diag);

	buffer_append(out, buffer_bytes(&result.bodies[0]));
	load_result_done(&result, 1);
	return outcome;
}

static int
prepare(struct load_requests *requests, const struct load_options *options, struct diag *diag)
{
	TEXT_CLEANUP char *host = text_format("127.0.0.1:%lld", (long long)options->port);
	BUFFER_CLEANUP struct buffer ca = {0};
	struct load_requests_plan plan = {host, options->path, options->challenge, options->cipher,
		options->digest, options->one_subject, (size_t)options->count};
	int result;

	if (options->get) {
		TEXT_CLEANUP char *text = new_get(options, options->get);

		requests->http = memory_new(plan.count, sizeof(*requests->http));
		for (size_t i = 0; i < plan.count; i++)
			buffer_append_text(&requests->http[i], text);
		return DONE;
	}
	result = fetch_ca(&ca, options, diag);
	return result == DONE ? load_requests_make(requests, &plan, buffer_bytes(&ca), diag)
			      : result;
}

static int
run(const struct load_options *options, struct diag *diag)
{
	size_t count = (size_t)options->count;
	struct load_requests requests = {0};
	struct load_result load = {0};
	struct bytes *views = memory_new(count, sizeof(*views));
	struct load_plan plan = new_plan(options, views, count, (size_t)options->connections);
	struct usage before, after;
	int result = prepare(&requests, options, diag);

	plan.rate = (double)options->rate;
	for (size_t i = 0; result == DONE && i < count; i++)
		views[i] = buffer_bytes(&requests.http[i]);
	before = read_usage(options->pid);
	if (result == DONE)
		result = load_run(&load, &plan, diag);
	after = read_usage(options->pid);
	if (load.bodies)
		print_result(options, &load, &before, &after);
	load_result_done(&load, count);
	load_requests_done(&requests, count);
	free(views);
	return result;
}

static void
raise_descriptor_limit(void)
{
	struct rlimit files;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

int
main(int argc, char **argv)
{
	OPTIONS_CLEANUP struct options given = {0};
	struct load_options options = {
		.count = 1000,
		.connections = 8,
		.path = text_copy("/certsrv/mscep/mscep.dll"),
		.challenge = text_copy("secret"),
		.cipher = text_copy("AES-128-CBC"),
		.digest = text_copy("SHA-256"),
	};
	struct diag diag = {0};
	char text[DIAG_TEXT_SIZE];
	int result;

	raise_descriptor_limit();
	result = options_read(&given, rows, sizeof(rows) / sizeof(rows[0]), argc, argv, &diag);
	if (result == DONE)
		result = options_apply(&given, &options, &diag);
	if (result == DONE)
		result = run(&options, &diag);
	if (result != DONE)
		fprintf(stderr, "load: %s\n", diag_text(text, &diag));
	free(options.path);
	free(options.challenge);
	free(options.cipher);
	free(options.digest);
	free(options.get);
	return result == DONE ? EXIT_SUCCESS : EXIT_FAILURE;
}
