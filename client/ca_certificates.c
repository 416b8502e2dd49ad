#include "client/ca_certificates.h"

#include "common/clock.h"
#include "common/name.h"

static const char object[] = "GetCACert";

void
ca_certificates_done(struct ca_certificates *authority)
{
	for (size_t i = 0; i < authority->count; i++) {
		certificate_done(&authority->list[i]);
		EVP_PKEY_free(authority->keys[i]);
	}
	*authority = (struct ca_certificates){0};
}

EVP_PKEY *
ca_certificates_key(const struct ca_certificates *authority, const struct certificate *certificate)
{
	return authority->keys[certificate - authority->list];
}

const char *
ca_certificates_role(const struct ca_certificates *authority, const struct certificate *certificate)
{
	if (certificate->is_ca)
		return certificate == authority->issuing_ca ? "issuing CA" : "CA";
	if (certificate == authority->signing && certificate == authority->encryption)
		return "RA";
	if (certificate == authority->signing)
		return "RA signing";
	return certificate == authority->encryption ? "RA encryption" : "unused RA";
}

static int
add(struct ca_certificates *out, struct bytes der, struct diag *diag)
{
	int result = certificate_read(&out->list[out->count], der, diag);

	if (result != DONE)
		return result;
	/* A key of a kind we do not know is no hindrance as long as nobody needs it. */
	if (key_read_public(&out->keys[out->count], out->list[out->count].spki, NULL) == BROKEN) {
		certificate_done(&out->list[out->count]);
		return diag_break(diag, object, "a public key could not be loaded");
	}
	out->count++;
	return DONE;
}

static int
read_list(struct ca_certificates *out, struct bytes body, struct diag *diag)
{
	SIGNED_DATA_CLEANUP struct signed_data data = {0};
	int result = signed_data_read(&data, body, diag);

	for (size_t i = 0; result == DONE && i < data.certificate_count; i++)
		result = add(out, data.certificates[i], diag);
	return result;
}

/* Returns the CA of the list that issued this certificate, or NULL. */
static const struct certificate *
find_issuer(const struct ca_certificates *authority, const struct certificate *certificate)
{
	for (size_t i = 0; i < authority->count; i++) {
		const struct certificate *ca = &authority->list[i];

		if (ca->is_ca && authority->keys[i] &&
			name_equal(ca->subject, certificate->issuer) &&
			certificate_verify(certificate, authority->keys[i], NULL) == DONE)
			return ca;
	}
	return NULL;
}

/* Returns the first certificate of an RA that may do this, or NULL. Without keyUsage a key may do
 * everything (RFC 5280 4.2.1.3). */
static const struct certificate *
find_ra(const struct ca_certificates *authority, uint32_t usage)
{
	for (size_t i = 0; i < authority->count; i++) {
		const struct certificate *ra = &authority->list[i];

		if (!ra->is_ca && (!ra->has_key_usage || (ra->key_usage & usage)))
			return ra;
	}
	return NULL;
}

/* Returns the first CA of the list that issued no other CA of it, or NULL when there is no CA. */
static const struct certificate *
find_lowest_ca(const struct ca_certificates *authority)
{
	const struct certificate *lowest = NULL;

	for (size_t i = 0; i < authority->count; i++) {
		const struct certificate *ca = &authority->list[i];

		if (ca->is_ca && (!lowest || find_issuer(authority, ca) == lowest))
			lowest = ca;
	}
	return lowest;
}

static int
assign_roles(struct ca_certificates *out, struct diag *diag)
{
	out->signing = find_ra(out, KEY_USAGE_DIGITAL_SIGNATURE);
	out->encryption = find_ra(out, KEY_USAGE_KEY_ENCIPHERMENT);
	if (out->signing)
		out->issuing_ca = find_issuer(out, out->signing);
	if (!out->issuing_ca && out->encryption)
		out->issuing_ca = find_issuer(out, out->encryption);
	if (!out->issuing_ca)
		out->issuing_ca = find_lowest_ca(out);
	if (!out->issuing_ca)
		return diag_refuse(diag, object, "RFC 8894 4.2.1", "a CA certificate",
			"none among %zu certificates", out->count);
	if (!out->signing)
		out->signing = out->issuing_ca;
	if (!out->encryption)
		out->encryption = out->issuing_ca;
	return DONE;
}

static int
check_keys(const struct ca_certificates *authority, struct diag *diag)
{
	EVP_PKEY *encryption = ca_certificates_key(authority, authority->encryption);

	if (!encryption || !key_is_rsa(encryption))
		return diag_refuse(diag, object, "RFC 8894 3.1",
			"an RSA key to encrypt messages to", "the %s certificate has another kind",
			ca_certificates_role(authority, authority->encryption));
	if (!ca_certificates_key(authority, authority->signing) ||
		!ca_certificates_key(authority, authority->issuing_ca))
		return diag_refuse(diag, object, NULL, "an RSA or EC key",
			"the CA or RA signing certificate has another kind");
	return DONE;
}

int
ca_certificates_read(struct ca_certificates *out, const struct http_reply *reply, struct diag *diag)
{
	int result;

	if (http_reply_is(reply, "application/x-x509-ca-cert"))
		result = add(out, buffer_bytes(&reply->body), diag);
	else if (http_reply_is(reply, "application/x-x509-ca-ra-cert"))
		result = read_list(out, buffer_bytes(&reply->body), diag);
	else
		return diag_refuse(diag, object, "RFC 8894 4.2.1",
			"application/x-x509-ca-ra-cert or application/x-x509-ca-cert",
			"content type \"%s\"", reply->content_type);
	if (result == DONE)
		result = assign_roles(out, diag);
	return result == DONE ? check_keys(out, diag) : result;
}

size_t
ca_certificates_chain(const struct certificate *out[CA_CHAIN_MAX],
	const struct ca_certificates *authority, const struct certificate *certificate)
{
	const struct certificate *issuer = find_issuer(authority, certificate);
	size_t count = 0;

	while (issuer && issuer != certificate && count < CA_CHAIN_MAX) {
		out[count++] = certificate = issuer;
		issuer = find_issuer(authority, certificate);
	}
	return count;
}

static int
check_dates(const struct ca_certificates *authority, const struct certificate *certificate,
	int64_t now, struct diag *diag)
{
	char from[CLOCK_TEXT_SIZE], to[CLOCK_TEXT_SIZE], today[CLOCK_TEXT_SIZE];

	if (now >= certificate->not_before && now <= certificate->not_after)
		return DONE;
	clock_text(today, now * 1000);
	return diag_refuse(diag, object, "RFC 5280 4.1.2.5", today,
		"the %s certificate is valid %s to %s",
		ca_certificates_role(authority, certificate),
		clock_text(from, certificate->not_before * 1000),
		clock_text(to, certificate->not_after * 1000));
}

/* Checks the dates of a certificate and of all above it, and that an RA has somebody above it. */
static int
check_path(const struct ca_certificates *authority, const struct certificate *certificate,
	int64_t now, struct diag *diag)
{
	const struct certificate *chain[CA_CHAIN_MAX];
	size_t count = ca_certificates_chain(chain, authority, certificate);
	BUFFER_CLEANUP struct buffer issuer = {0};
	int result = check_dates(authority, certificate, now, diag);

	for (size_t i = 0; result == DONE && i < count; i++)
		result = check_dates(authority, chain[i], now, diag);
	if (result != DONE || count > 0 || certificate->is_ca)
		return result;
	name_text(&issuer, certificate->issuer);
	return diag_refuse(diag, object, "RFC 8894 4.2.1.2",
		"a CA certificate in the list that issued it",
		"the %s certificate by \"%s\" stands alone",
		ca_certificates_role(authority, certificate), buffer_text(&issuer));
}

int
ca_certificates_check(const struct ca_certificates *authority, int64_t now, struct diag *diag)
{
	int result = check_path(authority, authority->issuing_ca, now, diag);

	if (result == DONE)
		result = check_path(authority, authority->signing, now, diag);
	return result == DONE ? check_path(authority, authority->encryption, now, diag) : result;
}

int
ca_certificates_check_fingerprint(const struct ca_certificates *authority,
	const struct fingerprint *fingerprint, struct diag *diag)
{
	const struct certificate *chain[CA_CHAIN_MAX + 1] = {authority->issuing_ca};
	size_t count = 1 + ca_certificates_chain(chain + 1, authority, authority->issuing_ca);
	BUFFER_CLEANUP struct buffer wanted = {0}, found = {0};
	bool equal = false;
	int result = DONE;

	for (size_t i = 0; result == DONE && !equal && i < count; i++)
		result = fingerprint_compare(&equal, fingerprint, chain[i], diag);
	if (result == DONE && !equal)
		result = fingerprint_describe(
			&found, fingerprint->digest, authority->issuing_ca, diag);
	if (result != DONE || equal)
		return result;
	buffer_append_hex(&wanted, BYTES(fingerprint->bytes, fingerprint->digest->size));
	return diag_refuse(diag, object, "RFC 8894 2.2", buffer_text(&wanted),
		"the issuing CA's fingerprint is %s", buffer_text(&found));
}
