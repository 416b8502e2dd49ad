/*
 * One call of the control API on its way: what was asked, checked, and what is
 * answered. A route's function reads the first half and fills the second.
 */
#pragma once

#include "server/control_member.h"
#include "server/http.h"

#define CONTROL_PARAMETERS_MAX 3

struct control_route;
struct server;
struct site;

struct control_call {
	struct server *server;
	struct http_exchange *http;
	const struct control_route *route;
	char *parameters[CONTROL_PARAMETERS_MAX]; /* what stands for {...} in the path, in order */
	/* Of the path's {site}, or the default one. It is held while a call works, and is NULL in `again` of
	 * one that waits. */
	struct site *site;
	bool holds_site;
	json_t *query; /* an object, checked */
	json_t *body;  /* an object, checked; NULL: none was sent */
	/* Of a route that waits: what it keeps between its calls, and how that is released. */
	void *kept;
	void (*release)(void *kept);
	bool works; /* `run` leaves the rest to `work` on a worker thread, and that to `again` */
	bool works_long; /* and that takes seconds, see HTTP_WORK_LONG */
	bool waits; /* `run` or `again` has no answer yet; http->wait_ms says how long it waits at most */
	struct control_problem problem; /* what is answered when it is set */
};

void control_call_free(struct control_call *call);

/* --- answers: each of them fills http->response -------------------------------------- */

/* Answers with JSON, which is taken over; NULL: no body. */
void control_answer(struct control_call *call, unsigned status, json_t *json);

/* Answers 201 with the object that was made and where it is now (a path). */
void control_answer_created(struct control_call *call, const char *location, json_t *json);

/* Answers 200 with text of a static type. The bytes are moved out of `body`. */
void control_answer_text(struct control_call *call, const char *content_type, struct buffer *body);

/* Answers with the problem that is set. */
void control_answer_problem(struct control_call *call);

/* --- refusals: each sets the problem; the last words of `run` ------------------------- */

/* Refuses with a sentence. */
void control_refuse(struct control_call *call, unsigned status, const char *detail, ...)
	__attribute__((format(printf, 3, 4)));

/* Refuses a member of the body or the query, 422, at its place: "/settings/password_max". */
void control_refuse_at(struct control_call *call, const char *pointer, const struct diag *diag);

/* Refuses, for what a function of ours says of it: 500 where it is BROKEN, else `status` with its words. */
void control_refuse_outcome(
	struct control_call *call, int outcome, unsigned status, const struct diag *diag);

/* Refuses an unknown name with 404: "no fault \"reset-4\"; did you mean reset-3?"; known ones follow. */
void control_refuse_unknown(struct control_call *call, const char *what, const char *name,
	const char *const *known, size_t count);
