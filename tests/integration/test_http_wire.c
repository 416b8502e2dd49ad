/*
 * Answers that break off, come late, drip or are none, as a client meets them on
 * its socket.
 */
#include <check.h>
#include <dirent.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>

#include "common/clock.h"
#include "echo_server.h"
#include "tests/run_suite.h"

static struct echo_server server;

static void
setup(void)
{
	echo_start(&server,
		(struct echo_options){
			.address = "127.0.0.1:0", .workers = 2, .timeout = 60, .drain_ms = 5000});
}

static void
start_patient(void)
{
	echo_start(&server,
		(struct echo_options){.address = "127.0.0.1:0",
			.workers = 1,
			.timeout = 600,
			.drain_ms = 600000});
}

static void
teardown(void)
{
	echo_stop(&server);
}

/* How an answer of 5 bytes ends; `on_a_worker` makes each row two. */
static const struct {
	const char *query;
	enum raw_state state;
	bool head;   /* the whole head arrives */
	bool begun;  /* something arrives */
	size_t body; /* so many bytes of the body */
	enum http_end end;
} breaks[] = {
	{"cut=1", RAW_CLOSED, false, false, 0, HTTP_END_CLOSED_BY_PLAN},
	{"cut=2", RAW_CLOSED, false, true, 0, HTTP_END_CLOSED_BY_PLAN},
	{"cut=3", RAW_CLOSED, true, true, 0, HTTP_END_CLOSED_BY_PLAN},
	{"cut=4&cut_body=2", RAW_CLOSED, true, true, 2, HTTP_END_CLOSED_BY_PLAN},
	{"cut=4&cut_body=99", RAW_CLOSED, true, true, 4, HTTP_END_CLOSED_BY_PLAN},
	{"cut=1&end=2", RAW_RESET, false, false, 0, HTTP_END_RESET_BY_PLAN},
	{"cut=2&end=2", RAW_RESET, false, true, 0, HTTP_END_RESET_BY_PLAN},
	{"cut=3&end=2", RAW_RESET, true, true, 0, HTTP_END_RESET_BY_PLAN},
	{"cut=4&cut_body=3&end=2", RAW_RESET, true, true, 3, HTTP_END_RESET_BY_PLAN},
	{"end=2", RAW_RESET, true, true, 5, HTTP_END_RESET_BY_PLAN},
	{"end=1", RAW_CLOSED, true, true, 5, HTTP_END_SENT},
	{"cut=1&end=3&stall=30", RAW_CLOSED, false, false, 0, HTTP_END_STALLED_BY_PLAN},
	{"cut=3&end=3&stall=30", RAW_CLOSED, true, true, 0, HTTP_END_STALLED_BY_PLAN},
	{"drip=1&drip_ms=1", RAW_CLOSED, true, true, 5, HTTP_END_SENT},
	{"drip=7&drip_ms=2&cut=4&cut_body=1&end=2", RAW_RESET, true, true, 1,
		HTTP_END_RESET_BY_PLAN},
	{"delay=20&cut=1&end=2", RAW_RESET, false, false, 0, HTTP_END_RESET_BY_PLAN},
};
#define BREAKS (sizeof(breaks) / sizeof(breaks[0]))

START_TEST(breaks_off_as_planned)
{
	size_t row = (size_t)_i % BREAKS;
	bool on_a_worker = (size_t)_i >= BREAKS;
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	struct echo_record record;
	const char *head_end;
	enum raw_state state;

	ck_assert(raw_send_format(&client,
		"POST /?size=5&%s%s HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", breaks[row].query,
		on_a_worker ? "&work" : ""));
	state = raw_read_end(&client);
	ck_assert_msg(state == breaks[row].state, "%s: state %d", breaks[row].query, state);
	head_end = strstr(buffer_text(&client.received), "\r\n\r\n");
	ck_assert_msg((head_end != NULL) == breaks[row].head, "%s: the head in \"%s\"",
		breaks[row].query, buffer_text(&client.received));
	ck_assert_msg((client.received.size > 0) == breaks[row].begun, "%s: %zu bytes",
		breaks[row].query, client.received.size);
	if (head_end) {
		ck_assert_ptr_nonnull(strstr(buffer_text(&client.received), "Content-Length: 5"));
		ck_assert_msg(strlen(head_end + 4) == breaks[row].body, "%s: \"%s\"",
			breaks[row].query, head_end + 4);
	}
	record = echo_record(&server, 0);
	ck_assert_msg(record.end == breaks[row].end, "%s: end %d", breaks[row].query, record.end);
	ck_assert_uint_eq(record.bytes_sent, client.received.size);
}
END_TEST

START_TEST(has_the_headers_of_an_ordinary_answer)
{
	RAW_CLIENT_CLEANUP struct raw_client ordinary = echo_connect(&server);
	RAW_CLIENT_CLEANUP struct raw_client raw = echo_connect(&server);

	ck_assert(raw_send_format(
		&ordinary, "%s /?size=9&close HTTP/1.1\r\n\r\n", _i ? "HEAD" : "GET"));
	ck_assert(raw_send_format(
		&raw, "%s /?size=9&close&drip=3 HTTP/1.1\r\n\r\n", _i ? "HEAD" : "GET"));
	ck_assert_int_eq(raw_read_end(&ordinary), RAW_CLOSED);
	ck_assert_int_eq(raw_read_end(&raw), RAW_CLOSED);
	ck_assert_str_eq(buffer_text(&raw.received), buffer_text(&ordinary.received));
}
END_TEST

START_TEST(sends_a_line_that_is_no_status_line)
{
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);

	ck_assert(raw_send_format(&client, "GET /?garbage HTTP/1.1\r\n\r\n"));
	ck_assert_int_eq(raw_read_end(&client), RAW_CLOSED);
	ck_assert(strncmp(buffer_text(&client.received), "\x01garbage\r\n", 10) == 0);
}
END_TEST

/* A large answer to a client that is in no hurry is not lost. */
START_TEST(waits_for_a_slow_reader)
{
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);

	ck_assert(raw_send_format(&client, "GET /?size=20000000&end=1 HTTP/1.1\r\n\r\n"));
	echo_wait_begun(&server, 1);
	ck_assert_int_eq(raw_read_end(&client), RAW_CLOSED);
	ck_assert_uint_gt(client.received.size, 20000000);
	ck_assert_int_eq(echo_record(&server, 0).end, HTTP_END_SENT);
}
END_TEST

/* What the client was sent before the reset reaches it, however slowly it reads. */
START_TEST(resets_behind_the_last_byte)
{
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	struct echo_record record;

	ck_assert(raw_send_format(
		&client, "GET /?size=20000000&cut=4&cut_body=10000000&end=2 HTTP/1.1\r\n\r\n"));
	echo_wait_begun(&server, 1);
	ck_assert_int_eq(raw_read_end(&client), RAW_RESET);
	record = echo_record(&server, 0);
	ck_assert_uint_gt(client.received.size, 10000000);
	ck_assert_uint_eq(client.received.size, record.bytes_sent);
	ck_assert_int_eq(record.end, HTTP_END_RESET_BY_PLAN);
}
END_TEST

/* A client that reads nothing is not waited for without end. */
START_TEST(gives_up_a_client_that_does_not_read)
{
	struct echo_server impatient;
	struct raw_client client;
	struct echo_record record;

	echo_start(&impatient,
		(struct echo_options){
			.address = "127.0.0.1:0", .workers = 1, .timeout = 1, .drain_ms = 5000});
	client = echo_connect(&impatient);
	ck_assert(raw_send_format(&client, "GET /?size=20000000&end=1 HTTP/1.1\r\n\r\n"));
	record = echo_record(&impatient, 0);
	ck_assert_int_eq(record.end, HTTP_END_TIMED_OUT);
	ck_assert_uint_lt(record.bytes_sent, 20000000);
	raw_close(&client);
	echo_stop(&impatient);
}
END_TEST

static const char *const requests[] = {
	"GET /?delay=60 HTTP/1.1\r\n\r\n",
	"GET /?delay=60&work HTTP/1.1\r\n\r\n",
	"POST /?delay=60 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
	"POST /?delay=60&work HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
	"HEAD /?delay=60&refuse HTTP/1.1\r\n\r\n",
};

START_TEST(answers_late_and_keeps_the_connection)
{
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	int64_t begun = clock_monotonic_ns();

	ck_assert(raw_send_format(&client, "%s", requests[_i]));
	ck_assert(requests[_i][0] == 'H' ? raw_read_head(&response, &client)
					 : raw_read(&response, &client));
	ck_assert_int_ge(clock_monotonic_ns() - begun, 60 * 1000000);
	ck_assert_uint_eq(response.status, 200);
	ck_assert(raw_send_format(&client, "GET /again HTTP/1.1\r\n\r\n"));
	ck_assert_str_eq(echo_read(&response, &client, 200), "GET /again HTTP/1.1\n\n");
	ck_assert_int_eq(echo_record(&server, 0).end, HTTP_END_SENT);
}
END_TEST

START_TEST(keeps_the_order_of_pipelined_requests)
{
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};

	ck_assert(raw_send_format(
		&client, "GET /?delay=40 HTTP/1.1\r\n\r\nGET /second HTTP/1.1\r\n\r\n"));
	ck_assert_str_eq(echo_read(&response, &client, 200), "GET /?delay=40 HTTP/1.1\n\n");
	ck_assert_str_eq(echo_read(&response, &client, 200), "GET /second HTTP/1.1\n\n");
}
END_TEST

/* Those that wait stand in nobody's way, and come back in the order in which they are due. */
START_TEST(holds_many)
{
	struct raw_client late[50];
	RAW_CLIENT_CLEANUP struct raw_client healthy = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};

	for (size_t i = 0; i < 50; i++) {
		late[i] = echo_connect(&server);
		ck_assert(
			raw_send_format(&late[i], "GET /?delay=%zu HTTP/1.1\r\n\r\n", 500 - 5 * i));
	}
	echo_wait_begun(&server, 50);
	ck_assert(raw_send_format(&healthy, "GET /healthy HTTP/1.1\r\n\r\n"));
	echo_read(&response, &healthy, 200);
	ck_assert_uint_eq(echo_record(&server, 0).connection, 1);
	for (size_t i = 50; i-- > 0;) {
		echo_read(&response, &late[i], 200);
		raw_close(&late[i]);
	}
}
END_TEST

/* More than one turn of the loop answers, when all are due at the same time. */
START_TEST(answers_all_that_are_due_together)
{
	struct raw_client late[150];
	RAW_CLIENT_CLEANUP struct raw_client blocking = echo_connect(&server);
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	int64_t due;

	for (size_t i = 0; i < 150; i++) {
		late[i] = echo_connect(&server);
		ck_assert(raw_send_format(&late[i], "GET /?delay=300 HTTP/1.1\r\n\r\n"));
	}
	echo_wait_begun(&server, 150);
	due = clock_monotonic_ns() + INT64_C(300) * 1000000;
	echo_gate(&server, false);
	ck_assert(raw_send_format(&blocking, "GET /?hold HTTP/1.1\r\n\r\n"));
	echo_wait_begun(&server, 151);
	while (clock_monotonic_ns() < due)
		sched_yield();
	echo_gate(&server, true);
	for (size_t i = 0; i < 150; i++) {
		echo_read(&response, &late[i], 200);
		raw_close(&late[i]);
	}
}
END_TEST

static unsigned
open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned count = 0;

	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static const char *const departures[] = {
	"GET /?delay=600000 HTTP/1.1\r\n\r\n",
	"GET /?delay=600000&work HTTP/1.1\r\n\r\n",
	"GET /?cut=1&end=3&stall=600000 HTTP/1.1\r\n\r\n",
	"GET /?cut=3&end=3&stall=600000 HTTP/1.1\r\n\r\n",
	"GET /?drip=1&drip_ms=600000 HTTP/1.1\r\n\r\n",
};

START_TEST(lets_a_client_go_that_hangs_up)
{
	unsigned before = open_descriptors();
	struct raw_client client = echo_connect(&server);

	ck_assert(raw_send_format(&client, "%s", departures[_i / 2]));
	echo_wait_begun(&server, 1);
	if (_i % 2)
		raw_reset(&client);
	else
		raw_close(&client);
	ck_assert_int_eq(echo_record(&server, 0).end, HTTP_END_CLIENT_LEFT);
	/* A connection that is served afterwards shows that the loop has gone round. */
	for (int i = 0; i < 2; i++) {
		RAW_CLIENT_CLEANUP struct raw_client other = echo_connect(&server);
		RAW_RESPONSE_CLEANUP struct raw_response response = {0};

		ck_assert(raw_send_format(&other, "GET /?close HTTP/1.1\r\n\r\n"));
		echo_read(&response, &other, 200);
		ck_assert_int_eq(raw_read_end(&other), RAW_CLOSED);
	}
	ck_assert_uint_le(open_descriptors(), before + 1);
}
END_TEST

/* What is held is no work in flight: nobody waits for it when the server stops. */
/* It would take for ever. */
START_TEST(ends_an_endless_answer_that_nobody_reads)
{
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);

	ck_assert(raw_send_format(&client, "GET /?endless HTTP/1.1\r\n\r\n"));
	echo_wait_stuck(&server);
	http_stop(server.http);
	echo_wait_ended(&server);
	echo_free(&server);
	ck_assert_int_ne(echo_record(&server, 0).end, HTTP_END_SENT);
}
END_TEST

START_TEST(drops_what_is_held_when_it_stops)
{
	RAW_CLIENT_CLEANUP struct raw_client client = echo_connect(&server);
	struct echo_record record;

	ck_assert(raw_send_format(&client, "%s", departures[_i]));
	echo_wait_begun(&server, 1);
	http_stop(server.http);
	echo_wait_ended(&server);
	record = echo_record(&server, 0);
	ck_assert_int_eq(record.end, HTTP_END_SHUTDOWN);
	ck_assert_int_lt(record.duration_ns, INT64_C(600000) * 1000000);
	ck_assert_int_eq(raw_read_end(&client), RAW_CLOSED);
	echo_free(&server);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_wire");
	TCase *cases = tcase_create("served"), *ending = tcase_create("ending"),
	      *patient = tcase_create("patient");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_loop_test(cases, breaks_off_as_planned, 0, 2 * (int)BREAKS);
	tcase_add_loop_test(cases, has_the_headers_of_an_ordinary_answer, 0, 2);
	tcase_add_test(cases, sends_a_line_that_is_no_status_line);
	tcase_add_test(cases, waits_for_a_slow_reader);
	tcase_add_test(cases, resets_behind_the_last_byte);
	tcase_add_test(cases, gives_up_a_client_that_does_not_read);
	tcase_add_loop_test(cases, answers_late_and_keeps_the_connection, 0,
		sizeof(requests) / sizeof(requests[0]));
	tcase_add_test(cases, keeps_the_order_of_pipelined_requests);
	tcase_add_test(cases, holds_many);
	tcase_add_test(cases, answers_all_that_are_due_together);
	tcase_add_loop_test(cases, lets_a_client_go_that_hangs_up, 0,
		2 * sizeof(departures) / sizeof(departures[0]));
	tcase_add_checked_fixture(ending, setup, NULL);
	tcase_add_loop_test(ending, drops_what_is_held_when_it_stops, 0,
		sizeof(departures) / sizeof(departures[0]));
	tcase_add_checked_fixture(patient, start_patient, NULL);
	tcase_add_test(patient, ends_an_endless_answer_that_nobody_reads);
	suite_add_tcase(suite, cases);
	suite_add_tcase(suite, ending);
	suite_add_tcase(suite, patient);
	return run_suite(suite);
}
