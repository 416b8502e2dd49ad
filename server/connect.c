#include "server/connect.h"

#include "server/exchange.h"
#include "server/server.h"

int
connect_run(struct exchange *exchange)
{
	exchange->number = atomic_fetch_add(&exchange->server->exchanges, 1) + 1;
	exchange->arrived_ms = clock_now_ms(&exchange->server->clock);
	return STAGE_NEXT;
}
