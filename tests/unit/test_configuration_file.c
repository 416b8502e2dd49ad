/* Configuration files: what is taken, every sentence that refuses one, and the way round. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/memory.h"
#include "server/configuration_file.h"
#include "server/configuration_yaml.h"
#include "temporary_directory.h"
#include "tests/run_suite.h"

#define FILE_NAME "c.yaml"

static char *directory, *before;

static void
enter_directory(void)
{
	before = getcwd(NULL, 0);
	directory = temporary_directory_new();
	ck_assert_int_eq(chdir(directory), 0);
}

static void
leave_directory(void)
{
	ck_assert_int_eq(chdir(before), 0);
	free(before);
	temporary_directory_remove(directory);
}

static void
write_file(const char *text)
{
	FILE *file = fopen(FILE_NAME, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static void
read_good(struct configuration *out, const char *text)
{
	struct diag diag = {0};
	char words[DIAG_TEXT_SIZE];

	write_file(text);
	configuration_init(out);
	ck_assert_msg(configuration_file_read(out, FILE_NAME, &diag) == DONE, "%s",
		diag_text(words, &diag));
	ck_assert_msg(configuration_complete(out, &diag) == DONE, "%s", diag_text(words, &diag));
}

START_TEST(starts_with_the_defaults)
{
	CONFIGURATION_CLEANUP struct configuration configuration = {0};

	read_good(&configuration, "# nothing\n");
	ck_assert_uint_eq(configuration.listener_count, 1);
	ck_assert_str_eq(configuration.listeners[0].address, "127.0.0.1:8080");
	ck_assert_ptr_null(configuration.ready_file);
	ck_assert_ptr_null(configuration.state_directory);
	ck_assert(!configuration.has_seed && !configuration.quiet);
	ck_assert_int_eq(configuration.settings.password_max, 5);
	ck_assert_uint_eq(configuration.site_count, 0);
}
END_TEST

static const char everything[] = "listen:\n"
				 "  - 127.0.0.1:0\n"
				 "  - \"[::1]:0\"\n"
				 "ready_file: run/ready.json\n"
				 "pki: my-pki\n"
				 "state: \"2026\"\n"
				 "log_dir: logs\n"
				 "seed: 9223372036854775807\n"
				 "journal_exchanges: 7\n"
				 "journal_bytes: 2MiB\n"
				 "redact: true\n"
				 "quiet: true\n"
				 "settings:\n"
				 "  server_version: 2016\n"
				 "  password_max: 7\n"
				 "  challenge: \"a: \\\"b\\\" #c\"\n"
				 "sites:\n"
				 "  old:\n"
				 "    server_version: 2008_r2\n"
				 "    challenge: null\n"
				 "  same: {}\n"
				 "  empty:\n";

START_TEST(takes_a_listener_with_faults)
{
	CONFIGURATION_CLEANUP struct configuration configuration = {0};

	read_good(&configuration,
		"listen: ['127.0.0.1:0,fault=request-filtering-query-2048', '127.0.0.1:0', "
		"fault=request-filtering-query-2048]\n");
	ck_assert_uint_eq(configuration.listener_count, 2);
	ck_assert_str_eq(configuration.listeners[0].address, "127.0.0.1:0");
	ck_assert_str_eq(configuration.listeners[0].fault, "request-filtering-query-2048");
	ck_assert_str_eq(configuration.listeners[1].fault, "request-filtering-query-2048");
}
END_TEST

START_TEST(takes_everything)
{
	CONFIGURATION_CLEANUP struct configuration configuration = {0};

	read_good(&configuration, everything);
	ck_assert_uint_eq(configuration.listener_count, 2);
	ck_assert_str_eq(configuration.listeners[0].address, "127.0.0.1:0");
	ck_assert_str_eq(configuration.listeners[1].address, "[::1]:0");
	ck_assert_str_eq(configuration.ready_file, "run/ready.json");
	ck_assert_str_eq(configuration.pki_directory, "my-pki");
	ck_assert_str_eq(configuration.state_directory, "2026");
	ck_assert_str_eq(configuration.log_directory, "logs");
	ck_assert(configuration.has_seed && configuration.seed == INT64_MAX);
	ck_assert_int_eq(configuration.journal_exchanges, 7);
	ck_assert_int_eq(configuration.journal_bytes, 2 << 20);
	ck_assert(configuration.redact);
	ck_assert(configuration.quiet);
	ck_assert_int_eq(configuration.settings.server_version, SERVER_2016);
	ck_assert_str_eq(configuration.settings.challenge, "a: \"b\" #c");
	ck_assert_uint_eq(configuration.site_count, 3);
	ck_assert_str_eq(configuration.sites[0].name, "old");
	ck_assert_int_eq(configuration.sites[0].settings.server_version, SERVER_2008_R2);
	ck_assert_int_eq(configuration.sites[0].settings.password_max, 7);
	ck_assert_ptr_null(configuration.sites[0].settings.challenge);
	ck_assert_int_eq(configuration.sites[1].settings.server_version, SERVER_2016);
	ck_assert_str_eq(configuration.sites[2].name, "empty");
}
END_TEST

START_TEST(gives_sites_what_stronger_sources_say)
{
	CONFIGURATION_CLEANUP struct configuration configuration = {0};

	read_good(&configuration, "sites: {a: {password_max: 2}, b: {}}\n");
	ck_assert_int_eq(
		settings_set_text(&configuration.settings, "password_max", "9", NULL), DONE);
	ck_assert_int_eq(configuration_complete(&configuration, NULL), DONE);
	ck_assert_int_eq(configuration.sites[0].settings.password_max, 2);
	ck_assert_int_eq(configuration.sites[1].settings.password_max, 9);
}
END_TEST

static const char *const round_trips[] = {
	"",
	"clock: {offset: -3661001ms}\nsite_clock: {frozen_at: \"2027-01-31T23:59:59.5Z\"}\n"
	"sites:\n  a: {ttl: 40m, ca: own, clock: {offset: 40d}, challenge: null}\n"
	"  b: {rules: [{do: {status: 503}}], clock: {frozen_at: \"1999-12-31T23:59:59Z\"}}\n",
	everything,
	"listen: \"[::1]:0\"\nseed: 0\n",
	"rules:\n  - {id: a, match: {path: \"*\\u00e4\\\"\"}, do: {status: 503}}\n"
	"sites: {b: {fault: slow-ca, rules: [{do: {delay: 5ms}}], password_max: 7}}\n",
};

START_TEST(reads_what_it_writes)
{
	CONFIGURATION_CLEANUP struct configuration first = {0}, second = {0};
	BUFFER_CLEANUP struct buffer written = {0}, again = {0};

	read_good(&first, round_trips[_i]);
	configuration_yaml_write(&written, &first);
	read_good(&second, buffer_text(&written));
	configuration_yaml_write(&again, &second);
	ck_assert_str_eq(buffer_text(&written), buffer_text(&again));
}
END_TEST

#define FOUR  "'[::1]:0', '[::1]:0', '[::1]:0', '[::1]:0', "
#define EIGHT FOUR FOUR

static const struct {
	const char *text;
	const char *sentence;
} bad[] = {
	{"listenn: x\n", "c.yaml:1:1 (listenn): no such key; did you mean listen?"},
	{"log-dir: x\n", "c.yaml:1:1 (log-dir): no such key; did you mean log_dir?"},
	{"colour: x\n",
		"c.yaml:1:1 (colour): no such key; expected listen, listen_tls, control, "
		"control_token, tls_names, "
		"fault_profiles, fault, rules, "
		"max_sites, ready_file, pki, state, "
		"log_dir, "
		"seed, journal_exchanges, journal_bytes, state_bytes, redact, core_dumps, quiet, "
		"clock, "
		"site_clock, "
		"settings or sites"},
	{"quiet: true\npassword_max: 7\n",
		"c.yaml:2:1 (password_max): no such key at the top; did you mean settings: "
		"{password_max: ...}?"},
	{"- listen\n", "c.yaml:1:1: a list; expected a mapping of KEY: VALUE"},
	{"listen\n", "c.yaml:1:1: a text; expected a mapping of KEY: VALUE"},
	{"quiet: true\nquiet: true\n",
		"c.yaml:2:1: \"quiet\" stands here twice; expected each key once"},
	{"listen: 8080\n", "c.yaml:1:1 (listen): a whole number; expected ADDRESS:PORT"},
	{"listen: []\n", "c.yaml:1:1 (listen): an empty list; expected at least one address"},
	{"listen:\n", "c.yaml:1:1 (listen): null; expected ADDRESS:PORT"},
	{"listen: localhost:80\n",
		"c.yaml:1:1 (listen): \"localhost\" is no IPv4 address; expected ADDRESS:PORT, "
		"such as "
		"127.0.0.1:8080, or [::1]:0 for a free port"},
	{"listen:\n  - 127.0.0.1:0\n  - 127.0.0.1:x\n",
		"c.yaml:3:5 (listen): port \"x\"; expected a port from 0 to 65535"},
	{"listen:\n  - 127.0.0.1:0\n  - 80\n",
		"c.yaml:3:5 (listen): a whole number; expected ADDRESS:PORT"},
	{"listen: [" EIGHT EIGHT EIGHT EIGHT "'[::1]:0']\n",
		"c.yaml:1:362 (listen): more than 32 addresses to listen on; expected fewer of "
		"them"},
	{"listen: '127.0.0.1:0,fault='\n",
		"c.yaml:1:1 (listen): \"fault=\" without a name; expected fault=NAME[+NAME]"},
	{"listen: '127.0.0.1:0,flaut=x'\n",
		"c.yaml:1:1 (listen): \"127.0.0.1:0,flaut=x\"; expected ADDRESS:PORT,fault=NAME"},
	{"state: 2026\n", "c.yaml:1:1 (state): a whole number; expected a path"},
	{"pki: \"\"\n", "c.yaml:1:1 (pki): an empty text; expected a path"},
	{"seed: x\n", "c.yaml:1:1 (seed): a text; expected a whole number"},
	{"seed: -1\n", "c.yaml:1:1 (seed): a negative number; expected a number from 0 on"},
	{"redact: 1\n", "c.yaml:1:1 (redact): a whole number; expected true or false"},
	{"journal_exchanges: -1\n",
		"c.yaml:1:1 (journal_exchanges): a whole number out of range; expected a whole "
		"number from 0 to 1000000"},
	{"journal_bytes: 1KiB\n",
		"c.yaml:1:1 (journal_bytes): \"1KiB\"; expected 64KiB to 1GiB; to keep none, set "
		"journal_exchanges to 0"},
	{"state_bytes: 100KiB\n", "c.yaml:1:1 (state_bytes): \"100KiB\"; expected 256KiB to 1GiB"},
	{"journal_bytes: 1\n",
		"c.yaml:1:1 (journal_bytes): \"1\"; expected 64KiB to 1GiB; to keep none, set "
		"journal_exchanges to 0"},
	{"journal_bytes: true\n",
		"c.yaml:1:1 (journal_bytes): true; expected a size, such as 64MiB"},
	{"quiet: 1\n", "c.yaml:1:1 (quiet): a whole number; expected true or false"},
	{"quiet: yes\n", "c.yaml:1:1 (quiet): a text; expected true or false"},
	{"settings: 5\n",
		"c.yaml:1:1 (settings): a whole number; expected a mapping of NAME: VALUE"},
	{"settings:\n  password_max: 5\n  pasword_length: 8\n",
		"c.yaml:3:3 (pasword_length): no such setting; did you mean password_length?"},
	{"settings:\n  password_max: 0\n",
		"c.yaml:2:3 (password_max): 0 is out of range; expected a whole number from 1 to "
		"1000000"},
	{"settings: {challenge: 12345}\n",
		"c.yaml:1:12 (challenge): a whole number; expected a text (in quotes if it looks "
		"like something else)"},
	{"sites: {a: {reply: rfc}}\n",
		"c.yaml:1:13 (reply): \"rfc\" is no choice; did you mean "
		"rfc8894?"},
	{"sites: {a: 1}\n", "c.yaml:1:9 (a): a whole number; expected a mapping of NAME: VALUE"},
	{"sites: [a]\n", "c.yaml:1:1 (sites): a list; expected a mapping of NAME: VALUE"},
	{"sites: {default: {}}\n",
		"c.yaml:1:9 (default): the default site is what \"settings\" describes; expected "
		"another name"},
	{"rules: 5\n", "c.yaml:1:1 (rules): a whole number; expected a list of rules"},
	{"rules:\n  - do: {statsu: 503}\n",
		"c.yaml:2:5 (statsu): no such action; did you mean status?"},
	{"sites: {a: {rules: {}}}\n", "c.yaml:1:13 (rules): a mapping; expected a list of rules"},
	{"sites: {a: {rules: [{do: {delay: 5}}]}}\n",
		"c.yaml:1:27 (delay): a whole number; expected a duration from 1ms to 1h"},
	{"sites: {a: {fault: 5}}\n",
		"c.yaml:1:13 (fault): a whole number; expected names of fault profiles joined by "
		"+"},
	{"sites: {a/b: {}}\n",
		"c.yaml:1:9 (a/b): no name for a site; expected 1 to 63 letters, digits, \"-\", "
		"\"_\" "
		"and \".\", a letter or digit first"},
	{"sites: {..: {}}\n",
		"c.yaml:1:9 (..): no name for a site; expected 1 to 63 letters, digits, \"-\", "
		"\"_\" "
		"and \".\", a letter or digit first"},
	{"sites: {a: {ttl: 0s}}\n",
		"c.yaml:1:13 (ttl): no time at all; expected 1ms or more; null: it stays"},
	{"sites: {a: {ttl: 1 h}}\n",
		"c.yaml:1:13 (ttl): \"1 h\"; expected a duration of at most 366 days, such as "
		"250ms, 10s, 5m, 2h or 40d"},
	{"sites: {a: {ttl: 5}}\n",
		"c.yaml:1:13 (ttl): a whole number; expected a duration such as 40m"},
	{"sites: {a: {ca: mine}}\n", "c.yaml:1:13 (ca): \"mine\"; expected shared or own"},
	{"sites: {a: {ca: 1}}\n", "c.yaml:1:13 (ca): a whole number; expected shared or own"},
	{"sites: {a: {clock: {ofset: 1d}}}\n",
		"c.yaml:1:21 (ofset): no such key; did you mean offset?"},
	{"clock: {offset: 1y}\n",
		"c.yaml:1:9 (offset): \"1y\"; expected a duration such as 360d or -1h"},
	{"site_clock: {frozen_at: tomorrow}\n",
		"c.yaml:1:14 (frozen_at): \"tomorrow\"; expected a time in UTC like "
		"2027-01-31T23:59:59Z, from 1970 to 9999"},
	{"clock: 5\n", "c.yaml:1:1 (clock): a whole number; expected a mapping of NAME: VALUE"},
	{"settings: {password_max: *x}\n", "c.yaml:1:26: an alias; expected the value itself"},
};

START_TEST(refuses_files)
{
	CONFIGURATION_CLEANUP struct configuration configuration = {0};
	char text[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	write_file(bad[_i].text);
	configuration_init(&configuration);
	ck_assert_int_eq(
		configuration_add_listen(&configuration, "127.0.0.1:1", false, NULL), DONE);
	ck_assert_msg(configuration_file_read(&configuration, FILE_NAME, &diag) == REFUSED,
		"%s passed", bad[_i].text);
	ck_assert_str_eq(diag_text(text, &diag), bad[_i].sentence);
	ck_assert_uint_eq(configuration.listener_count, 2);
}
END_TEST

START_TEST(takes_clocks_and_lifetimes)
{
	CONFIGURATION_CLEANUP struct configuration configuration = {0};

	read_good(&configuration,
		"clock: {offset: -36500d}\nsite_clock: {frozen_at: \"2027-01-31T23:59:59.5Z\"}\n"
		"sites:\n  a: {ttl: 40m, ca: own, clock: {offset: 250ms}, max_url: 7}\n"
		"  b: {ttl: null, ca: shared, clock: null}\n");
	ck_assert_int_eq(configuration.clock.offset_ms, INT64_C(-36500) * 86400000);
	ck_assert(configuration.site_clock.frozen);
	ck_assert_int_eq(configuration.site_clock.frozen_ms, INT64_C(1801439999500));
	ck_assert_int_eq(configuration.sites[0].time_to_live_ms, 40 * 60 * 1000);
	ck_assert(configuration.sites[0].own_ca && !configuration.sites[1].own_ca);
	ck_assert_int_eq(configuration.sites[0].clock.offset_ms, 250);
	ck_assert_int_eq(configuration.sites[0].settings.max_url, 7);
	ck_assert_int_eq(configuration.sites[1].time_to_live_ms, 0);
}
END_TEST

START_TEST(wants_room_for_all_sites)
{
	CONFIGURATION_CLEANUP struct configuration configuration = {0};
	char text[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	write_file("max_sites: 2\nsites: {a: {}, b: {}}\n");
	configuration_init(&configuration);
	ck_assert_int_eq(configuration_file_read(&configuration, FILE_NAME, &diag), DONE);
	ck_assert_int_eq(configuration_complete(&configuration, &diag), REFUSED);
	ck_assert_str_eq(diag_text(text, &diag),
		"max_sites: 2, and there are 3 sites with the default one; expected 3 or more of "
		"at "
		"most 4096");
}
END_TEST

START_TEST(refuses_too_many_sites)
{
	CONFIGURATION_CLEANUP struct configuration configuration = {0};
	BUFFER_CLEANUP struct buffer text = {0};
	struct diag diag = {0};

	buffer_append_text(&text, "max_sites: 4096\nsites:\n");
	for (unsigned i = 1; i < CONFIGURATION_SITES_MAX; i++)
		buffer_append_format(&text, "  site-%u: {}\n", i);
	read_good(&configuration, buffer_text(&text));
	ck_assert_uint_eq(configuration.site_count, CONFIGURATION_SITES_MAX - 1);

	buffer_append_text(&text, "  one-more: {}\n");
	write_file(buffer_text(&text));
	ck_assert_int_eq(configuration_file_read(&configuration, FILE_NAME, &diag), REFUSED);
	ck_assert_str_eq(diag.object, "c.yaml:4098:3");
	ck_assert_str_eq(diag.found, "more than 4095 sites");
}
END_TEST

START_TEST(refuses_files_that_cannot_be_read)
{
	CONFIGURATION_CLEANUP struct configuration configuration = {0};
	char text[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	configuration_init(&configuration);
	ck_assert_int_eq(configuration_file_read(&configuration, "missing", &diag), REFUSED);
	ck_assert_str_eq(diag_text(text, &diag),
		"configuration file: missing: No such file or "
		"directory; expected a file that can be read");
	ck_assert_int_eq(configuration_file_read(&configuration, ".", &diag), REFUSED);
	ck_assert_str_eq(diag_text(text, &diag),
		"configuration file: .: Is a directory; expected a file that can be read");
}
END_TEST

START_TEST(refuses_an_address_twice)
{
	CONFIGURATION_CLEANUP struct configuration configuration = {0};
	char text[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	/* Two free ports are two ports. */
	read_good(&configuration, "listen: ['127.0.0.1:0', '127.0.0.1:0', '[::1]:81']\n");
	ck_assert_int_eq(configuration_add_listen(&configuration, "[0::1]:81", false, &diag), DONE);
	ck_assert_int_eq(configuration_complete(&configuration, &diag), REFUSED);
	ck_assert_str_eq(diag_text(text, &diag),
		"listen: [0::1]:81 stands there twice; expected each address once");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("configuration_file");
	TCase *cases = tcase_create("configuration_file");

	tcase_add_checked_fixture(cases, enter_directory, leave_directory);
	tcase_add_test(cases, starts_with_the_defaults);
	tcase_add_test(cases, takes_a_listener_with_faults);
	tcase_add_test(cases, takes_everything);
	tcase_add_test(cases, gives_sites_what_stronger_sources_say);
	tcase_add_loop_test(
		cases, reads_what_it_writes, 0, sizeof(round_trips) / sizeof(round_trips[0]));
	tcase_add_loop_test(cases, refuses_files, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(cases, takes_clocks_and_lifetimes);
	tcase_add_test(cases, wants_room_for_all_sites);
	tcase_add_test(cases, refuses_too_many_sites);
	tcase_add_test(cases, refuses_files_that_cannot_be_read);
	tcase_add_test(cases, refuses_an_address_twice);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
