#include "server/send.h"

#include "server/exchange.h"
#include "server/journal.h"
#include "server/operator_log.h"
#include "server/server.h"
#include "server/site_logs.h"
#include "server/site_metrics.h"

/* A log that cannot be written is the operator's business; the answer is out, and we go on. */
int
send_run(struct exchange *exchange)
{
	struct site_logs *logs = exchange->site->logs;
	struct diag diag = {0};

	site_metrics_count(exchange);
	if (logs)
		site_logs_write(logs, exchange);
	if (journal_write(exchange->server->journal, exchange, &diag) != DONE)
		operator_log_diag(&diag);
	return STAGE_NEXT;
}
