/* The part of the journal's object that tells of the SCEP message and of what became of it. */
#pragma once

#include "server/exchange.h"

/* Appends message, csr, challenge, disposition and issuance, each where the exchange had one. */
void journal_message_write(struct buffer *out, const struct exchange *exchange);
