#include "server/command_version.h"

static int
run(const struct command *command, int argc, char **argv)
{
	OPTIONS_CLEANUP struct options options = {0};
	struct diag diag = {0};
	int exit;

	if (!command_read_options(&options, &exit, command, argc, argv))
		return exit;
	if (command_want_no_more(options.first_argument, argc, argv, &diag) != DONE)
		return command_refuse(command, REFUSED, &diag);
	return command_print(command, bytes_text("mock-ndes " MOCK_NDES_VERSION "\n"));
}

static const struct option_row options_of_version[] = {COMMAND_HELP_ROW};

const struct command command_version = {
	.name = "version",
	.usage = "",
	.summary = "tells the version of this program",
	.options = options_of_version,
	.option_count = sizeof(options_of_version) / sizeof(options_of_version[0]),
	.run = run,
};
