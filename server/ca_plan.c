#include "server/ca_plan.h"

#include <stdio.h>

#include "common/der.h"
#include "common/glob.h"
#include "common/name.h"
#include "server/ca.h"
#include "server/certificate_template.h"
#include "server/exchange.h"
#include "server/refusal.h"
#include "server/server.h"

#define EMPTY_NAME 2 /* octets of a Name without RDNs */

static const struct csr *
request_of(const struct exchange *exchange)
{
	const struct issuance *issuance = &exchange->issuance;

	return issuance->pending.der.size ? &issuance->pending : &exchange->message.scep->csr;
}

/* Each check below returns DONE; REFUSED, and the message is refused; or BROKEN. */

/* A standalone CA knows no template: it issues what is asked for. */
static bool
has_templates(const struct exchange *exchange)
{
	return exchange->settings->ca_type == CA_TYPE_ENTERPRISE;
}

/* What it adds to a request that names no key usage is not known: ours is what most templates allow. */
static void
plan_as_requested(struct certificate_plan *plan, const struct csr *csr)
{
	struct der der = der_start(csr->extended_key_usage, "extKeyUsage", NULL), purposes;

	plan->key_usage = csr->key_usage ? csr->key_usage
					 : KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT;
	if (csr->extended_key_usage.size == 0 || !der_enter(&der, DER_SEQUENCE, &purposes))
		return;
	while (plan->purpose_count < CERTIFICATE_PURPOSE_MAX && !der_empty(&purposes) &&
		der_take_oid(&purposes, &plan->purposes[plan->purpose_count]))
		plan->purpose_count++;
}

static int
check_template(struct exchange *exchange)
{
	const char *name =
		certificate_template_name(exchange->settings, request_of(exchange)->key_usage);
	const struct certificate_template *template;

	if (!has_templates(exchange)) {
		plan_as_requested(&exchange->issuance.plan, request_of(exchange));
		return DONE;
	}
	if (certificate_template_find(&template, name, &exchange->diag) == DONE) {
		certificate_template_apply(
			&exchange->issuance.plan, template, request_of(exchange)->key_usage);
		return DONE;
	}
	exchange_note_setting(
		exchange, certificate_template_setting(request_of(exchange)->key_usage));
	refusal_give(exchange, REFUSAL_TEMPLATE);
	return REFUSED;
}

static int
check_key_size(struct exchange *exchange)
{
	int64_t minimum = exchange->settings->minimum_key_size;
	CLEANUP(EVP_PKEY) EVP_PKEY *stored = NULL;
	const EVP_PKEY *key = exchange->message.scep->csr_key;
	char wanted[64];

	if (!has_templates(exchange))
		return DONE;
	/* A poll has no key of its own; that of the pending request was read before it was put there. */
	if (!key && key_read_public(&stored, request_of(exchange)->spki, &exchange->diag) != DONE)
		return BROKEN;
	key = key ? key : stored;
	/* A template's size is one of RSA keys; an EC key has its curve. */
	if (!key_is_rsa(key) || key_bits(key) >= minimum)
		return DONE;
	snprintf(wanted, sizeof(wanted), "at least %lld bits", (long long)minimum);
	diag_refuse(&exchange->diag, "PKCS#10 public key", "CERTSRV_E_KEY_LENGTH", wanted,
		"%u bits", key_bits(key));
	exchange_note_setting(exchange, "minimum_key_size");
	refusal_give(exchange, REFUSAL_KEY_SIZE);
	return REFUSED;
}

static int
check_subject(struct exchange *exchange)
{
	const struct csr *csr = request_of(exchange);

	if (csr->subject.size > EMPTY_NAME || csr->subject_alt_name.size)
		return DONE;
	diag_refuse(&exchange->diag, "PKCS#10 subject", "RFC 5280 4.1.2.6",
		"a subject, or a subjectAltName in its place", "neither");
	refusal_give(exchange, REFUSAL_SUBJECT);
	return REFUSED;
}

static int
check_permitted(struct exchange *exchange)
{
	const char *permitted = exchange->settings->permitted_subjects;
	BUFFER_CLEANUP struct buffer subject = {0};

	if (!permitted)
		return DONE;
	exchange_note_setting(exchange, "permitted_subjects");
	name_text(&subject, request_of(exchange)->subject);
	if (glob_match(permitted, buffer_bytes(&subject), false))
		return DONE;
	diag_refuse(&exchange->diag, "PKCS#10 subject", "RFC 5280 4.2.1.10", permitted, "\"%s\"",
		buffer_text(&subject));
	refusal_give(exchange, REFUSAL_NAME);
	return REFUSED;
}

static int
check_ca(struct exchange *exchange)
{
	const struct certificate *issuer = authority_issuer(exchange->authority);
	char limit[CLOCK_TEXT_SIZE];

	if (exchange_seconds(exchange) < issuer->not_after)
		return DONE;
	diag_refuse(&exchange->diag, "CA certificate", "RFC 5280 6.1.3", "one that is valid now",
		"one that was valid until %s", clock_text(limit, issuer->not_after * 1000));
	refusal_give(exchange, REFUSAL_CA_EXPIRED);
	return REFUSED;
}

static void
plan_validity(struct exchange *exchange)
{
	const struct certificate *issuer = authority_issuer(exchange->authority);
	struct certificate_plan *plan = &exchange->issuance.plan;
	int64_t now = exchange_seconds(exchange);

	plan->not_before = now - CA_BACKDATED;
	plan->not_after = now + exchange->settings->validity_period * CLOCK_DAY_SECONDS;
	/* AD CS issues nothing that outlives itself. */
	if (plan->not_after > issuer->not_after)
		plan->not_after = issuer->not_after;
}

int
ca_plan_certificate(struct exchange *exchange)
{
	static int (*const checks[])(struct exchange *) = {
		check_template, check_key_size, check_subject, check_permitted, check_ca};
	const struct authority *authority = exchange->authority;
	const struct authority_ca *ca = &authority->cas[0];
	const struct csr *csr = request_of(exchange);
	struct certificate_plan *plan = &exchange->issuance.plan;
	int result;

	exchange_note_setting(exchange, "ca_generation");
	exchange_note_setting(exchange, "ca_signature");
	*plan = (struct certificate_plan){
		.digest = authority->signature.digest,
		.pss = authority->signature.pss,
		.issuer = ca->certificate->subject,
		.subject = csr->subject,
		.spki = csr->spki,
		.subject_key_identifier = true,
		.authority_key_identifier = ca->certificate->subject_key_identifier,
		.subject_alt_name = csr->subject_alt_name,
		/* RFC 5280 4.2.1.6 */
		.subject_alt_name_critical = csr->subject.size <= EMPTY_NAME,
		.crl_url = ca->crl_url,
		.issuer_url = ca->issuer_url,
	};
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		result = checks[i](exchange);
		if (result != DONE)
			return result == REFUSED ? STAGE_NEXT : STAGE_BROKE;
	}
	plan_validity(exchange);
	plan->serial_size = authority_serial(
		plan->serial, authority, exchange->issuance.request_id, &exchange->server->random);
	return STAGE_NEXT;
}
