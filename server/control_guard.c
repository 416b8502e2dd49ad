#include "server/control_guard.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "common/memory.h"

static const char bearer[] = "Bearer ";

/* RFC 6750 2.1. */
static bool
knows_token(const struct request *request, const char *token)
{
	const char *sent = request_header(request, "Authorization");

	return sent && strncasecmp(sent, bearer, strlen(bearer)) == 0 &&
		bytes_equal_secret(bytes_text(sent + strlen(bearer)), bytes_text(token));
}

/* Takes the port off "127.0.0.1:8081", "[::1]:8081" and "localhost", and the brackets. */
static char *
host_name(const char *host)
{
	const char *end;

	if (host[0] == '[' && (end = strchr(host, ']')))
		return text_copy_size(host + 1, (size_t)(end - host - 1));
	return text_copy_size(host, strcspn(host, ":"));
}

/* A name that DNS has can lead anywhere; an address and localhost cannot. */
static bool
is_no_rebound_name(const char *host)
{
	static const char local[] = ".localhost";
	TEXT_CLEANUP char *name = host_name(host);
	size_t size = strlen(name);
	uint8_t address[16];

	return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1 ||
		strcasecmp(name, "localhost") == 0 ||
		(size > strlen(local) && strcasecmp(name + size - strlen(local), local) == 0);
}

static bool
is_own_origin(const char *origin, const char *host)
{
	static const char scheme[] = "http://";

	return host && strncasecmp(origin, scheme, strlen(scheme)) == 0 &&
		strcasecmp(origin + strlen(scheme), host) == 0;
}

bool
control_guard_admit(struct control_call *call, const char *token)
{
	const struct request *request = &call->http->request;
	const char *host = request_header(request, "Host");
	const char *origin = request_header(request, "Origin");
	const char *site = request_header(request, "Sec-Fetch-Site");

	if (origin && !is_own_origin(origin, host)) {
		control_refuse(call, 403, "the control API is not for pages of %.80s", origin);
		return false;
	}
	if (site && (strcasecmp(site, "cross-site") == 0 || strcasecmp(site, "same-site") == 0)) {
		control_refuse(call, 403, "the control API is not for other sites' pages");
		return false;
	}
	if (token && !knows_token(request, token)) {
		response_add_header(&call->http->response, "WWW-Authenticate", "Bearer");
		control_refuse(call, 401,
			"the server was started with --control-token; send it as "
			"\"Authorization: Bearer TOKEN\"");
		return false;
	}
	if (token || !host || is_no_rebound_name(host))
		return true;
	control_refuse(call, 403,
		"\"%.80s\" as the Host can lead here from any page; use an address or localhost, "
		"or "
		"start the server with --control-token",
		host);
	return false;
}
