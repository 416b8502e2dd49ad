#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/command_enroll.h"
#include "client/command_get.h"
#include "client/ctl.h"
#include "client/manual.h"
#include "common/memory.h"
#include "common/ossl.h"
#include "common/suggestion.h"

static const struct command commands[] = {
	{"enroll", COMMAND_ENROLL, "URL", "gets a certificate, or renews one", command_enroll},
	{"get-cert", COMMAND_GET_CERT, "URL [SERIAL]",
		"gets a certificate that was issued before (GetCert)", command_get_cert},
	{"get-crl", COMMAND_GET_CRL, "URL", "gets the CA's revocation list (GetCRL)",
		command_get_crl},
	{"ctl", 0, "NOUN VERB [WORD ...]", "drives a running server by its control API", NULL,
		ctl_run},
	{"healthcheck", 0, "", "tells by its exit status whether a server is ready", NULL,
		ctl_run_healthcheck},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static void
print_commands(FILE *out)
{
	fputs("usage: mock-ndes-client COMMAND [OPTIONS] ...\n\n", out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-12s %s\n", commands[i].name, commands[i].summary);
	fputs("\n\"mock-ndes-client COMMAND --help\" lists the options of a command,\n"
	      "\"mock-ndes-client man\" prints the manual page.\n",
		out);
}

static void
print_manual(void)
{
	BUFFER_CLEANUP struct buffer page = {0};

	manual_write(&page, commands, COMMAND_COUNT);
	fputs(buffer_text(&page), stdout);
}

static void
print_help(const struct command *command)
{
	BUFFER_CLEANUP struct buffer options = {0};

	arguments_write_help(&options, command->mask);
	printf("usage: mock-ndes %s %s [OPTIONS]\n\nThis command %s.\n\n%s", command->name,
		command->usage, command->summary, buffer_text(&options));
}

/* `who` is what a person typed. */
static int
refuse_usage(const char *who, const struct diag *diag)
{
	char words[DIAG_TEXT_SIZE];

	fprintf(stderr, "%s: %s\n", who, diag_text(words, diag));
	return EXIT_CODE_USAGE;
}

static int
refuse_command(const char *name)
{
	struct suggestion suggestion = suggestion_start(name);
	struct diag diag = {0};

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		suggestion_offer(&suggestion, commands[i].name);
	suggestion_refuse(&suggestion, name, "no such command", "",
		"one that \"mock-ndes-client --help\" lists", &diag);
	return refuse_usage("mock-ndes-client", &diag);
}

static int
run(const struct command *command, int argc, char **argv)
{
	ARGUMENTS_CLEANUP struct arguments arguments = {0};
	REPORT_CLEANUP struct report report = {0};
	TEXT_CLEANUP char *who = text_format("mock-ndes %s", command->name);
	struct diag diag = {0};

	if (command->run_words)
		return command->run_words(argc, argv);
	if (arguments_parse(&arguments, command->mask, argc, argv, &diag) != DONE)
		return refuse_usage(who, &diag);
	if (arguments.help) {
		print_help(command);
		return EXIT_CODE_DONE;
	}
	report_init(&report, command->name, arguments.json, arguments.quiet);
	return command->run(&arguments, &report);
}

int
main(int argc, char **argv)
{
	const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;

	ossl_take_memory();
	json_set_alloc_funcs(memory_take, free);
	if (command)
		return run(command, argc - 1, argv + 1);
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		print_commands(stdout);
		return EXIT_CODE_DONE;
	}
	if (argc > 1 && strcmp(argv[1], "man") == 0) {
		print_manual();
		return EXIT_CODE_DONE;
	}
	if (argc > 1)
		return refuse_command(argv[1]);
	print_commands(stderr);
	return EXIT_CODE_USAGE;
}
