#include "client/ctl_explain.h"

#include <string.h>

#include "client/ctl_print.h"

/* What is told of a member: its name, and where it stands. */
struct line {
	const char *label;
	const char *path; /* "request method", from the object down */
};

static const json_t *
find(const json_t *object, const char *path)
{
	char name[64];

	while (object && *path) {
		size_t size = strcspn(path, " ");

		if (size >= sizeof(name))
			return NULL;
		memcpy(name, path, size);
		name[size] = '\0';
		object = json_object_get(object, name);
		path += size + strspn(path + size, " ");
	}
	return object;
}

static const struct line lines[] = {
	{"arrived", "time"},
	{"site", "site"},
	{"from", "connection client_address"},
	{"connection", "connection number"},
	{"its nth request", "connection nth"},
	{"user agent", "request user_agent"},
	{"method", "request method"},
	{"target", "request target"},
	{"operation", "operation"},
	{"message type", "message type_name"},
	{"transactionID", "message transaction_id"},
	{"senderNonce", "message sender_nonce"},
	{"digest", "message digest"},
	{"cipher", "message cipher"},
	{"signer", "message signer subject"},
	{"self-signed", "message signer self_signed"},
	{"renewal", "message renewal"},
	{"recipients", "message recipients"},
	{"requested subject", "csr subject"},
	{"requested key", "csr key_bits"},
	{"requested names", "csr subject_alt_name"},
	{"key usage", "csr key_usage"},
	{"challenge", "challenge text"},
	{"challenge verdict", "challenge verdict"},
	{"challenge used by", "challenge used_by"},
	{"pkiStatus", "disposition status"},
	{"failInfo", "disposition fail_info"},
	{"error", "disposition error"},
	{"error name", "disposition error_name"},
	{"reason", "disposition reason"},
	{"NDES event", "disposition event"},
	{"serial number", "issuance serial"},
	{"request id", "issuance request_id"},
	{"stages", "stages"},
	{"answered by", "answered_by"},
	{"answer from", "response from"},
	{"HTTP status", "response status"},
	{"substatus", "response substatus"},
	{"win32 status", "response win32_status"},
	{"s-reason", "response reason"},
	{"content type", "response content_type"},
	{"body size", "response body_size"},
	{"faults", "faults"},
	{"evidence", "evidence"},
	{"connection end", "connection end"},
	{"took ms", "duration_ms"},
	{"words", "words"},
};

/* A list of words on one line; objects one below the other. */
static void
append_list(struct buffer *out, const json_t *list)
{
	const json_t *item;

	for (size_t i = 0; (item = json_array_get(list, i)); i++) {
		if (i)
			buffer_append_text(
				out, json_is_object(item) ? "\n                     " : ", ");
		ctl_print_value(out, item);
	}
}

void
ctl_explain(struct buffer *out, const json_t *exchange)
{
	buffer_append_text(out, "exchange ");
	ctl_print_value(out, find(exchange, "exchange"));
	buffer_append_byte(out, '\n');
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const json_t *value = find(exchange, lines[i].path);

		if (!value || json_is_null(value) ||
			(json_is_array(value) && json_array_size(value) == 0))
			continue;
		buffer_append_format(out, "  %-18s ", lines[i].label);
		if (json_is_array(value))
			append_list(out, value);
		else
			ctl_print_value(out, value);
		buffer_append_byte(out, '\n');
	}
}
