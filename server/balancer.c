#include "server/balancer.h"

#include "server/exchange.h"

/* Connections go round in the order in which they were accepted, whatever site they ask for. */
static uint64_t
turn(struct exchange *exchange)
{
	if (exchange->settings->load_balancing == LOAD_BALANCING_BY_CONNECTION)
		return exchange->http->request.connection - 1;
	return atomic_fetch_add(&exchange->site->balanced, 1);
}

int
balancer_run(struct exchange *exchange)
{
	uint64_t servers = (uint64_t)exchange->settings->ndes_servers;

	if (servers > 1) {
		exchange_note_setting(exchange, "ndes_servers");
		exchange->balanced_to = (unsigned)(turn(exchange) % servers) + 1;
	}
	return STAGE_NEXT;
}

/* A site's name has no "#", which would end its URL. */
void
balancer_password_cache(struct buffer *out, const struct site *site, unsigned server)
{
	buffer_clear(out);
	buffer_append_text(out, site->store_name);
	if (server > 1)
		buffer_append_format(out, "#%u", server);
}
