#include "server/rule_match.h"

#include <string.h>

#include "common/algorithm.h"
#include "common/glob.h"
#include "common/name.h"
#include "server/exchange.h"
#include "server/request_kind.h"

#define PATTERN_MAX 512

static bool
fits_operation(const struct exchange *exchange, const struct action_value *value)
{
	return request_kind(&exchange->http->request) == request_kind_words[value->number];
}

static bool
fits_method(const struct exchange *exchange, const struct action_value *value)
{
	return glob_match(value->text, bytes_text(exchange->http->request.method), false);
}

/* IIS compares paths without case. */
static bool
fits_path(const struct exchange *exchange, const struct action_value *value)
{
	return glob_match(value->text, exchange->http->request.path, true);
}

static bool
fits_user_agent(const struct exchange *exchange, const struct action_value *value)
{
	const char *agent = request_header(&exchange->http->request, "User-Agent");

	return glob_match(value->text, bytes_text(agent), false);
}

static bool
fits_message_type(const struct exchange *exchange, const struct action_value *value)
{
	return exchange->message.scep->message_type == value->number;
}

static bool
fits_transaction(const struct exchange *exchange, const struct action_value *value)
{
	return glob_match(value->text, bytes_text(exchange->message.scep->transaction_id), false);
}

static bool
fits_subject(const struct exchange *exchange, const struct action_value *value)
{
	struct bytes subject = exchange_subject(exchange);
	BUFFER_CLEANUP struct buffer text = {0};

	if (subject.size == 0)
		return false;
	name_text(&text, subject);
	return glob_match(value->text, buffer_bytes(&text), false);
}

static bool
fits_digest(const struct exchange *exchange, const struct action_value *value)
{
	const struct digest_algorithm *digest = exchange->message.scep->message.digest;

	return digest && digest == algorithm_digest_named(value->text);
}

static bool
fits_cipher(const struct exchange *exchange, const struct action_value *value)
{
	const struct cipher_algorithm *cipher = exchange->message.scep->envelope.cipher;

	return cipher && cipher == algorithm_cipher_named(value->text);
}

/* clang-format off */
#define FIELD(what, type) .name = (what), .kind = (type)
#define PATTERN(what) \
	FIELD(what, VALUE_TEXT), .min = 1, .max = PATTERN_MAX, .check = glob_check, \
	.write_pattern = glob_write_pattern, .form = "a pattern"

static const struct match_row rows[] = {
	{{FIELD("operation", VALUE_CHOICE), .choices = request_kind_words,
		.help = "What the URL asks for; probe: mscep.dll without an operation"},
		false, fits_operation},
	{{PATTERN("method"), .help = "The HTTP method"}, false, fits_method},
	{{PATTERN("path"),
		.help = "The path of the URL as sent, below the site's prefix, without its query "
			"and without case"},
		false, fits_path},
	{{PATTERN("user_agent"), .help = "The header User-Agent; empty when there is none"},
		false, fits_user_agent},
	{{FIELD("message_type", VALUE_MESSAGE_TYPE), .help = "The messageType"},
		true, fits_message_type},
	{{PATTERN("transaction"), .help = "The transactionID"}, true, fits_transaction},
	{{PATTERN("subject"),
		.help = "The subject of the PKCS#10, or of a CertPoll, as the journal shows it: "
			"\"C=US, CN=device-1\""},
		true, fits_subject},
	{{FIELD("digest", VALUE_TEXT), .min = 1, .max = 32, .check = algorithm_check_digest,
		.write_pattern = algorithm_write_digest_pattern,
		.form = "a digest", .help = "The digest of the request's signature"},
		true, fits_digest},
	{{FIELD("cipher", VALUE_TEXT), .min = 1, .max = 32, .check = algorithm_check_cipher,
		.write_pattern = algorithm_write_cipher_pattern,
		.form = "a cipher", .help = "The cipher of the request's envelope"},
		true, fits_cipher},
};
/* clang-format on */

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

_Static_assert(ROW_COUNT <= RULE_MATCH_MAX, "a rule can name each field");

const struct match_row *
rule_match_row_at(size_t index)
{
	return index < ROW_COUNT ? &rows[index] : NULL;
}

const struct match_row *
rule_match_row(const char *name)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (strcmp(rows[i].argument.name, name) == 0)
			return &rows[i];
	return NULL;
}

bool
rule_match_fits(const struct rule_match *match, const struct exchange *exchange)
{
	for (size_t i = 0; i < match->count; i++)
		if (!match->fields[i].row->fits(exchange, &match->fields[i].value))
			return false;
	return true;
}

void
rule_match_done(struct rule_match *match)
{
	for (size_t i = 0; i < match->count; i++)
		action_value_done(&match->fields[i].value);
	*match = (struct rule_match){0};
}
