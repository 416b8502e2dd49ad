#include "tests/fuzz/http_text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/clock.h"
#include "common/memory.h"

/* So often an answer may ask for more time, and an endless one is asked for more. */
#define TURNS_MAX 4
#define MORE_SIZE 4096

static char nothing[] = "";

/* Takes the line up to the next LF off a text; a CR in front of that goes too. */
static char *
take_line(char **text)
{
	char *line = *text, *end = strchr(line, '\n');

	*text = end ? end + 1 : line + strlen(line);
	if (end) {
		*end = '\0';
		if (end > line && end[-1] == '\r')
			end[-1] = '\0';
	}
	return line;
}

/* The method ends at the first blank, the version begins behind the last. */
static void
read_request_line(struct http_exchange *exchange, char *line)
{
	struct request *request = &exchange->request;
	char *target = strchr(line, ' '), *version = strrchr(line, ' ');

	request->method = line;
	request->version = "HTTP/1.1";
	if (target)
		*target++ = '\0';
	if (target && version >= target) {
		*version++ = '\0';
		if (strcmp(version, "HTTP/1.0") == 0)
			request->version = "HTTP/1.0";
	}
	request_set_target(request, target ? target : nothing);
}

static bool
is_length(const char *value)
{
	return *value && strlen(value) < 19 && value[strspn(value, "0123456789")] == '\0';
}

static void
read_header(struct http_text *out, char *line)
{
	struct request *request = &out->exchange.request;
	char *value = strchr(line, ':');

	if (!value || value == line || request->header_count == HTTP_TEXT_HEADERS_MAX)
		return;
	*value++ = '\0';
	value += strspn(value, " \t");
	if (strcasecmp(line, "Content-Length") == 0 && !is_length(value) &&
		!request_header(request, "Content-Length"))
		return;
	out->headers[request->header_count++] = (struct request_header){line, value};
}

void
http_text_read(struct http_text *out, struct bytes bytes)
{
	struct request *request = &out->exchange.request;
	char *at, *line;

	*out = (struct http_text){.text = text_copy_size(bytes.data, bytes.size)};
	request->headers = out->headers;
	at = out->text;
	read_request_line(&out->exchange, take_line(&at));
	while (*(line = take_line(&at)))
		read_header(out, line);
	request->head_size = (size_t)(at - out->text);
	out->body = BYTES(bytes.data + request->head_size, bytes.size - request->head_size);
	request_set_framing(request);
	request->client_address = request->server_address = "127.0.0.1";
	request->client_port = 50000;
	request->server_port = 80;
	request->connection = request->nth = 1;
}

/* A body ends where its length says, or where the input does. */
static void
take_body(struct http_text *request)
{
	struct http_exchange *exchange = &request->exchange;
	struct bytes body = request->body;
	int64_t length = exchange->request.content_length;

	if (length < 0 && !exchange->request.chunked)
		return;
	if (length >= 0 && (uint64_t)length < body.size)
		body.size = (size_t)length;
	exchange->body_size = body.size;
	if (body.size <= exchange->body_limit)
		buffer_append(&exchange->request.body, body);
}

static void
ask_for_more(struct http_exchange *exchange, const struct http_service *service)
{
	uint8_t part[MORE_SIZE];

	for (int i = 0; i < TURNS_MAX; i++) {
		ssize_t size = service->more(service->context, exchange, part, sizeof(part), true);

		if (size < 0)
			return;
		buffer_append(&exchange->response.body, BYTES(part, (size_t)size));
	}
}

void
http_text_play(struct http_text *request, const struct http_service *service)
{
	struct http_exchange *exchange = &request->exchange;
	enum http_step step;

	exchange->begun_ns = clock_monotonic_ns();
	step = service->headers(service->context, exchange);
	if (step == HTTP_READ_BODY) {
		take_body(request);
		step = service->body(service->context, exchange);
	}
	if (step == HTTP_WORK) {
		if (service->queued)
			service->queued(service->context, exchange);
		service->work(service->context, exchange);
		if (service->worked)
			service->worked(service->context, exchange);
	}
	for (int i = 0; step == HTTP_WAIT && i < TURNS_MAX; i++)
		step = service->again(service->context, exchange, true);
	if (exchange->response.endless)
		ask_for_more(exchange, service);
}

void
http_text_done(struct http_text *request, const struct http_service *service)
{
	struct http_exchange *exchange = &request->exchange;

	exchange->ended_ns = clock_monotonic_ns();
	exchange->bytes_received = exchange->request.head_size + exchange->body_size;
	exchange->bytes_sent = exchange->response.body.size;
	service->finished(service->context, exchange);
	buffer_done(&exchange->request.body);
	response_done(&exchange->response);
	free(request->text);
}
