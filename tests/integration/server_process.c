#include "tests/integration/server_process.h"

#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/memory.h"

#define ARGUMENTS_MAX 32

static void
become_server(const char *told, int ready, const char *const *arguments)
{
	static const char *const first[] = {"mock-ndes", "serve", "--listen", "127.0.0.1:0"};
	const char *all[ARGUMENTS_MAX] = {NULL};
	size_t count = 0;
	int file = open(told, O_WRONLY | O_CREAT | O_APPEND, 0600);

	for (; count < sizeof(first) / sizeof(first[0]); count++)
		all[count] = first[count];
	for (; *arguments && count + 1 < ARGUMENTS_MAX; arguments++)
		all[count++] = *arguments;
	dup2(ready, STDOUT_FILENO);
	dup2(file, STDERR_FILENO);
	execv(getenv("MOCK_NDES"), (char *const *)all);
	_exit(127);
}

/* Reads the ready line; false when none comes. */
static bool
read_ready(char *line, size_t size, int ready)
{
	struct pollfd wait = {.fd = ready, .events = POLLIN};
	size_t got = 0;

	while (got + 1 < size && poll(&wait, 1, RAW_PATIENCE_MS) == 1) {
		ssize_t part = read(ready, line + got, size - 1 - got);

		if (part <= 0)
			return false;
		got += (size_t)part;
		line[got] = '\0';
		if (line[got - 1] == '\n')
			return true;
	}
	return false;
}

/* Returns the port of the URL that stands behind `member` in the ready line; 0: there is none. */
static unsigned
port_of(const char *line, const char *member)
{
	const char *place = strstr(line, member);

	place = place ? strstr(place, "://127.0.0.1:") : NULL;
	return place ? (unsigned)strtoul(place + strlen("://127.0.0.1:"), NULL, 10) : 0;
}

void
server_process_start(
	struct server_process *process, const char *directory, const char *const *arguments)
{
	char line[4096];
	int ends[2];

	ck_assert_msg(getenv("MOCK_NDES"), "MOCK_NDES does not name the program");
	*process = (struct server_process){.told = text_format("%s/stderr", directory)};
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	process->pid = fork();
	ck_assert_int_ge(process->pid, 0);
	if (process->pid == 0)
		become_server(process->told, ends[1], arguments);
	close(ends[1]);
	ck_assert_msg(read_ready(line, sizeof(line), ends[0]), "it did not get ready");
	close(ends[0]);
	process->deployment.port = port_of(line, "\"scep\":\"http:");
	process->deployment.tls_port = port_of(line, "\"scep_tls\":\"https:");
	process->control_port = port_of(line, "\"control\":\"http:");
	ck_assert_msg(process->deployment.port, "no port in %s", line);
	process->deployment.server = &process->clock;
}

void
server_process_kill(const struct server_process *process)
{
	kill(process->pid, SIGKILL);
}

static void
wait_for(struct server_process *process, int signal)
{
	int status;

	ck_assert_int_eq(waitpid(process->pid, &status, 0), process->pid);
	ck_assert_msg(signal ? WIFSIGNALED(status) && WTERMSIG(status) == signal
			     : WIFEXITED(status) && WEXITSTATUS(status) == 0,
		"it ended with status %#x", (unsigned)status);
	free(process->told);
	process->told = NULL;
	process->pid = 0;
}

void
server_process_wait_killed(struct server_process *process)
{
	wait_for(process, SIGKILL);
}

void
server_process_stop(struct server_process *process)
{
	kill(process->pid, SIGTERM);
	wait_for(process, 0);
}
