#include "server/send.h"

#include "server/exchange.h"
#include "server/journal.h"
#include "server/server.h"
#include "server/w3c_log.h"

int
send_run(struct exchange *exchange)
{
	struct w3c_log *log = exchange->site->log;
	int logged = log ? w3c_log_write(log, exchange, &exchange->diag) : DONE;

	/* The journal comes last so that it can tell of a log that could not be written. */
	if (journal_write(exchange->server->journal, exchange, &exchange->diag) != DONE)
		return STAGE_BROKE;
	return logged == DONE ? STAGE_NEXT : STAGE_BROKE;
}
