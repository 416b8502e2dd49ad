/* What the machines of a deployment write down of what happens over real sockets. */
#include <check.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "server/site_verb.h"
#include "tests/integration/deployment.h"
#include "tests/run_suite.h"

#define EVENTS   "W3SVC1/eventlog.jsonl"
#define HTTPERR  "W3SVC1/HTTPERR/httperr1.log"
#define GET_CAPS "GET /certsrv/mscep/mscep.dll?operation=GetCACaps HTTP/1.1\r\nHost: ndes\r\n"

static struct deployment deployment;

static void
ask(const char *request, unsigned status)
{
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};

	deployment_ask(&response, &deployment, "%s", request);
	ck_assert_uint_eq(response.status, status);
}

static void
change(const char *text)
{
	json_t *settings = json_loads(text, 0, NULL);
	struct diag diag = {0};
	const char *fault;

	ck_assert_ptr_nonnull(settings);
	ck_assert_int_eq(
		site_change(deployment.server->sites.sites[0], settings, &fault, &diag), DONE);
	json_decref(settings);
}

static void
recycle(void)
{
	struct diag diag = {0};

	ck_assert_int_eq(
		site_do(deployment.server->sites.sites[0], SITE_VERB_POOL_RECYCLE, &diag), DONE);
}

/* Waits for the last of the events and holds the numbers of all, as "1 3 ", against `wanted`. */
static void
assert_events(const char *wanted)
{
	BUFFER_CLEANUP struct buffer log = {0}, found = {0};
	size_t count = 0;

	for (const char *blank = wanted; (blank = strchr(blank, ' ')); blank++)
		count++;
	deployment_read_log(&log, &deployment, EVENTS, "\"id\":", count);
	for (const char *id = buffer_text(&log); (id = strstr(id, "\"id\":")); id++)
		buffer_append_format(&found, "%d ", atoi(id + 5));
	ck_assert_str_eq(buffer_text(&found), wanted);
}

/* --- the service ------------------------------------------------------------------ */

START_TEST(ndes_says_that_it_starts_and_stops)
{
	deployment_start(&deployment, NULL);
	ask(GET_CAPS "\r\n", 200);
	ask(GET_CAPS "\r\n", 200);
	recycle();
	recycle(); /* nothing has run in between */
	ask(GET_CAPS "\r\n", 200);
	assert_events("1 3 1 ");
	change("{\"app_pool\": \"stopped\"}");
	ask(GET_CAPS "\r\n", 503);
	assert_events("1 3 1 3 ");
	change("{\"app_pool\": \"started\", \"ra_certificates\": \"expired\"}");
	ask(GET_CAPS "\r\n", 500);
	assert_events("1 3 1 3 2 10 ");
	deployment_stop(&deployment);
}
END_TEST

START_TEST(ndes_stops_before_it_cannot_start)
{
	deployment_start(&deployment, NULL);
	ask(GET_CAPS "\r\n", 200);
	change("{\"ra_certificates\": \"missing\"}");
	ask(GET_CAPS "\r\n", 500);
	assert_events("1 3 2 10 ");
	deployment_stop(&deployment);
}
END_TEST

/* WAS tells once that the identity is invalid, until the pool is started again. */
START_TEST(was_disables_a_pool_without_identity)
{
	static const char *const settings[] = {"service_account=no_logon_right", NULL};

	deployment_start(&deployment, settings);
	ask(GET_CAPS "\r\n", 503);
	ask(GET_CAPS "\r\n", 503);
	recycle();
	ask(GET_CAPS "\r\n", 503);
	assert_events("5021 5057 5059 5021 5057 5059 ");
	deployment_stop(&deployment);
}
END_TEST

START_TEST(ndes_gives_no_password_without_enroll)
{
	static const char *const settings[] = {"admin_enroll_permission=false", NULL};

	deployment_start(&deployment, settings);
	ask("GET /certsrv/mscep_admin/ HTTP/1.1\r\nHost: ndes\r\n\r\n", 200);
	assert_events("1 6 ");
	deployment_stop(&deployment);
}
END_TEST

/* Events have the deployment's time. */
START_TEST(events_follow_the_clock_of_the_deployment)
{
	BUFFER_CLEANUP struct buffer log = {0};

	deployment_start(&deployment, NULL);
	clock_freeze(&deployment.server->clock, INT64_C(1769903998750));
	ask(GET_CAPS "\r\n", 200);
	recycle();
	deployment_read_log(&log, &deployment, EVENTS, "{\"time\":\"2026-01-31T23:59:58.750Z\"", 2);
	deployment_stop(&deployment);
}
END_TEST

/* --- clients that are slow, or go ------------------------------------------------- */

#define HALF_LINE "GET /certsrv/mscep/msc"
#define BODY                                                                                       \
	"POST /certsrv/mscep/mscep.dll?operation=PKIOperation HTTP/1.1\r\nHost: ndes\r\n"          \
	"Content-Length: 20\r\n\r\n"
#define TARGET      "/certsrv/mscep/mscep.dll?operation=GetCACaps"
#define POST_TARGET "/certsrv/mscep/mscep.dll?operation=PKIOperation"

/* What a client sends before it falls silent, and what http.sys says behind its address. */
static const struct {
	const char *sends;
	bool answered;
	const char *wanted;
} silent[] = {
	{"", false, " - - - - - - Timer_ConnectionIdle -\r"},
	{GET_CAPS "\r\n", true, " - - - - - - Timer_ConnectionIdle -\r"},
	{HALF_LINE, false, " - - - - - - Timer_HeaderWait -\r"},
	{GET_CAPS, false, " - - " TARGET " - - - Timer_HeaderWait -\r"},
	{GET_CAPS "\r\n" HALF_LINE, true, " - - - - - - Timer_HeaderWait -\r"},
	{BODY "half of", false, " HTTP/1.1 POST " POST_TARGET " - - - Timer_EntityBody -\r"},
	/* What is answered without its body is read all the same. */
	{"POST /other HTTP/1.1\r\nHost: ndes\r\nContent-Length: 20\r\n\r\nhalf", false,
		" HTTP/1.1 POST /other - - - Timer_EntityBody -\r"},
};
#define SILENT (sizeof(silent) / sizeof(silent[0]))

/* Waits for the line of a client, which has this end. */
static void
assert_line(unsigned client_port, const char *end)
{
	TEXT_CLEANUP char *line =
		text_format(" 127.0.0.1 %u 127.0.0.1 %u%s", client_port, deployment.port, end);
	BUFFER_CLEANUP struct buffer log = {0};

	deployment_read_log(&log, &deployment, HTTPERR, line, 1);
}

static void
start_impatient(void)
{
	static const char *const settings[] = {"connection_timeout=1", NULL};

	deployment_start(&deployment, settings);
}

START_TEST(http_sys_drops_the_silent)
{
	struct raw_client clients[SILENT];
	unsigned ports[SILENT];

	start_impatient();
	for (size_t i = 0; i < SILENT; i++) {
		RAW_RESPONSE_CLEANUP struct raw_response response = {0};

		clients[i] = raw_connect("127.0.0.1", deployment.port);
		ports[i] = raw_port(&clients[i]);
		ck_assert(raw_send(&clients[i], bytes_text(silent[i].sends)));
		if (silent[i].answered)
			ck_assert(raw_read(&response, &clients[i]));
	}
	for (size_t i = 0; i < SILENT; i++) {
		ck_assert_int_ne(raw_read_end(&clients[i]), RAW_SILENT);
		assert_line(ports[i], silent[i].wanted);
		raw_close(&clients[i]);
	}
	deployment_stop(&deployment);
}
END_TEST

/* A head that comes byte by byte is never silent, and never comes to its end. */
START_TEST(http_sys_waits_so_long_for_headers)
{
	RAW_CLIENT_CLEANUP struct raw_client client;
	struct pollfd socket = {.events = POLLIN};
	unsigned port;
	int sent = 0;

	start_impatient();
	client = raw_connect("127.0.0.1", deployment.port);
	port = raw_port(&client);
	socket.fd = client.descriptor;
	ck_assert(raw_send(&client, bytes_text(GET_CAPS)));
	while (poll(&socket, 1, 50) == 0 && sent++ < RAW_PATIENCE_MS / 50)
		raw_send(&client, bytes_text("X-Slow: 1\r\n"));
	assert_line(port, " - - " TARGET " - - - Timer_HeaderWait -\r");
	deployment_stop(&deployment);
}
END_TEST

/* Who reads no answer has all room between the two filled, and then is dropped. */
START_TEST(http_sys_drops_who_does_not_read)
{
	static const int little = 4096;
	BUFFER_CLEANUP struct buffer requests = {0};
	RAW_CLIENT_CLEANUP struct raw_client client;
	unsigned port;

	for (int i = 0; i < 4000; i++)
		buffer_append_text(&requests,
			"GET /certsrv/mscep/mscep.dll?operation=GetCACert HTTP/1.1\r\nHost: "
			"n\r\n\r\n");
	start_impatient();
	client = raw_connect("127.0.0.1", deployment.port);
	port = raw_port(&client);
	setsockopt(client.descriptor, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little));
	raw_send(&client, buffer_bytes(&requests)); /* until it is dropped, or all */
	assert_line(port,
		" HTTP/1.1 GET /certsrv/mscep/mscep.dll?operation=GetCACert - - - "
		"Timer_MinBytesPerSecond -\r");
	deployment_stop(&deployment);
}
END_TEST

static const struct {
	const char *sends;
	bool resets;
	const char *wanted; /* NULL: no line */
	bool stays;
} leaving[] = {
	{"", false, NULL},
	{"", true, NULL},
	{HALF_LINE, false, " - - - - - - Client_Reset -\r"},
	{HALF_LINE, true, " - - - - - - Client_Reset -\r"},
	{GET_CAPS, false, " - - " TARGET " - - - Client_Reset -\r"},
	{BODY "half", false, " HTTP/1.1 POST " POST_TARGET " - - - Connection_Dropped -\r"},
	{BODY "half", true, " HTTP/1.1 POST " POST_TARGET " - - - Connection_Dropped -\r"},
	/* The library closes the connection of what is no request; the client stays. */
	{"NONSENSE\r\n\r\n", false, " - - - - - - BadRequest -\r", true},
};

START_TEST(http_sys_says_who_went)
{
	BUFFER_CLEANUP struct buffer log = {0};
	struct raw_client client, last;
	unsigned port;

	start_impatient(); /* the library misses some until they are too late */
	client = raw_connect("127.0.0.1", deployment.port);
	port = raw_port(&client);
	ck_assert(raw_send(&client, bytes_text(leaving[_i].sends)));
	if (leaving[_i].stays) {
		raw_read_end(&client);
	} else if (leaving[_i].resets) {
		/* A reset throws away what has not been read. */
		poll(NULL, 0, 20);
		raw_reset(&client);
	} else {
		raw_close(&client);
	}
	if (leaving[_i].wanted)
		assert_line(port, leaving[_i].wanted);
	/* The line of another one follows on those that there are. */
	last = raw_connect("127.0.0.1", deployment.port);
	port = raw_port(&last);
	ck_assert(raw_send(&last, bytes_text(HALF_LINE)));
	raw_close(&last);
	assert_line(port, " - - - - - - Client_Reset -\r");
	deployment_read_log(&log, &deployment, HTTPERR, "Client_Reset", 1);
	ck_assert_msg((strstr(strstr(buffer_text(&log), "s-queuename\r\n") + 13, "\n")[1] ==
			      '\0') == (leaving[_i].wanted == NULL),
		"%s", buffer_text(&log));
	raw_close(&client);
	deployment_stop(&deployment);
}
END_TEST

/* Of a body that nobody wanted, bytes are left over when the connection is closed: they are no request that a
 * client broke off. */
START_TEST(http_sys_blames_nobody_for_a_body_that_it_did_not_want)
{
	static const char *const settings[] = {"app_pool=stopped", "connection_timeout=1", NULL};
	BUFFER_CLEANUP struct buffer log = {0};
	struct raw_client last;

	deployment_start(&deployment, settings);
	for (int i = 0; i < 20; i++) {
		RAW_CLIENT_CLEANUP struct raw_client client =
			raw_connect("127.0.0.1", deployment.port);

		ck_assert(raw_send_format(&client,
			"POST " POST_TARGET
			" HTTP/1.1\r\nHost: ndes\r\nContent-Length: 2000\r\n\r\n"
			"%02000d",
			0));
		ck_assert_int_eq(raw_read_end(&client), RAW_CLOSED);
	}
	last = raw_connect("127.0.0.1", deployment.port);
	ck_assert(raw_send(&last, bytes_text(HALF_LINE)));
	raw_close(&last);
	deployment_read_log(&log, &deployment, HTTPERR, "Client_Reset", 1);
	ck_assert_ptr_null(strstr(strstr(buffer_text(&log), "Client_Reset") + 1, "Client_Reset"));
	deployment_stop(&deployment);
}
END_TEST

/* What ends before http.sys, it does not know. */
START_TEST(http_sys_knows_nothing_of_what_a_proxy_meets)
{
	static const char *const settings[] = {
		"connection_timeout=1", "application_proxy=running", NULL};
	BUFFER_CLEANUP struct buffer log = {0};
	struct raw_client client;

	deployment_start(&deployment, settings);
	client = raw_connect("127.0.0.1", deployment.port);
	ck_assert_int_eq(raw_read_end(&client), RAW_CLOSED);
	raw_close(&client);
	ask("GET /certsrv/mscep/mscep.dll%zz HTTP/1.1\r\nHost: ndes\r\n\r\n", 400);
	deployment_read_log(&log, &deployment, HTTPERR, " 400 - URL -", 1);
	ck_assert_ptr_null(strstr(buffer_text(&log), "Timer_"));
	deployment_stop(&deployment);
}
END_TEST

/* --- the journal ------------------------------------------------------------------ */

START_TEST(the_journal_names_the_logs)
{
	BUFFER_CLEANUP struct buffer log = {0};
	const char *lines;

	deployment_start(&deployment, NULL);
	ask(GET_CAPS "\r\n", 200);
	change("{\"ra_certificates\": \"expired\"}");
	ask(GET_CAPS "\r\n", 500);
	change("{\"app_pool\": \"stopped\"}");
	ask(GET_CAPS "\r\n", 503);
	deployment_read_log(&log, &deployment, "journal.jsonl", "\"exchange\":3,", 1);
	lines = buffer_text(&log);
	ck_assert_ptr_nonnull(strstr(lines,
		"\"evidence\":[{\"log\":\"W3C\",\"lines\":1},"
		"{\"log\":\"eventlog\",\"lines\":1,\"events\":[1]}]"));
	ck_assert_ptr_nonnull(strstr(lines,
		"\"evidence\":[{\"log\":\"W3C\",\"lines\":1},"
		"{\"log\":\"eventlog\",\"lines\":3,\"events\":[3,2,10]}]"));
	ck_assert_ptr_nonnull(strstr(
		lines, "\"evidence\":[{\"log\":\"HTTPERR\",\"lines\":1,\"reason\":\"Disabled\"}]"));
	deployment_stop(&deployment);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("evidence");
	TCase *cases = tcase_create("evidence");

	tcase_set_timeout(cases, 2 * RAW_PATIENCE_MS / 1000);
	tcase_add_test(cases, ndes_says_that_it_starts_and_stops);
	tcase_add_test(cases, ndes_stops_before_it_cannot_start);
	tcase_add_test(cases, was_disables_a_pool_without_identity);
	tcase_add_test(cases, ndes_gives_no_password_without_enroll);
	tcase_add_test(cases, events_follow_the_clock_of_the_deployment);
	tcase_add_test(cases, http_sys_drops_the_silent);
	tcase_add_test(cases, http_sys_waits_so_long_for_headers);
	tcase_add_test(cases, http_sys_drops_who_does_not_read);
	tcase_add_loop_test(
		cases, http_sys_says_who_went, 0, (int)(sizeof(leaving) / sizeof(leaving[0])));
	tcase_add_test(cases, http_sys_blames_nobody_for_a_body_that_it_did_not_want);
	tcase_add_test(cases, http_sys_knows_nothing_of_what_a_proxy_meets);
	tcase_add_test(cases, the_journal_names_the_logs);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
