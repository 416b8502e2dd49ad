#include "tests/integration/profile_expect.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/integration/profile_logs.h"
#include "tests/integration/profile_sights.h"

void
profile_play_refute(const struct profile_play *play, int line, const char *format, ...)
{
	char *words = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&words, format, arguments) < 0)
		words = NULL;
	va_end(arguments);
	ck_abort_msg("%s, expectation %zu (line %d): %s", play->profile->name, play->step + 1, line,
		words);
	abort();
}

void
profile_play_start(struct profile_play *play, const struct profile *profile)
{
	static const char *const settings[] = {"apply=as_real", NULL};
	struct site *site;

	*play = (struct profile_play){.profile = profile};
	deployment_start_with_fault(&play->deployment, profile->name, settings);
	site = play->deployment.server->sites.sites[0];
	device_init_offline(&play->device, site->condition->authority,
		clock_now(&play->deployment.server->clock), 0);
}

void
profile_play_stop(struct profile_play *play)
{
	device_done(&play->device);
	deployment_stop(&play->deployment);
}

static void
play_once(struct profile_play *play, const json_t *expectation)
{
	struct profile_logs logs;
	struct profile_seen seen;
	char *words;

	profile_logs_mark(&logs, &play->deployment);
	profile_seen_take(&seen, play, expectation);
	profile_sights_check(play, &seen, json_object_get(expectation, "sees"));
	profile_seen_done(&seen);
	words = profile_logs_check(&logs, &play->deployment, json_object_get(expectation, "logs"));
	if (!words)
		words = profile_logs_check_files(
			&play->deployment, json_object_get(expectation, "files"));
	if (words)
		PROFILE_FAIL(play, "%s", words);
}

void
profile_play_expect(struct profile_play *play, const json_t *expectation)
{
	json_int_t times = json_integer_value(json_object_get(expectation, "times"));

	for (json_int_t i = 0; i < (times ? times : 1); i++)
		play_once(play, expectation);
	play->step++;
}
