#include "server/journal_field.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/name.h"
#include "server/application.h"
#include "server/challenge.h"
#include "server/exchange.h"
#include "server/fault_note.h"
#include "server/journal_text.h"
#include "server/operation.h"
#include "server/request_kind.h"
#include "server/site_choice.h"

static void
append_text(struct buffer *out, const char *text)
{
	if (text)
		buffer_append_text(out, text);
}

/* --- from the exchange ------------------------------------------------------------ */

static void
take_site(struct buffer *out, const struct exchange *exchange)
{
	buffer_append_text(out, exchange->site->name);
}

/* The word that rules use; else the parameter as sent. */
static void
append_operation(struct buffer *out, const struct request *request)
{
	const char *kind = request_kind(request);

	if (kind)
		buffer_append_text(out, kind);
	else
		journal_text_operation(out, request);
}

/* Where mscep.dll has found an operation, the word is its name. */
static void
take_operation(struct buffer *out, const struct exchange *exchange)
{
	const struct operation *operation = exchange->message.operation;

	if (operation && !application_is_admin(exchange->route.application))
		buffer_append_text(out, operation->name);
	else
		append_operation(out, &exchange->http->request);
}

static void
take_method(struct buffer *out, const struct exchange *exchange)
{
	buffer_append_text(out, exchange->http->request.method);
}

static void
take_path(struct buffer *out, const struct exchange *exchange)
{
	buffer_append(out, exchange->http->request.path);
}

static void
take_user_agent(struct buffer *out, const struct exchange *exchange)
{
	append_text(out, request_header(&exchange->http->request, "User-Agent"));
}

static void
take_message_type(struct buffer *out, const struct exchange *exchange)
{
	unsigned type = exchange->message.scep->message_type;

	if (type != 0)
		buffer_append_text(out, scep_message_type_name(type));
}

static void
take_transaction_id(struct buffer *out, const struct exchange *exchange)
{
	buffer_append_text(out, exchange->message.scep->transaction_id);
}

static void
take_subject(struct buffer *out, const struct exchange *exchange)
{
	struct bytes subject = exchange_subject(exchange);

	if (subject.size > 0)
		name_text(out, subject);
}

static void
append_algorithm(struct buffer *out, const char *name, struct bytes oid)
{
	if (name)
		buffer_append_text(out, name);
	else if (oid.size > 0)
		oid_describe(out, oid);
}

static void
take_cipher(struct buffer *out, const struct exchange *exchange)
{
	const struct envelope *envelope = &exchange->message.scep->envelope;

	append_algorithm(
		out, envelope->cipher ? envelope->cipher->name : NULL, envelope->cipher_oid);
}

static void
take_digest(struct buffer *out, const struct exchange *exchange)
{
	const struct digest_algorithm *digest = exchange->message.scep->message.digest;

	append_algorithm(
		out, digest ? digest->name : NULL, exchange->message.scep->message.digest_oid);
}

static void
take_outcome(struct buffer *out, const struct exchange *exchange)
{
	if (exchange->reply.der.size > 0)
		buffer_append_text(out, scep_status_name(exchange->disposition.status));
}

static void
take_challenge(struct buffer *out, const struct exchange *exchange)
{
	if (exchange->verdict.challenge != VERDICT_NONE)
		buffer_append_text(out, challenge_verdict_name(exchange->verdict.challenge));
}

static void
take_fault(struct buffer *out, const struct exchange *exchange)
{
	static const char separator[] = {JOURNAL_FAULT_SEPARATOR, '\0'};

	fault_note_list(out, exchange, separator);
}

static void
take_status(struct buffer *out, const struct exchange *exchange)
{
	const struct response *response = &exchange->http->response;

	if (response->from != RESPONSE_FROM_NOBODY && !send_plan_is_silent(&exchange->http->send))
		buffer_append_decimal(out, response->status);
}

static void
take_end(struct buffer *out, const struct exchange *exchange)
{
	buffer_append_text(out, journal_text_end(exchange->http->end));
}

static void
take_connection(struct buffer *out, const struct exchange *exchange)
{
	buffer_append_decimal(out, (int64_t)exchange->http->request.connection);
}

static void
take_repeats(struct buffer *out, const struct exchange *exchange)
{
	if (exchange->repeat.exchange)
		buffer_append_decimal(out, (int64_t)exchange->repeat.exchange);
}

static void
take_time(struct buffer *out, const struct exchange *exchange)
{
	char time[CLOCK_TEXT_SIZE];

	buffer_append_text(out, clock_text(time, exchange->arrived_ms));
}

/* --- from the JSON object --------------------------------------------------------- */

/* Appends a member, or a member of a member. */
static void
append_member(struct buffer *out, const json_t *entry, const char *outer, const char *name)
{
	const json_t *value = json_object_get(outer ? json_object_get(entry, outer) : entry, name);

	if (json_is_integer(value))
		buffer_append_decimal(out, json_integer_value(value));
	else
		buffer_append(out, BYTES(json_string_value(value), json_string_length(value)));
}

#define RESTORE(field, outer, member)                                                              \
	static void restore_##field(struct buffer *out, const json_t *entry)                       \
	{                                                                                          \
		append_member(out, entry, outer, member);                                          \
	}

RESTORE(site, NULL, "site")
RESTORE(method, "request", "method")
RESTORE(user_agent, "request", "user_agent")
RESTORE(message_type, "message", "type_name")
RESTORE(transaction_id, "message", "transaction_id")
RESTORE(subject, "csr", "subject")
RESTORE(cipher, "message", "cipher")
RESTORE(digest, "message", "digest")
RESTORE(outcome, "disposition", "status")
RESTORE(challenge, "challenge", "verdict")
RESTORE(status, "response", "status")
RESTORE(end, "connection", "end")
RESTORE(connection, "connection", "number")
RESTORE(repeats, "repeats", "exchange")
RESTORE(time, NULL, "time")

/* The request as its stages saw it: without what stands in front of the site's URL. */
static void
restore_request(struct request *request, const json_t *entry)
{
	const char *target =
		json_string_value(json_object_get(json_object_get(entry, "request"), "target"));
	const char *site = json_string_value(json_object_get(entry, "site"));
	size_t size;

	request_set_target(request, target ? target : "");
	if (!site || strcmp(site, SITE_NAME_DEFAULT) == 0)
		return;
	size = site_choice_prefix(request->path);
	if (size > 0)
		request_take_prefix(request, size);
}

static void
restore_path(struct buffer *out, const json_t *entry)
{
	struct request request = {0};

	restore_request(&request, entry);
	buffer_append(out, request.path);
}

static void
restore_operation(struct buffer *out, const json_t *entry)
{
	struct request request = {0};
	const char *kind;

	restore_request(&request, entry);
	kind = request_kind(&request);
	if (kind)
		buffer_append_text(out, kind);
	else
		append_member(out, entry, NULL, "operation");
}

static void
restore_fault(struct buffer *out, const json_t *entry)
{
	size_t begin = out->size, index;
	json_t *fault;

	json_array_foreach(json_object_get(entry, "faults"), index, fault)
	{
		if (out->size > begin)
			buffer_append_byte(out, JOURNAL_FAULT_SEPARATOR);
		append_member(out, fault, NULL, "rule");
		if (!json_object_get(fault, "setting"))
			continue;
		append_member(out, fault, NULL, "setting");
		buffer_append_byte(out, '=');
		append_member(out, fault, NULL, "value");
	}
}

/* --- words ------------------------------------------------------------------------ */

static const char *
operation_at(size_t index)
{
	return request_kind_words[index];
}

static const char *
message_type_at(size_t index)
{
	int64_t number;

	return scep_message_type_name_at(&number, index);
}

/* People write the number too. */
static const char *
resolve_message_type(const char *text)
{
	char *end;
	long wanted = strtol(text, &end, 10);
	int64_t number;
	const char *name;

	for (size_t i = 0; !*end && (name = scep_message_type_name_at(&number, i)); i++)
		if (number == wanted)
			return name;
	return NULL;
}

static const char *
outcome_at(size_t index)
{
	static const enum scep_status statuses[] = {
		SCEP_STATUS_SUCCESS, SCEP_STATUS_FAILURE, SCEP_STATUS_PENDING};

	return index < sizeof(statuses) / sizeof(statuses[0]) ? scep_status_name(statuses[index])
							      : NULL;
}

static const char *
challenge_at(size_t index)
{
	return index + 1 < VERDICT_COUNT
		? challenge_verdict_name((enum challenge_verdict)(index + 1))
		: NULL;
}

static const char *
end_at(size_t index)
{
	return index < HTTP_END_COUNT ? journal_text_end((enum http_end)index) : NULL;
}

static const char *
resolve_cipher(const char *text)
{
	const struct cipher_algorithm *cipher = algorithm_cipher_named(text);

	return cipher ? cipher->name : NULL;
}

static const char *
resolve_digest(const char *text)
{
	const struct digest_algorithm *digest = algorithm_digest_named(text);

	return digest ? digest->name : NULL;
}

/* --- the table -------------------------------------------------------------------- */

#define FIELD(name) #name, .take = take_##name, .restore = restore_##name

static const struct journal_field_row rows[JOURNAL_FIELD_COUNT] = {
	[JOURNAL_SITE] = {FIELD(site), .help = "The site that the exchange was for"},
	[JOURNAL_OPERATION] = {FIELD(operation),
		.help = "What the URL asks for, as rules say it: an operation, probe for none, "
			"admin_page; else the parameter as sent",
		.open = true, .word_at = operation_at},
	[JOURNAL_METHOD] = {FIELD(method), .help = "The HTTP method"},
	[JOURNAL_PATH] = {FIELD(path),
		.help = "The path of the URL as sent, below the site's prefix, without its query "
			"and without case",
		.fold = true},
	[JOURNAL_USER_AGENT] = {FIELD(user_agent), .help = "The header User-Agent"},
	[JOURNAL_MESSAGE_TYPE] = {FIELD(message_type),
		.help = "The messageType, by its name or number", .word_at = message_type_at,
		.resolve = resolve_message_type},
	[JOURNAL_TRANSACTION_ID] = {FIELD(transaction_id), .help = "The transactionID"},
	[JOURNAL_SUBJECT] = {FIELD(subject),
		.help = "The subject of the PKCS#10, or of a CertPoll: \"C=US, CN=device-1\""},
	[JOURNAL_CIPHER] = {FIELD(cipher), .help = "The cipher of the request's envelope",
		.resolve = resolve_cipher},
	[JOURNAL_DIGEST] = {FIELD(digest), .help = "The digest of the request's signature",
		.resolve = resolve_digest},
	[JOURNAL_OUTCOME] = {FIELD(outcome), .help = "The pkiStatus of the CertRep",
		.word_at = outcome_at},
	[JOURNAL_CHALLENGE] = {FIELD(challenge),
		.help = "What was found of the challenge password, as in the object's "
			"challenge.verdict",
		.word_at = challenge_at},
	[JOURNAL_FAULT] = {FIELD(fault),
		.help = "The ids of rules that struck it, and NAME=VALUE of settings that shaped "
			"it "
			"and are not at their defaults, one a line"},
	[JOURNAL_STATUS] = {FIELD(status), .help = "The HTTP status of the answer", .at_end = true,
		.digits = true},
	[JOURNAL_END] = {FIELD(end),
		.help = "How it ended on the wire, as in the object's connection.end",
		.at_end = true, .only_then = true, .word_at = end_at},
	[JOURNAL_CONNECTION] = {FIELD(connection), .help = "The number of its connection",
		.digits = true},
	[JOURNAL_REPEATS] = {FIELD(repeats),
		.help = "The number of the exchange before that sent the same bytes, as in the "
			"object's repeats.exchange",
		.at_end = true, .only_then = true, .digits = true},
	[JOURNAL_TIME] = {FIELD(time),
		.help = "When it arrived, by the deployment's clock: "
			"\"2026-01-31T23:59:58.747Z\""},
};

const struct journal_field_row *
journal_field_row(enum journal_field field)
{
	return &rows[field];
}
