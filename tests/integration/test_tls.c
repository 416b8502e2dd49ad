/* Answers that break off over TLS, as a client meets them on its socket. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/integration/deployment.h"
#include "tests/integration/tls_client.h"

#define SILENCE_MS 250

static const char get_ca_caps[] =
	"GET /certsrv/mscep/mscep.dll?operation=GetCACaps HTTP/1.1\r\nHost: localhost\r\n"
	"Connection: close\r\n\r\n";

/* What comes of GetCACaps under a profile. */
static const struct {
	const char *fault;
	enum raw_state state;
	bool begun; /* something arrives */
	bool head;  /* the whole head arrives */
	bool whole; /* and all of the body that its Content-Length promises */
} breaks[] = {
	{"slow-server", RAW_CLOSED, true, true, true},
	{"slow-drip", RAW_CLOSED, true, true, true},
	{"close-without-answer", RAW_CLOSED, false, false, false},
	{"body-truncated", RAW_CLOSED, true, true, false},
	{"status-line-garbage", RAW_CLOSED, true, true, true},
	{"reset-before-headers", RAW_RESET, false, false, false},
	{"reset-in-headers", RAW_RESET, true, false, false},
	{"reset-behind-headers", RAW_RESET, true, true, false},
	{"reset-in-body", RAW_RESET, true, true, false},
	{"stall-without-answer", RAW_SILENT, false, false, false},
};
#define BREAKS (sizeof(breaks) / sizeof(breaks[0]))

static void
ask(struct tls_outcome *out, const struct deployment *deployment, struct bytes request, int ms)
{
	const struct server *server = deployment->server;

	tls_client_ask(out, deployment->tls_port,
		&server->sites.sites[0]->condition->authority->root, clock_now(&server->clock),
		request, ms);
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

START_TEST(breaks_off_over_tls)
{
	int patience = breaks[_i].state == RAW_SILENT ? SILENCE_MS : RAW_PATIENCE_MS;
	struct deployment deployment;
	struct tls_outcome outcome;
	char *text;

	deployment_start_with_fault(&deployment, breaks[_i].fault, NULL);
	ask(&outcome, &deployment, bytes_text(get_ca_caps), patience);
	text = buffer_text(&outcome.received);
	ck_assert_msg(outcome.shaken, "%s: the handshake: %s", breaks[_i].fault, outcome.words);
	ck_assert_msg(outcome.state == breaks[_i].state, "%s: state %d, %s; %s", breaks[_i].fault,
		(int)outcome.state, outcome.words, text);
	ck_assert_msg((*text != '\0') == breaks[_i].begun, "%s: %s", breaks[_i].fault, text);
	ck_assert_msg((strstr(text, "\r\n\r\n") != NULL) == breaks[_i].head, "%s: %s",
		breaks[_i].fault, text);
	if (breaks[_i].head)
		ck_assert_msg(is_whole(text) == breaks[_i].whole, "%s: %s", breaks[_i].fault, text);
	tls_outcome_done(&outcome);
	deployment_stop(&deployment);
}
END_TEST

/* http.sys takes a URL of 65,534 bytes, which is several records of TLS. */
START_TEST(takes_the_longest_url)
{
	struct buffer request = {0};
	struct deployment deployment;
	struct tls_outcome outcome;

	buffer_append_text(&request, "GET /certsrv/mscep/mscep.dll?operation=GetCACaps&message=");
	while (request.size < strlen("GET ") + 65534)
		buffer_append_byte(&request, 'A');
	buffer_append_text(&request, " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	deployment_start_with_fault(&deployment, "slow-server", NULL);
	ask(&outcome, &deployment, buffer_bytes(&request), RAW_PATIENCE_MS);
	ck_assert_ptr_nonnull(strstr(buffer_text(&outcome.received), "HTTP/1.1 200 "));
	ck_assert_int_eq(outcome.state, RAW_CLOSED);
	ck_assert(outcome.bid_farewell);
	tls_outcome_done(&outcome);
	buffer_done(&request);
	deployment_stop(&deployment);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tls");
	TCase *cases = tcase_create("tls");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(cases, 60);
	tcase_add_loop_test(cases, breaks_off_over_tls, 0, BREAKS);
	tcase_add_test(cases, takes_the_longest_url);
	suite_add_tcase(suite, cases);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
