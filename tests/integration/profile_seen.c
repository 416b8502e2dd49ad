#include "tests/integration/profile_seen.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "tests/integration/profile_request.h"

/* How long nothing must come for it to be silence. */
#define SILENCE_MS 250

/* Waits for something to read; false: nothing comes. */
static bool
wait_readable(const struct raw_client *client, int ms)
{
	struct pollfd state = {.fd = client->descriptor, .events = POLLIN};

	return client->descriptor >= 0 && poll(&state, 1, ms) > 0;
}

static bool
wants_silence(const json_t *sees)
{
	const char *connection = json_string_value(json_object_get(sees, "connection"));

	return connection && strcmp(connection, "silent") == 0;
}

static const char *
connection_word(struct profile_seen *seen)
{
	struct raw_client *client = &seen->client;

	if (client->state == RAW_RESET)
		return "reset";
	if (!seen->answered)
		return client->state == RAW_REFUSED ? "refused"
			: seen->response.status     ? "truncated"
			: client->received.size     ? "garbage"
			: seen->response.head.size  ? "garbage"
						    : "closed";
	if (raw_header(&seen->response, "Connection").data == NULL)
		return wait_readable(client, 0) ? "closed" : "open";
	raw_read_end(client);
	return client->state == RAW_RESET ? "reset" : "closed";
}

static void
send_and_read(struct profile_seen *seen, const struct profile_play *play, struct bytes request,
	const json_t *sees)
{
	int64_t begun = clock_monotonic_ns();

	seen->client = raw_connect("127.0.0.1", play->deployment.port);
	raw_send(&seen->client, request);
	if (wants_silence(sees)) {
		seen->connection =
			wait_readable(&seen->client, SILENCE_MS) ? "not silent" : "silent";
		raw_close(&seen->client);
		return;
	}
	wait_readable(&seen->client, RAW_PATIENCE_MS);
	seen->first_byte_ms = (clock_monotonic_ns() - begun) / 1000000;
	seen->answered = raw_read(&seen->response, &seen->client);
	seen->connection = connection_word(seen);
}

/* Sends the same over TLS, where it is to be seen what comes of that. */
static void
ask_over_tls(struct profile_seen *seen, const struct profile_play *play, struct bytes request,
	const json_t *sees)
{
	const char *wanted = json_string_value(json_object_get(sees, "tls"));
	const struct server *server = play->deployment.server;

	if (wanted)
		tls_client_ask(&seen->tls, play->deployment.tls_port,
			&server->sites.sites[0]->condition->authority->root,
			clock_now(&server->clock), request,
			strcmp(wanted, "silent") == 0 ? SILENCE_MS : RAW_PATIENCE_MS);
}

/* Takes the password off the admin page, which is in UTF-16, as Fleet does. */
static void
take_password(struct profile_play *play, const struct buffer *page)
{
	static const char before[] = "The enrollment challenge password is: <B> ";
	BUFFER_CLEANUP struct buffer text = {0};
	const char *found;

	for (size_t i = 0; i + 1 < page->size; i += 2)
		buffer_append_byte(&text, page->data[i]);
	found = strstr(buffer_text(&text), before);
	if (found)
		snprintf(play->password, sizeof(play->password), "%.*s",
			(int)strcspn(found + strlen(before), " "), found + strlen(before));
}

void
profile_seen_take(struct profile_seen *out, struct profile_play *play, const json_t *expectation)
{
	const struct profile_request_kind *kind = profile_request_find(play, expectation);
	const json_t *sees = json_object_get(expectation, "sees");
	__attribute__((cleanup(profile_request_done))) struct profile_request request;

	*out = (struct profile_seen){0};
	profile_request_init(&request, play, kind);
	send_and_read(out, play, buffer_bytes(&request.wire), sees);
	ask_over_tls(out, play, buffer_bytes(&request.wire), sees);
	take_password(play, &out->response.body);
	if (!profile_request_is_message(kind) || !out->answered)
		return;
	out->judged = true;
	reply_judge(&out->judgement, &play->device, &out->response, &request.message,
		clock_now(&play->deployment.server->clock));
}

void
profile_seen_done(struct profile_seen *seen)
{
	raw_close(&seen->client);
	raw_response_done(&seen->response);
	reply_judgement_done(&seen->judgement);
	tls_outcome_done(&seen->tls);
}
