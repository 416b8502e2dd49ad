#include "server/http_head.h"

#include <string.h>

#include "common/clock.h"
#include "common/memory.h"

/* Ends the library's copy of a target at its query, as it is about to read parameters out of it: it
 * takes 80 bytes of the connection's memory for each, and hangs where that is not enough. */
static void
hide_parameters(const char *target)
{
	char *query = strchr(target, '?'); /* in the library's buffer, which may be written */

	if (query && query[1])
		query[1] = '\0';
}

struct wire *
http_head_begin(const char *target)
{
	size_t size = strlen(target) + 1;
	struct wire *wire = memory_new(1, sizeof(*wire) + size);

	wire->exchange.begun_ns = clock_monotonic_ns();
	wire->library_target = target;
	memcpy(wire->target, target, size);
	hide_parameters(target);
	request_set_target(&wire->exchange.request, wire->target);
	return wire;
}

static enum MHD_Result
add_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct wire *wire = context;

	wire->headers[wire->exchange.request.header_count++] =
		(struct request_header){.name = name, .value = value ? value : ""};
	return MHD_YES;
}

/* libmicrohttpd hands out a request line as texts that it has ended where they lie, one behind the other,
 * the blanks between method and target left where they were. Whatever else stands between two of them
 * came behind a NUL. */
static void
find_cuts(struct request *request, const struct wire *wire, const char *version)
{
	const char *method_end = request->method + strlen(request->method) + 1;

	if (request->method > version || version > request->method + request->head_size)
		return; /* another release of the library has them elsewhere */
	while (method_end < wire->library_target && *method_end == ' ')
		method_end++;
	request->method_is_cut = method_end < wire->library_target;
	request->target_is_cut = wire->library_target + strlen(wire->target) + 1 != version;
}

void
http_head_fill(struct wire *wire, const char *method, const char *version)
{
	struct request *request = &wire->exchange.request;
	int count;

	request->method = method;
	request->version = version;
	count = MHD_get_connection_values(wire->connection, MHD_HEADER_KIND, NULL, NULL);
	request->headers = wire->headers = memory_new((size_t)count + 1, sizeof(*wire->headers));
	MHD_get_connection_values(wire->connection, MHD_HEADER_KIND, add_header, wire);
	request_set_framing(request);
	request->head_size =
		MHD_get_connection_info(wire->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
			->header_size;
	find_cuts(request, wire, version);
}
