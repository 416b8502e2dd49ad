#include "server/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int
command_refuse(const struct command *command, int outcome, const struct diag *diag)
{
	char words[DIAG_TEXT_SIZE];

	fprintf(stderr, "mock-ndes%s%s: %s\n", command ? " " : "", command ? command->name : "",
		diag_text(words, diag));
	return outcome == REFUSED ? COMMAND_USAGE : COMMAND_FAILED;
}

int
command_print(const struct command *command, struct bytes text)
{
	if (fwrite(text.data, 1, text.size, stdout) == text.size && fflush(stdout) == 0)
		return COMMAND_DONE;
	fprintf(stderr, "mock-ndes %s: standard output cannot be written: %s\n", command->name,
		strerror(errno));
	return COMMAND_FAILED;
}

void
command_write_help(struct buffer *out, const struct command *command)
{
	buffer_append_format(out, "usage: mock-ndes %s %s%s[OPTIONS]\n\nThis command %s.\n\n",
		command->name, command->usage, *command->usage ? " " : "", command->summary);
	options_write_help(out, command->options, command->option_count);
}

bool
command_read_options(
	struct options *out, int *exit, const struct command *command, int argc, char **argv)
{
	BUFFER_CLEANUP struct buffer help = {0};
	struct diag diag = {0};

	if (options_read(out, command->options, command->option_count, argc, argv, &diag) != DONE) {
		*exit = command_refuse(command, REFUSED, &diag);
		return false;
	}
	if (!options_given(out, "help"))
		return true;
	command_write_help(&help, command);
	*exit = command_print(command, buffer_bytes(&help));
	return false;
}

int
command_take_verb(
	int *next, const struct command *command, int argc, char **argv, struct diag *diag)
{
	size_t size = strcspn(command->usage, " ");
	const char *word = *next < argc ? argv[*next] : NULL;

	if (!word)
		return diag_refuse(diag, "the first argument", NULL, command->usage, "missing");
	if (strlen(word) != size || strncmp(word, command->usage, size) != 0)
		return diag_refuse(diag, word, NULL, command->usage, "no such verb");
	(*next)++;
	return DONE;
}

int
command_want_no_more(int first, int argc, char **argv, struct diag *diag)
{
	if (first < argc)
		return diag_refuse(diag, argv[first], NULL,
			"options alone from here on, which --help lists", "an argument too many");
	return DONE;
}
