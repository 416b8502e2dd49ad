/* HTTP's loop: crowds, work that takes long, clients that leave, and the end of the server. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"
#include "tests/integration/echo_server.h"
#include "tests/run_suite.h"

#define WORKERS 2

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct echo_server server;

static void
start_with(unsigned timeout, unsigned drain_ms)
{
	echo_start(&server,
		(struct echo_options){
			.address = "127.0.0.1:0",
			.workers = WORKERS,
			.timeout = timeout,
			.drain_ms = drain_ms,
		});
}

static void
start(void)
{
	start_with(HTTP_TIMEOUT_DEFAULT, RAW_PATIENCE_MS);
}

static void
start_impatient(void)
{
	start_with(1, RAW_PATIENCE_MS);
}

static void
start_without_drain(void)
{
	start_with(HTTP_TIMEOUT_DEFAULT, 0);
}

static void
stop(void)
{
	echo_stop(&server);
}

/* --- crowds and work -------------------------------------------------------------- */

static const unsigned crowds[] = {1, 127, 128, 129, 256, 512};

START_TEST(serves_crowds)
{
	unsigned size = crowds[_i];
	struct raw_client *clients = memory_new(size, sizeof(*clients));
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	char expected[64];

	/* All of them connect, then all of them ask, and wait for work at the same time; twice. */
	for (unsigned i = 0; i < size; i++)
		clients[i] = echo_connect(&server);
	for (unsigned round = 0; round < 2; round++) {
		echo_gate(&server, false);
		for (unsigned i = 0; i < size; i++)
			ck_assert(raw_send_format(&clients[i], "GET /%u?work HTTP/1.1\r\n\r\n", i));
		echo_wait_begun(&server, (round + 1) * size);
		echo_gate(&server, true);
		for (unsigned i = 0; i < size; i++) {
			snprintf(expected, sizeof(expected), "GET /%u?work HTTP/1.1\n\n", i);
			ck_assert_str_eq(echo_read(&response, &clients[i], 200), expected);
		}
	}
	echo_wait_finished(&server, 2 * size);
	for (unsigned i = 0; i < 2 * size; i++)
		ck_assert_int_eq(server.records[i].end, HTTP_END_SENT);
	for (unsigned i = 0; i < size; i++)
		raw_close(&clients[i]);
	free(clients);
}
END_TEST

START_TEST(answers_while_all_workers_are_busy)
{
	struct raw_client busy[2 * WORKERS];
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};

	echo_gate(&server, false);
	for (unsigned i = 0; i < 2 * WORKERS; i++) {
		busy[i] = echo_connect(&server);
		ck_assert(raw_send_format(&busy[i], "GET /?work HTTP/1.1\r\n\r\n"));
	}
	echo_wait_working(&server, WORKERS);
	for (unsigned i = 0; i < 10; i++) {
		ck_assert(raw_send_format(&client, "GET /?size=2 HTTP/1.1\r\n\r\n"));
		ck_assert_str_eq(echo_read(&response, &client, 200), "xx");
	}
	/* All workers are still busy, and no more than there are. */
	ck_assert_uint_eq(server.worked, 0);
	ck_assert_uint_eq(server.working, WORKERS);
	echo_gate(&server, true);
	for (unsigned i = 0; i < 2 * WORKERS; i++) {
		echo_read(&response, &busy[i], 200);
		raw_close(&busy[i]);
	}
}
END_TEST

/* How a client stops to wait for its answer. */
static const struct {
	void (*leave)(struct raw_client *client);
	enum http_end end;
} departures[] = {
	{raw_close, HTTP_END_CLIENT_LEFT},
	{raw_reset, HTTP_END_CLIENT_LEFT},
	{raw_half_close, HTTP_END_SENT},
};

START_TEST(notices_who_leaves_during_work)
{
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server),
					     other = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	struct echo_record record;

	echo_gate(&server, false);
	ck_assert(raw_send_format(&client, "POST /?work HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"));
	echo_wait_working(&server, 1);
	departures[_i].leave(&client);
	echo_gate(&server, true);
	record = echo_record(&server, 0);
	ck_assert_int_eq(record.end, departures[_i].end);
	if (record.end == HTTP_END_SENT) {
		echo_read(&response, &client, 200);
		ck_assert_uint_eq(record.bytes_sent, raw_response_size(&response));
		ck_assert_int_eq(raw_read_end(&client), RAW_CLOSED);
	}
	ck_assert(raw_send_format(&other, "GET /?work HTTP/1.1\r\n\r\n"));
	echo_read(&response, &other, 200);
}
END_TEST

START_TEST(answers_who_has_closed_its_sending_side)
{
	static const char *const queries[] = {
		"size=2000000", "work&size=2000000", "work", "status=200"};
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};

	for (int i = 0; i < COUNT(queries); i++)
		ck_assert(raw_send_format(&client, "GET /?%s HTTP/1.1\r\n\r\n", queries[i]));
	raw_half_close(&client);
	for (int i = 0; i < COUNT(queries); i++)
		echo_read(&response, &client, 200);
	ck_assert_int_eq(raw_read_end(&client), RAW_CLOSED);
}
END_TEST

START_TEST(sees_an_end_that_comes_with_the_request)
{
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	RAW_CLIENT_CLEANUP struct raw_client holder = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};

	ck_assert(raw_send_format(&client, "GET / HTTP/1.1\r\n\r\n"));
	echo_read(&response, &client, 200);
	/* While the loop is held, both arrive, and it finds them at once. */
	echo_gate(&server, false);
	ck_assert(raw_send_format(&holder, "GET /?hold HTTP/1.1\r\n\r\n"));
	echo_wait_begun(&server, 2);
	ck_assert(raw_send_format(&client, "GET /%s HTTP/1.1\r\n\r\n", _i ? "?work" : ""));
	raw_half_close(&client);
	echo_gate(&server, true);
	echo_read(&response, &client, 200);
	ck_assert_int_eq(raw_read_end(&client), RAW_CLOSED);
	ck_assert_int_eq(echo_record(&server, 2).end, HTTP_END_SENT);
}
END_TEST

static const struct {
	const char *sent;
	enum http_end end;
} aborted[] = {
	{"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc", HTTP_END_CLIENT_LEFT},
	{"POST /?refuse HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc", HTTP_END_CLIENT_LEFT},
	{"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc", HTTP_END_CLIENT_LEFT},
	{"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nabc", HTTP_END_MALFORMED},
	{"GET /?size=50000000 HTTP/1.1\r\n\r\n", HTTP_END_CLIENT_LEFT},
};

START_TEST(finishes_what_a_client_gives_up)
{
	/* By the end of the data and by a reset; a malformed body is answered before that. */
	bool reset = _i & 1;
	enum http_end end = aborted[_i / 2].end;
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	struct echo_record record;

	ck_assert(raw_send_format(&client, "%s", aborted[_i / 2].sent));
	echo_wait_begun(&server, 1);
	if (end == HTTP_END_MALFORMED) {
		echo_read(&response, &client, 400);
		ck_assert_int_eq(raw_read_end(&client), RAW_CLOSED);
	}
	if (reset)
		raw_reset(&client);
	else
		raw_close(&client);
	record = echo_record(&server, 0);
	ck_assert_msg(record.end == end, "%s: %d", aborted[_i / 2].sent, record.end);
	ck_assert_uint_eq(record.bytes_sent, 0);
	if (end == HTTP_END_MALFORMED)
		ck_assert_uint_eq(record.status, 400);
}
END_TEST

static const char *const refused[] = {
	"\r\n\r\n\r\nx\r\n\r\n",
	"GET\r\n\r\n",
	"GET / HTTP/3.0\r\n\r\n",
	"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	"GET / HTTP/1.1\r\nno colon\r\n\r\n",
	"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
	"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
	"\x16\x03\x01\x02\x20\x01\x20\x01\xfc\x03\x03\n\n",
};

START_TEST(survives_what_is_no_request)
{
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server),
					     other = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};

	ck_assert(raw_send_format(&client, "%s", refused[_i]));
	raw_half_close(&client);
	ck_assert_int_ne(raw_read_end(&client), RAW_SILENT);
	ck_assert_uint_eq(server.begun, 0);
	ck_assert(raw_send_format(&other, "GET / HTTP/1.1\r\n\r\n"));
	echo_read(&response, &other, 200);
}
END_TEST

/* --- the end ---------------------------------------------------------------------- */

START_TEST(finishes_work_before_it_stops)
{
	RAW_CLIENT_CLEANUP struct raw_client idle = echo_connect(&server),
					     client = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};

	ck_assert(raw_send_format(&idle, "GET / HTTP/1.1\r\n\r\n"));
	echo_read(&response, &idle, 200);
	echo_gate(&server, false);
	ck_assert(raw_send_format(&client, "GET /?work HTTP/1.1\r\n\r\n"));
	echo_wait_working(&server, 1);
	if (_i == 0)
		http_stop(server.http);
	else
		ck_assert_int_eq(kill(getpid(), _i == 1 ? SIGTERM : SIGINT), 0);
	/* It has stopped to listen: there is nobody to connect to. */
	for (struct raw_client late = {0}; late.state != RAW_REFUSED; raw_close(&late))
		late = raw_connect(server.listener.address, server.listener.port);
	echo_gate(&server, true);
	echo_read(&response, &client, 200);
	ck_assert(bytes_equal(raw_header(&response, "Connection"), bytes_text("close")));
	ck_assert_int_eq(raw_read_end(&client), RAW_CLOSED);
	echo_wait_ended(&server);
	ck_assert_int_eq(echo_record(&server, 1).end, HTTP_END_SENT);
	echo_free(&server);
	ck_assert_int_eq(raw_read_end(&idle), RAW_CLOSED);
}
END_TEST

START_TEST(stops_before_work_that_lasts_too_long)
{
	struct raw_client clients[2 * WORKERS];

	echo_gate(&server, false);
	for (unsigned i = 0; i < 2 * WORKERS; i++) {
		clients[i] = echo_connect(&server);
		ck_assert(raw_send_format(&clients[i], "GET /?work HTTP/1.1\r\n\r\n"));
	}
	echo_wait_begun(&server, 2 * WORKERS);
	echo_wait_working(&server, WORKERS);
	http_stop(server.http);
	echo_wait_ended(&server);
	ck_assert_uint_eq(server.finished, 0);
	echo_gate(&server, true);
	echo_free(&server);
	for (unsigned i = 0; i < 2 * WORKERS; i++) {
		ck_assert_int_eq(server.records[i].end, HTTP_END_SHUTDOWN);
		ck_assert_int_eq(raw_read_end(&clients[i]), RAW_CLOSED);
		ck_assert_uint_eq(clients[i].received.size, 0);
		raw_close(&clients[i]);
	}
}
END_TEST

START_TEST(stops_in_the_middle_of_anything)
{
	static const char *const halves[] = {"", "GET /", "GET / HTTP/1.1\r\nHost",
		"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na",
		"GET /?size=50000000 HTTP/1.1\r\n\r\n"};
	struct raw_client clients[5];

	for (unsigned i = 0; i < 5; i++) {
		clients[i] = echo_connect(&server);
		ck_assert(raw_send_format(&clients[i], "%s", halves[i]));
	}
	echo_wait_begun(&server, 2);
	http_stop(server.http);
	echo_wait_ended(&server);
	echo_free(&server);
	ck_assert_int_eq(echo_record(&server, 0).end, HTTP_END_SHUTDOWN);
	ck_assert_int_eq(echo_record(&server, 1).end, HTTP_END_SHUTDOWN);
	for (unsigned i = 0; i < 5; i++)
		raw_close(&clients[i]);
}
END_TEST

START_TEST(may_be_freed_before_it_runs)
{
	struct http_service service = {0};
	struct http_listener listeners[2];
	struct http *http;
	RAW_CLIENT_CLEANUP struct raw_client client = {.descriptor = -1};

	for (unsigned i = 0; i < 2; i++)
		ck_assert_int_eq(http_listen(&listeners[i], "127.0.0.1:0", &service, NULL), DONE);
	ck_assert_int_eq(http_new(&http, listeners, 2, 0, NULL), DONE);
	client = raw_connect(listeners[1].address, listeners[1].port);
	ck_assert_int_eq(client.state, RAW_OPEN);
	http_free(http);
	ck_assert_int_ne(raw_read_end(&client), RAW_SILENT);
	http_free(NULL);
}
END_TEST

/* How often the I/O thread has gone to sleep so far. */
static unsigned long
sleeps_of_loop(void)
{
	static const char label[] = "\nvoluntary_ctxt_switches:";
	char path[64], status[8192], *line;
	FILE *file;
	size_t size;

	snprintf(path, sizeof(path), "/proc/self/task/%d/status", (int)server.thread_id);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	size = fread(status, 1, sizeof(status) - 1, file);
	fclose(file);
	status[size] = '\0';
	line = strstr(status, label);
	ck_assert_ptr_nonnull(line);
	return strtoul(line + strlen(label), NULL, 10);
}

START_TEST(closes_silent_connections_and_sleeps_meanwhile)
{
	RAW_CLIENT_CLEANUP struct raw_client silent = echo_connect(&server),
					     slow = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	struct echo_record record;
	unsigned long sleeps;
	int64_t begun_ns;

	ck_assert(raw_send_format(&slow, "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na"));
	ck_assert(raw_send_format(&silent, "GET / HTTP/1.1\r\n\r\n"));
	echo_read(&response, &silent, 200);
	echo_wait_begun(&server, 2);
	sleeps = sleeps_of_loop();
	begun_ns = clock_monotonic_ns();
	ck_assert_int_eq(raw_read_end(&silent), RAW_CLOSED);
	ck_assert_int_eq(raw_read_end(&slow), RAW_CLOSED);
	/* libmicrohttpd asks for one more tenth of a second when a timeout is hit to the
	 * millisecond, and every quarter of the timeout is looked whether a head takes too long. */
	ck_assert_uint_le(sleeps_of_loop() - sleeps,
		10 + (unsigned long)((clock_monotonic_ns() - begun_ns) / 100000000));
	record = echo_record(&server, 1);
	ck_assert_int_eq(record.end, HTTP_END_TIMED_OUT);
	ck_assert_uint_eq(record.bytes_sent, 0);
	ck_assert_uint_eq(record.bytes_received, record.head_size + 1);
	/* libmicrohttpd's own clock has milliseconds, and began a little earlier. */
	ck_assert_int_ge(record.duration_ns, 990000000);
}
END_TEST

START_TEST(serves_ipv6)
{
	RAW_CLIENT_CLEANUP struct raw_client client = {.descriptor = -1};
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	struct http_listener probe;

	if (http_listen(&probe, "[::1]:0", NULL, NULL) != DONE)
		return; /* this machine has no IPv6 */
	close(probe.descriptor);
	echo_start(&server,
		(struct echo_options){
			.address = "[::1]:0",
			.timeout = HTTP_TIMEOUT_DEFAULT,
			.drain_ms = RAW_PATIENCE_MS,
		});
	ck_assert_str_eq(server.listener.address, "::1");
	client = echo_connect(&server);
	ck_assert(raw_send_format(&client, "GET /?work HTTP/1.1\r\n\r\n"));
	echo_read(&response, &client, 200);
	echo_stop(&server);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_loop");
	TCase *served = tcase_create("served"), *impatient = tcase_create("impatient");
	TCase *drained = tcase_create("drained"), *cut = tcase_create("cut");
	TCase *idle = tcase_create("idle");
	TCase *cases[] = {served, impatient, drained, cut, idle};

	tcase_add_checked_fixture(served, start, stop);
	tcase_add_loop_test(served, serves_crowds, 0, COUNT(crowds));
	tcase_add_test(served, answers_while_all_workers_are_busy);
	tcase_add_loop_test(served, notices_who_leaves_during_work, 0, COUNT(departures));
	tcase_add_test(served, answers_who_has_closed_its_sending_side);
	tcase_add_loop_test(served, sees_an_end_that_comes_with_the_request, 0, 2);
	tcase_add_loop_test(served, finishes_what_a_client_gives_up, 0, 2 * COUNT(aborted));
	tcase_add_loop_test(served, survives_what_is_no_request, 0, COUNT(refused));
	tcase_add_checked_fixture(impatient, start_impatient, stop);
	tcase_add_test(impatient, closes_silent_connections_and_sleeps_meanwhile);
	tcase_add_checked_fixture(drained, start, NULL);
	tcase_add_loop_test(drained, finishes_work_before_it_stops, 0, 3);
	tcase_add_checked_fixture(cut, start_without_drain, NULL);
	tcase_add_test(cut, stops_before_work_that_lasts_too_long);
	tcase_add_test(cut, stops_in_the_middle_of_anything);
	tcase_add_test(idle, may_be_freed_before_it_runs);
	tcase_add_test(idle, serves_ipv6);
	for (int i = 0; i < COUNT(cases); i++) {
		tcase_set_timeout(cases[i], 2 * RAW_PATIENCE_MS / 1000);
		suite_add_tcase(suite, cases[i]);
	}
	return run_suite(suite);
}
