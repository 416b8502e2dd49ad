#include "server/reply_key.h"

#include "server/exchange.h"

const struct csr *
reply_key_request(const struct exchange *exchange)
{
	const struct scep_request *scep = exchange->message.scep;

	if (key_is_rsa(scep->signer_key))
		return NULL;
	return scep->csr.challenge.size > 0 ? &scep->csr : &exchange->issuance.pending;
}

bool
reply_key_exists(const struct exchange *exchange)
{
	const struct csr *request = reply_key_request(exchange);

	return !request || request->challenge.size > 0;
}
