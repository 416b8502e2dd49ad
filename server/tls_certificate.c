#include "server/tls_certificate.h"

#include <string.h>

#include "common/alternative_name.h"
#include "common/clock.h"
#include "common/memory.h"
#include "common/name_parse.h"
#include "server/mint.h"

#define DAY       INT64_C(86400)
#define GOOD_DAYS 397 /* what browsers accept at most */
/* And those of tls.c, one by one: nobody takes a wildcard right below localhost. */
#define GOOD_NAMES                                                                                 \
	"DNS:localhost,IP:127.0.0.1,IP:::1,DNS:expired.localhost,DNS:not-yet-valid.localhost,"     \
	"DNS:unknown-issuer.localhost,DNS:missing-intermediate.localhost,DNS:stall.localhost,"     \
	"DNS:reset.localhost,DNS:client-certificate.localhost,DNS:old-protocols.localhost"

/* Who signs it. */
enum signer {
	SIGNER_CA,       /* the CA that issues to devices */
	SIGNER_STRANGER, /* nobody that a client knows */
	SIGNER_BELOW,    /* a CA below, whose certificate is kept back */
};

static const struct {
	int begins; /* days from now */
	int ends;
	const char *subject;
	const char *names; /* instead of the good ones; NULL: those */
	enum signer signer;
} kinds[] = {
	[TLS_CERTIFICATE_VALID] = {-1, GOOD_DAYS - 1, "localhost", NULL, SIGNER_CA},
	[TLS_CERTIFICATE_EXPIRED] = {-GOOD_DAYS, -1, "localhost", NULL, SIGNER_CA},
	[TLS_CERTIFICATE_NOT_YET_VALID] = {1, GOOD_DAYS, "localhost", NULL, SIGNER_CA},
	[TLS_CERTIFICATE_WRONG_NAME] = {-1, GOOD_DAYS - 1, "another-host.invalid",
		"DNS:another-host.invalid", SIGNER_CA},
	[TLS_CERTIFICATE_UNKNOWN_ISSUER] = {-1, GOOD_DAYS - 1, "localhost", NULL, SIGNER_STRANGER},
	[TLS_CERTIFICATE_MISSING_INTERMEDIATE] = {-1, GOOD_DAYS - 1, "localhost", NULL,
		SIGNER_BELOW},
};

/* Everything about the issuer that a certificate says, and its key. */
struct issuer {
	struct bytes subject;
	struct bytes identifier;
	EVP_PKEY *key;
};

static int
sign(struct certificate *out, struct certificate_plan *plan, const struct issuer *issuer,
	EVP_PKEY *key, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer spki = {0}, der = {0}, content = {0};
	uint8_t digest[EVP_MAX_MD_SIZE];

	if (key_write_public(&spki, key, diag) != DONE)
		return BROKEN;
	plan->spki = buffer_bytes(&spki);
	plan->issuer = issuer->subject;
	plan->authority_key_identifier = issuer->identifier;
	buffer_append(&content, plan->spki);
	buffer_append_format(&content, "%lld", (long long)plan->not_after);
	if (algorithm_digest_bytes(digest, plan->digest, buffer_bytes(&content), diag) != DONE)
		return BROKEN;
	plan->serial_size = 16;
	memcpy(plan->serial, digest, plan->serial_size);
	plan->serial[0] = 0x40 | (digest[0] & 0x3f);
	if (certificate_plan_sign(&der, plan, issuer->key, diag) != DONE)
		return BROKEN;
	return certificate_read(out, buffer_bytes(&der), diag) == DONE ? DONE : BROKEN;
}

/* Makes a CA for the cases in which the client cannot know it. */
static int
mint_hidden_ca(struct certificate *out, const char *name, const struct issuer *above, EVP_PKEY *key,
	int64_t now, struct diag *diag)
{
	TEXT_CLEANUP char *text =
		text_format("O=mock-ndes TEST ONLY,CN=mock-ndes TEST ONLY %s", name);
	BUFFER_CLEANUP struct buffer subject = {0};
	struct certificate_plan plan = {
		.digest = algorithm_digest_named("SHA-256"),
		.not_before = now - DAY,
		.not_after = now + 2 * GOOD_DAYS * DAY,
		.key_usage = KEY_USAGE_KEY_CERT_SIGN | KEY_USAGE_CRL_SIGN,
		.is_ca = true,
		.subject_key_identifier = true,
	};
	struct issuer itself = {.key = key};

	if (name_parse(&subject, text, diag) != DONE)
		return BROKEN;
	plan.subject = itself.subject = buffer_bytes(&subject);
	return sign(out, &plan, above ? above : &itself, key, diag);
}

static int
mint_leaf(struct certificate *out, int kind, const struct issuer *issuer, EVP_PKEY *key,
	const char *names, int64_t now, struct diag *diag)
{
	TEXT_CLEANUP char *all = text_format("%s%s%s", GOOD_NAMES, *names ? "," : "", names);
	BUFFER_CLEANUP struct buffer subject = {0}, alternative = {0}, text = {0};
	struct certificate_plan plan = {
		.digest = algorithm_digest_named("SHA-256"),
		.not_before = now + kinds[kind].begins * DAY,
		.not_after = now + kinds[kind].ends * DAY,
		.key_usage = KEY_USAGE_DIGITAL_SIGNATURE,
		.purposes = {oid_bytes(OID_SERVER_AUTH)},
		.purpose_count = 1,
		.subject_key_identifier = true,
	};

	buffer_append_format(&text, "O=mock-ndes TEST ONLY,CN=%s", kinds[kind].subject);
	if (name_parse(&subject, buffer_text(&text), diag) != DONE)
		return BROKEN;
	if (alternative_name_parse(
		    &alternative, kinds[kind].names ? kinds[kind].names : all, diag) != DONE)
		return REFUSED;
	plan.subject = buffer_bytes(&subject);
	plan.subject_alt_name = buffer_bytes(&alternative);
	return sign(out, &plan, issuer, key, diag);
}

/* Mints the leaf below a CA that is not sent, signed by `above` or, with NULL, by itself. */
static int
mint_below_hidden(struct tls_certificate_chain *out, int kind, const struct issuer *above,
	EVP_PKEY *key, const char *names, int64_t now, struct diag *diag)
{
	CERTIFICATE_CLEANUP struct certificate hidden = {0};
	CLEANUP(EVP_PKEY) EVP_PKEY *ca_key = NULL;
	struct issuer issuer;

	if (key_generate_ec(&ca_key, "P-256", diag) != DONE ||
		mint_hidden_ca(
			&hidden, above ? "TLS CA" : "Unknown CA", above, ca_key, now, diag) != DONE)
		return BROKEN;
	issuer = (struct issuer){hidden.subject, hidden.subject_key_identifier, ca_key};
	out->count = 1;
	return mint_leaf(&out->certificates[0], kind, &issuer, key, names, now, diag);
}

int
tls_certificate_mint(struct tls_certificate_chain *out, int kind, const struct authority *authority,
	EVP_PKEY *key, const char *names, int64_t now, struct diag *diag)
{
	const struct certificate *ca = authority_issuer(authority);
	const struct issuer issuer = {
		ca->subject, ca->subject_key_identifier, authority_issuer_key(authority)};
	int result;

	*out = (struct tls_certificate_chain){0};
	if (kinds[kind].signer == SIGNER_STRANGER)
		return mint_below_hidden(out, kind, NULL, key, names, now, diag);
	if (kinds[kind].signer == SIGNER_BELOW)
		return mint_below_hidden(out, kind, &issuer, key, names, now, diag);
	result = mint_leaf(&out->certificates[0], kind, &issuer, key, names, now, diag);
	if (result != DONE)
		return result;
	certificate_copy(&out->certificates[1], ca);
	out->count = 2;
	return DONE;
}

void
tls_certificate_chain_done(struct tls_certificate_chain *chain)
{
	for (size_t i = 0; i < TLS_CERTIFICATE_CHAIN_MAX; i++)
		certificate_done(&chain->certificates[i]);
	*chain = (struct tls_certificate_chain){0};
}
