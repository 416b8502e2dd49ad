/* Sites that are removed and whose time is moved while devices talk to them, over sockets. */
#include <check.h>
#include <poll.h>
#include <string.h>

#include "common/memory.h"
#include "tests/integration/deployment.h"
#include "tests/run_suite.h"

#define CROWD 50
#define CAPS  "certsrv/mscep/mscep.dll?operation=GetCACaps&message=x"

/* Asks the control API, and checks the status of its answer. */
static void
control(struct raw_response *out, const struct deployment *deployment, const char *request,
	const char *body, unsigned status)
{
	unsigned port = deployment->server->control_listener.port;
	RAW_CLIENT_CLEANUP struct raw_client client = raw_connect("127.0.0.1", port);

	ck_assert(raw_send_format(&client,
		"%s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Type: application/json\r\n"
		"Content-Length: %zu\r\n\r\n%s",
		request, port, strlen(body), body));
	ck_assert_msg(raw_read(out, &client), "no answer to %s", request);
	ck_assert_msg(
		out->status == status, "%s: %u\n%s", request, out->status, buffer_text(&out->body));
}

/* Waits until so many exchanges have begun. */
static void
wait_for(const struct deployment *deployment, uint64_t exchanges)
{
	int64_t deadline = clock_monotonic_ns() + INT64_C(1000000) * RAW_PATIENCE_MS;

	while (deployment->server->exchanges < exchanges) {
		ck_assert_msg(clock_monotonic_ns() < deadline, "the requests did not come");
		poll(NULL, 0, 2);
	}
}

START_TEST(answers_what_is_under_way_when_its_site_is_removed)
{
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	BUFFER_CLEANUP struct buffer log = {0};
	struct raw_client crowd[CROWD];
	struct deployment deployment;

	deployment_start(&deployment, NULL);
	control(&response, &deployment, "POST /v1/sites",
		"{\"name\": \"t\", \"settings\": {\"host_name\": \"BEFORE\"},"
		" \"faults\": [{\"do\": {\"delay\": \"2s\"}}]}",
		201);
	for (size_t i = 0; i < CROWD; i++) {
		crowd[i] = raw_connect("127.0.0.1", deployment.port);
		ck_assert(raw_send_format(&crowd[i],
			"GET /site/t/" CAPS " HTTP/1.1\r\nHost: a\r\nX-Nth: %zu\r\n\r\n", i));
	}
	wait_for(&deployment, CROWD);
	control(&response, &deployment, "DELETE /v1/sites/t", "", 204);
	deployment_ask(&response, &deployment, "GET /site/t/" CAPS " HTTP/1.1\r\nHost: a\r\n\r\n");
	ck_assert_uint_eq(response.status, 404);
	/* The name is free at once, and the new site is nobody's but its own. */
	control(&response, &deployment, "POST /v1/sites", "{\"name\": \"t\"}", 201);
	deployment_ask(&response, &deployment, "GET /site/t/" CAPS " HTTP/1.1\r\nHost: a\r\n\r\n");
	ck_assert_uint_eq(response.status, 200);
	for (size_t i = 0; i < CROWD; i++) {
		ck_assert_msg(raw_read(&response, &crowd[i]), "request %zu was lost", i);
		ck_assert_uint_eq(response.status, 200);
		ck_assert_ptr_nonnull(strstr(buffer_text(&response.body), "SHA-1"));
		raw_close(&crowd[i]);
	}
	deployment_read_log(&log, &deployment, "W3SVC2/", "GetCACaps", CROWD);
	ck_assert_ptr_nonnull(strstr(buffer_text(&log), "GetCACaps"));
	buffer_clear(&log);
	deployment_read_log(&log, &deployment, "W3SVC3/", "GetCACaps", 1);
	deployment_stop(&deployment);
}
END_TEST

/* The server stops while the exchanges of a removed site are held. */
START_TEST(stops_with_a_removed_site_in_flight)
{
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	struct raw_client crowd[CROWD];
	struct deployment deployment;

	deployment_start(&deployment, NULL);
	control(&response, &deployment, "POST /v1/sites",
		"{\"name\": \"t\", \"faults\": [{\"do\": {\"delay\": \"1h\"}}]}", 201);
	for (size_t i = 0; i < CROWD; i++) {
		crowd[i] = raw_connect("127.0.0.1", deployment.port);
		ck_assert(raw_send_format(
			&crowd[i], "GET /site/t/" CAPS " HTTP/1.1\r\nHost: a\r\n\r\n"));
	}
	wait_for(&deployment, CROWD);
	control(&response, &deployment, "DELETE /v1/sites/t", "", 204);
	/* Clients that leave are noticed, so that the stop need not wait for the delay. */
	for (size_t i = 0; i < CROWD; i++)
		raw_reset(&crowd[i]);
	deployment_stop(&deployment);
}
END_TEST

/* Dates as the site's clock has them, and the file of its W3C log. */
static const struct {
	const char *at;
	const char *date;
	const char *file;
} times[] = {
	{"2031-03-04T23:59:59Z", "Tue, 04 Mar 2031 23:59:59 GMT", "u_ex310304.log"},
	{"2031-03-05T00:59:59Z", "Wed, 05 Mar 2031 00:59:59 GMT", "u_ex310305.log"},
	/* an hour back, over midnight */
	{"2031-03-04T23:59:59Z", "Tue, 04 Mar 2031 23:59:59 GMT", "u_ex310304.log"},
	{"1999-12-31T23:59:59Z", "Fri, 31 Dec 1999 23:59:59 GMT", "u_ex991231.log"},
};

START_TEST(moves_the_time_of_one_site)
{
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	BUFFER_CLEANUP struct buffer log = {0};
	struct deployment deployment;
	struct bytes date;

	deployment_start(&deployment, NULL);
	control(&response, &deployment, "POST /v1/sites", "{\"name\": \"t\"}", 201);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		TEXT_CLEANUP char *body = text_format("{\"at\": \"%s\"}", times[i].at);
		TEXT_CLEANUP char *file = text_format("W3SVC2/%s", times[i].file);

		control(&response, &deployment, "POST /v1/sites/t/clock/freeze", body, 200);
		deployment_ask(
			&response, &deployment, "GET /site/t/" CAPS " HTTP/1.1\r\nHost: a\r\n\r\n");
		date = raw_header(&response, "Date");
		ck_assert(bytes_equal(date, bytes_text(times[i].date)));
		deployment_read_log(&log, &deployment, file, "GetCACaps", i == 2 ? 2 : 1);
		deployment_ask(&response, &deployment, "GET /" CAPS " HTTP/1.1\r\nHost: a\r\n\r\n");
		date = raw_header(&response, "Date");
		ck_assert(!bytes_equal(date, bytes_text(times[i].date)));
	}
	deployment_stop(&deployment);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sites");
	TCase *cases = tcase_create("sites");

	tcase_set_timeout(cases, 60);
	tcase_add_test(cases, answers_what_is_under_way_when_its_site_is_removed);
	tcase_add_test(cases, stops_with_a_removed_site_in_flight);
	tcase_add_test(cases, moves_the_time_of_one_site);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
