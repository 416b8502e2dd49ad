/*
 * --redact: challenge passwords, and the passwords of who asks the admin page for
 * them, stay out of the journal. What may carry one is not kept as bytes, since a
 * challenge lies in an envelope that the private key of a test opens for everybody.
 */
#pragma once

#include <stdbool.h>

#include "common/buffer.h"

struct exchange;

#define JOURNAL_REDACTION_WHY "it may carry a password, and --redact is on"

/* Returns whether passwords are to stay out of what is told of this exchange. */
bool journal_redaction_is_on(const struct exchange *exchange);

/* Returns whether passwords are, and the request may carry one: a pkiMessage that was not found to
 * hold none, what may be one, or credentials. */
bool journal_redaction_hides_request(const struct exchange *exchange);

/* The same of the answer: the admin page's, and those that may repeat such a request. */
bool journal_redaction_hides_reply(const struct exchange *exchange);

/* Returns the request target as sent, without its query when the request is hidden. */
struct bytes journal_redaction_target(const struct exchange *exchange);
