/* Settings from text and JSON: what is taken, and every sentence that refuses. */
#include <check.h>
#include <string.h>

#include "common/memory.h"
#include "server/settings_table.h"
#include "server/settings_text.h"
#include "tests/run_suite.h"

static void
ck_assert_settings_eq(const struct settings *left, const struct settings *right)
{
	BUFFER_CLEANUP struct buffer one = {0}, other = {0};

	settings_text_write_yaml(&one, left, 0);
	settings_text_write_yaml(&other, right, 0);
	ck_assert_str_eq(buffer_text(&one), buffer_text(&other));
}

START_TEST(starts_with_the_defaults)
{
	SETTINGS_CLEANUP struct settings settings = {0}, again = {0};
	struct diag diag = {0};

	settings_init(&settings);
	ck_assert_int_eq(settings.server_version, SERVER_2019);
	ck_assert_int_eq(settings.policy_module, POLICY_MODULE_INTUNE);
	ck_assert_int_eq(settings.reply, REPLY_NDES);
	ck_assert(settings.enforce_password);
	ck_assert(!settings.use_single_password);
	ck_assert_int_eq(settings.password_length, 8);
	ck_assert_int_eq(settings.password_max, 5);
	ck_assert_int_eq(settings.password_validity, 60);
	ck_assert_int_eq(settings.fail_info_challenge_malformed, 2);
	ck_assert_int_eq(settings.max_field_length, 65534);
	ck_assert_int_gt(settings.max_request_bytes, settings.max_field_length + 8192);
	ck_assert_ptr_null(settings.challenge);
	ck_assert_ptr_null(settings.log_fields);
	ck_assert_str_eq(settings.general_purpose_template, "IPSECIntermediateOffline");

	/* Every default is a value that the row itself accepts. */
	settings_init(&again);
	for (size_t i = 0; settings_row_at(i); i++) {
		const struct setting_row *row = settings_row_at(i);
		const char *value = row->standard ? row->standard : "";

		ck_assert_msg(settings_set_text(&again, row->name, value, &diag) == DONE, "%s: %s",
			row->name, diag.found);
		ck_assert_msg(settings_is_standard(&again, row), "%s", row->name);
	}
	ck_assert_settings_eq(&settings, &again);
}
END_TEST

START_TEST(knows_what_is_not_at_its_default)
{
	/* A challenge may be the word for none. */
	static const char *const changes[][2] = {{"enforce_password", "false"},
		{"password_length", "9"}, {"server_version", "2022"}, {"challenge", "null"},
		{"general_purpose_template", "Other"}};
	SETTINGS_CLEANUP struct settings settings = {0};

	settings_init(&settings);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const struct setting_row *row = settings_row(changes[i][0]);

		ck_assert(settings_is_standard(&settings, row));
		ck_assert_int_eq(
			settings_set_text(&settings, row->name, changes[i][1], NULL), DONE);
		ck_assert_msg(!settings_is_standard(&settings, row), "%s", row->name);
	}
	ck_assert_ptr_null(settings_row("no_such_setting"));
}
END_TEST

START_TEST(has_whole_rows)
{
	for (size_t i = 0; settings_row_at(i); i++) {
		const struct setting_row *row = settings_row_at(i);

		ck_assert_ptr_eq(settings_row(row->name), row);
		ck_assert_msg(row->help && row->help[0], "%s has no help", row->name);
		ck_assert_msg(row->help[strlen(row->help) - 1] != '.', "%s: full stop", row->name);
		ck_assert_msg(
			row->max > 0 || row->kind == SETTING_BOOL || row->kind == SETTING_CHOICE,
			"%s has no range", row->name);
		ck_assert_msg(!row->check == !row->form, "%s: check and form", row->name);
		for (size_t j = 0; j < i; j++)
			ck_assert_uint_ne(settings_row_at(j)->offset, row->offset);
	}
}
END_TEST

static const struct {
	const char *name;
	const char *value;
	const char *written; /* the start of its line in YAML */
} good[] = {
	{"server_version", "2012_r2", "server_version: 2012_r2 "},
	{"policy_module", "none", "policy_module: none "},
	{"unknown_operation", "404", "unknown_operation: 404 "},
	{"enforce_password", "false", "enforce_password: false "},
	{"password_max", "1000000", "password_max: 1000000 "},
	{"max_url", "0", "max_url: 0 "},
	{"max_query_string", "4294967295", "max_query_string: 4294967295 "},
	{"challenge", "pass: \"\\ word#\xc3\xa4", "challenge: \"pass: \\\"\\\\ word#\xc3\xa4\" "},
	{"challenge", "", "challenge: null "},
	{"host_name", "A-1", "host_name: \"A-1\" "},
	{"reply_digest", "mirror", "reply_digest: \"mirror\" "},
	{"reply_digest", "SHA256", "reply_digest: \"SHA256\" "},
	{"reply_cipher", "AES-256-CBC", "reply_cipher: \"AES-256-CBC\" "},
	{"ca_capabilities_algorithms", "SHA-512, AES",
		"ca_capabilities_algorithms: \"SHA-512, AES\" "},
	{"log_fields", "date time sc-status", "log_fields: \"date time sc-status\" "},
	{"signature_template", "IPSec (Offline request)",
		"signature_template: \"IPSec (Offline request)\" "},
};

START_TEST(takes_texts)
{
	SETTINGS_CLEANUP struct settings settings = {0};
	BUFFER_CLEANUP struct buffer yaml = {0};
	TEXT_CLEANUP char *line = text_format("\n%s", good[_i].written);
	struct diag diag = {0};

	settings_init(&settings);
	ck_assert_msg(settings_set_text(&settings, good[_i].name, good[_i].value, &diag) == DONE,
		"%s=%s: %s", good[_i].name, good[_i].value, diag.found);
	buffer_append_byte(&yaml, '\n');
	settings_text_write_yaml(&yaml, &settings, 0);
	ck_assert_msg(strstr(buffer_text(&yaml), line) != NULL, "%s", good[_i].written);
}
END_TEST

static const struct {
	const char *name;
	const char *value;
	const char *sentence;
} bad[] = {
	{"pasword_max", "1", "pasword_max: no such setting; did you mean password_max?"},
	{"password-max", "1", "password-max: no such setting; did you mean password_max?"},
	{"PasswordMax", "1", "PasswordMax: no such setting; did you mean password_max?"},
	{"", "1", ": no such setting; expected one that \"mock-ndes help settings\" lists"},
	{"colour", "1",
		"colour: no such setting; expected one that \"mock-ndes help settings\" lists"},
	{"password_max", "0",
		"password_max: 0 is out of range; expected a whole number from 1 to 1000000"},
	{"password_max", "1000001",
		"password_max: 1000001 is out of range; expected a whole number from 1 to 1000000"},
	{"password_max", "",
		"password_max: \"\" is no whole number; expected a whole number from 1 to 1000000"},
	{"password_max", "5 ",
		"password_max: \"5 \" is no whole number; expected a whole number from 1 to "
		"1000000"},
	{"password_max", "0x5",
		"password_max: \"0x5\" is no whole number; expected a whole number from 1 to "
		"1000000"},
	{"enforce_password", "1", "enforce_password: \"1\"; expected true or false"},
	{"enforce_password", "", "enforce_password: \"\"; expected true or false"},
	{"server_version", "2012R2",
		"server_version: \"2012R2\" is no choice; did you mean 2012_r2?"},
	{"server_version", "1999",
		"server_version: \"1999\" is no choice; expected 2008, 2008_r2, 2012, 2012_r2, "
		"2016, "
		"2019 or 2022"},
	{"policy_module", "Intune", "policy_module: \"Intune\" is no choice; did you mean intune?"},
	{"policy_module", "", "policy_module: \"\" is no choice; expected none or intune"},
	{"host_name", "", "host_name: a text of 0 bytes; expected 1 to 15 bytes"},
	{"host_name", "a-name-of-16-let", "host_name: a text of 16 bytes; expected 1 to 15 bytes"},
	{"host_name", "my host", "host_name: \"my host\"; expected letters, digits and hyphens"},
	{"admin_user", "a:b", "admin_user: \"a:b\"; expected a name without a colon (RFC 7617 2)"},
	{"challenge", "a\nb",
		"challenge: a text that cannot be printed; expected UTF-8 without control "
		"characters"},
	{"challenge", "a\xff",
		"challenge: a text that cannot be printed; expected UTF-8 without control "
		"characters"},
	{"challenge", "\x7f",
		"challenge: a text that cannot be printed; expected UTF-8 without control "
		"characters"},
	{"challenge", "\xc2\x85",
		"challenge: a text that cannot be printed; expected UTF-8 without control "
		"characters"},
	{"challenge", "\xe2\x80\xa8",
		"challenge: a text that cannot be printed; expected UTF-8 without control "
		"characters"},
	{"reply_digest", "SHA-257", "reply_digest: \"SHA-257\" is unknown; did you mean SHA-256?"},
	{"reply_digest", "as-captured",
		"reply_digest: \"as-captured\" is unknown; did you mean as_captured?"},
	{"reply_digest", "x",
		"reply_digest: \"x\" is unknown; expected as_captured, mirror or a digest such as "
		"SHA-256"},
	{"reply_cipher", "AES-512-CBC",
		"reply_cipher: \"AES-512-CBC\" is unknown; did you mean AES-128-CBC or "
		"AES-192-CBC?"},
	{"ca_capabilities_algorithms", "SHA-256,aes",
		"ca_capabilities_algorithms: \"aes\" is unknown; did you mean AES?"},
	{"ca_capabilities_algorithms", "Renewal",
		"ca_capabilities_algorithms: \"Renewal\" is unknown; expected an algorithm keyword "
		"of GetCACaps such as SHA-256"},
	{"log_fields", "date time sc_status",
		"log_fields: IIS has no W3C field \"sc_status\"; did you mean sc-status?"},
	{"log_fields", " ",
		"log_fields: no field at all; expected at least one W3C field, such as "
		"cs-uri-stem"},
};

START_TEST(refuses_texts)
{
	SETTINGS_CLEANUP struct settings settings = {0}, before = {0};
	char text[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	settings_init(&settings);
	settings_init(&before);
	ck_assert_msg(settings_set_text(&settings, bad[_i].name, bad[_i].value, &diag) == REFUSED,
		"%s=%s passed", bad[_i].name, bad[_i].value);
	ck_assert_str_eq(diag_text(text, &diag), bad[_i].sentence);
	ck_assert_settings_eq(&settings, &before);
}
END_TEST

static const struct {
	const char *json;
	const char *fault;    /* NULL: good */
	const char *sentence; /* or how the line in YAML starts */
} objects[] = {
	{"{}", NULL, "password_max: 5 "},
	{"{\"password_max\": 7, \"challenge\": \"x\"}", NULL, "password_max: 7 "},
	{"{\"server_version\": 2016}", NULL, "server_version: 2016 "},
	{"{\"server_version\": \"2016\"}", NULL, "server_version: 2016 "},
	{"{\"enforce_password\": false}", NULL, "enforce_password: false "},
	{"{\"log_fields\": null}", NULL, "log_fields: null "},
	{"{\"password_max\": 7, \"pasword_max\": 8}", "pasword_max",
		"pasword_max: no such setting; did you mean password_max?"},
	{"{\"password_max\": \"7\"}", "password_max",
		"password_max: a text; expected a whole number"},
	{"{\"password_max\": 7.5}", "password_max",
		"password_max: a number with a fraction; expected a whole number"},
	{"{\"password_max\": null}", "password_max", "password_max: null; expected a whole number"},
	{"{\"password_max\": [7]}", "password_max",
		"password_max: a list; expected a whole number"},
	{"{\"host_name\": \"X\", \"password_max\": 0}", "password_max",
		"password_max: 0 is out of range; expected a whole number from 1 to 1000000"},
	{"{\"enforce_password\": 1}", "enforce_password",
		"enforce_password: a whole number; expected true or false"},
	{"{\"challenge\": 12345}", "challenge",
		"challenge: a whole number; expected a text (in quotes if it looks like something "
		"else)"},
	{"{\"host_name\": null}", "host_name",
		"host_name: null; expected a text (in quotes if it looks like something else)"},
	{"{\"approval\": {\"manual\": true}}", "approval",
		"approval: a mapping; expected one of its choices"},
	{"{\"approval\": true}", "approval", "approval: true; expected one of its choices"},
};

START_TEST(takes_or_refuses_objects)
{
	json_t *object = json_loads(objects[_i].json, 0, NULL);
	SETTINGS_CLEANUP struct settings settings = {0}, before = {0};
	BUFFER_CLEANUP struct buffer yaml = {0};
	const char *fault = NULL;
	char text[DIAG_TEXT_SIZE];
	struct diag diag = {0};
	int outcome;

	settings_init(&settings);
	settings_init(&before);
	outcome = settings_set_json(&settings, object, &fault, &diag);
	if (objects[_i].fault) {
		ck_assert_int_eq(outcome, REFUSED);
		ck_assert_str_eq(fault, objects[_i].fault);
		ck_assert_str_eq(diag_text(text, &diag), objects[_i].sentence);
		ck_assert_settings_eq(&settings, &before);
	} else {
		ck_assert_int_eq(outcome, DONE);
		settings_text_write_yaml(&yaml, &settings, 0);
		ck_assert_ptr_nonnull(strstr(buffer_text(&yaml), objects[_i].sentence));
	}
	json_decref(object);
}
END_TEST

START_TEST(copies_independently)
{
	SETTINGS_CLEANUP struct settings one = {0}, other = {0};

	settings_init(&one);
	ck_assert_int_eq(settings_set_text(&one, "challenge", "first", NULL), DONE);
	settings_copy(&other, &one);
	ck_assert_settings_eq(&one, &other);
	ck_assert_int_eq(settings_set_text(&one, "challenge", "second", NULL), DONE);
	ck_assert_str_eq(other.challenge, "first");
}
END_TEST

START_TEST(comments_ranges)
{
	SETTINGS_CLEANUP struct settings settings = {0};
	BUFFER_CLEANUP struct buffer yaml = {0}, help = {0};

	settings_init(&settings);
	settings_text_write_yaml(&yaml, &settings, 2);
	ck_assert_ptr_nonnull(strstr(buffer_text(&yaml),
		"\n  password_validity: 60                  # 1 to 525600 minutes\n"));
	ck_assert_ptr_nonnull(strstr(buffer_text(&yaml),
		"\n  approval: automatic                    # automatic, manual, after_polls or "
		"refused_after_polls\n"));
	settings_text_write_help(&help);
	ck_assert_ptr_nonnull(strstr(buffer_text(&help),
		"\nmax_url: 65534\n"
		"    0 to 4294967295 bytes\n"
		"    The longest path of a URL (else 404.14).\n"
		"    On the real thing: request filtering maxUrl; a change shows at once.\n"
		"    From: IIS: requestLimits.\n"
		"\n"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("settings");
	TCase *cases = tcase_create("settings");

	tcase_add_test(cases, starts_with_the_defaults);
	tcase_add_test(cases, knows_what_is_not_at_its_default);
	tcase_add_test(cases, has_whole_rows);
	tcase_add_loop_test(cases, takes_texts, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(cases, refuses_texts, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_loop_test(
		cases, takes_or_refuses_objects, 0, sizeof(objects) / sizeof(objects[0]));
	tcase_add_test(cases, copies_independently);
	tcase_add_test(cases, comments_ranges);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
