#include "server/command_serve.h"

#include <stdio.h>
#include <string.h>

#include "common/memory.h"
#include "server/configuration_file.h"
#include "server/configuration_yaml.h"
#include "server/core_dump.h"
#include "server/listen_address.h"
#include "server/pki_directory.h"
#include "server/preflight.h"
#include "server/ready_file.h"
#include "server/ready_line.h"
#include "server/serve_options.h"

static void
serve_done(struct serve *serve)
{
	configuration_done(&serve->configuration);
}

/* Profiles come before all settings. */
static int
set_fault(struct serve *serve, const struct options *options, struct diag *diag)
{
	struct configuration *configuration = &serve->configuration;
	const char *directory = options_value(options, "fault-profiles");
	const char *names = options_value(options, "fault");

	if (directory && configuration_set_path(&configuration->fault_directory, directory, diag))
		return REFUSED;
	return names ? configuration_set_fault(configuration, names, diag) : DONE;
}

/* The file first, whatever its position; then the environment and the command line. */
static int
configure(struct serve *serve, const struct options *options, struct diag *diag)
{
	const char *path = options_value(options, "config");

	configuration_init(&serve->configuration);
	if (set_fault(serve, options, diag) != DONE)
		return REFUSED;
	if (path && configuration_file_read(&serve->configuration, path, diag) != DONE)
		return REFUSED;
	if (options_apply(options, serve, diag) != DONE ||
		configuration_complete(&serve->configuration, diag) != DONE)
		return REFUSED;
	return preflight_check(&serve->configuration, diag);
}

/* --check: what preflight leaves to the start. */
static int
check(const struct command *command, const struct configuration *configuration)
{
	BUFFER_CLEANUP struct buffer yaml = {0};
	struct diag diag = {0};
	struct pki pki;
	int outcome;

	if (configuration->pki_directory) {
		outcome = pki_directory_load(&pki, configuration->pki_directory, &diag);
		if (outcome != DONE)
			return command_refuse(command, outcome, &diag);
		pki_done(&pki);
	}
	configuration_yaml_write(&yaml, configuration);
	return command_print(command, buffer_bytes(&yaml));
}

static void
warn_of_strangers(const struct configuration *configuration)
{
	struct listen_address address;

	for (size_t i = 0; i < configuration->listener_count; i++) {
		listen_address_parse(&address, configuration->listeners[i].address, NULL);
		if (!address.loopback)
			fprintf(stderr,
				"mock-ndes serve: warning: %s can be reached from other machines, "
				"and whoever reaches it gets certificates\n",
				configuration->listeners[i].address);
	}
}

/* Tells that the ports accept, first in the file, then on stdout. */
static int
announce(const struct command *command, const struct server *server, const char *ready_file)
{
	BUFFER_CLEANUP struct buffer line = {0};
	struct diag diag = {0};
	int exit;

	ready_line_write(&line, server);
	if (ready_file && ready_file_write(ready_file, buffer_bytes(&line), &diag) != DONE)
		return command_refuse(command, REFUSED, &diag);
	exit = command_print(command, buffer_bytes(&line));
	if (exit != COMMAND_DONE)
		ready_file_remove(ready_file);
	return exit;
}

static int
serve(const struct command *command, const struct configuration *configuration)
{
	struct server *server = NULL;
	struct diag diag = {0};
	int outcome, exit;

	warn_of_strangers(configuration);
	outcome = server_new(&server, configuration, &diag);
	if (outcome != DONE)
		return command_refuse(command, outcome, &diag);
	exit = announce(command, server, configuration->ready_file);
	if (exit == COMMAND_DONE) {
		outcome = server_run(server, &diag);
		ready_file_remove(configuration->ready_file);
		if (outcome != DONE)
			exit = command_refuse(command, outcome, &diag);
	}
	server_free(server);
	return exit;
}

static int
run(const struct command *command, int argc, char **argv)
{
	__attribute__((cleanup(serve_done))) struct serve told = {0};
	OPTIONS_CLEANUP struct options options = {0};
	struct diag diag = {0};
	int exit;

	if (!command_read_options(&options, &exit, command, argc, argv))
		return exit;
	if (command_want_no_more(options.first_argument, argc, argv, &diag) != DONE ||
		configure(&told, &options, &diag) != DONE)
		return command_refuse(command, REFUSED, &diag);
	if (!told.configuration.core_dumps)
		core_dump_forbid();
	return told.check ? check(command, &told.configuration)
			  : serve(command, &told.configuration);
}

const struct command command_serve = {
	.name = "serve",
	.usage = "",
	.summary = "serves as an NDES deployment",
	.options = serve_options,
	.option_count = SERVE_OPTIONS,
	.run = run,
};
