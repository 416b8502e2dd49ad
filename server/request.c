#include "server/request.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Returns where the path begins: behind the authority of the absolute form that a client sends to a
 * proxy and a server must accept (RFC 9112 3.2.2), else where the target begins. */
static const char *
skip_authority(const char *target)
{
	const char *authority;

	if (strncasecmp(target, "http://", 7) == 0)
		authority = target + 7;
	else if (strncasecmp(target, "https://", 8) == 0)
		authority = target + 8;
	else
		return target;
	return authority + strcspn(authority, "/?");
}

void
request_set_target(struct request *request, const char *target)
{
	const char *path = skip_authority(target);
	size_t size = strcspn(path, "?");

	request->sent_target = target;
	request->target = target;
	request->path = BYTES(path, size);
	request->query = path[size] == '?' ? bytes_text(path + size + 1) : BYTES_NONE;
}

struct bytes
request_take_prefix(struct request *request, size_t size)
{
	struct bytes prefix = BYTES(request->path.data, size);

	if (request->target == (const char *)request->path.data)
		request->target += size;
	request->path = BYTES(request->path.data + size, request->path.size - size);
	return prefix;
}

const char *
request_header(const struct request *request, const char *name)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (strcasecmp(request->headers[i].name, name) == 0)
			return request->headers[i].value;
	return NULL;
}

size_t
request_count_headers(const struct request *request, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < request->header_count; i++)
		count += strcasecmp(request->headers[i].name, name) == 0;
	return count;
}

static bool
lists(const char *list, const char *token)
{
	size_t size = strlen(token);

	for (;;) {
		list += strspn(list, ", \t");
		if (*list == '\0')
			return false;
		if (strncasecmp(list, token, size) == 0 && strchr(", \t", list[size]))
			return true;
		list += strcspn(list, ",");
	}
}

bool
request_header_lists(const struct request *request, const char *name, const char *token)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (strcasecmp(request->headers[i].name, name) == 0 &&
			lists(request->headers[i].value, token))
			return true;
	return false;
}

static size_t
blanks_at_end(const char *text, size_t size)
{
	size_t blanks = 0;

	while (blanks < size && strchr(" \t", text[size - blanks - 1]))
		blanks++;
	return blanks;
}

/* RFC 9112 6.3: what is no number, or differs from the first one, makes the framing invalid. */
static bool
has_invalid_length(const struct request *request, const char *length)
{
	size_t size = length ? strlen(length) - blanks_at_end(length, strlen(length)) : 0;

	for (size_t i = 0; length && i < request->header_count; i++) {
		const char *value = request->headers[i].value;

		if (strcasecmp(request->headers[i].name, "Content-Length") != 0)
			continue;
		if (size == 0 || strspn(value, "0123456789") != size ||
			strncmp(value, length, size) != 0 ||
			blanks_at_end(value, strlen(value)) != strlen(value) - size)
			return true;
	}
	return false;
}

/* RFC 9112 6.3: Transfer-Encoding overrides Content-Length. RFC 9110 10.1.1: an HTTP/1.0 client
 * does not know "100 Continue". */
void
request_set_framing(struct request *request)
{
	const char *length = request_header(request, "Content-Length");
	const char *encoding = request_header(request, "Transfer-Encoding");
	const char *expect = request_header(request, "Expect");

	request->content_length = length && !encoding ? strtoll(length, NULL, 10) : -1;
	request->invalid_length = has_invalid_length(request, length);
	request->chunked = encoding && strcasecmp(encoding, "chunked") == 0 &&
		request_count_headers(request, "Transfer-Encoding") == 1;
	request->unknown_coding = encoding && !request->chunked;
	request->expects_continue = expect && strcasecmp(expect, "100-continue") == 0 &&
		strcmp(request->version, "HTTP/1.0") != 0;
}

bool
request_is_last(const struct request *request)
{
	return strcmp(request->version, "HTTP/1.0") == 0 || request->invalid_length ||
		request_header_lists(request, "Connection", "close") ||
		(request_header(request, "Transfer-Encoding") &&
			request_header(request, "Content-Length"));
}

/* Takes what stands in front of the next `separator`, which is dropped, or all that is left. */
static struct bytes
take_until(struct bytes *rest, char separator)
{
	const uint8_t *end = rest->size ? memchr(rest->data, separator, rest->size) : NULL;
	size_t size = end ? (size_t)(end - rest->data) : rest->size;
	size_t taken = end ? size + 1 : size;
	struct bytes part = {rest->data, size};

	*rest = BYTES(rest->data + taken, rest->size - taken);
	return part;
}

static bool
same_name(struct bytes found, const char *name)
{
	while (found.size > 0 && *found.data == '?')
		found = BYTES(found.data + 1, found.size - 1);
	return found.size == strlen(name) &&
		strncasecmp((const char *)found.data, name, found.size) == 0;
}

bool
request_parameter(struct bytes *out, const struct request *request, const char *name)
{
	struct bytes rest = request->query;

	while (rest.size > 0) {
		struct bytes value = take_until(&rest, '&');

		if (same_name(take_until(&value, '='), name)) {
			*out = value;
			return true;
		}
	}
	return false;
}
