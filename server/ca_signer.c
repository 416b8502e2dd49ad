#include "server/ca_signer.h"

#include "common/name.h"
#include "server/exchange.h"
#include "server/message_type.h"
#include "server/refusal.h"
#include "server/server.h"
#include "server/store.h"

static const char object[] = "signer's certificate";

/* A signer that holds no certificate of this CA: what it signs is no renewal. */
static int
refuse_renewal_req(struct exchange *exchange, enum refusal refusal)
{
	BUFFER_CLEANUP struct buffer issuer = {0};

	if (exchange->message.scep->message_type != SCEP_RENEWAL_REQ)
		return STAGE_NEXT;
	name_text(&issuer, exchange->message.scep->signer.issuer);
	diag_refuse(&exchange->diag, object, "RFC 8894 3.3.1.2",
		"the certificate of this CA that is to be renewed", "%s issued by %s",
		refusal == REFUSAL_SIGNER_SELF_SIGNED ? "a self-signed one" : "one",
		buffer_text(&issuer));
	return refusal_give(exchange, refusal);
}

/* Finds the signer's record; an empty one when there is none. */
static int
find_record(struct certificate_record *out, struct exchange *exchange)
{
	struct diag nothing = {0};
	int result = store_certificate_find(out, exchange->server->store,
		exchange->site->store_name, exchange->message.scep->signer.serial, &nothing);

	if (result == BROKEN)
		exchange->diag = nothing;
	return result == BROKEN ? BROKEN : DONE;
}

/*
 * Returns DONE when one of the site's CAs has signed the certificate, else REFUSED or BROKEN. One
 * that is on record needs no look at its signature; one of an earlier run need not be on record.
 */
static int
check_issued_here(struct exchange *exchange, const struct certificate_record *record)
{
	const struct authority_ca *cas[AUTHORITY_CAS_MAX + 1];
	size_t count = authority_published(cas, exchange->authority);
	const struct certificate *signer = &exchange->message.scep->signer;
	int result = REFUSED;

	if (signer->is_ca)
		return REFUSED;
	if (bytes_equal(buffer_bytes(&record->der), buffer_bytes(&signer->der)))
		return DONE;
	for (size_t i = 0; i < count && result == REFUSED; i++) {
		const struct authority_ca *ca = cas[i];
		struct diag words = {0};

		if (!name_equal(signer->issuer, ca->certificate->subject))
			continue;
		result = certificate_verify(signer, authority_ca_key(ca), &words);
		if (result == BROKEN)
			exchange->diag = words;
	}
	return result;
}

static int
check_validity(struct exchange *exchange)
{
	const struct certificate *signer = &exchange->message.scep->signer;
	char now[CLOCK_TEXT_SIZE], limit[CLOCK_TEXT_SIZE];
	bool early = exchange_seconds(exchange) < signer->not_before;

	if (!early && exchange_seconds(exchange) <= signer->not_after)
		return DONE;
	clock_text(now, exchange->arrived_ms);
	clock_text(limit, (early ? signer->not_before : signer->not_after) * 1000);
	diag_refuse(&exchange->diag, object, "RFC 5280 6.1.3", "one that is valid now",
		"one valid %s %s; it is %s", early ? "from" : "until", limit, now);
	refusal_give(exchange, REFUSAL_SIGNER_EXPIRED);
	return REFUSED;
}

static int
check_not_revoked(struct exchange *exchange, const struct certificate_record *record)
{
	char when[CLOCK_TEXT_SIZE];

	if (record->revoked_at == 0)
		return DONE;
	diag_refuse(&exchange->diag, object, "RFC 5280 6.3", "one that is not revoked",
		"one revoked at %s", clock_text(when, record->revoked_at));
	refusal_give(exchange, REFUSAL_SIGNER_REVOKED);
	return REFUSED;
}

int
ca_signer_identify(struct exchange *exchange)
{
	const struct certificate *signer = &exchange->message.scep->signer;
	CERTIFICATE_RECORD_CLEANUP struct certificate_record record = {0};

	if (!exchange->message.type->holds_csr)
		return STAGE_NEXT;
	if (name_equal(signer->issuer, signer->subject))
		return refuse_renewal_req(exchange, REFUSAL_SIGNER_SELF_SIGNED);
	if (find_record(&record, exchange) != DONE)
		return STAGE_BROKE;
	switch (check_issued_here(exchange, &record)) {
	case DONE:
		break;
	case REFUSED:
		return refuse_renewal_req(exchange, REFUSAL_SIGNER_FOREIGN);
	default:
		return STAGE_BROKE;
	}
	exchange->message.renewal =
		check_validity(exchange) == DONE && check_not_revoked(exchange, &record) == DONE;
	return STAGE_NEXT;
}
