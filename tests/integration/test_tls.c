/* What is HTTPS's own in the answers of a deployment. */
#include <check.h>
#include <string.h>

#include "server/site_verb.h"
#include "tests/integration/deployment.h"
#include "tests/integration/tls_client.h"
#include "tests/run_suite.h"

#define SILENCE_MS 250

static const char get_ca_caps[] =
	"GET /certsrv/mscep/mscep.dll?operation=GetCACaps HTTP/1.1\r\nHost: localhost\r\n"
	"Connection: close\r\n\r\n";

static void
ask(struct tls_outcome *out, const struct deployment *deployment, struct bytes request,
	int patience_ms)
{
	const struct server *server = deployment->server;

	tls_client_ask(out, deployment->tls_port,
		&server->sites.sites[0]->condition->authority->root, clock_now(&server->clock),
		request, patience_ms);
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
	ask(&outcome, &deployment, buffer_bytes(&request), RAW_PATIENCE_MS);
	ck_assert_ptr_nonnull(strstr(buffer_text(&outcome.received), "HTTP/1.1 200 "));
	ck_assert_int_eq(outcome.state, RAW_CLOSED);
	ck_assert(outcome.bid_farewell);
	tls_outcome_done(&outcome);
	buffer_done(&request);
	deployment_stop(&deployment);
}
END_TEST

/* --- changes at run time --------------------------------------------------------- */

/* What an administrator changes, and what the client says at its next handshake. */
static const struct {
	const char *settings;
	const char *back;
	const char *words;
	const char *or_words; /* NULL: those alone */
} changes[] = {
	{"{\"tls_certificate\": \"expired\"}", "{\"tls_certificate\": \"valid\"}",
		"certificate has expired"},
	{"{\"tls_certificate\": \"wrong_name\"}", "{\"tls_certificate\": \"valid\"}",
		"hostname mismatch"},
	{"{\"tls_protocols\": \"old\"}", "{\"tls_protocols\": \"modern\"}", "unsupported protocol"},
	{"{\"tls_handshake\": \"reset\"}", "{\"tls_handshake\": \"normal\"}", "reset"},
	{"{\"tls_handshake\": \"stall\"}", "{\"tls_handshake\": \"normal\"}", "silent"},
	/* A client of TLS 1.3 may ask before it is turned away, and who closes on what it has not read
	 * resets (RFC 1122 4.2.2.13). */
	{"{\"tls_client_certificate\": \"demanded\"}", "{\"tls_client_certificate\": \"none\"}",
		"closed", "reset"},
	/* Another CA signs the next one, below the same root. */
	{"{\"ca_hierarchy\": \"issuing\"}", "{\"ca_hierarchy\": \"root\"}", "answered"},
};
#define CHANGES (sizeof(changes) / sizeof(changes[0]))

static void
change(const struct deployment *deployment, const char *text)
{
	json_t *settings = json_loads(text, 0, NULL);
	struct diag diag = {0};
	const char *fault;

	ck_assert_int_eq(
		site_change(deployment->server->sites.sites[0], settings, &fault, &diag), DONE);
	json_decref(settings);
}

static void
want_either(const struct deployment *deployment, const char *words, const char *or_words)
{
	int patience = strcmp(words, "silent") == 0 ? SILENCE_MS : RAW_PATIENCE_MS;
	struct tls_outcome outcome;

	ask(&outcome, deployment, bytes_text(get_ca_caps), patience);
	ck_assert_msg(strcmp(outcome.words, words) == 0 ||
			(or_words && strcmp(outcome.words, or_words) == 0),
		"%s instead of %s", outcome.words, words);
	tls_outcome_done(&outcome);
}

static void
want_words(const struct deployment *deployment, const char *words)
{
	want_either(deployment, words, NULL);
}

START_TEST(shows_a_change_at_the_next_handshake)
{
	static const char *const settings[] = {"ca_hierarchy=root", NULL};
	struct deployment deployment;

	deployment_start_with_fault(&deployment, "slow-ca", settings);
	want_words(&deployment, "answered");
	change(&deployment, changes[_i].settings);
	want_either(&deployment, changes[_i].words, changes[_i].or_words);
	change(&deployment, changes[_i].back);
	want_words(&deployment, "answered");
	deployment_stop(&deployment);
}
END_TEST

/* It is the ClientHello that counts, not the connection. */
START_TEST(shows_a_change_to_who_has_connected_before)
{
	struct deployment deployment;
	struct tls_outcome outcome;
	struct raw_client early;
	const struct server *server;

	deployment_start_with_fault(&deployment, "slow-ca", NULL);
	server = deployment.server;
	early = raw_connect("127.0.0.1", deployment.tls_port);
	want_words(&deployment, "answered"); /* so that the other one has been accepted */
	change(&deployment, "{\"tls_certificate\": \"expired\"}");
	tls_client_ask_over(&outcome, &early, &server->sites.sites[0]->condition->authority->root,
		clock_now(&server->clock), bytes_text(get_ca_caps), RAW_PATIENCE_MS);
	ck_assert_str_eq(outcome.words, "certificate has expired");
	tls_outcome_done(&outcome);
	raw_close(&early);
	deployment_stop(&deployment);
}
END_TEST

/* With `apply: as_real` Schannel reads its protocols when the server starts, http.sys its bindings
 * at once. */
START_TEST(shows_a_change_when_the_real_thing_would)
{
	static const char *const settings[] = {"apply=as_real", NULL};
	struct deployment deployment;
	struct diag diag = {0};

	deployment_start_with_fault(&deployment, "slow-ca", settings);
	change(&deployment, "{\"tls_protocols\": \"old\"}");
	want_words(&deployment, "answered");
	ck_assert_int_eq(site_do(deployment.server->sites.sites[0], SITE_VERB_REBOOT, &diag), DONE);
	want_words(&deployment, "unsupported protocol");
	change(&deployment, "{\"tls_handshake\": \"reset\"}");
	want_words(&deployment, "reset");
	deployment_stop(&deployment);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tls");
	TCase *cases = tcase_create("tls");

	tcase_set_timeout(cases, 60);
	tcase_add_test(cases, takes_the_longest_url);
	tcase_add_loop_test(cases, shows_a_change_at_the_next_handshake, 0, CHANGES);
	tcase_add_test(cases, shows_a_change_to_who_has_connected_before);
	tcase_add_test(cases, shows_a_change_when_the_real_thing_would);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
