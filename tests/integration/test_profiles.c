/* Every fault profile of the program against what it says that a client sees. */
#include <check.h>
#include <string.h>

#include "server/built_in_profiles.h"
#include "server/profile_catalogue.h"
#include "server/settings_text.h"
#include "server/site_verb.h"
#include "tests/integration/profile_expect.h"
#include "tests/integration/profile_logs.h"
#include "tests/run_suite.h"

static void
read_profile(struct profile *out, const char *name)
{
	char words[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	ck_assert_msg(profile_catalogue_read(out, NULL, name, &diag) == DONE, "%s",
		diag_text(words, &diag));
}

/* Without a policy module a server is as healthy as with it: what it refuses is the client's doing. And a
 * handshake that fails leads to no exchange. */
static bool
can_be_named(const char *setting)
{
	return strcmp(setting, "policy_module") != 0 && strncmp(setting, "tls_", 4) != 0;
}

/* Some profiles are there for what breaks clients of a healthy server. */
static bool
breaks_something(const struct profile *profile, const struct settings *settings)
{
	const char *name;
	json_t *value;
	bool unusual = json_array_size(profile->rules) > 0;

	json_object_foreach((json_t *)profile->settings, name, value) {
		BUFFER_CLEANUP struct buffer text = {0};
		const struct setting_row *row = settings_row(name);

		settings_text_write_value(&text, row, settings);
		unusual |= can_be_named(name) &&
			strcmp(buffer_text(&text), row->standard ? row->standard : "null") != 0;
	}
	return unusual;
}

START_TEST(shows_what_it_says)
{
	PROFILE_CLEANUP struct profile profile = {0};
	struct profile_play play;

	read_profile(&profile, built_in_profiles[_i].name);
	ck_assert_msg(json_array_size(profile.expect) > 0, "%s expects nothing", profile.name);
	profile_play_start(&play, &profile);
	for (size_t i = 0; i < json_array_size(profile.expect); i++)
		profile_play_expect(&play, json_array_get(profile.expect, i));
	if (breaks_something(&profile, &play.deployment.server->sites.sites[0]->configured) &&
		!profile_logs_tell_of_faults(&play.deployment))
		ck_abort_msg("%s: the journal names no fault", profile.name);
	profile_play_stop(&play);
}
END_TEST

/* --- repairs --------------------------------------------------------------------- */

static void
change(struct site *site, const json_t *settings)
{
	char words[DIAG_TEXT_SIZE];
	struct diag diag = {0};
	const char *fault;

	if (!settings)
		return;
	ck_assert_msg(
		site_change(site, settings, &fault, &diag) == DONE, "%s", diag_text(words, &diag));
}

static void
take_effect(struct site *site, const char *verb)
{
	struct diag diag = {0};

	for (int i = 0; i < SITE_VERB_COUNT; i++)
		if (strcmp(site_verb_name((enum site_verb)i), verb) == 0)
			ck_assert_int_eq(site_do(site, (enum site_verb)i, &diag), DONE);
}

/* What a healthy deployment answers. */
static const char healthy[] =
	"[{\"request\": \"probe\", \"sees\": {\"status\": 403}},"
	" {\"request\": \"GetCACaps\", \"sees\": {\"status\": 200, \"body\": "
	"\"POSTPKIOperation\"}},"
	" {\"request\": \"GetCACert\", \"sees\": {\"status\": 200}},"
	" {\"request\": \"admin_page\", \"sees\": {\"status\": 200}},"
	" {\"request\": \"PKIOperation by POST\", \"sees\": {\"certrep\": \"success\"}},"
	" {\"request\": \"PKIOperation by long GET\", \"sees\": {\"certrep\": \"success\"}}]";

static void
play_repair(struct profile_play *play)
{
	const struct profile *profile = play->profile;
	const char *verb = json_string_value(json_object_get(profile->repair, "takes"));
	const json_t *last = json_array_get(profile->expect, json_array_size(profile->expect) - 1);
	struct site *site = play->deployment.server->sites.sites[0];
	json_t *good = json_loads(healthy, 0, NULL);

	change(site, json_object_get(profile->repair, "settings"));
	/* Before the right verb the repair has done nothing. */
	if (strcmp(verb, "now") != 0)
		profile_play_expect(play, last);
	take_effect(site, verb);
	play->step = 100; /* the repaired one, in messages */
	/* The device fetches the RA certificates again, which may be new ones. */
	device_done(&play->device);
	device_init_offline(&play->device, site->condition->authority,
		clock_now(&play->deployment.server->clock), 1);
	for (size_t i = 0; i < json_array_size(good); i++)
		profile_play_expect(play, json_array_get(good, i));
	json_decref(good);
}

START_TEST(is_healed_by_what_it_says)
{
	PROFILE_CLEANUP struct profile profile = {0};
	struct profile_play play;

	read_profile(&profile, built_in_profiles[_i].name);
	if (!profile.repair)
		return;
	profile_play_start(&play, &profile);
	for (size_t i = 0; i < json_array_size(profile.expect); i++)
		profile_play_expect(&play, json_array_get(profile.expect, i));
	play_repair(&play);
	profile_play_stop(&play);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("profiles");
	TCase *cases = tcase_create("profiles");
	int count = 0;

	while (built_in_profiles[count].name)
		count++;
	device_prepare_keys(2);
	tcase_set_timeout(cases, 60);
	tcase_add_loop_test(cases, shows_what_it_says, 0, count);
	tcase_add_loop_test(cases, is_healed_by_what_it_says, 0, count);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
