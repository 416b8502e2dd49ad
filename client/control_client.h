/*
 * Calls of the control API, one after the other.
 */
#pragma once

#include <jansson.h>

#include "client/ctl_request.h"
#include "client/http.h"

#define CONTROL_URL_DEFAULT "http://127.0.0.1:8081"

struct control_client {
	char *base; /* "http://127.0.0.1:8081" */
	char *token;
	struct http_settings settings;
	struct http_client *http;
};

/* An answer, whatever its status. All zero before. */
struct control_reply {
	unsigned status;
	struct buffer body;
	json_t *json;     /* the body where it is JSON, else NULL */
	char verdict[16]; /* of X-Mock-Verdict; empty: there was none */
};

#define CONTROL_REPLY_CLEANUP __attribute__((cleanup(control_reply_done)))

void control_reply_done(struct control_reply *reply);

/* Takes copies; a NULL base is the standard one. DONE, REFUSED for what is no URL, or BROKEN. */
int control_client_init(
	struct control_client *client, const char *base, const char *token, struct diag *diag);

void control_client_done(struct control_client *client);

/* Sends a request, `target` that begins with "/". DONE, or REFUSED without an answer, or BROKEN. */
int control_client_call(struct control_client *client, struct control_reply *reply,
	const char *method, const struct ctl_request *request, struct diag *diag);

/* As control_client_call for a GET, and an answer that is no success is REFUSED with its words. */
int control_client_get(struct control_client *client, struct control_reply *reply,
	const char *target, struct diag *diag);

/* Prints what comes from an endless answer to stdout, a line an event, until that ends. As
 * control_client_call. */
int control_client_follow(struct control_client *client, struct control_reply *reply,
	const char *target, struct diag *diag);
