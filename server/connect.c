#include "server/connect.h"

#include "server/exchange.h"
#include "server/server.h"

int
connect_run(struct exchange *exchange)
{
	return STAGE_NEXT;
}
