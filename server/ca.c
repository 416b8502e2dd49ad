#include "server/ca.h"

#include "server/exchange.h"
#include "server/message_type.h"
#include "server/pki_operation.h"
#include "server/reply_key.h"

/* What nobody could read is not issued. */
static int
refuse_unreadable(struct exchange *exchange)
{
	diag_refuse(&exchange->diag, "signer's public key", "RFC 8894 3.1",
		"an RSA key or a challenge password, with which the reply can be encrypted",
		"an EC key, and no challenge password");
	return pki_operation_fail_to_encrypt(exchange, "reply-not-encryptable");
}

int
ca_run(struct exchange *exchange)
{
	int result;

	if (exchange->disposition.status != SCEP_STATUS_SUCCESS)
		return STAGE_NEXT;
	result = exchange->message.type->answer(exchange);
	if (result == STAGE_NEXT && exchange->disposition.status == SCEP_STATUS_SUCCESS &&
		!reply_key_exists(exchange))
		return refuse_unreadable(exchange);
	return result;
}
