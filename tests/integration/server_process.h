/*
 * The program itself as a process of its own, which can be killed: for what a
 * server inside the test cannot show. It looks like a deployment to devices.
 */
#pragma once

#include <sys/types.h>

#include "tests/integration/deployment.h"

struct server_process {
	pid_t pid;                    /* 0: none */
	struct deployment deployment; /* its ports; the clock is the real one */
	unsigned control_port;        /* 0 without a control API */
	struct server clock;
	char *told; /* the file that its stderr goes to */
};

/*
 * Starts "mock-ndes serve" ($MOCK_NDES) on a free port, with these arguments, ended by NULL, and waits
 * until it is ready. `directory` takes its stderr, appended. Fails the test when it does not start.
 */
void server_process_start(
	struct server_process *process, const char *directory, const char *const *arguments);

/* Ends it by SIGKILL, from any thread. */
void server_process_kill(const struct server_process *process);

/* Waits for its end, after server_process_kill or by SIGTERM. */
void server_process_wait_killed(struct server_process *process);
void server_process_stop(struct server_process *process);
