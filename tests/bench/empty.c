/*
 * The empty program of the start-up bench: linked with the server's libraries,
 * it says that it is ready and waits for the signal. What it costs is what the
 * libraries cost.
 */
#include <signal.h>
#include <stdio.h>

#include "server/configuration.h"

/* Keeps the libraries linked although nothing of them is called. */
int (*volatile empty_keeps)(
	struct server **, const struct configuration *, struct diag *) = server_new;

int
main(void)
{
	sigset_t signals;
	int number;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	puts("{\"ready\":true}");
	fflush(stdout);
	sigwait(&signals, &number);
	return 0;
}
