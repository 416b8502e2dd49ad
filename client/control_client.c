#include "client/control_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

void
control_reply_done(struct control_reply *reply)
{
	buffer_done(&reply->body);
	json_decref(reply->json);
	*reply = (struct control_reply){0};
}

int
control_client_init(
	struct control_client *client, const char *base, const char *token, struct diag *diag)
{
	const char *url = base ? base : CONTROL_URL_DEFAULT;
	size_t size = strlen(url);

	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
		return diag_refuse(
			diag, "--control", NULL, "a URL like " CONTROL_URL_DEFAULT, "\"%s\"", url);
	while (size && url[size - 1] == '/')
		size--;
	client->base = text_copy_size(url, size);
	client->token = text_copy(token);
	/* A wait may take as long as its own deadline says. */
	client->settings = (struct http_settings){
		.user_agent = "mock-ndes-ctl/" MOCK_NDES_VERSION, .timeout_ms = 0};
	return http_client_new(&client->http, &client->settings, diag);
}

void
control_client_done(struct control_client *client)
{
	http_client_free(client->http);
	free(client->base);
	free(client->token);
	*client = (struct control_client){0};
}

static int
send(struct control_client *client, struct control_reply *out, struct http_request *request,
	const char *target, struct diag *diag)
{
	TEXT_CLEANUP char *url = text_format("%s%s", client->base, target);
	HTTP_REPLY_CLEANUP struct http_reply reply = {0};
	int result;

	request->url = url;
	request->token = client->token;
	result = http_client_send(client->http, &reply, request, diag);
	if (result != DONE)
		return result;
	out->status = reply.status;
	snprintf(out->verdict, sizeof(out->verdict), "%s", reply.verdict);
	if (http_reply_is(&reply, "application/json") ||
		http_reply_is(&reply, "application/problem+json"))
		out->json = json_loadb(
			(const char *)reply.body.data, reply.body.size, JSON_ALLOW_NUL, NULL);
	out->body = reply.body;
	reply.body = (struct buffer){0};
	return DONE;
}

int
control_client_call(struct control_client *client, struct control_reply *reply, const char *method,
	const struct ctl_request *request, struct diag *diag)
{
	TEXT_CLEANUP char *text = request->body ? json_dumps(request->body, 0) : NULL;
	struct buffer target = request->target;
	struct http_request sent = {.method = method,
		.content_type = request->is_raw ? "application/yaml"
			: text                  ? "application/json"
						: NULL,
		.body = request->is_raw ? buffer_bytes(&request->raw) : bytes_text(text)};

	return send(client, reply, &sent, buffer_text(&target), diag);
}

int
control_client_get(struct control_client *client, struct control_reply *reply, const char *target,
	struct diag *diag)
{
	struct http_request sent = {.method = "GET"};
	int result = send(client, reply, &sent, target, diag);
	const char *detail;

	if (result != DONE || reply->status < 400)
		return result;
	detail = json_string_value(json_object_get(reply->json, "detail"));
	return diag_refuse(diag, target, NULL, NULL, "%u %s", reply->status, detail ? detail : "");
}

/* --- events ------------------------------------------------------------------------------------- */

/* Prints the data of an event; comments, names and numbers are for other readers. */
static void
print_line(const char *line)
{
	static const char data[] = "data: ";

	if (strncmp(line, data, strlen(data)) != 0)
		return;
	printf("%s\n", line + strlen(data));
	fflush(stdout);
}

/* Takes whole lines out of what has come so far. */
static bool
take_events(void *context, struct bytes part)
{
	struct buffer *pending = context;
	char *begin, *end;

	buffer_append(pending, part);
	begin = buffer_text(pending);
	while ((end = strchr(begin, '\n'))) {
		*end = '\0';
		print_line(begin);
		begin = end + 1;
	}
	pending->size -= (size_t)(begin - (char *)pending->data);
	memmove(pending->data, begin, pending->size);
	return !ferror(stdout);
}

int
control_client_follow(struct control_client *client, struct control_reply *reply,
	const char *target, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer pending = {0};
	struct http_request sent = {.method = "GET", .take = take_events, .take_context = &pending};

	return send(client, reply, &sent, target, diag);
}
