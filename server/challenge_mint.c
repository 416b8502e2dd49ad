#include "server/challenge_mint.h"

#include "common/memory.h"
#include "server/balancer.h"
#include "server/server.h"
#include "server/store.h"

#define IDENTIFIER_SIZE 16 /* bytes */

void
challenge_mint_identifier(struct challenge_claims *claims, struct random *random)
{
	BUFFER_CLEANUP struct buffer hex = {0};
	uint8_t octets[IDENTIFIER_SIZE];

	if (claims->identifier)
		return;
	random_fill(random, octets, sizeof(octets));
	buffer_append_hex(&hex, BYTES(octets, sizeof(octets)));
	claims->identifier = text_copy(buffer_text(&hex));
}

int
challenge_mint_token(struct buffer *out, struct site *site, const struct settings *settings,
	struct challenge_claims *claims, int64_t now_ms, struct diag *diag)
{
	struct server *server = site->server;
	int result;

	if (settings->policy_module != POLICY_MODULE_INTUNE)
		return diag_refuse(diag, "challenge", "policy_module",
			"intune, or a one-time password",
			"the site has no policy module that opens Intune's form");
	challenge_mint_identifier(claims, &server->random);
	result = challenge_intune_mint(out, site->pki, claims, diag);
	if (result != DONE)
		return result;
	return store_challenge_remember_once(server->store, site->store_name, claims->identifier,
		now_ms, claims->expires_at * 1000, diag);
}

/* --- revoking: each returns as the store does ---------------------------------------- */

/* In whichever of the caches it is: each server of the site has one. */
static int
revoke_password(struct site *site, const char *challenge, int64_t now_ms, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer cache = {0};
	int result = CHALLENGE_NOBODYS;

	for (unsigned server = 1; result == CHALLENGE_NOBODYS && server <= BALANCER_SERVERS_MAX;
		server++) {
		balancer_password_cache(&cache, site, server);
		result = store_challenge_revoke(
			site->server->store, buffer_text(&cache), challenge, now_ms, diag);
	}
	return result;
}

static int
revoke_identifier(struct site *site, const char *challenge, int64_t now_ms, struct diag *diag)
{
	return store_challenge_revoke_once(
		site->server->store, site->store_name, challenge, now_ms, 0, diag);
}

/* Wherever it was made. */
static int
revoke_token(struct site *site, const char *challenge, int64_t now_ms, struct diag *diag)
{
	CHALLENGE_CLAIMS_CLEANUP struct challenge_claims claims = {0};
	struct diag words = {0};
	int result = challenge_intune_open(&claims, site->pki, bytes_text(challenge), &words);

	if (result == DONE)
		return store_challenge_revoke_once(site->server->store, site->store_name,
			claims.identifier, now_ms, claims.expires_at * 1000, diag);
	if (result == BROKEN)
		*diag = words;
	return result == BROKEN ? BROKEN : CHALLENGE_NOBODYS;
}

int
challenge_mint_revoke(struct site *site, const char *challenge, int64_t now_ms, struct diag *diag)
{
	static int (*const kinds[])(struct site *, const char *, int64_t, struct diag *) = {
		revoke_password, revoke_identifier, revoke_token};
	int result = CHALLENGE_NOBODYS;

	for (size_t i = 0; result == CHALLENGE_NOBODYS && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		result = kinds[i](site, challenge, now_ms, diag);
	return result == CHALLENGE_NOBODYS ? REFUSED : result;
}
