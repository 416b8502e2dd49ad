/*
 * Exchanges of devices, from the request line to the logs, on a server in this process: hosts and paths
 * of sites and faults, the limits of http.sys and IIS, authentication, mscep.dll.
 *
 * An answer is never our own failure, its headers are headers and its page has no markup of the
 * client's; each log has whole lines of its own form, whatever the client called itself.
 */
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"
#include "server/application.h"
#include "server/exchange.h"
#include "server/server.h"
#include "server/site_life.h"

#include "tests/fuzz/deployment.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/http_text.h"
#include "tests/fuzz/oracle.h"

/* A log that has grown so far begins anew. */
#define LOG_MAX (1 << 20)

static struct deployment deployment;
static size_t sites;

/* --- the logs ------------------------------------------------------------------------------------ */

static char directory[] = "/tmp/mock-ndes-fuzz-XXXXXX";

struct log {
	const char *name;
	void (*hold)(struct log *log, struct bytes line);
	unsigned number; /* of the file, behind its name; 0: it has none */
	size_t fields;   /* that a line has */
	off_t read;      /* so far */
};

static void
hold_json_line(struct log *log, struct bytes line)
{
	json_t *value = json_loadb(
		(const char *)line.data, line.size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);

	HOLD(json_is_object(value));
	json_decref(value);
}

/* As many values as there are names behind "#Fields:". */
static void
hold_w3c_line(struct log *log, struct bytes line)
{
	static const char names[] = "#Fields: ";
	size_t blanks = 0;

	HOLD(line.size && line.data[--line.size] == '\r');
	for (size_t i = 0; i < line.size; i++) {
		HOLD(line.data[i] >= ' ' && line.data[i] != 0x7f);
		blanks += line.data[i] == ' ';
	}
	if (line.size > strlen(names) && memcmp(line.data, names, strlen(names)) == 0)
		log->fields = blanks;
	else if (line.data[0] != '#')
		HOLD(log->fields && blanks == log->fields - 1);
}

static struct log logs[] = {
	{"journal.jsonl", hold_json_line},
	{"W3SVC1/u_ex260921.log", hold_w3c_line},
	{"W3SVC1/HTTPERR/httperr", hold_w3c_line, .number = 1},
	{"W3SVC1/eventlog.jsonl", hold_json_line},
};

static void
hold_lines(struct log *log, struct bytes text)
{
	HOLD(text.data[text.size - 1] == '\n');
	while (text.size) {
		const uint8_t *end = memchr(text.data, '\n', text.size);
		size_t size = (size_t)(end - text.data);

		log->hold(log, BYTES(text.data, size));
		text = BYTES(end + 1, text.size - size - 1);
	}
}

static char *
log_path(const struct log *log, unsigned number)
{
	if (!log->number)
		return text_format("%s/%s", directory, log->name);
	return text_format("%s/%s%u.log", directory, log->name, number);
}

/* That of http.sys goes on in the next file where one is full. */
static int
open_log(struct log *log)
{
	TEXT_CLEANUP char *path = log_path(log, log->number);
	TEXT_CLEANUP char *next = log_path(log, log->number + 1);

	if (!log->number || access(next, F_OK) != 0)
		return open(path, O_RDWR | O_CLOEXEC);
	log->number++;
	log->read = 0;
	return open_log(log);
}

/* Looks at what a log has got since the last time. */
static void
hold_log(struct log *log)
{
	BUFFER_CLEANUP struct buffer text = {0};
	int file = open_log(log);
	struct stat stat;
	size_t size;

	if (file < 0)
		return;
	HOLD(fstat(file, &stat) == 0 && stat.st_size >= log->read);
	size = (size_t)(stat.st_size - log->read);
	if (size) {
		HOLD(pread(file, buffer_append_space(&text, size), size, log->read) ==
			(ssize_t)size);
		hold_lines(log, buffer_bytes(&text));
	}
	log->read = stat.st_size;
	if (log->read > LOG_MAX) {
		HOLD(ftruncate(file, 0) == 0);
		log->read = 0;
	}
	close(file);
}

static int
remove_one(const char *path, const struct stat *stat, int type, struct FTW *where)
{
	return remove(path);
}

static void
remove_logs(void)
{
	nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* --- the answer ------------------------------------------------------------------------------------ */

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	HOLD(mkdtemp(directory));
	atexit(remove_logs);
	deployment_new(&deployment, directory);
	sites = deployment.server->sites.count;
	return 0;
}

static bool
has(struct bytes text, const char *word)
{
	return text.size && memmem(text.data, text.size, word, strlen(word));
}

static void
hold_headers(const struct response *response)
{
	for (size_t i = 0; i < response->header_count; i++) {
		const char *value = response->headers[i].value;

		HOLD(*value);
		for (; *value; value++)
			HOLD((uint8_t)*value >= ' ' && *value != 0x7f);
	}
}

static void
hold_answer(const struct exchange *exchange)
{
	const struct response *response = &exchange->http->response;
	struct bytes body = buffer_bytes(&response->body);

	HOLD(!exchange->broke);
	if (response->from == RESPONSE_FROM_NOBODY) {
		HOLD(send_plan_is_silent(&exchange->http->send));
		return;
	}
	HOLD(response->status >= 200 && response->status <= 599);
	hold_headers(response);
	if (response->content_type && strstr(response->content_type, "html"))
		HOLD(!has(body, "<fuzz") && !has(body, "\"fuzz"));
}

/* Whether the site has another state than before. */
static bool
has_changed(const struct exchange *exchange)
{
	const struct application *application = exchange->route.application;

	return (exchange->message.scep && exchange->message.scep->message_type) ||
		(application && application_is_admin(application) && exchange->route.user);
}

static void
remove_faults(void)
{
	struct server *server = deployment.server;

	while (server->sites.count > sites) {
		struct diag diag = {0};

		HOLD(site_life_remove(server->sites.sites[server->sites.count - 1], &diag) == DONE);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_text request;
	bool changed;

	http_text_read(&request, BYTES(data, size));
	http_text_play(&request, &deployment.devices);
	hold_answer(request.exchange.data);
	changed = has_changed(request.exchange.data);
	http_text_done(&request, &deployment.devices);
	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++)
		hold_log(&logs[i]);
	remove_faults();
	if (changed)
		deployment_reset(&deployment);
	return 0;
}
