/*
 * The request target as the wire brings it: its path and query, the parameters of mscep.dll, the prefix
 * of a site, and the message in base64. Each is held against a reader that is written another way.
 */
#include <string.h>
#include <strings.h>

#include "common/base64.h"
#include "common/hex.h"
#include "common/memory.h"
#include "common/percent.h"
#include "server/journal_text.h"
#include "server/request.h"
#include "server/site_choice.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/oracle.h"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	return 0;
}

/* Whether a view lies in a text. */
static bool
lies_in(struct bytes view, const char *text, size_t size)
{
	const uint8_t *begin = (const uint8_t *)text;

	return view.data >= begin && view.size <= size &&
		(size_t)(view.data - begin) <= size - view.size;
}

static void
hold_target(const struct request *request, const char *target, size_t size)
{
	const uint8_t *end = (const uint8_t *)target + size;
	struct bytes path = request->path, query = request->query;

	HOLD(lies_in(path, target, size));
	HOLD(!path.size || !memchr(path.data, '?', path.size));
	if (query.data) {
		HOLD(query.data == path.data + path.size + 1 && query.data[-1] == '?');
		HOLD(query.data + query.size == end);
	} else {
		HOLD(path.data + path.size == end);
	}
	/* RFC 9112 3.2.1: the form that clients send to a server. */
	if (target[0] == '/')
		HOLD(path.data == (const uint8_t *)target);
}

/* Looks for a parameter from the query's end, so that the first one is found last. */
static bool
find_backwards(struct bytes *out, const char *query, const char *name)
{
	const char *end = query + strlen(query), *begin = end;
	bool found = false;

	for (;; begin--) {
		const char *at = begin;
		size_t length;

		if (begin > query && begin[-1] != '&')
			continue;
		at += strspn(at, "?");
		length = strcspn(at, "=&");
		if (length == strlen(name) && strncasecmp(at, name, length) == 0) {
			const char *value = at + length + (at[length] == '=');

			*out = BYTES(value, strcspn(value, "&"));
			found = true;
		}
		if (begin == query)
			return found;
	}
}

static void
hold_parameter(const struct request *request, const char *name)
{
	struct bytes value = BYTES_NONE, again = BYTES_NONE;
	bool found = request_parameter(&value, request, name);

	if (!request->query.data) {
		HOLD(!found);
		return;
	}
	HOLD(find_backwards(&again, (const char *)request->query.data, name) == found);
	HOLD(!found || (value.size == again.size && (!value.size || value.data == again.data)));
}

static bool
has_bad_escape(struct bytes raw)
{
	for (size_t i = 0; i < raw.size; i++)
		if (raw.data[i] == '%' &&
			(raw.size - i < 3 || hex_digit((char)raw.data[i + 1]) < 0 ||
				hex_digit((char)raw.data[i + 2]) < 0))
			return true;
	return false;
}

static void
hold_escapes(struct bytes raw)
{
	BUFFER_CLEANUP struct buffer text = {0}, escaped = {0}, back = {0};
	struct diag diag = {0};
	int result = percent_decode(&text, raw, &diag);

	HOLD((result == REFUSED) == has_bad_escape(raw));
	HOLD(text.size <= raw.size);
	if (result != DONE) {
		HOLD(text.size == 0 && diag.found[0]);
		return;
	}
	percent_encode(&escaped, buffer_bytes(&text), "");
	HOLD(percent_decode(&back, buffer_bytes(&escaped), NULL) == DONE);
	HOLD(bytes_equal(buffer_bytes(&back), buffer_bytes(&text)));
}

/* The message that GetCACert and PKIOperation bring. */
static void
hold_message(const struct request *request)
{
	BUFFER_CLEANUP struct buffer bytes = {0}, text = {0}, again = {0};
	struct bytes raw = BYTES_NONE;
	struct diag diag = {0};
	int result;

	request_parameter(&raw, request, "message");
	result = base64_decode_query(&bytes, raw, &diag);
	HOLD(result == DONE || (result == REFUSED && diag.found[0] && bytes.size == 0));
	HOLD((percent_decode(&text, raw, NULL) == DONE &&
		     base64_decode(&again, buffer_bytes(&text), NULL) == DONE) == (result == DONE));
	HOLD(bytes_equal(buffer_bytes(&again), buffer_bytes(&bytes)));
	hold_escapes(raw);
}

/* A prefix is two segments; taken off, it and the rest are what was sent. */
static void
hold_prefix(struct request *request)
{
	struct bytes path = request->path, prefix;
	size_t size = site_choice_prefix(path);

	HOLD(size <= path.size);
	if (!size)
		return;
	HOLD(memcmp(path.data, "/site/", 6) == 0 || memcmp(path.data, "/fault/", 7) == 0);
	HOLD(size == path.size || path.data[size] == '/');
	prefix = request_take_prefix(request, size);
	HOLD(prefix.data == path.data && prefix.size == size);
	HOLD(request->path.data == path.data + size && request->path.size == path.size - size);
	HOLD(request->target == request->sent_target ||
		request->target == request->sent_target + size);
}

static void
look_at_operation(const struct request *request)
{
	BUFFER_CLEANUP struct buffer operation = {0}, shown = {0};

	HOLD(journal_text_operation(&operation, request) || !operation.size);
	journal_text_print(&shown, buffer_bytes(&operation), 80);
	for (size_t i = 0; i < shown.size; i++)
		HOLD(shown.data[i] >= ' ' && shown.data[i] != 0x7f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* No NUL comes off the wire. */
	TEXT_CLEANUP char *target = text_copy_size(data, strnlen((const char *)data, size));
	struct request request = {0};

	request_set_target(&request, target);
	hold_target(&request, target, strlen(target));
	hold_parameter(&request, "operation");
	hold_parameter(&request, "message");
	hold_escapes(request.path);
	hold_message(&request);
	look_at_operation(&request);
	hold_prefix(&request);
	return 0;
}
