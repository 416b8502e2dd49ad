#include "server/http_wait.h"

static enum http_step
ask(struct wire *wire, bool due)
{
	const struct http_service *service = wire->daemon->service;

	return service->again(service->context, &wire->exchange, due);
}

void
http_wait_suspend(struct wire *wire, int64_t ms)
{
	struct http_traffic *traffic = wire->daemon->traffic;

	wire->woken = false;
	wire->next_waiting = traffic->waiting;
	wire->waits_in = &traffic->waiting;
	if (wire->next_waiting)
		wire->next_waiting->waits_in = &wire->next_waiting;
	traffic->waiting = wire;
	MHD_suspend_connection(wire->connection);
	http_hold_put(traffic->hold, &wire->held, socket_of(wire->connection), ms, false);
}

void
http_wait_forget(struct wire *wire)
{
	if (!wire->waits_in)
		return;
	*wire->waits_in = wire->next_waiting;
	if (wire->next_waiting)
		wire->next_waiting->waits_in = wire->waits_in;
	wire->waits_in = NULL;
}

/* Waits on, or lets the answer leave. */
static bool
take_step(struct wire *wire, enum http_step step)
{
	wire->progress = step == HTTP_WAIT ? WAITS : AWAITS_ANSWER;
	if (step == HTTP_WAIT)
		http_wait_suspend(wire, wire->exchange.wait_ms);
	return step == HTTP_WAIT;
}

bool
http_wait_begin(struct wire *wire)
{
	/* What happened since the service said so has poked nobody. */
	return take_step(wire, ask(wire, false));
}

bool
http_wait_end(struct wire *wire)
{
	bool over = wire->held.left || wire->dropped || wire->woken;

	return take_step(wire, over ? HTTP_ANSWER : ask(wire, true));
}

void
http_wait_look(struct http_traffic *traffic)
{
	struct wire *wire, *next;

	for (wire = traffic->waiting; wire; wire = next) {
		next = wire->next_waiting;
		/* An endless answer is asked for its bytes where they are to go. */
		if (wire->woken || (wire->progress == WAITS && ask(wire, false) == HTTP_WAIT))
			continue;
		wire->woken = true;
		http_hold_wake(traffic->hold, &wire->held);
	}
}
