/* Requests that nobody should send: what is answered, and what stands in the logs. */
#include <check.h>
#include <string.h>

#include "common/memory.h"
#include "tests/integration/hostile_requests.h"
#include "tests/integration/siege.h"
#include "tests/run_suite.h"

#define ROUNDS 20

/* Sends a request, and checks what comes back. */
static void
send_row(const struct hostile_request *row, struct raw_client *client)
{
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};

	hostile_request_send(&response, client, row);
	ck_assert_msg(response.status == row->status, "%s: status %u, state %d, \"%.200s\"",
		row->name, response.status, client->state, buffer_text(&response.head));
	ck_assert_msg(row->stays ? client->state == RAW_OPEN
				 : client->state == RAW_CLOSED || client->state == RAW_RESET,
		"%s: state %d", row->name, client->state);
}

static void
check_log(const struct hostile_request *row, const struct deployment *deployment,
	const struct raw_client *client)
{
	BUFFER_CLEANUP struct buffer log = {0};
	TEXT_CLEANUP char *line = NULL;
	unsigned port = raw_port(client);

	if (row->log == HOSTILE_LOG_HTTPERR) {
		/* Of a long field, the end alone is in the row. */
		line = row->line[0] == ' '
			? text_format(" %u 127.0.0.1 %u%s\r", port, deployment->port, row->line)
			: text_format("%s\r", row->line);
		deployment_read_log(&log, deployment, "W3SVC1/HTTPERR/httperr1.log", line, 1);
	} else if (row->log == HOSTILE_LOG_W3C) {
		deployment_read_log(&log, deployment, "W3SVC1/", row->line, 1);
	}
}

START_TEST(answers_and_writes_down)
{
	struct deployment deployment;

	deployment_start(&deployment, NULL);
	for (size_t i = 0; i < hostile_request_count; i++) {
		/* Who closes before the line is written may be said to have gone. */
		RAW_CLIENT_CLEANUP struct raw_client client =
			raw_connect("127.0.0.1", deployment.port);

		send_row(&hostile_requests[i], &client);
		check_log(&hostile_requests[i], &deployment, &client);
	}
	deployment_stop(&deployment);
}
END_TEST

/* All of them over and over leave nothing behind, and a device beside them enrols. */
START_TEST(leaves_nothing_behind)
{
	static const char *const arguments[] = {NULL};
	struct siege siege;

	siege_start(&siege, arguments);
	for (unsigned round = 0; siege_goes_on(&siege, round, ROUNDS); round++) {
		for (size_t i = 0; i < hostile_request_count; i++) {
			RAW_CLIENT_CLEANUP struct raw_client client =
				raw_connect("127.0.0.1", siege.process.deployment.port);

			send_row(&hostile_requests[i], &client);
		}
		if (round == ROUNDS / 10)
			siege_measure(&siege);
	}
	siege_end(&siege, 4096, 1024);
}
END_TEST

/* The same at the listener of the control API: whatever is answered, nothing hangs and nothing breaks. */
static void
send_to_control(const struct hostile_request *row, unsigned port)
{
	RAW_CLIENT_CLEANUP struct raw_client client = raw_connect("127.0.0.1", port);
	BUFFER_CLEANUP struct buffer bytes = {0};

	hostile_request_write(&bytes, row);
	if (!raw_send(&client, buffer_bytes(&bytes)))
		client.state = RAW_OPEN;
	raw_half_close(&client);
	ck_assert_msg(raw_read_end(&client) != RAW_SILENT, "%s", row->name);
	ck_assert_msg(strncmp(buffer_text(&client.received), "HTTP/1.1 500", 12) != 0, "%s: %.300s",
		row->name, buffer_text(&client.received));
}

START_TEST(leaves_nothing_behind_at_the_control_api)
{
	static const char *const arguments[] = {NULL};
	struct siege siege;

	siege_start(&siege, arguments);
	for (unsigned round = 0; siege_goes_on(&siege, round, ROUNDS / 2); round++) {
		for (size_t i = 0; i < hostile_request_count; i++)
			send_to_control(&hostile_requests[i], siege.process.control_port);
		if (round == ROUNDS / 10)
			siege_measure(&siege);
	}
	siege_end(&siege, 4096, 1024);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("hostile_requests");
	TCase *cases = tcase_create("hostile_requests");

	device_prepare_keys(1);
	tcase_set_timeout(cases, 240);
	tcase_add_test(cases, answers_and_writes_down);
	tcase_add_test(cases, leaves_nothing_behind);
	tcase_add_test(cases, leaves_nothing_behind_at_the_control_api);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
