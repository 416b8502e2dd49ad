/*
 * Connections that no client should make: dropped at every byte, fed byte by byte, filled with requests
 * or with a body that is far too long.
 */
#include <check.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "tests/integration/siege.h"
#include "tests/run_suite.h"

#define GROWN_KIB 1024

#define CAPS    "/certsrv/mscep/mscep.dll?operation=GetCACaps"
#define PKI     "/certsrv/mscep/mscep.dll?operation=PKIOperation"
#define HTTPERR "W3SVC1/HTTPERR/httperr1.log"

static struct siege siege;

static void
start(void)
{
	static const char *const arguments[] = {NULL};

	siege_start(&siege, arguments);
}

static struct raw_client
attack(void)
{
	struct raw_client client = raw_connect("127.0.0.1", siege.process.deployment.port);

	ck_assert_int_eq(client.state, RAW_OPEN);
	return client;
}

/* Appends an enrolment that would succeed, and returns how long its head is. */
static size_t
write_enrolment(struct buffer *out, const struct device_message *message)
{
	struct device device;

	device_init(&device, &siege.process.deployment, 0);
	device_write_request(out, &device, message);
	device_done(&device);
	return (size_t)(strstr(buffer_text(out), "\r\n\r\n") + 4 - buffer_text(out));
}

/* --- dropped -------------------------------------------------------------------- */

static void
drop_after(struct bytes sent, bool reset)
{
	struct raw_client client = attack();

	ck_assert(raw_send(&client, sent));
	if (reset)
		raw_reset(&client);
	else
		raw_close(&client);
}

/* By its end and by a reset, in the middle of a POST and of a GET. A reset throws away what has not been
 * read, so that of those it is not known how far they came. */
START_TEST(dropped_at_every_byte)
{
	const struct device_message message = {.transaction_id = "dropped", .by_get = _i & 2};
	bool reset = _i & 1;
	BUFFER_CLEANUP struct buffer request = {0}, log = {0};
	size_t head;

	start();
	head = write_enrolment(&request, &message);
	for (size_t size = 0; size < request.size; size++) {
		drop_after(BYTES(request.data, size), reset);
		if (size == 200)
			siege_measure(&siege);
	}
	siege_wait_left(&siege);
	if (!reset) {
		/* Nobody has waited for a time-out. */
		deployment_read_log(
			&log, &siege.process.deployment, HTTPERR, " Client_Reset ", head - 1);
		if (head < request.size)
			deployment_read_log(&log, &siege.process.deployment, HTTPERR,
				" HTTP/1.1 POST " PKI " - - - Connection_Dropped ",
				request.size - head);
	}
	siege_end(&siege, 4096, GROWN_KIB);
}
END_TEST

/* --- slow ----------------------------------------------------------------------- */

/* Whoever sends one byte after the other is served in the end, and so are others meanwhile. */
START_TEST(served_byte_by_byte)
{
	const struct device_message message = {.transaction_id = "slow", .by_get = _i};
	BUFFER_CLEANUP struct buffer request = {0};
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};

	start();
	write_enrolment(&request, &message);
	for (unsigned round = 0; siege_goes_on(&siege, round, 4); round++) {
		struct raw_client client = attack();

		for (size_t at = 0; at < request.size; at++)
			ck_assert(raw_send(&client, BYTES(request.data + at, 1)));
		ck_assert(raw_read(&response, &client));
		ck_assert_uint_eq(response.status, 200);
		ck_assert_uint_gt(response.body.size, 1000);
		raw_close(&client);
		if (round == 0)
			siege_measure(&siege);
	}
	siege_end(&siege, 4096, GROWN_KIB);
}
END_TEST

/* What 500 clients send, a byte in turn, that never come to an end. */
static const char *const beginnings[] = {
	"GET " CAPS " HTTP/1.1\r\nHost: n\r\nX: ",
	"POST " PKI " HTTP/1.1\r\nHost: n\r\nContent-Length: 30000\r\n\r\n",
	"POST " PKI " HTTP/1.1\r\nHost: n\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n",
	"GET ",
};
#define DRIBBLERS 500

START_TEST(dribbling_clients_hurt_nobody)
{
	struct raw_client *clients = memory_new(DRIBBLERS, sizeof(*clients));

	start();
	for (unsigned wave = 0; siege_goes_on(&siege, wave, 12); wave++) {
		for (size_t i = 0; i < DRIBBLERS; i++) {
			clients[i] = attack();
			ck_assert(raw_send_format(&clients[i], "%s", beginnings[i % 4]));
		}
		for (size_t i = 0; i < 4 * DRIBBLERS; i++)
			ck_assert(raw_send_format(&clients[i % DRIBBLERS], "a"));
		for (size_t i = 0; i < DRIBBLERS; i++)
			raw_close(&clients[i]);
		siege_wait_left(&siege);
		if (wave == 5)
			siege_measure(&siege);
	}
	free(clients);
	/* The memory of 500 connections at the peak, and none when they are gone. */
	siege_end(&siege, DRIBBLERS * 100, GROWN_KIB);
}
END_TEST

/* --- many requests -------------------------------------------------------------- */

/* In one piece, of all kinds; a POST with its body between two GETs. */
START_TEST(pipelined_requests_are_answered_in_order)
{
	static const struct {
		const char *request;
		unsigned status;
	} kinds[] = {
		{"GET " CAPS " HTTP/1.1\r\nHost: n\r\n\r\n", 200},
		{"POST " PKI " HTTP/1.1\r\nHost: n\r\nContent-Length: 3\r\n\r\nabc", 200},
		{"GET /nowhere HTTP/1.1\r\nHost: n\r\n\r\n", 404},
		{"BREW " CAPS " HTTP/1.1\r\nHost: n\r\n\r\n", 405},
		{"POST " PKI " HTTP/1.1\r\nHost: n\r\nTransfer-Encoding: chunked\r\n\r\n"
		 "2\r\nab\r\n1;x\r\nc\r\n0\r\n\r\n",
			200},
		{"GET /certsrv/mscep/mscep.dll HTTP/1.1\r\nHost: n\r\n\r\n", 403},
	};
	BUFFER_CLEANUP struct buffer requests = {0};
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};

	start();
	for (size_t i = 0; i < 300; i++)
		buffer_append_text(&requests, kinds[i % 6].request);
	for (unsigned round = 0; siege_goes_on(&siege, round, 10); round++) {
		struct raw_client client = attack();

		ck_assert(raw_send(&client, buffer_bytes(&requests)));
		if (round % 2)
			raw_half_close(&client);
		for (size_t i = 0; i < 300; i++) {
			ck_assert_msg(raw_read(&response, &client), "%zu of 300 answered", i);
			ck_assert_uint_eq(response.status, kinds[i % 6].status);
		}
		if (round % 2)
			ck_assert_int_eq(raw_read_end(&client), RAW_CLOSED);
		raw_close(&client);
		if (round == 1)
			siege_measure(&siege);
	}
	siege_end(&siege, 4096, GROWN_KIB);
}
END_TEST

/* --- bodies --------------------------------------------------------------------- */

#define MEGABYTE (1000 * 1000)

/* With a length it is refused before it is read, with and without 100-continue; in chunks it is read, and
 * thrown away. So is one that is allowed, but too long for a message; NDES says nothing to it. */
static const struct {
	const char *headers;
	unsigned megabytes; /* that are sent */
	const char *tail;
	unsigned status;
	const char *line; /* in the W3C log */
} bodies[] = {
	{"Content-Length: 40000000\r\nExpect: 100-continue\r\n\r\n", 0, "", 413, " 413 1 0 "},
	{"Content-Length: 40000000\r\n\r\n", 0, "", 413, " 413 1 0 "},
	{"Transfer-Encoding: chunked\r\n\r\n2625a00\r\n", 40, "\r\n0\r\n\r\n", 413, " 413 1 0 "},
	{"Content-Length: 20000000\r\n\r\n", 20, "", 200, " POST /certsrv/mscep/mscep.dll "},
};

static void
send_body(struct raw_response *out, size_t row, struct bytes megabyte)
{
	RAW_CLIENT_CLEANUP struct raw_client client = attack();

	ck_assert(raw_send_format(
		&client, "POST " PKI " HTTP/1.1\r\nHost: n\r\n%s", bodies[row].headers));
	for (unsigned i = 0; i < bodies[row].megabytes; i++)
		ck_assert(raw_send(&client, megabyte));
	ck_assert(raw_send_format(&client, "%s", bodies[row].tail));
	ck_assert(raw_read(out, &client));
	ck_assert_uint_eq(out->status, bodies[row].status);
	if (bodies[row].megabytes == 0)
		ck_assert_int_ne(raw_read_end(&client), RAW_SILENT);
}

START_TEST(a_body_of_40_megabytes_is_not_kept)
{
	BUFFER_CLEANUP struct buffer megabyte = {0}, log = {0};
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};

	start();
	memset(buffer_append_space(&megabyte, MEGABYTE), 'x', MEGABYTE);
	for (unsigned round = 0; siege_goes_on(&siege, round, 6); round++) {
		send_body(&response, (size_t)_i, buffer_bytes(&megabyte));
		if (round == 2)
			siege_measure(&siege);
	}
	deployment_read_log(&log, &siege.process.deployment, "W3SVC1/", bodies[_i].line, 6);
	/* The mebibyte of the last one may stay with the allocator. */
	siege_end(&siege, 4096, 2 * GROWN_KIB);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("hostile_connections");
	TCase *cases = tcase_create("hostile_connections");

	device_prepare_keys(1);
	tcase_set_timeout(cases, 240);
	tcase_add_loop_test(cases, dropped_at_every_byte, 0, 4);
	tcase_add_loop_test(cases, served_byte_by_byte, 0, 2);
	tcase_add_test(cases, dribbling_clients_hurt_nobody);
	tcase_add_test(cases, pipelined_requests_are_answered_in_order);
	tcase_add_loop_test(
		cases, a_body_of_40_megabytes_is_not_kept, 0, sizeof(bodies) / sizeof(bodies[0]));
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
