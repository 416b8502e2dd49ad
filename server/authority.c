#include "server/authority.h"

#include <stdlib.h>

#include "common/memory.h"
#include "common/name.h"
#include "common/percent.h"
#include "server/ca_crl_cache.h"
#include "server/mint.h"

/* Returns a URL below `base_url` for a file of a CA. */
static char *
file_url(const char *base_url, const char *name, const char *extension)
{
	BUFFER_CLEANUP struct buffer escaped = {0};

	percent_encode(&escaped, bytes_text(name), "");
	return text_format("%s/CertEnroll/%s.%s", base_url, buffer_text(&escaped), extension);
}

/* Adds a CA to the authority, behind those that are there. */
static struct authority_ca *
add_ca(struct authority *authority, const struct certificate *certificate, enum pki_role role,
	const char *base_url)
{
	struct authority_ca *ca = &authority->cas[authority->ca_count++];
	BUFFER_CLEANUP struct buffer name = {0};

	/* A CA of one's own may have a name without CN. */
	if (!name_find(&name, certificate->subject, OID_COMMON_NAME))
		buffer_append_text(&name, pki_role_name(role));
	*ca = (struct authority_ca){
		.certificate = certificate,
		.key = authority->pki->keys[role],
		.name = text_copy(buffer_text(&name)),
		.crl_url = file_url(base_url, buffer_text(&name), "crl"),
		.issuer_url = file_url(base_url, buffer_text(&name), "crt"),
		.crl_cache = ca_crl_cache_new(),
	};
	return ca;
}

static int
check_is_ca(const struct certificate *given, enum pki_role role, struct diag *diag)
{
	TEXT_CLEANUP char *object = text_format("%s.crt", pki_role_name(role));

	if (given->is_ca && (!given->has_key_usage || given->key_usage & KEY_USAGE_KEY_CERT_SIGN))
		return DONE;
	return diag_refuse(diag, object, "RFC 5280 4.2.1.3 and 4.2.1.9",
		"a CA certificate, with keyCertSign in its keyUsage",
		"another kind of certificate");
}

static int
check_is_ra(const struct certificate *given, enum pki_role role, struct diag *diag)
{
	TEXT_CLEANUP char *object = text_format("%s.crt", pki_role_name(role));
	bool signs = role == PKI_RA_SIGNING;

	if (given->key_usage == (signs ? KEY_USAGE_DIGITAL_SIGNATURE : KEY_USAGE_KEY_ENCIPHERMENT))
		return DONE;
	return diag_refuse(diag, object, "NDES",
		signs ? "keyUsage digitalSignature alone" : "keyUsage keyEncipherment alone",
		"other bits");
}

/* Checks that a certificate from the pki was issued by the CA above it. */
static int
check_issued(const struct certificate *given, enum pki_role role, const struct authority_ca *issuer,
	struct diag *diag)
{
	TEXT_CLEANUP char *object = text_format("%s.crt", pki_role_name(role));
	BUFFER_CLEANUP struct buffer wanted = {0}, found = {0};
	int result;

	if (!name_equal(given->issuer, issuer->certificate->subject)) {
		buffer_append_text(&wanted, "issuer ");
		name_text(&wanted, issuer->certificate->subject);
		name_text(&found, given->issuer);
		return diag_refuse(diag, object, "setting ca_hierarchy", buffer_text(&wanted),
			"issuer %s", buffer_text(&found));
	}
	result = certificate_verify(given, issuer->key, diag);
	if (result != REFUSED)
		return result;
	return diag_refuse(diag, object, "RFC 5280 6.1.3",
		"a signature by the CA that it names as its issuer", "another one");
}

/* Takes the pki's certificate for a role, or mints one. */
static int
issue(struct certificate *out, const struct authority *authority, enum pki_role role,
	struct bytes subject, const struct authority_ca *issuer, int64_t now, struct diag *diag)
{
	const struct certificate *given = &authority->pki->certificates[role];
	const struct mint_issuer mint_issuer = {
		issuer->certificate, issuer->key, issuer->crl_url, issuer->issuer_url};
	int result;

	if (given->der.size == 0)
		return mint_certificate(
			out, role, subject, authority->pki->keys[role], &mint_issuer, now, diag);
	result = role == PKI_ISSUING ? check_is_ca(given, role, diag)
				     : check_is_ra(given, role, diag);
	if (result == DONE)
		result = check_issued(given, role, issuer, diag);
	if (result == DONE)
		certificate_copy(out, given);
	return result;
}

/* Takes the pki's certificate for a role that signs itself, or mints one. */
static int
issue_self_signed(struct certificate *out, const struct authority *authority, enum pki_role role,
	struct bytes subject, int64_t now, struct diag *diag)
{
	const struct certificate *given = &authority->pki->certificates[role];
	EVP_PKEY *key = authority->pki->keys[role];
	const struct mint_issuer itself = {.key = key};

	if (given->der.size == 0)
		return mint_certificate(out, role, subject, key, &itself, now, diag);
	if (check_is_ca(given, role, diag) != DONE)
		return REFUSED;
	certificate_copy(out, given);
	return DONE;
}

/* The CAs: the root, and with CA_HIERARCHY_ISSUING the CA below it, which then comes first. */
static int
make_cas(struct authority *authority, const struct settings *settings, const char *base_url,
	int64_t now, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer root_subject = {0}, subject = {0};
	struct authority_ca issuing;
	int result;

	if (mint_subject(&root_subject, PKI_ROOT, NULL, diag) != DONE ||
		mint_subject(&subject, PKI_ISSUING, NULL, diag) != DONE)
		return BROKEN;
	result = issue_self_signed(
		&authority->root, authority, PKI_ROOT, buffer_bytes(&root_subject), now, diag);
	if (result != DONE)
		return result;
	add_ca(authority, &authority->root, PKI_ROOT, base_url);
	if (settings->ca_hierarchy == CA_HIERARCHY_ROOT)
		return DONE;
	result = issue(&authority->issuing, authority, PKI_ISSUING, buffer_bytes(&subject),
		&authority->cas[0], now, diag);
	if (result != DONE)
		return result;
	issuing = *add_ca(authority, &authority->issuing, PKI_ISSUING, base_url);
	authority->cas[1] = authority->cas[0];
	authority->cas[0] = issuing;
	return DONE;
}

/* Both RA certificates, which share one subject (ndes-behaviour 2.3). */
static int
make_ra(struct authority *authority, const struct settings *settings, int64_t now,
	struct diag *diag)
{
	TEXT_CLEANUP char *text = text_format("C=US,CN=%s-MSCEP-RA", settings->host_name);
	BUFFER_CLEANUP struct buffer subject = {0};
	int result = name_parse(&subject, text, diag);

	if (result == DONE)
		result = issue(&authority->ra_signing, authority, PKI_RA_SIGNING,
			buffer_bytes(&subject), &authority->cas[0], now, diag);
	if (result == DONE)
		result = issue(&authority->ra_encryption, authority, PKI_RA_ENCRYPTION,
			buffer_bytes(&subject), &authority->cas[0], now, diag);
	return result;
}

int
authority_new(struct authority **out, const struct pki *pki, const struct settings *settings,
	const char *base_url, int64_t now, struct diag *diag)
{
	struct authority *authority = memory_new(1, sizeof(*authority));
	int result;

	authority->pki = pki;
	result = make_cas(authority, settings, base_url, now, diag);
	if (result == DONE)
		result = make_ra(authority, settings, now, diag);
	/* A new key under the old name, as when AD CS renews a CA with a new key. */
	if (result == DONE && settings->next_ca != NEXT_CA_NONE)
		result = issue_self_signed(&authority->next_ca, authority, PKI_NEXT_CA,
			authority_issuer(authority)->subject, now, diag);
	if (result == DONE)
		*out = authority;
	else
		authority_free(authority);
	return result;
}

void
authority_free(struct authority *authority)
{
	if (!authority)
		return;
	for (size_t i = 0; i < authority->ca_count; i++) {
		free(authority->cas[i].name);
		free(authority->cas[i].crl_url);
		free(authority->cas[i].issuer_url);
		ca_crl_cache_free(authority->cas[i].crl_cache);
	}
	certificate_done(&authority->root);
	certificate_done(&authority->issuing);
	certificate_done(&authority->ra_signing);
	certificate_done(&authority->ra_encryption);
	certificate_done(&authority->next_ca);
	free(authority);
}

const struct certificate *
authority_issuer(const struct authority *authority)
{
	return authority->cas[0].certificate;
}

EVP_PKEY *
authority_issuer_key(const struct authority *authority)
{
	return authority->cas[0].key;
}

size_t
authority_chain(
	const struct certificate *out[AUTHORITY_CHAIN_MAX], const struct authority *authority)
{
	size_t count = 0;

	out[count++] = &authority->ra_signing;
	out[count++] = &authority->ra_encryption;
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
