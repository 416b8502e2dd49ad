#include "server/command_pki.h"

#include "common/clock.h"
#include "server/pki_directory.h"

/* Gives DIR of "new DIR". */
static int
take_directory(const char **out, const struct command *command, int next, int argc, char **argv,
	struct diag *diag)
{
	if (command_take_verb(&next, command, argc, argv, diag) != DONE)
		return REFUSED;
	if (next == argc)
		return diag_refuse(diag, "DIR", NULL, "a directory to make", "missing");
	*out = argv[next];
	return command_want_no_more(next + 1, argc, argv, diag);
}

static int
run(const struct command *command, int argc, char **argv)
{
	OPTIONS_CLEANUP struct options options = {0};
	BUFFER_CLEANUP struct buffer words = {0};
	const struct clock clock = {0};
	const char *directory = NULL;
	struct diag diag = {0};
	int exit, outcome;

	if (!command_read_options(&options, &exit, command, argc, argv))
		return exit;
	outcome = take_directory(&directory, command, options.first_argument, argc, argv, &diag);
	if (outcome == DONE)
		outcome = pki_directory_create(directory, clock_now(&clock), &diag);
	if (outcome != DONE)
		return command_refuse(command, outcome, &diag);
	buffer_append_format(&words, "%s holds new keys; \"mock-ndes serve --pki %s\" uses them\n",
		directory, directory);
	return command_print(command, buffer_bytes(&words));
}

static const struct option_row rows[] = {COMMAND_HELP_ROW};

const struct command command_pki = {
	.name = "pki",
	.usage = "new DIR",
	.summary = "makes a directory of private keys, for serve --pki",
	.options = rows,
	.option_count = sizeof(rows) / sizeof(rows[0]),
	.run = run,
};
