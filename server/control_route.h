/*
 * The routes of the control API: one row each, in the tables of control_rows_*.c.
 * Dispatch, checks, the OpenAPI document, the manual and `mock-ndes ctl` read the
 * rows; no path stands anywhere else.
 */
#pragma once

#include "server/control_call.h"

struct control_route {
	const char *method;
	const char *path; /* "/v1/sites/{site}/faults/{id}"; {site} is looked up before `run` */
	const char *name; /* OpenAPI's operationId: "addFault" */
	const char *help; /* what it does, one sentence without its full stop */
	const struct control_field *query; /* the last one has no name; NULL: none */
	const struct control_field *body;  /* of the object that is sent; NULL: none is taken */
	bool body_required;
	bool makes_site;                /* {site} need not be there */
	bool may_create;                /* answers 201 when it was not there before */
	unsigned success;               /* the status when it went well */
	const char *content_type;       /* of its answer; NULL: application/json */
	const char *const *other_types; /* that it can have as well, ended by NULL; NULL: none */
	const struct control_field *answer; /* members of its answer, NULL: not told */
	/* On the I/O thread; must not wait. Answers, or sets the problem, or call->waits or call->works. NULL:
	 * all is for `work` to do. */
	void (*run)(struct control_call *call);
	/* Of a call that works: what takes long, on a worker thread. It must not touch the table of sites.
	 * `again` follows, if there is one; else it has answered or set the problem. */
	void (*work)(struct control_call *call);
	/* As `run`: of a call that worked, or of one that waits, after something has happened or when its
	 * time is over (`due`). */
	void (*again)(struct control_call *call, bool due);
	/* Of an endless answer, see http_service.more. */
	ssize_t (*more)(struct control_call *call, uint8_t *out, size_t room, bool due);
};

/* Returns the rows of all tables in turn; NULL behind the last. */
const struct control_route *control_route_at(size_t index);

/*
 * Finds the row of a method and a raw path, and fills in the call's route and parameters, unescaped.
 * Returns false with the problem set: 404 with the nearest path, 400 for a parameter that is no text, or
 * 405, then `allow` (released with buffer_done) lists the methods.
 */
bool control_route_find(
	struct control_call *call, const char *method, struct bytes path, struct buffer *allow);
