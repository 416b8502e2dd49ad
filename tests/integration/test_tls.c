/* What is HTTPS's own in the answers of a deployment. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/integration/deployment.h"
#include "tests/integration/tls_client.h"

static void
ask(struct tls_outcome *out, const struct deployment *deployment, struct bytes request)
{
	const struct server *server = deployment->server;

	tls_client_ask(out, deployment->tls_port,
		&server->sites.sites[0]->condition->authority->root, clock_now(&server->clock),
		request, RAW_PATIENCE_MS);
}

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
	ask(&outcome, &deployment, buffer_bytes(&request));
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
	tcase_add_test(cases, takes_the_longest_url);
	suite_add_tcase(suite, cases);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
