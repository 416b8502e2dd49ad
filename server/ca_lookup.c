#include "server/ca_lookup.h"

#include "server/ca_crl.h"
#include "server/exchange.h"
#include "server/refusal.h"
#include "server/server.h"
#include "server/store.h"

/* Looks among the certificates that GetCACert gives. */
static bool
find_in_chain(struct buffer *out, const struct exchange *exchange)
{
	const struct scep_request *scep = exchange->message.scep;
	const struct certificate *chain[AUTHORITY_CHAIN_MAX];
	size_t count = authority_chain(chain, exchange->authority);

	for (size_t i = 0; i < count; i++) {
		if (certificate_is(chain[i], scep->issuer, scep->serial)) {
			buffer_append(out, buffer_bytes(&chain[i]->der));
			return true;
		}
	}
	return false;
}

/* Looks among the issued ones. DONE, REFUSED or BROKEN. */
static int
find_in_store(struct buffer *out, struct exchange *exchange)
{
	const struct scep_request *scep = exchange->message.scep;
	CERTIFICATE_RECORD_CLEANUP struct certificate_record record = {0};
	CERTIFICATE_CLEANUP struct certificate certificate = {0};
	int result = store_certificate_find(&record, exchange->server->store,
		exchange->site->store_name, scep->serial, &exchange->diag);

	if (result != DONE)
		return result;
	if (certificate_read(&certificate, buffer_bytes(&record.der), &exchange->diag) != DONE)
		return BROKEN;
	if (!certificate_is(&certificate, scep->issuer, scep->serial))
		return diag_refuse(&exchange->diag, "issuer and serial number", "RFC 8894 3.3.4",
			"the name of the CA that gave this serial number", "another name");
	exchange->issuance.request_id = record.request_id;
	buffer_append(out, buffer_bytes(&record.der));
	return DONE;
}

/* Appends the certificate that the message names, or refuses the message. DONE, REFUSED or BROKEN. */
static int
find(struct buffer *out, struct exchange *exchange)
{
	int result = find_in_chain(out, exchange) ? DONE : find_in_store(out, exchange);

	if (result == REFUSED)
		refusal_give(exchange, REFUSAL_CERTIFICATE_UNKNOWN);
	return result;
}

int
ca_lookup_answer_certificate(struct exchange *exchange)
{
	return find(&exchange->issuance.certificate, exchange) == BROKEN ? STAGE_BROKE : STAGE_NEXT;
}

int
ca_lookup_answer_crl(struct exchange *exchange)
{
	BUFFER_CLEANUP struct buffer named = {0};
	int result = find(&named, exchange);

	if (result == DONE)
		result = ca_crl(&exchange->issuance.crl, exchange->site, exchange->condition,
			&exchange->authority->cas[0], exchange_seconds(exchange), &exchange->diag);
	return result == BROKEN ? STAGE_BROKE : STAGE_NEXT;
}
