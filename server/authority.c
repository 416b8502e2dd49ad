#include "server/authority.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"
#include "common/name.h"
#include "common/percent.h"
#include "server/authority_issue.h"
#include "server/ca_crl_cache.h"
#include "server/mint.h"
#include "server/ra_certificates.h"

/* How much older than what it has issued the CA before a renewed one is. */
#define CA_AGE (INT64_C(10) * 365 * CLOCK_DAY_SECONDS)

/* Returns a URL below `base_url` for a file of a CA. */
static char *
file_url(const char *base_url, const char *name, const char *extension)
{
	BUFFER_CLEANUP struct buffer escaped = {0};

	percent_encode(&escaped, bytes_text(name), "");
	return text_format("%s/CertEnroll/%s.%s", base_url, buffer_text(&escaped), extension);
}

/*
 * Makes a CA of a certificate and the key of a role. `suffix` tells its files from those of the same
 * CA with another key, as AD CS's "(1)" does.
 */
static struct authority_ca
make_ca(const struct authority *authority, const struct certificate *certificate,
	enum pki_role role, const char *suffix, const char *base_url)
{
	BUFFER_CLEANUP struct buffer name = {0};

	/* A CA of one's own may have a name without CN. */
	if (!name_find(&name, certificate->subject, OID_COMMON_NAME))
		buffer_append_text(&name, pki_role_name(role));
	buffer_append_text(&name, suffix);
	return (struct authority_ca){
		.certificate = certificate,
		.pki = authority->pki,
		.role = role,
		.name = text_copy(buffer_text(&name)),
		.crl_url = file_url(base_url, buffer_text(&name), "crl"),
		.issuer_url = file_url(base_url, buffer_text(&name), "crt"),
		.crl_cache = ca_crl_cache_new(),
	};
}

static int
make_root(struct authority *authority, const char *base_url, int64_t now, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer subject = {0};
	struct authority_order order = {.role = PKI_ROOT, .like = PKI_ROOT, .now = now};
	int result;

	if (mint_subject(&subject, PKI_ROOT, NULL, diag) != DONE)
		return BROKEN;
	order.subject = buffer_bytes(&subject);
	result = authority_issue(&authority->root, authority, &order, diag);
	if (result == DONE)
		authority->cas[authority->ca_count++] =
			make_ca(authority, &authority->root, PKI_ROOT, "", base_url);
	return result;
}

/* Puts the issuing CA before the root. */
static int
make_issuing(struct authority *authority, const char *base_url, int64_t now, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer subject = {0};
	struct authority_order order = {
		.role = PKI_ISSUING, .like = PKI_ISSUING, .issuer = &authority->cas[0], .now = now};
	int result;

	if (mint_subject(&subject, PKI_ISSUING, NULL, diag) != DONE)
		return BROKEN;
	order.subject = buffer_bytes(&subject);
	result = authority_issue(&authority->issuing, authority, &order, diag);
	if (result != DONE)
		return result;
	authority->cas[authority->ca_count++] = authority->cas[0];
	authority->cas[0] = make_ca(authority, &authority->issuing, PKI_ISSUING, "", base_url);
	return DONE;
}

/* Issues to the first CA a certificate with a new key under the old name, as AD CS renews a CA. */
static int
issue_other_generation(
	struct certificate *out, const struct authority *authority, int64_t now, struct diag *diag)
{
	const struct authority_order order = {
		.role = PKI_NEXT_CA,
		.like = PKI_NEXT_CA,
		.subject = authority->cas[0].certificate->subject,
		.issuer = authority->ca_count > 1 ? &authority->cas[1] : NULL,
		.now = now,
	};

	return authority_issue(out, authority, &order, diag);
}

/* Has the next CA take the place of the first one. */
static int
renew(struct authority *authority, const char *base_url, int64_t now, struct diag *diag)
{
	struct certificate *place =
		authority->ca_count > 1 ? &authority->issuing : &authority->root;
	struct certificate next = {0};
	int result = issue_other_generation(&next, authority, now, diag);

	if (result != DONE)
		return result;
	authority->previous_ca = *place;
	*place = next;
	authority->previous = authority->cas[0];
	authority->previous.certificate = &authority->previous_ca;
	authority->cas[0] = make_ca(authority, place, PKI_NEXT_CA, "(1)", base_url);
	authority->renewed = true;
	return DONE;
}

/* Puts a CA with another key before the first one, which is taken to have followed it. */
static int
precede(struct authority *authority, const char *base_url, int64_t now, struct diag *diag)
{
	int result = issue_other_generation(&authority->previous_ca, authority, now - CA_AGE, diag);

	if (result == DONE)
		authority->previous =
			make_ca(authority, &authority->previous_ca, PKI_NEXT_CA, "(0)", base_url);
	return result;
}

/* The CAs: the root, with CA_HIERARCHY_ISSUING the CA below it, which then comes first; and what
 * was or will be in the place of the first one. */
static int
make_cas(struct authority *authority, const struct settings *settings, const char *base_url,
	int64_t now, struct diag *diag)
{
	int result = make_root(authority, base_url, now, diag);

	if (result == DONE && settings->ca_hierarchy == CA_HIERARCHY_ISSUING)
		result = make_issuing(authority, base_url, now, diag);
	if (result == DONE && authority_offers_next(settings))
		result = issue_other_generation(&authority->next_ca, authority, now, diag);
	if (result == DONE && settings->ca_generation == CA_GENERATION_NEXT)
		return renew(authority, base_url, now, diag);
	if (result == DONE && settings->ra_certificates == RA_CERTIFICATES_PREVIOUS_CA)
		return precede(authority, base_url, now, diag);
	return result;
}

static int
make(struct authority **out, const struct pki *pki, const struct settings *settings,
	const char *base_url, unsigned ra_edition, int64_t made_at, int64_t now, struct diag *diag)
{
	struct authority *authority = memory_new(1, sizeof(*authority));
	int result;

	authority->pki = pki;
	authority->made_at = made_at;
	authority->signature = ca_signature_of(settings);
	result = make_cas(authority, settings, base_url, made_at, diag);
	if (result == DONE)
		result = ra_certificates_new(authority, settings, ra_edition, now, diag);
	if (result == DONE)
		*out = authority;
	else
		authority_free(authority);
	return result;
}

int
authority_new(struct authority **out, const struct pki *pki, const struct settings *settings,
	const char *base_url, int64_t now, struct diag *diag)
{
	return make(out, pki, settings, base_url, 0, now, now, diag);
}

int
authority_renew(struct authority **out, const struct authority *earlier, unsigned ra_edition,
	const struct settings *settings, const char *base_url, int64_t now, struct diag *diag)
{
	return make(out, earlier->pki, settings, base_url, ra_edition, earlier->made_at, now, diag);
}

static void
ca_done(struct authority_ca *ca)
{
	free(ca->name);
	free(ca->crl_url);
	free(ca->issuer_url);
	ca_crl_cache_free(ca->crl_cache);
}

void
authority_free(struct authority *authority)
{
	if (!authority)
		return;
	for (size_t i = 0; i < authority->ca_count; i++)
		ca_done(&authority->cas[i]);
	ca_done(&authority->previous);
	certificate_done(&authority->root);
	certificate_done(&authority->issuing);
	ra_certificates_free(authority->ra);
	certificate_done(&authority->next_ca);
	certificate_done(&authority->previous_ca);
	free(authority);
}

const struct certificate *
authority_issuer(const struct authority *authority)
{
	return authority->cas[0].certificate;
}

EVP_PKEY *
authority_ca_key(const struct authority_ca *ca)
{
	return pki_key(ca->pki, ca->role);
}

EVP_PKEY *
authority_issuer_key(const struct authority *authority)
{
	return authority_ca_key(&authority->cas[0]);
}

bool
authority_offers_next(const struct settings *settings)
{
	return settings->next_ca != NEXT_CA_NONE &&
		settings->ca_generation == CA_GENERATION_CURRENT;
}

size_t
authority_published(
	const struct authority_ca *out[AUTHORITY_CAS_MAX + 1], const struct authority *authority)
{
	size_t count = 0;

	for (size_t i = 0; i < authority->ca_count; i++)
		out[count++] = &authority->cas[i];
	if (authority->previous.certificate)
		out[count++] = &authority->previous;
	return count;
}

size_t
authority_chain(
	const struct certificate *out[AUTHORITY_CHAIN_MAX], const struct authority *authority)
{
	size_t count = ra_certificates_list(out, authority);

	for (size_t i = 0; i < authority->ca_count; i++)
		out[count++] = authority->cas[i].certificate;
	return count;
}

size_t
authority_serial(uint8_t out[CERTIFICATE_SERIAL_MAX], const struct authority *authority,
	uint32_t request_id, struct random *random)
{
	uint8_t middle[8];

	random_fill(random, middle, sizeof(middle));
	return mint_serial(out, authority_issuer(authority), request_id, middle);
}
