#include "server/send.h"

#include "server/exchange.h"
#include "server/journal.h"
#include "server/operator_log.h"
#include "server/server.h"
#include "server/w3c_log.h"

/* A log that cannot be written is the operator's business; the answer is out, and we go on. */
int
send_run(struct exchange *exchange)
{
	struct w3c_log *log = exchange->site->log;
	struct diag diag = {0};

	if (log && w3c_log_write(log, exchange, &diag) != DONE)
		operator_log_diag(&diag);
	if (journal_write(exchange->server->journal, exchange, &diag) != DONE)
		operator_log_diag(&diag);
	return STAGE_NEXT;
}
