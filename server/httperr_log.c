#include "server/httperr_log.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/memory.h"
#include "server/log_file.h"
#include "server/server.h"

#define FILE_SIZE_MAX (1024 * 1024)
#define URL_MAX       4096
#define VERB_MAX      255
#define POOL          "SCEP"

/* streamid came with HTTP/2, the last two are of the newest systems. */
static const char fields_old[] = "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri "
				 "sc-status s-siteid s-reason s-queuename";
static const char fields_stream[] = "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri "
				    "streamid sc-status s-siteid s-reason s-queuename";
static const char fields_transport[] =
	"date time c-ip c-port s-ip s-port cs-version cs-method cs-uri "
	"streamid streamid_ex sc-status s-siteid s-reason s-queuename transport";

static const char *const fields[] = {
	[SERVER_2008] = fields_old,
	[SERVER_2008_R2] = fields_old,
	[SERVER_2012] = fields_old,
	[SERVER_2012_R2] = fields_old,
	[SERVER_2016] = fields_stream,
	[SERVER_2019] = fields_stream,
	[SERVER_2022] = fields_transport,
};

struct httperr_log {
	char *folder;
	const char *fields;
	unsigned number; /* of the file */
	struct log_file file;
	size_t size;
	struct buffer lines; /* kept for its memory */
};

static void
turn(struct httperr_log *log)
{
	log->size = 0;
	log_file_turn(&log->file, text_format("%s/httperr%u.log", log->folder, ++log->number));
}

/* Begins with the last file that there is in the folder, or with the first one. */
static void
go_on(struct httperr_log *log)
{
	struct stat status;
	size_t size = 0;

	log->number = 0;
	for (unsigned number = 1;; number++) {
		TEXT_CLEANUP char *path = text_format("%s/httperr%u.log", log->folder, number);

		if (stat(path, &status) != 0)
			break;
		log->number = number;
		size = (size_t)status.st_size;
	}
	if (log->number)
		log->number--;
	turn(log);
	log->size = size;
}

int
httperr_log_open(
	struct httperr_log **out, const char *folder, int server_version, struct diag *diag)
{
	TEXT_CLEANUP char *path = text_format("%s/HTTPERR", folder);
	int outcome = log_file_make_directory(path, diag);
	struct httperr_log *log;

	if (outcome != DONE)
		return outcome;
	log = memory_new(1, sizeof(*log));
	log->folder = text_copy(path);
	log->fields = fields[server_version];
	log_file_init(&log->file, NULL);
	go_on(log);
	*out = log;
	return DONE;
}

static void
append_header(struct httperr_log *log, const struct tm *utc)
{
	char date[32];

	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", utc);
	buffer_append_format(&log->lines,
		"#Software: Microsoft HTTP API 2.0\r\n#Version: 1.0\r\n#Date: %s\r\n#Fields: "
		"%s\r\n",
		date, log->fields);
}

/* "-" for nothing, "+" for blanks and control characters, cut at `limit`. */
static void
append_field(struct buffer *out, const char *text, size_t limit)
{
	if (!text || !*text)
		buffer_append_byte(out, '-');
	for (size_t i = 0; text && text[i] && i < limit; i++) {
		uint8_t byte = (uint8_t)text[i];

		buffer_append_byte(out, byte <= ' ' || byte == 0x7f ? '+' : byte);
	}
	buffer_append_byte(out, ' ');
}

/* KB820729, for what the HTTP library could not read and answered with this status; 0: not known. */
static const char *
refusal_reason(unsigned status)
{
	static const struct {
		unsigned status;
		const char *reason;
	} rows[] = {
		{413, "EntityTooLarge"},
		{414, "URL_Length"},
		{431, "RequestLength"},
		{505, "Version_N/S"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].status == status)
			return rows[i].reason;
	return "BadRequest";
}

/* KB820729: whom http.sys dropped for being slow, who went before the answer was out, and whose body it
 * cannot read. */
static const char *
drop_reason(const struct http_exchange *http)
{
	if (http->end == HTTP_END_MALFORMED)
		return refusal_reason(http->response.status);
	if (http->end == HTTP_END_CLIENT_LEFT)
		return "Connection_Dropped";
	if (http->end != HTTP_END_TIMED_OUT)
		return NULL;
	return http->body_missing ? "Timer_EntityBody" : "Timer_MinBytesPerSecond";
}

const char *
httperr_log_reason(const struct exchange *exchange)
{
	if (exchange->http->response.from == RESPONSE_FROM_HTTP_SYS ||
		exchange->http_sys_error == HTTP_SYS_ABANDONED)
		return http_sys_error_reason(exchange->http_sys_error);
	return exchange->reached_http_sys ? drop_reason(exchange->http) : NULL;
}

/* The pool is known once http.sys has found it: of a 503, and of a worker that died. */
static bool
knows_pool(const struct exchange *exchange)
{
	return exchange->http->response.status == 503 ||
		exchange->http_sys_error == HTTP_SYS_ABANDONED;
}

/* What stands in a line beside the request. */
struct entry {
	unsigned status; /* 0: none */
	unsigned site;   /* 0: not known, nor is the pool */
	const char *reason;
};

static void
append_line(struct httperr_log *log, const struct request *request, const struct entry *entry,
	const struct tm *utc)
{
	struct buffer *out = &log->lines;
	char date[32];

	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", utc);
	buffer_append_format(out, "%s %s %u %s %u ", date, request->client_address,
		request->client_port, request->server_address, request->server_port);
	append_field(out, request->version, VERB_MAX);
	append_field(out, request->method, VERB_MAX);
	append_field(out, request->target, URL_MAX);
	if (log->fields != fields_old)
		buffer_append_text(out, "- ");
	if (log->fields == fields_transport)
		buffer_append_text(out, "- ");
	if (entry->status)
		buffer_append_format(out, "%u ", entry->status);
	else
		buffer_append_text(out, "- ");
	if (entry->site)
		buffer_append_format(out, "%u %s " POOL, entry->site, entry->reason);
	else
		buffer_append_format(out, "- %s -", entry->reason);
	buffer_append_text(out, log->fields == fields_transport ? " TCP\r\n" : "\r\n");
}

static int
write_entry(struct httperr_log *log, const struct request *request, const struct entry *entry,
	int64_t now, struct diag *diag)
{
	struct tm utc = clock_split(now);

	if (log->size > FILE_SIZE_MAX)
		turn(log);
	buffer_clear(&log->lines);
	if (log_file_is_closed(&log->file))
		append_header(log, &utc);
	append_line(log, request, entry, &utc);
	log->size += log->lines.size;
	return log_file_append(&log->file, buffer_bytes(&log->lines), diag);
}

int
httperr_log_write(struct httperr_log *log, const struct exchange *exchange, struct diag *diag)
{
	const struct response *response = &exchange->http->response;
	bool told = response->from == RESPONSE_FROM_HTTP_SYS ||
		response->from == RESPONSE_FROM_HTTP_LIBRARY;
	const struct entry entry = {
		/* Whoever was dropped was not told this status. */
		.status = told ? response->status : 0,
		.site = knows_pool(exchange) ? exchange->site->number : 0,
		.reason = httperr_log_reason(exchange),
	};

	if (!entry.reason)
		return DONE;
	return write_entry(
		log, &exchange->http->request, &entry, clock_now(&exchange->site->clock), diag);
}

int
httperr_log_write_lapse(struct httperr_log *log, const struct request *request, enum http_lapse how,
	unsigned status, int64_t now, struct diag *diag)
{
	static const char *const reasons[] = {
		[HTTP_LAPSE_IDLE] = "Timer_ConnectionIdle",
		[HTTP_LAPSE_HEADERS] = "Timer_HeaderWait",
		[HTTP_LAPSE_CLIENT_LEFT] = "Client_Reset",
	};
	const struct entry entry = {
		.status = status,
		.reason = how == HTTP_LAPSE_REFUSED ? refusal_reason(status) : reasons[how],
	};

	return write_entry(log, request, &entry, now, diag);
}

void
httperr_log_reopen(struct httperr_log *log)
{
	log_file_reopen(&log->file);
	go_on(log);
}

void
httperr_log_close(struct httperr_log *log)
{
	if (!log)
		return;
	log_file_done(&log->file);
	buffer_done(&log->lines);
	free(log->folder);
	free(log);
}
