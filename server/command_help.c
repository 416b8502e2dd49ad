#include "server/command_help.h"

#include <string.h>

#include "server/commands.h"
#include "server/settings_text.h"

/* Shows the help of a command by running it, since some are another program's. */
static int
help_command(const char *name, struct diag *diag)
{
	const struct command *about = commands_find(name, diag);
	char *argv[] = {(char *)name, (char *)"--help", NULL};

	return about ? about->run(about, 2, argv) : command_refuse(&command_help, REFUSED, diag);
}

static int
run(const struct command *command, int argc, char **argv)
{
	OPTIONS_CLEANUP struct options options = {0};
	BUFFER_CLEANUP struct buffer text = {0};
	const char *topic;
	struct diag diag = {0};
	int exit;

	if (!command_read_options(&options, &exit, command, argc, argv))
		return exit;
	topic = argv[options.first_argument];
	if (topic && command_want_no_more(options.first_argument + 1, argc, argv, &diag) != DONE)
		return command_refuse(command, REFUSED, &diag);
	if (topic && strcmp(topic, "settings") != 0)
		return help_command(topic, &diag);
	if (topic)
		settings_text_write_help(&text);
	else
		commands_write_help(&text);
	return command_print(command, buffer_bytes(&text));
}

static const struct option_row options_of_help[] = {COMMAND_HELP_ROW};

const struct command command_help = {
	.name = "help",
	.usage = "[COMMAND | settings]",
	.summary = "shows the commands, the options of one, or all settings",
	.options = options_of_help,
	.option_count = sizeof(options_of_help) / sizeof(options_of_help[0]),
	.run = run,
};
