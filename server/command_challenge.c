#include "server/command_challenge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alternative_name.h"
#include "common/clock.h"
#include "common/duration.h"
#include "common/memory.h"
#include "common/name_parse.h"
#include "common/option_choice.h"
#include "common/timestamp.h"
#include "server/challenge_mint.h"
#include "server/pki_directory.h"

#define LIFETIME_DEFAULT "60m"

/* What the options say. */
struct asked {
	struct challenge_claims claims;
	char *pki_directory; /* NULL: the built-in PKI */
};

static void
asked_done(struct asked *asked)
{
	challenge_claims_done(&asked->claims);
	free(asked->pki_directory);
}

static int
set_subject(void *target, const char *value, struct diag *diag)
{
	struct asked *asked = target;
	BUFFER_CLEANUP struct buffer der = {0};

	if (name_parse(&der, value, diag) != DONE)
		return REFUSED;
	free(asked->claims.subject);
	asked->claims.subject = text_copy(value);
	return DONE;
}

static int
set_alternative_name(void *target, const char *value, struct diag *diag)
{
	struct asked *asked = target;
	BUFFER_CLEANUP struct buffer der = {0};

	if (alternative_name_parse(&der, value, diag) != DONE)
		return REFUSED;
	free(asked->claims.alternative_name);
	asked->claims.alternative_name = text_copy(value);
	return DONE;
}

/* What a SCEP profile of Intune can ask for, in the words of "mock-ndes enroll". */
static const struct option_choice key_usages[] = {
	{"signature", KEY_USAGE_DIGITAL_SIGNATURE},
	{"encryption", KEY_USAGE_KEY_ENCIPHERMENT},
	{"both", KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT},
};

static int
set_key_usage(void *target, const char *value, struct diag *diag)
{
	struct asked *asked = target;
	int bits;
	int outcome = option_choice_find(
		&bits, key_usages, sizeof(key_usages) / sizeof(key_usages[0]), value, diag);

	if (outcome == DONE)
		asked->claims.key_usage = (uint32_t)bits;
	return outcome;
}

static int
set_expiry(void *target, const char *value, struct diag *diag)
{
	const struct clock clock = {0};
	int64_t *expires_at = &((struct asked *)target)->claims.expires_at, ms;

	if (strchr(value, 'T')) {
		if (timestamp_parse(&ms, value, diag) != DONE)
			return REFUSED;
		*expires_at = ms / 1000;
		return DONE;
	}
	if (duration_parse(&ms, value, true, diag) != DONE)
		return REFUSED;
	*expires_at = (clock_now_ms(&clock) + ms) / 1000;
	return DONE;
}

static int
set_pki(void *target, const char *value, struct diag *diag)
{
	struct asked *asked = target;

	free(asked->pki_directory);
	asked->pki_directory = text_copy(value);
	return DONE;
}

static const struct option_row rows[] = {
	{.name = "subject",
		.argument = "NAME",
		.environment = "MOCK_NDES_CHALLENGE_SUBJECT",
		.help = "the subject that the request must have, such as CN=device-1 (default any)",
		.set = set_subject},
	{.name = "san",
		.argument = "NAMES",
		.environment = "MOCK_NDES_CHALLENGE_SAN",
		.help = "the subject alternative names that it must have, such as "
			"DNS:host.example,UPN:user@example.org (default any)",
		.set = set_alternative_name},
	{.name = "key-usage",
		.argument = "USAGE",
		.environment = "MOCK_NDES_CHALLENGE_KEY_USAGE",
		.help = "the key usage that it must have: signature, encryption or both (default "
			"any)",
		.set = set_key_usage},
	{.name = "expires",
		.argument = "TIME",
		.environment = "MOCK_NDES_CHALLENGE_EXPIRES",
		.help = "how long it is valid from now, such as 90s, 60m or 2d (default 60m), or "
			"until when, such as 2026-01-31T23:59:59Z; a time that has passed gives a "
			"challenge that has expired",
		.set = set_expiry},
	{.name = "pki",
		.argument = "DIR",
		.environment = "MOCK_NDES_PKI",
		.help = "the keys of the server, made by \"mock-ndes pki new\" (default the "
			"built-in ones)",
		.set = set_pki},
	COMMAND_HELP_ROW,
};

static int
mint(struct buffer *out, struct asked *asked, struct diag *diag)
{
	struct random random;
	struct pki pki;
	int outcome;

	outcome = asked->pki_directory ? pki_directory_load(&pki, asked->pki_directory, diag)
				       : pki_load_built_in(&pki, diag);
	if (outcome != DONE)
		return outcome;
	random_init(&random, random_new_seed());
	challenge_mint_identifier(&asked->claims, &random);
	outcome = challenge_intune_mint(out, &pki, &asked->claims, diag);
	pki_done(&pki);
	return outcome;
}

static int
run(const struct command *command, int argc, char **argv)
{
	__attribute__((cleanup(asked_done))) struct asked asked = {0};
	OPTIONS_CLEANUP struct options options = {0};
	BUFFER_CLEANUP struct buffer challenge = {0};
	struct diag diag = {0};
	int exit, outcome, next;

	if (!command_read_options(&options, &exit, command, argc, argv))
		return exit;
	next = options.first_argument;
	outcome = command_take_verb(&next, command, argc, argv, &diag);
	if (outcome == DONE)
		outcome = command_want_no_more(next, argc, argv, &diag);
	if (outcome == DONE)
		outcome = set_expiry(&asked, LIFETIME_DEFAULT, &diag);
	if (outcome == DONE)
		outcome = options_apply(&options, &asked, &diag);
	if (outcome == DONE)
		outcome = mint(&challenge, &asked, &diag);
	if (outcome != DONE)
		return command_refuse(command, outcome, &diag);
	buffer_append_byte(&challenge, '\n');
	return command_print(command, buffer_bytes(&challenge));
}

const struct command command_challenge = {
	.name = "challenge",
	.usage = "new",
	.summary = "makes a challenge password in Intune's form",
	.options = rows,
	.option_count = sizeof(rows) / sizeof(rows[0]),
	.run = run,
};
