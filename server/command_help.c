#include "server/command_help.h"

#include <string.h>

#include "server/action_text.h"
#include "server/commands.h"
#include "server/manual.h"
#include "server/schema_document.h"
#include "server/settings_text.h"

/* Shows the help of a command by running it, since some are another program's. */
static int
help_command(const char *name, struct diag *diag)
{
	const struct command *about = commands_find(name, diag);
	char *argv[] = {(char *)name, (char *)"--help", NULL};

	return about ? about->run(about, 2, argv) : command_refuse(&command_help, REFUSED, diag);
}

/* Topics besides the commands. */
static const struct {
	const char *name;
	void (*write)(struct buffer *out);
} topics[] = {
	{"settings", settings_text_write_help},
	{"actions", action_text_write_help},
	{"schema", schema_document_write_profile},
	{"man", manual_write},
};

static int
help_topic(const struct command *command, const char *name, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer text = {0};

	for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
		if (strcmp(topics[i].name, name) == 0) {
			topics[i].write(&text);
			return command_print(command, buffer_bytes(&text));
		}
	}
	return help_command(name, diag);
}

static int
run(const struct command *command, int argc, char **argv)
{
	OPTIONS_CLEANUP struct options options = {0};
	BUFFER_CLEANUP struct buffer text = {0};
	struct diag diag = {0};
	int exit, first;

	if (!command_read_options(&options, &exit, command, argc, argv))
		return exit;
	first = options.first_argument;
	if (first < argc && command_want_no_more(first + 1, argc, argv, &diag) != DONE)
		return command_refuse(command, REFUSED, &diag);
	if (first < argc)
		return help_topic(command, argv[first], &diag);
	commands_write_help(&text);
	return command_print(command, buffer_bytes(&text));
}

static const struct option_row options_of_help[] = {COMMAND_HELP_ROW};

const struct command command_help = {
	.name = "help",
	.usage = "[COMMAND | settings | actions | schema | man]",
	.summary = "shows the commands, the options of one, all settings, all actions of rules, "
		   "the JSON Schema of fault profiles, or the manual page",
	.options = options_of_help,
	.option_count = sizeof(options_of_help) / sizeof(options_of_help[0]),
	.run = run,
};
