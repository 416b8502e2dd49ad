#include "server/journal_redaction.h"

#include <string.h>

#include "server/application.h"
#include "server/exchange.h"
#include "server/message_type.h"
#include "server/request_kind.h"
#include "server/server.h"

bool
journal_redaction_is_on(const struct exchange *exchange)
{
	return exchange->server->redact;
}

/* Returns whether a pkiMessage was read as far as its challenge, and has none. */
static bool
holds_no_challenge(const struct message *message)
{
	if (message->type && !message->type->holds_csr)
		return true;
	return message->scep->csr.der.size > 0 && !message->scep->csr.has_challenge;
}

/* With the operations that ask for CA certificates and capabilities, the parameter `message` names a
 * CA; with all others it may be a pkiMessage. */
static bool
may_hold_message(const struct request *request)
{
	static const char *const harmless[] = {"GetCACaps", "GetCACert", "GetNextCACert"};
	const char *kind = request_kind(request);
	struct bytes message;

	for (size_t i = 0; kind && i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (strcmp(kind, harmless[i]) == 0)
			return false;
	return request_parameter(&message, request, "message");
}

static bool
may_carry_password(const struct exchange *exchange)
{
	const struct request *request = &exchange->http->request;

	if (request_header(request, "Authorization"))
		return true;
	if (exchange->message.der.size > 0)
		return !holds_no_challenge(&exchange->message);
	return request->body.size > 0 || may_hold_message(request);
}

bool
journal_redaction_hides_request(const struct exchange *exchange)
{
	return journal_redaction_is_on(exchange) && may_carry_password(exchange);
}

bool
journal_redaction_hides_reply(const struct exchange *exchange)
{
	const struct application *application = exchange->route.application;

	if (!journal_redaction_is_on(exchange))
		return false;
	if (application && application_is_admin(application))
		return true;
	return exchange->reply.der.size == 0 && may_carry_password(exchange);
}

struct bytes
journal_redaction_target(const struct exchange *exchange)
{
	const char *target = exchange->http->request.sent_target;

	return BYTES(target,
		journal_redaction_hides_request(exchange) ? strcspn(target, "?") : strlen(target));
}
