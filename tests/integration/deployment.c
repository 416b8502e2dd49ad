#include "tests/integration/deployment.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/memory.h"
#include "server/configuration.h"
#include "tests/unit/temporary_directory.h"

static void *
serve(void *argument)
{
	struct diag diag = {0};
	char text[DIAG_TEXT_SIZE];

	if (server_run(argument, &diag) != DONE)
		fprintf(stderr, "server: %s\n", diag_text(text, &diag));
	return NULL;
}

static void
set(struct configuration *configuration, const char *assignment)
{
	TEXT_CLEANUP char *name = text_copy(assignment);
	char *value = strchr(name, '='), text[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	*value++ = '\0';
	ck_assert_msg(settings_set_text(&configuration->settings, name, value, &diag) == DONE, "%s",
		diag_text(text, &diag));
}

/* What a deployment is started with. */
struct plan {
	const char *state;      /* a directory; NULL: in memory */
	const char *fault;      /* of the default site; NULL: none, and no TLS listener */
	const char *port_fault; /* of listeners of their own; NULL: there are none */
	const char *const *settings;
};

static void
listen_at(struct configuration *configuration, bool tls, const char *fault)
{
	TEXT_CLEANUP char *address =
		text_format("127.0.0.1:0%s%s", fault ? ",fault=" : "", fault ? fault : "");
	struct diag diag = {0};

	ck_assert_int_eq(configuration_add_listen(configuration, address, tls, &diag), DONE);
}

static void
configure(struct configuration *configuration, const struct deployment *deployment,
	const struct plan *plan)
{
	struct diag diag = {0};
	char text[DIAG_TEXT_SIZE];

	configuration_init(configuration);
	configuration_clear_listen(configuration, false);
	listen_at(configuration, false, NULL);
	if (plan->fault)
		listen_at(configuration, true, NULL);
	if (plan->port_fault) {
		listen_at(configuration, false, plan->port_fault);
		listen_at(configuration, true, plan->port_fault);
	}
	configuration->log_directory = text_format("%s/logs", deployment->directory);
	configuration->state_directory = text_copy(plan->state);
	configuration->quiet = true;
	configuration->seed = 1; /* what is drawn is always the same */
	configuration->has_seed = true;
	set(configuration, "challenge=secret");
	if (plan->fault)
		ck_assert_msg(configuration_set_fault(configuration, plan->fault, &diag) == DONE,
			"%s", diag_text(text, &diag));
	for (size_t i = 0; plan->settings && plan->settings[i]; i++)
		set(configuration, plan->settings[i]);
	ck_assert_int_eq(configuration_complete(configuration, &diag), DONE);
}

static void
start(struct deployment *deployment, const struct plan *plan)
{
	CONFIGURATION_CLEANUP struct configuration configuration;
	struct diag diag = {0};
	char text[DIAG_TEXT_SIZE];
	const struct http_listener *listeners;

	*deployment = (struct deployment){.directory = temporary_directory_new()};
	configure(&configuration, deployment, plan);
	ck_assert_msg(server_new(&deployment->server, &configuration, &diag) == DONE, "%s",
		diag_text(text, &diag));
	listeners = deployment->server->listeners;
	deployment->port = listeners[0].port;
	if (plan->fault)
		deployment->tls_port = listeners[1].port;
	if (plan->port_fault) {
		deployment->fault_port = listeners[1].port;
		deployment->fault_tls_port = listeners[2].port;
	}
	ck_assert_int_eq(pthread_create(&deployment->thread, NULL, serve, deployment->server), 0);
}

void
deployment_start(struct deployment *deployment, const char *const *settings)
{
	start(deployment, &(struct plan){.settings = settings});
}

void
deployment_start_with_state(
	struct deployment *deployment, const char *state, const char *const *settings)
{
	start(deployment, &(struct plan){.state = state, .settings = settings});
}

void
deployment_start_with_fault(
	struct deployment *deployment, const char *fault, const char *const *settings)
{
	start(deployment, &(struct plan){.fault = fault, .settings = settings});
}

void
deployment_start_with_listeners(struct deployment *deployment, const char *fault)
{
	start(deployment, &(struct plan){.port_fault = fault});
}

void
deployment_stop(struct deployment *deployment)
{
	http_stop(deployment->server->http);
	pthread_join(deployment->thread, NULL);
	server_free(deployment->server);
	temporary_directory_remove(deployment->directory);
}

void
deployment_ask(
	struct raw_response *out, const struct deployment *deployment, const char *format, ...)
{
	RAW_CLIENT_CLEANUP struct raw_client client = raw_connect("127.0.0.1", deployment->port);
	char *request = NULL;
	va_list arguments;

	va_start(arguments, format);
	ck_assert_int_ge(vasprintf(&request, format, arguments), 0);
	va_end(arguments);
	ck_assert(raw_send(&client, bytes_text(request)));
	ck_assert_msg(raw_read(out, &client), "no answer to %.100s", request);
	free(request);
}

void
deployment_fetch_password(char password[17], const struct deployment *deployment)
{
	static const char before[] = "The enrollment challenge password is: <B> ";
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	BUFFER_CLEANUP struct buffer text = {0};
	const char *found;

	deployment_ask(
		&response, deployment, "GET /certsrv/mscep_admin/ HTTP/1.1\r\nHost: test\r\n\r\n");
	/* The page is UTF-16LE. */
	for (size_t i = 0; i < response.body.size; i += 2)
		buffer_append_byte(&text, response.body.data[i]);
	found = strstr(buffer_text(&text), before);
	ck_assert_msg(found, "no password in %s", buffer_text(&text));
	memcpy(password, found + strlen(before), 16);
	password[16] = '\0';
}

/* Finds the W3C log in its folder, whose name holds the date. */
static char *
resolve(const struct deployment *deployment, const char *name)
{
	char *path = text_format("%s/logs/%s", deployment->directory, name);
	DIR *folder = path[strlen(path) - 1] == '/' ? opendir(path) : NULL;
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		char *file;

		if (strncmp(entry->d_name, "u_ex", 4) != 0)
			continue;
		file = text_format("%s%s", path, entry->d_name);
		free(path);
		path = file;
		break;
	}
	if (folder)
		closedir(folder);
	return path;
}

static size_t
count_lines(struct buffer *text, const char *pattern)
{
	char *next = buffer_text(text), *end;
	size_t count = 0;

	while ((end = strchr(next, '\n'))) {
		*end = '\0';
		count += strstr(next, pattern) != NULL;
		*end = '\n';
		next = end + 1;
	}
	return count;
}

static void
read_file(struct buffer *out, const char *path)
{
	FILE *file = fopen(path, "r");
	char chunk[4096];
	size_t got;

	buffer_clear(out);
	while (file && (got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buffer_append(out, BYTES(chunk, got));
	if (file)
		fclose(file);
}

void
deployment_read_log(struct buffer *out, const struct deployment *deployment, const char *name,
	const char *pattern, size_t lines)
{
	int64_t deadline = clock_monotonic_ns() + INT64_C(1000000) * RAW_PATIENCE_MS;

	for (;;) {
		TEXT_CLEANUP char *path = resolve(deployment, name);

		read_file(out, path);
		if (count_lines(out, pattern) >= lines)
			return;
		ck_assert_msg(clock_monotonic_ns() < deadline,
			"%s has not %zu lines with %s:\n%.2000s", path, lines, pattern,
			buffer_text(out));
		poll(NULL, 0, 5);
	}
}
