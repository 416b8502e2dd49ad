#include "server/commands.h"

#include <stdio.h>
#include <string.h>

#include "common/suggestion.h"
#include "server/command_ca.h"
#include "server/command_challenge.h"
#include "server/command_client.h"
#include "server/command_faults.h"
#include "server/command_help.h"
#include "server/command_pki.h"
#include "server/command_serve.h"
#include "server/command_version.h"

static const struct command *const commands[] = {
	&command_serve,
	&command_faults,
	&command_ca,
	&command_enroll,
	&command_get_cert,
	&command_get_crl,
	&command_ctl,
	&command_healthcheck,
	&command_challenge,
	&command_pki,
	&command_version,
	&command_help,
};

/* Options that stand for a command. */
static const struct {
	const char *option;
	const struct command *command;
} aliases[] = {
	{"--help", &command_help},
	{"-h", &command_help},
	{"--version", &command_version},
};

const struct command *
commands_at(size_t index)
{
	return index < sizeof(commands) / sizeof(commands[0]) ? commands[index] : NULL;
}

const struct command *
commands_find(const char *name, struct diag *diag)
{
	struct suggestion suggestion = suggestion_start(name);

	for (size_t i = 0; commands_at(i); i++) {
		if (strcmp(commands_at(i)->name, name) == 0)
			return commands_at(i);
		suggestion_offer(&suggestion, commands_at(i)->name);
	}
	suggestion_refuse(&suggestion, name, "no such command", "",
		"one that \"mock-ndes help\" lists", diag);
	return NULL;
}

void
commands_write_help(struct buffer *out)
{
	buffer_append_text(out,
		"usage: mock-ndes COMMAND [OPTIONS] ...\n"
		"\n"
		"A server that is a Microsoft NDES on the wire and in its logs, for testing SCEP\n"
		"clients. It issues certificates to whoever asks: for tests only.\n"
		"\n");
	for (size_t i = 0; commands_at(i); i++)
		buffer_append_format(
			out, "  %-12s %s\n", commands_at(i)->name, commands_at(i)->summary);
	buffer_append_text(out,
		"\n"
		"\"mock-ndes COMMAND --help\" lists the options of a command, \"mock-ndes help\n"
		"settings\" what can be set on the simulated deployment.\n");
}

static const struct command *
find_alias(const char *option)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcmp(aliases[i].option, option) == 0)
			return aliases[i].command;
	return NULL;
}

static int
refuse_nothing(void)
{
	BUFFER_CLEANUP struct buffer help = {0};

	commands_write_help(&help);
	fputs(buffer_text(&help), stderr);
	return COMMAND_USAGE;
}

int
commands_run(int argc, char **argv)
{
	const struct command *command;
	struct diag diag = {0};

	if (argc < 2)
		return refuse_nothing();
	command = find_alias(argv[1]);
	if (!command)
		command = commands_find(argv[1], &diag);
	if (!command)
		return command_refuse(NULL, REFUSED, &diag);
	return command->run(command, argc - 1, argv + 1);
}
