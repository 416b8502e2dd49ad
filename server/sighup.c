#include "server/sighup.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "common/buffer.h"
#include "server/journal.h"
#include "server/operator_log.h"
#include "server/server.h"
#include "server/site_logs.h"

/* A process that has no controlling terminal, or no longer, cannot open this. */
static bool
has_terminal(void)
{
	int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (terminal < 0)
		return false;
	close(terminal);
	return true;
}

bool
sighup_may_end(void)
{
	struct sigaction action = {0};

	return sigaction(SIGHUP, NULL, &action) == 0 && action.sa_handler != SIG_IGN &&
		has_terminal();
}

/* journal.jsonl comes last: whoever sees it anew knows that all others are. */
static void
reopen_logs(struct server *server)
{
	static const char told[] = "mock-ndes: SIGHUP: the logs are opened anew\n";
	struct diag diag = {0};

	for (size_t i = 0; i < server->sites.count; i++)
		if (server->sites.sites[i]->logs)
			site_logs_reopen(server->sites.sites[i]->logs);
	if (journal_reopen(server->journal, &diag) != DONE)
		operator_log_diag(&diag);
	else if (!server->quiet)
		operator_log_write(bytes_text(told));
}

static void
take(void *context)
{
	struct server *server = context;

	if (server->ends_with_terminal && !has_terminal())
		http_stop(server->http);
	else
		reopen_logs(server);
}

void
sighup_watch(struct server *server)
{
	http_set_sighup(server->http, take, server);
}
