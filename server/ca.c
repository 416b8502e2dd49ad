#include "server/ca.h"

#include "server/exchange.h"
#include "server/message_type.h"
#include "server/pki_operation.h"
#include "server/refusal.h"
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

/* Whether the CA can be asked at all (ndes-behaviour 2.4, 2.8). Returns whether it refuses. */
static bool
refuse_unavailable(struct exchange *exchange)
{
	if (exchange->settings->ca_service == CA_SERVICE_STOPPED) {
		exchange_note_setting(exchange, "ca_service");
		diag_refuse(&exchange->diag, "CA", NULL, "one that runs", "it is stopped");
		refusal_give(exchange, REFUSAL_CA_STOPPED);
		return true;
	}
	if (exchange->settings->revocation_server == REVOCATION_OFFLINE &&
		exchange->message.renewal) {
		exchange_note_setting(exchange, "revocation_server");
		diag_refuse(&exchange->diag, "renewal", NULL,
			"a certificate whose revocation can be checked",
			"the revocation server is offline");
		refusal_give(exchange, REFUSAL_REVOCATION_OFFLINE);
		return true;
	}
	return false;
}

int
ca_run(struct exchange *exchange)
{
	int result;

	if (exchange->disposition.status != SCEP_STATUS_SUCCESS || refuse_unavailable(exchange))
		return STAGE_NEXT;
	result = exchange->message.type->answer(exchange);
	if (result == STAGE_NEXT && exchange->disposition.status == SCEP_STATUS_SUCCESS &&
		!reply_key_exists(exchange))
		return refuse_unreadable(exchange);
	return result;
}
