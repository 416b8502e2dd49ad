#include "server/command_client.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/memory.h"

#define CLIENT "mock-ndes-client"

/* Returns the path of the client in the directory of this program, owned; NULL when that is unknown. */
static char *
find_client(struct diag *diag)
{
	char path[PATH_MAX];
	ssize_t size = readlink("/proc/self/exe", path, sizeof(path));

	if (size < 0 || (size_t)size == sizeof(path)) {
		diag_break(diag, CLIENT, "the directory of this program is unknown: %s",
			size < 0 ? strerror(errno) : "its path is too long");
		return NULL;
	}
	while (size > 0 && path[size - 1] != '/')
		size--;
	return text_format("%.*s" CLIENT, (int)size, path);
}

/* Becomes the client, with the same arguments. */
static int
run(const struct command *command, int argc, char **argv)
{
	char **arguments = memory_new((size_t)argc + 2, sizeof(*arguments));
	struct diag diag = {0};
	TEXT_CLEANUP char *path = find_client(&diag);

	arguments[0] = (char *)CLIENT;
	memcpy(arguments + 1, argv, (size_t)argc * sizeof(*argv));
	if (path) {
		execv(path, arguments);
		diag_break(&diag, path, "this program cannot be run: %s", strerror(errno));
	}
	free(arguments);
	return command_refuse(command, BROKEN, &diag);
}

const struct command command_enroll = {
	.name = "enroll",
	.usage = "URL",
	.summary = "gets a certificate from a server, or renews one",
	.run = run,
};

const struct command command_get_cert = {
	.name = "get-cert",
	.usage = "URL [SERIAL]",
	.summary = "gets a certificate that was issued before",
	.run = run,
};

const struct command command_get_crl = {
	.name = "get-crl",
	.usage = "URL",
	.summary = "gets the revocation list of the CA",
	.run = run,
};

const struct command command_ctl = {
	.name = "ctl",
	.usage = "NOUN VERB [WORD ...]",
	.summary = "drives a running server by its control API",
	.run = run,
};

const struct command command_healthcheck = {
	.name = "healthcheck",
	.usage = "",
	.summary = "tells by its exit status whether a server is ready",
	.run = run,
};
