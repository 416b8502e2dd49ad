#include "client/http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/memory.h"

#define REDIRECTIONS_MAX 5L

struct http_client {
	CURL *curl;
	const struct http_settings *settings;
	char words[CURL_ERROR_SIZE]; /* libcurl's own, about the last request */
};

/* What the callbacks of one request fill. */
struct reception {
	struct http_reply *reply;
	const struct http_request *request;
	CURL *curl;
	bool too_large;
	bool ended; /* `take` wanted no more */
};

static void
list_freep(struct curl_slist **list)
{
	curl_slist_free_all(*list);
}

void
http_reply_done(struct http_reply *reply)
{
	buffer_done(&reply->body);
	*reply = (struct http_reply){0};
}

int
http_client_new(struct http_client **out, const struct http_settings *settings, struct diag *diag)
{
	struct http_client *client;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return diag_break(diag, "HTTP client", "libcurl could not be initialised");
	client = memory_new(1, sizeof(*client));
	client->settings = settings;
	client->curl = curl_easy_init();
	if (!client->curl) {
		http_client_free(client);
		return diag_break(diag, "HTTP client", "libcurl gave no handle");
	}
	*out = client;
	return DONE;
}

void
http_client_free(struct http_client *client)
{
	if (!client)
		return;
	curl_easy_cleanup(client->curl);
	curl_global_cleanup();
	free(client);
}

static size_t
take_body(char *data, size_t size, size_t count, void *context)
{
	struct reception *reception = context;
	struct buffer *body = &reception->reply->body;
	const struct http_request *request = reception->request;
	long status = 0;

	curl_easy_getinfo(reception->curl, CURLINFO_RESPONSE_CODE, &status);
	if (request->take && status == 200) {
		reception->ended = !request->take(request->take_context, BYTES(data, size * count));
		return reception->ended ? 0 : size * count;
	}
	reception->too_large = size * count > HTTP_REPLY_MAX - body->size;
	if (reception->too_large)
		return 0;
	buffer_append(body, BYTES(data, size * count));
	return size * count;
}

/* Copies the value of the header `name` when this line is one. */
static void
take_header(char *value, size_t size, const char *name, struct bytes line)
{
	size_t length = strlen(name);
	const char *text = (const char *)line.data;

	if (line.size <= length || text[length] != ':' || strncasecmp(text, name, length) != 0)
		return;
	text += length + 1;
	line.size -= length + 1;
	while (line.size > 0 && (*text == ' ' || *text == '\t'))
		text++, line.size--;
	while (line.size > 0 && strchr(" \t\r\n", text[line.size - 1]))
		line.size--;
	snprintf(value, size, "%.*s", (int)line.size, text);
}

/* Gets every line of every head, also of a redirection or a 401 that is answered by itself. */
static size_t
take_line(char *data, size_t size, size_t count, void *context)
{
	struct http_reply *reply = ((struct reception *)context)->reply;
	struct bytes line = BYTES(data, size * count);

	if (line.size > 5 && memcmp(data, "HTTP/", 5) == 0) {
		reply->content_type[0] = '\0';
		reply->location[0] = '\0';
		buffer_clear(&reply->body);
	}
	take_header(reply->content_type, sizeof(reply->content_type), "Content-Type", line);
	take_header(reply->location, sizeof(reply->location), "Location", line);
	take_header(reply->verdict, sizeof(reply->verdict), "X-Mock-Verdict", line);
	return line.size;
}

/* What holds for all requests of this client. */
static void
set_connection(struct http_client *client)
{
	const struct http_settings *settings = client->settings;
	CURL *curl = client->curl;

	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->words);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, settings->user_agent);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)settings->timeout_ms);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, settings->insecure ? 0L : 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, settings->insecure ? 0L : 2L);
	if (settings->tls_ca)
		curl_easy_setopt(curl, CURLOPT_CAINFO, settings->tls_ca);
}

static void
set_request(CURL *curl, const struct http_request *request, struct curl_slist *headers)
{
	curl_easy_setopt(curl, CURLOPT_URL, request->url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	if (strcmp(request->method, "GET") != 0) {
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.data);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size);
	}
	if (request->credentials) {
		curl_easy_setopt(curl, CURLOPT_USERPWD, request->credentials);
		curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC | CURLAUTH_NTLM);
	}
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, request->follow ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_MAXREDIRS, REDIRECTIONS_MAX);
}

static struct curl_slist *
add_header(struct curl_slist *headers, const char *name, const char *value)
{
	TEXT_CLEANUP char *line = text_format("%s: %s", name, value);

	headers = curl_slist_append(headers, line);
	if (!headers)
		memory_exhausted();
	return headers;
}

/* Returns the headers that we set ourselves; NULL when there is none. */
static struct curl_slist *
own_headers(const struct http_request *request)
{
	TEXT_CLEANUP char *bearer = text_format("Bearer %s", request->token ? request->token : "");
	struct curl_slist *headers = NULL;

	if (request->content_type)
		headers = add_header(headers, "Content-Type", request->content_type);
	if (request->token)
		headers = add_header(headers, "Authorization", bearer);
	return headers;
}

/* Puts libcurl's code and words into ours. */
static int
explain(struct http_client *client, CURLcode code, const struct reception *reception,
	const struct http_request *request, struct diag *diag)
{
	const char *words = client->words[0] ? client->words : curl_easy_strerror(code);
	int host = (int)strcspn(request->url, "?");

	if (reception->too_large)
		return diag_refuse(diag, "HTTP", NULL, "a SCEP answer",
			"%.*s sent more than %d bytes", host, request->url, HTTP_REPLY_MAX);
	diag_refuse(diag, "HTTP", NULL, NULL, "no answer from %.*s: %s", host, request->url, words);
	switch ((int)code) {
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
	case CURLE_WEIRD_SERVER_REPLY:
		return HTTP_NO_ANSWER;
	case CURLE_OUT_OF_MEMORY:
		memory_exhausted();
	default:
		return REFUSED;
	}
}

int
http_client_send(struct http_client *client, struct http_reply *out,
	const struct http_request *request, struct diag *diag)
{
	__attribute__((cleanup(list_freep))) struct curl_slist *headers = own_headers(request);
	struct reception reception = {.reply = out, .request = request, .curl = client->curl};
	curl_off_t microseconds = 0;
	long status = 0;
	CURLcode code;

	client->words[0] = '\0';
	set_connection(client);
	set_request(client->curl, request, headers);
	curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, &reception);
	curl_easy_setopt(client->curl, CURLOPT_HEADERFUNCTION, take_line);
	curl_easy_setopt(client->curl, CURLOPT_HEADERDATA, &reception);
	code = curl_easy_perform(client->curl);
	curl_easy_getinfo(client->curl, CURLINFO_TOTAL_TIME_T, &microseconds);
	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	out->microseconds = microseconds;
	out->status = (unsigned)status;
	if (code != CURLE_OK && !reception.ended)
		return explain(client, code, &reception, request, diag);
	return DONE;
}

bool
http_reply_is(const struct http_reply *reply, const char *media_type)
{
	size_t size = strcspn(reply->content_type, "; \t");

	return size == strlen(media_type) &&
		strncasecmp(reply->content_type, media_type, size) == 0;
}
