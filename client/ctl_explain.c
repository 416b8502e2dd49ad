#include "client/ctl_explain.h"

#include <string.h>

#include "client/ctl_advice.h"
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
};

/* "name value, name value", for one line. */
static void
append_object(struct buffer *out, const json_t *object)
{
	const char *separator = "";
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)object, name, value) {
		buffer_append_format(out, "%s%s ", separator, name);
		ctl_print_value(out, value);
		separator = ", ";
	}
}

/* A list of words on one line; objects one below the other. */
static void
append_list(struct buffer *out, const json_t *list)
{
	const json_t *item;

	for (size_t i = 0; (item = json_array_get(list, i)); i++) {
		if (i)
			buffer_append_text(
				out, json_is_object(item) ? "\n                     " : ", ");
		if (json_is_object(item))
			append_object(out, item);
		else
			ctl_print_value(out, item);
	}
}

static void
append_details(struct buffer *out, const json_t *exchange)
{
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

/* --- the story ----------------------------------------------------------------------------------- */

/* Appends " WORD VALUE" where there is a value. */
static void
append_part(struct buffer *out, const char *words, const json_t *exchange, const char *path)
{
	const json_t *value = find(exchange, path);

	if (!value || json_is_null(value))
		return;
	buffer_append_text(out, words);
	ctl_print_value(out, value);
}

static void
tell_request(struct buffer *out, const json_t *exchange)
{
	buffer_append_text(out, "  sent       ");
	append_part(out, "", exchange, "request method");
	append_part(out, " ", exchange, "operation");
	append_part(out, ", ", exchange, "message type_name");
	append_part(out, " for ", exchange, "csr subject");
	append_part(out, ", challenge ", exchange, "challenge text");
	append_part(out, ", by ", exchange, "request user_agent");
	buffer_append_byte(out, '\n');
}

static void
tell_answer(struct buffer *out, const json_t *exchange)
{
	const char *end = json_string_value(find(exchange, "connection end"));

	buffer_append_text(out, "  answered   ");
	if (find(exchange, "response status"))
		append_part(out, "HTTP ", exchange, "response status");
	else
		buffer_append_text(out, "nothing");
	append_part(out, " by ", exchange, "response from");
	append_part(out, ", ", exchange, "disposition status");
	append_part(out, " ", exchange, "disposition fail_info");
	append_part(out, ", ", exchange, "disposition error");
	append_part(out, " ", exchange, "disposition error_name");
	append_part(out, ", serial ", exchange, "issuance serial");
	if (end && strcmp(end, "sent") != 0)
		append_part(out, "; the connection ended: ", exchange, "connection end");
	buffer_append_byte(out, '\n');
}

static void
tell_line(struct buffer *out, const char *label, const char *text)
{
	if (text)
		buffer_append_format(out, "  %-10s %s\n", label, text);
}

/* Who is to blame where the answer was not what a client hopes for. */
static void
tell_advice(struct buffer *out, const json_t *exchange)
{
	const char *reason = json_string_value(find(exchange, "disposition reason"));
	const json_t *faults = find(exchange, "faults");
	long long status = json_integer_value(find(exchange, "response status"));

	tell_line(out, "wrong", json_string_value(find(exchange, "words")));
	if (json_array_size(faults)) {
		buffer_append_text(out, "  on purpose ");
		append_list(out, faults);
		buffer_append_byte(out, '\n');
	}
	if (reason)
		tell_line(out, "advice", ctl_advice(reason));
	else if (!json_array_size(faults))
		tell_line(out, "advice", ctl_advice_status(status));
}

/* A message to somebody else than the RA is the commonest error in CMS. */
static void
tell_recipients(struct buffer *out, const json_t *exchange)
{
	const json_t *recipients = find(exchange, "message recipients"), *recipient;
	const char *ours;
	size_t i;

	for (i = 0; (recipient = json_array_get(recipients, i)); i++) {
		ours = json_string_value(find(recipient, "ours"));
		if (ours && strcmp(ours, "ra_encryption") == 0)
			return;
	}
	if (i == 0)
		return;
	buffer_append_text(out, "  encrypted  to ");
	append_list(out, recipients);
	buffer_append_text(out, "; expected ra_encryption\n");
}

static void
tell_repeat(struct buffer *out, const json_t *exchange)
{
	if (!find(exchange, "repeats"))
		return;
	buffer_append_text(out, "  repeats    ");
	append_part(out, "the very bytes of exchange ", exchange, "repeats exchange");
	append_part(out, ", which ended: ", exchange, "repeats end");
	append_part(out, ", ", exchange, "repeats gap_ms");
	buffer_append_text(out, " ms before: a library that retries by itself?\n");
}

void
ctl_explain(struct buffer *out, const json_t *exchange)
{
	append_part(out, "exchange ", exchange, "exchange");
	append_part(out, " of site ", exchange, "site");
	append_part(out, ", ", exchange, "time");
	append_part(out, ", took ", exchange, "duration_ms");
	buffer_append_text(out, find(exchange, "duration_ms") ? " ms\n" : ", not ended yet\n");
	tell_request(out, exchange);
	tell_answer(out, exchange);
	tell_advice(out, exchange);
	tell_recipients(out, exchange);
	tell_repeat(out, exchange);
	buffer_append_text(out, "details\n");
	append_details(out, exchange);
}
