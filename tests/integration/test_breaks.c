/*
 * Connections that are not made, and answers that break off, as a client's socket tells: over HTTP and
 * over HTTPS, each profile at listeners of its own.
 */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/integration/deployment.h"
#include "tests/integration/tls_client.h"
#include "tests/run_suite.h"

#define SILENCE_MS 250

static const char get_ca_caps[] =
	"GET /certsrv/mscep/mscep.dll?operation=GetCACaps HTTP/1.1\r\nHost: localhost\r\n"
	"Connection: close\r\n\r\n";

/* What comes of GetCACaps under a profile; each row is a case over HTTP and one over HTTPS. */
static const struct {
	const char *fault;
	enum raw_state state;
	int error;  /* of the socket */
	bool begun; /* something arrives */
	bool head;  /* the whole head arrives */
	bool whole; /* and all of the body that its Content-Length promises */
} breaks[] = {
	{"slow-server", RAW_CLOSED, 0, true, true, true},
	{"slow-drip", RAW_CLOSED, 0, true, true, true},
	{"close-without-answer", RAW_CLOSED, 0, false, false, false},
	{"body-truncated", RAW_CLOSED, 0, true, true, false},
	{"status-line-garbage", RAW_CLOSED, 0, true, true, true},
	{"connection-reset-at-once", RAW_RESET, ECONNRESET, false, false, false},
	{"reset-before-headers", RAW_RESET, ECONNRESET, false, false, false},
	{"reset-in-headers", RAW_RESET, ECONNRESET, true, false, false},
	{"reset-behind-headers", RAW_RESET, ECONNRESET, true, true, false},
	{"reset-in-body", RAW_RESET, ECONNRESET, true, true, false},
	{"stall-without-answer", RAW_SILENT, 0, false, false, false},
};
#define BREAKS (sizeof(breaks) / sizeof(breaks[0]))

static void
ask_plain(struct tls_outcome *out, const struct deployment *deployment, int patience_ms)
{
	struct raw_client client = raw_connect("127.0.0.1", deployment->fault_port);

	*out = (struct tls_outcome){.shaken = client.state == RAW_OPEN};
	ck_assert(raw_send_format(&client, "%s", get_ca_caps));
	out->state = raw_read_end_within(&client, patience_ms);
	out->error = client.error;
	buffer_append(&out->received, buffer_bytes(&client.received));
	raw_close(&client);
}

static void
ask(struct tls_outcome *out, const struct deployment *deployment, bool secure, int patience_ms)
{
	const struct server *server = deployment->server;

	if (!secure)
		ask_plain(out, deployment, patience_ms);
	else
		tls_client_ask(out, deployment->fault_tls_port,
			&server->sites.sites[0]->condition->authority->root,
			clock_now(&server->clock), bytes_text(get_ca_caps), patience_ms);
}

/* Returns whether as much of the body has come as the head promises. */
static bool
is_whole(char *text)
{
	static const char length[] = "Content-Length: ";
	const char *body = strstr(text, "\r\n\r\n"), *promised = strstr(text, length);

	ck_assert_msg(body && promised, "no head in %s", text);
	return strlen(body + 4) == strtoul(promised + strlen(length), NULL, 10);
}

START_TEST(breaks_off)
{
	size_t row = (size_t)_i / 2;
	bool secure = _i % 2;
	const char *fault = breaks[row].fault, *scheme = secure ? "https" : "http";
	int patience = breaks[row].state == RAW_SILENT ? SILENCE_MS : RAW_PATIENCE_MS;
	struct deployment deployment;
	struct tls_outcome outcome;
	char *text;

	deployment_start_with_listeners(&deployment, fault);
	ask(&outcome, &deployment, secure, patience);
	text = buffer_text(&outcome.received);
	ck_assert_msg(outcome.shaken, "%s, %s: no connection: %s", fault, scheme, outcome.words);
	ck_assert_msg(outcome.state == breaks[row].state, "%s, %s: state %d, %s; %s", fault, scheme,
		(int)outcome.state, outcome.words, text);
	ck_assert_msg(outcome.error == breaks[row].error, "%s, %s: %s", fault, scheme,
		strerror(outcome.error));
	ck_assert_msg((*text != '\0') == breaks[row].begun, "%s, %s: %s", fault, scheme, text);
	ck_assert_msg((strstr(text, "\r\n\r\n") != NULL) == breaks[row].head, "%s, %s: %s", fault,
		scheme, text);
	if (breaks[row].head)
		ck_assert_msg(
			is_whole(text) == breaks[row].whole, "%s, %s: %s", fault, scheme, text);
	tls_outcome_done(&outcome);
	deployment_stop(&deployment);
}
END_TEST

/* Whether another program can have the port. */
static int
try_bind(unsigned port)
{
	const struct sockaddr_in where = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int descriptor = socket(AF_INET, SOCK_STREAM, 0), error = 0;

	ck_assert_int_ge(descriptor, 0);
	if (bind(descriptor, (const struct sockaddr *)&where, sizeof(where)) != 0)
		error = errno;
	close(descriptor);
	return error;
}

/* The port is bound, and nobody listens there. */
START_TEST(refuses_connections)
{
	struct deployment deployment;

	deployment_start_with_listeners(&deployment, "external-url-wrong");
	for (int secure = 0; secure < 2; secure++) {
		unsigned port = secure ? deployment.fault_tls_port : deployment.fault_port;
		RAW_CLIENT_CLEANUP struct raw_client client = raw_connect("127.0.0.1", port);

		ck_assert_int_eq(client.state, RAW_REFUSED);
		ck_assert_int_eq(client.error, ECONNREFUSED);
		ck_assert_int_eq(try_bind(port), EADDRINUSE);
	}
	deployment_stop(&deployment);
}
END_TEST

/* No connection is made, whoever tries and however often; it is not refused either. */
START_TEST(swallows_connections)
{
	struct deployment deployment;

	deployment_start_with_listeners(&deployment, "device-blocked-on-the-way");
	for (int i = 0; i < 6; i++) {
		unsigned port = i % 2 ? deployment.fault_tls_port : deployment.fault_port;
		RAW_CLIENT_CLEANUP struct raw_client client =
			raw_connect_within("127.0.0.1", port, SILENCE_MS);

		ck_assert_int_eq(client.state, RAW_SILENT);
		ck_assert_int_eq(client.error, 0);
	}
	deployment_stop(&deployment);
}
END_TEST

/* The default site of the same server has none of it. */
START_TEST(leaves_the_others_alone)
{
	static const char *const faults[] = {"external-url-wrong", "device-blocked-on-the-way"};
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	struct deployment deployment;

	deployment_start_with_listeners(&deployment, faults[_i]);
	deployment_ask(&response, &deployment, "%s", get_ca_caps);
	ck_assert_uint_eq(response.status, 200);
	deployment_stop(&deployment);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("breaks");
	TCase *cases = tcase_create("breaks");

	tcase_set_timeout(cases, 60);
	tcase_add_loop_test(cases, breaks_off, 0, 2 * (int)BREAKS);
	tcase_add_test(cases, refuses_connections);
	tcase_add_test(cases, swallows_connections);
	tcase_add_loop_test(cases, leaves_the_others_alone, 0, 2);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
