#include "server/authority_issue.h"

#include "common/memory.h"
#include "common/name.h"
#include "server/mint.h"

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
	result = certificate_verify(given, authority_ca_key(issuer), diag);
	if (result != REFUSED)
		return result;
	return diag_refuse(diag, object, "RFC 5280 6.1.3",
		"a signature by the CA that it names as its issuer", "another one");
}

/* Takes the pki's certificate, which must fit. */
static int
take(struct certificate *out, const struct certificate *given, const struct authority_order *order,
	struct diag *diag)
{
	bool ra = order->role == PKI_RA_SIGNING || order->role == PKI_RA_ENCRYPTION;
	int result =
		ra ? check_is_ra(given, order->role, diag) : check_is_ca(given, order->role, diag);

	if (result == DONE && order->issuer)
		result = check_issued(given, order->role, order->issuer, diag);
	if (result == DONE)
		certificate_copy(out, given);
	return result;
}

/* Whether what would be minted is the certificate that is built in: it depends on the signature alone. */
static bool
is_built_in(const struct authority *authority, const struct authority_order *order)
{
	return order->role == PKI_ROOT && authority->pki->root.der.size > 0 &&
		authority->signature.digest == algorithm_digest_named("SHA-256") &&
		!authority->signature.pss;
}

int
authority_issue(struct certificate *out, const struct authority *authority,
	const struct authority_order *order, struct diag *diag)
{
	const struct certificate *given = &authority->pki->certificates[order->role];
	const struct authority_ca *issuer = order->issuer;
	struct mint_issuer mint_issuer = {
		.certificate = issuer ? issuer->certificate : NULL,
		.crl_url = issuer ? issuer->crl_url : NULL,
		.issuer_url = issuer ? issuer->issuer_url : NULL,
		.digest = authority->signature.digest,
		.pss = authority->signature.pss,
		.edition = order->edition,
	};
	EVP_PKEY *key;

	if (given->der.size && !order->minted)
		return take(out, given, order, diag);
	if (is_built_in(authority, order)) {
		certificate_copy(out, &authority->pki->root);
		return DONE;
	}
	key = pki_key(authority->pki, order->role);
	mint_issuer.key = issuer ? authority_ca_key(issuer) : key;
	return mint_certificate(
		out, order->like, order->subject, key, &mint_issuer, order->now, diag);
}
