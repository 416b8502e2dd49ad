/* The command line: what is taken, what is refused, and with which typed. */
#include <stdlib.h>
#include <string.h>

#include "client/arguments.h"
#include "common/certificate.h"
#include "tests/run_suite.h"
#include "tests/unit/x509_support.h"

#define WORDS_MAX 12
#define URL       "http://127.0.0.1:8080/certsrv/mscep/mscep.dll"
#define SUBJECT   "--subject", "CN=a"

static struct arguments arguments;
static struct diag diag;

static void
tear_down(void)
{
	static const char *const variables[] = {"MOCK_NDES_CHALLENGE", "MOCK_NDES_CHALLENGE_FROM",
		"MOCK_NDES_JSON", "MOCK_NDES_METHOD", "MOCK_NDES_SAN", "MOCK_NDES_SUBJECT"};

	for (size_t i = 0; i < ROWS(variables); i++)
		unsetenv(variables[i]);
	arguments_done(&arguments);
}

/* Parses a command line of which typed[0] is the command. */
static int
parse(enum command_mask command, const char *const typed[WORDS_MAX])
{
	char *argv[WORDS_MAX + 1] = {NULL};
	int argc = 0;

	for (; argc < WORDS_MAX && typed[argc]; argc++)
		argv[argc] = (char *)typed[argc];
	return arguments_parse(&arguments, command, argc, argv, &diag);
}

START_TEST(has_defaults)
{
	const char *typed[WORDS_MAX] = {"enroll", URL, SUBJECT};

	ASSERT_DONE(parse(COMMAND_ENROLL, typed), &diag);
	ck_assert_str_eq(arguments.url, URL);
	ck_assert_str_eq(arguments.subject, "CN=a");
	ck_assert_int_eq(arguments.method, METHOD_AUTO);
	ck_assert_ptr_null(arguments.digest);
	ck_assert_ptr_null(arguments.cipher);
	ck_assert_ptr_null(arguments.challenge);
	ck_assert_int_eq(arguments.get_encoding, GET_ENCODING_ESCAPED);
	ck_assert_int_eq(arguments.key_usage, 0);
	ck_assert_ptr_null(arguments.key_curve);
	ck_assert_int_eq(arguments.timeout_ms, 30000);
	ck_assert(!arguments.json && !arguments.quiet && !arguments.force && !arguments.insecure);
	ck_assert_str_eq(arguments.user_agent, "mock-ndes-client/" MOCK_NDES_VERSION);
}
END_TEST

START_TEST(takes_the_values)
{
	const char *typed[WORDS_MAX] = {"enroll", "--method=POST", "--digest=sha512", URL,
		"--cipher=3des", "--key-transport=oaep", "--get-encoding=iphone", "--renew=old",
		"--poll-interval=250ms", "--clock-offset=-2h", "--message-type=renewalreq"};

	ASSERT_DONE(parse(COMMAND_ENROLL, typed), &diag);
	ck_assert_int_eq(arguments.method, METHOD_POST);
	ck_assert_str_eq(arguments.digest->name, "SHA-512");
	ck_assert_str_eq(arguments.cipher->name, "DES-EDE3-CBC");
	ck_assert_int_eq(arguments.key_transport, KEY_TRANSPORT_OAEP);
	ck_assert_int_eq(arguments.get_encoding, GET_ENCODING_IPHONE);
	ck_assert_int_eq(arguments.message_type, MESSAGE_TYPE_RENEWAL_REQ);
	ck_assert_int_eq(arguments.poll_interval_ms, 250);
	ck_assert_int_eq(arguments.clock_offset_ms, -7200000);
	ck_assert_str_eq(arguments.renew, "old");
}
END_TEST

START_TEST(takes_what_is_said_of_the_key)
{
	const char *typed[WORDS_MAX] = {
		"enroll", URL, SUBJECT, "--key-curve=p-384", "--key-usage=signature"};

	ASSERT_DONE(parse(COMMAND_ENROLL, typed), &diag);
	ck_assert_str_eq(arguments.key_curve, "P-384");
	ck_assert_int_eq(arguments.key_usage, KEY_USAGE_DIGITAL_SIGNATURE);
	ck_assert_int_eq(arguments.key_bits, 0);
}
END_TEST

START_TEST(joins_alternative_names)
{
	const char *typed[WORDS_MAX] = {
		"enroll", URL, SUBJECT, "--san", "DNS:a,IP:127.0.0.1", "--san", "email:b@c"};

	setenv("MOCK_NDES_SAN", "DNS:dropped", 1);
	ASSERT_DONE(parse(COMMAND_ENROLL, typed), &diag);
	ck_assert_str_eq(buffer_text(&arguments.subject_alt_names), "DNS:a,IP:127.0.0.1,email:b@c");
}
END_TEST

START_TEST(reads_the_environment)
{
	const char *typed[WORDS_MAX] = {"enroll", URL, "--method", "get"};

	setenv("MOCK_NDES_SUBJECT", "CN=env", 1);
	setenv("MOCK_NDES_METHOD", "post", 1);
	setenv("MOCK_NDES_JSON", "1", 1);
	ASSERT_DONE(parse(COMMAND_ENROLL, typed), &diag);
	ck_assert_str_eq(arguments.subject, "CN=env");
	ck_assert_int_eq(arguments.method, METHOD_GET);
	ck_assert(arguments.json);
}
END_TEST

/* MOCK_NDES_CHALLENGE is the server's, too; it must not stand in the way of another wish. */
START_TEST(prefers_the_command_line)
{
	const char *typed[WORDS_MAX] = {"enroll", URL, SUBJECT, "--challenge-from", URL};

	setenv("MOCK_NDES_CHALLENGE", "secret", 1);
	ASSERT_DONE(parse(COMMAND_ENROLL, typed), &diag);
	ck_assert_ptr_null(arguments.challenge);
	ck_assert_str_eq(arguments.challenge_from, URL);
	arguments_done(&arguments);
	setenv("MOCK_NDES_CHALLENGE_FROM", URL, 1);
	typed[4] = NULL;
	ck_assert_int_eq(parse(COMMAND_ENROLL, typed), REFUSED);
	ck_assert_str_eq(diag.object, "--challenge-from");
}
END_TEST

START_TEST(takes_a_serial_for_get_cert)
{
	const char *typed[WORDS_MAX] = {"get-cert", URL, "6800", "--identity", "dir"};

	ASSERT_DONE(parse(COMMAND_GET_CERT, typed), &diag);
	ck_assert_str_eq(arguments.serial, "6800");
	ck_assert_str_eq(arguments.identity, "dir");
	arguments_done(&arguments);
	typed[0] = "get-crl";
	ck_assert_int_eq(parse(COMMAND_GET_CRL, typed), REFUSED);
}
END_TEST

static const struct {
	enum command_mask command;
	const char *typed[WORDS_MAX];
	const char *object;
	const char *says; /* somewhere in the diag's text */
} usages[] = {
	{COMMAND_ENROLL, {"enroll"}, "command line", "no URL"},
	{COMMAND_ENROLL, {"enroll", "127.0.0.1", SUBJECT}, "URL", "http://"},
	{COMMAND_ENROLL, {"enroll", URL}, "--subject", "--renew"},
	{COMMAND_ENROLL, {"enroll", URL, SUBJECT, "more"}, "command line", "\"more\""},
	{COMMAND_ENROLL, {"enroll", URL, "--subjet", "CN=a"}, "--subjet", "--subject"},
	{COMMAND_ENROLL, {"enroll", URL, SUBJECT, "--identity", "x"}, "--identity", "--"},
	{COMMAND_GET_CRL, {"get-crl", URL, SUBJECT}, "--subject", "no such option"},
	{COMMAND_ENROLL, {"enroll", URL, SUBJECT, "--method", "put"}, "--method",
		"auto, get or post"},
	{COMMAND_ENROLL, {"enroll", URL, SUBJECT, "--digest", "SHA-3"}, "--digest", "SHA-256"},
	{COMMAND_ENROLL, {"enroll", URL, SUBJECT, "--cipher", "RC4"}, "--cipher", "AES-128"},
	{COMMAND_ENROLL, {"enroll", URL, SUBJECT, "--key-bits", "511"}, "--key-bits", "512"},
	{COMMAND_ENROLL, {"enroll", URL, SUBJECT, "--key-bits", "2k"}, "--key-bits", "2k"},
	{COMMAND_ENROLL, {"enroll", URL, SUBJECT, "--key-curve", "P-224"}, "--key-curve", "P-256"},
	{COMMAND_ENROLL, {"enroll", URL, SUBJECT, "--timeout", "-1"}, "--timeout", "duration"},
	{COMMAND_ENROLL, {"enroll", URL, SUBJECT, "--timeout", "1y"}, "--timeout", "duration"},
	{COMMAND_ENROLL, {"enroll", URL, SUBJECT, "--timeout", "367d"}, "--timeout", "366 days"},
	{COMMAND_ENROLL, {"enroll", URL, SUBJECT, "--ca-fingerprint", "ab"}, "--ca-fingerprint",
		"64 (SHA-256)"},
	{COMMAND_ENROLL, {"enroll", URL, SUBJECT, "--san", "host"}, "--san", "host"},
	{COMMAND_ENROLL, {"enroll", URL, SUBJECT, "--transaction-id", ""}, "--transaction-id",
		"256"},
	{COMMAND_ENROLL, {"enroll", URL, SUBJECT, "--challenge", "x", "--challenge-from", URL},
		"--challenge-from", "only one"},
	{COMMAND_ENROLL, {"enroll", URL, SUBJECT, "--key", "x", "--key-bits", "2048"}, "--key-bits",
		"only one"},
	{COMMAND_ENROLL, {"enroll", URL, SUBJECT, "--key", "x", "--key-curve", "P-256"},
		"--key-curve", "only one"},
	{COMMAND_ENROLL, {"enroll", URL, SUBJECT, "--key-bits", "2048", "--key-curve", "P-256"},
		"--key-curve", "RSA key"},
	{COMMAND_ENROLL, {"enroll", URL, "--renew", "x", "--identity-key", "y"}, "--identity-key",
		"only one"},
};

START_TEST(refuses_bad_usage)
{
	char text[DIAG_TEXT_SIZE];

	ck_assert_msg(parse(usages[_i].command, usages[_i].typed) == REFUSED, "%s %d: taken",
		usages[_i].object, _i);
	diag_text(text, &diag);
	ck_assert_msg(
		strcmp(diag.object, usages[_i].object) == 0, "\"%s\": %s", usages[_i].object, text);
	ck_assert_msg(strstr(text, usages[_i].says), "\"%s\": %s", usages[_i].says, text);
}
END_TEST

START_TEST(helps_before_it_checks)
{
	const char *typed[WORDS_MAX] = {"enroll", "--help", "--method", "put"};
	BUFFER_CLEANUP struct buffer help = {0}, get_help = {0};

	ASSERT_DONE(parse(COMMAND_ENROLL, typed), &diag);
	ck_assert(arguments.help);
	arguments_write_help(&help, COMMAND_ENROLL);
	ck_assert(strstr(buffer_text(&help), "--challenge-from"));
	ck_assert(strstr(buffer_text(&help), "MOCK_NDES_CHALLENGE_FROM"));
	ck_assert(!strstr(buffer_text(&help), "--identity DIR"));
	arguments_write_help(&get_help, COMMAND_GET_CRL);
	ck_assert(strstr(buffer_text(&get_help), "--identity"));
	ck_assert(!strstr(buffer_text(&get_help), "--challenge"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client arguments");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, NULL, tear_down);
	tcase_add_test(all, has_defaults);
	tcase_add_test(all, takes_the_values);
	tcase_add_test(all, takes_what_is_said_of_the_key);
	tcase_add_test(all, joins_alternative_names);
	tcase_add_test(all, reads_the_environment);
	tcase_add_test(all, prefers_the_command_line);
	tcase_add_test(all, takes_a_serial_for_get_cert);
	tcase_add_loop_test(all, refuses_bad_usage, 0, ROWS(usages));
	tcase_add_test(all, helps_before_it_checks);
	return run_suite(suite);
}
