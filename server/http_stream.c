#include "server/http_stream.h"

#include "server/http_wait.h"

#define STREAM_BLOCK (16 * 1024)

/* Asks the service for bytes; suspends the connection where there are none now, which libmicrohttpd
 * allows its reader to do. */
static ssize_t
read_more(void *context, uint64_t position, char *out, size_t room)
{
	struct wire *wire = context;
	const struct http_service *service = wire->daemon->service;
	ssize_t size;

	if (wire->held.left)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (wire->dropped || wire->daemon->traffic->draining)
		return MHD_CONTENT_READER_END_OF_STREAM;
	size = service->more(service->context, &wire->exchange, (uint8_t *)out, room,
		wire->held.due && !wire->woken);
	wire->held.due = false;
	if (size < 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (size == 0)
		http_wait_suspend(wire, HTTP_STREAM_BEAT_MS);
	wire->exchange.bytes_sent += (uint64_t)size;
	return size;
}

struct MHD_Response *
http_stream_response(struct wire *wire)
{
	wire->streams = true;
	wire->daemon->traffic->streams++;
	return MHD_create_response_from_callback(
		MHD_SIZE_UNKNOWN, STREAM_BLOCK, read_more, wire, NULL);
}
