#include "server/w3c_log.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/memory.h"
#include "server/log_file.h"
#include "server/server.h"
#include "server/w3c_fields.h"

#define LINE_END "\r\n"

struct w3c_log {
	pthread_mutex_t lock; /* around all below it */
	char *directory;      /* DIRECTORY/W3SVC1 */
	char *iis;
	uint32_t fields;
	int64_t day; /* since 1970, of the file; -1: none yet */
	struct log_file file;
	struct buffer lines; /* to be written */
};

int
w3c_log_open(struct w3c_log **out, const char *directory, unsigned site_number, const char *fields,
	const char *iis, struct diag *diag)
{
	TEXT_CLEANUP char *path = text_format("%s/W3SVC%u", directory, site_number);
	uint32_t selection;
	int outcome = w3c_fields_parse(&selection, fields, diag);
	struct w3c_log *log;

	if (outcome == DONE)
		outcome = log_file_make_directory(path, diag);
	if (outcome != DONE)
		return outcome;
	log = memory_new(1, sizeof(*log));
	*log = (struct w3c_log){
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.directory = text_copy(path),
		.iis = text_copy(iis),
		.fields = selection,
		.day = -1,
	};
	log_file_init(&log->file, NULL);
	*out = log;
	return DONE;
}

/* What http.sys answered itself, and what was never answered, is not there (ndes-behaviour 5.3); nor is a body that the HTTP library refused, as http.sys would have. */
bool
w3c_log_has(const struct exchange *exchange)
{
	enum response_from from = exchange->http->response.from;

	return !send_plan_is_silent(&exchange->http->send) &&
		(from == RESPONSE_FROM_IIS || from == RESPONSE_FROM_MSCEP);
}

static int
write_lines(struct w3c_log *log, struct diag *diag)
{
	int outcome = DONE;

	if (log->lines.size > 0)
		outcome = log_file_append(&log->file, buffer_bytes(&log->lines), diag);
	buffer_clear(&log->lines);
	return outcome;
}

/* Files are of a UTC day; the name holds the year without its century. */
static int
turn_to_day(struct w3c_log *log, int64_t day, const struct tm *utc, struct diag *diag)
{
	int outcome;

	if (day == log->day)
		return DONE;
	outcome = write_lines(log, diag);
	log_file_turn(&log->file,
		text_format("%s/u_ex%02d%02d%02d.log", log->directory, utc->tm_year % 100,
			utc->tm_mon + 1, utc->tm_mday));
	log->day = day;
	return outcome;
}

static void
append_header(struct w3c_log *log, const struct tm *utc)
{
	char date[32];

	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", utc);
	buffer_append_format(&log->lines,
		"#Software: Microsoft Internet Information Services %s" LINE_END
		"#Version: 1.0" LINE_END "#Date: %s" LINE_END "#Fields: ",
		log->iis, date);
	w3c_fields_write_names(&log->lines, log->fields);
	buffer_append_text(&log->lines, LINE_END);
}

static int
add_line(struct w3c_log *log, const struct exchange *exchange, struct diag *diag)
{
	int64_t now = clock_now(&exchange->site->clock);
	struct tm utc = clock_split(now);
	int outcome = turn_to_day(log, now / CLOCK_DAY_SECONDS, &utc, diag);

	if (log_file_is_closed(&log->file) && log->lines.size == 0)
		append_header(log, &utc);
	w3c_fields_write_values(&log->lines, log->fields, exchange, &utc);
	buffer_append_text(&log->lines, LINE_END);
	return outcome;
}

int
w3c_log_write(struct w3c_log *log, const struct exchange *exchange, struct diag *diag)
{
	int turned = DONE, written;

	pthread_mutex_lock(&log->lock);
	if (w3c_log_has(exchange))
		turned = add_line(log, exchange, diag);
	written = write_lines(log, turned == DONE ? diag : NULL);
	pthread_mutex_unlock(&log->lock);
	return turned == DONE ? written : turned;
}

int
w3c_log_add_call(struct w3c_log *log, const struct exchange *exchange,
	const struct evidence_call *call, struct diag *diag)
{
	/* To this log it is an exchange like others, from the server to itself. */
	struct exchange line = {
		.server = exchange->server, .site = exchange->site, .settings = exchange->settings};
	struct http_exchange http = {
		.ended_ns = INT64_C(1000000) * call->time_taken_ms, .bytes_sent = call->sc_bytes};
	const struct request_header user_agent = {"User-Agent", call->user_agent};
	struct request *request = &http.request;
	int outcome;

	line.http = &http;
	request->method = call->method;
	request->version = "HTTP/1.1";
	request_set_target(request, call->path);
	request->headers = &user_agent;
	request->header_count = 1;
	request->server_address = request->client_address = exchange->http->request.server_address;
	request->server_port = call->port;
	http.response.status = call->status;
	http.response.substatus = call->substatus;
	http.response.win32_status = call->win32_status;
	pthread_mutex_lock(&log->lock);
	outcome = add_line(log, &line, diag);
	pthread_mutex_unlock(&log->lock);
	return outcome;
}

void
w3c_log_reopen(struct w3c_log *log)
{
	pthread_mutex_lock(&log->lock);
	log_file_reopen(&log->file);
	pthread_mutex_unlock(&log->lock);
}

void
w3c_log_close(struct w3c_log *log)
{
	if (!log)
		return;
	log_file_done(&log->file);
	buffer_done(&log->lines);
	free(log->directory);
	free(log->iis);
	pthread_mutex_destroy(&log->lock);
	free(log);
}
