#include "server/command_challenge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alternative_name.h"
#include "common/clock.h"
#include "common/duration.h"
#include "common/memory.h"
#include "common/name.h"
#include "common/random.h"
#include "server/challenge_intune.h"
#include "server/pki_directory.h"

#define IDENTIFIER_SIZE  16 /* bytes */
#define LIFETIME_DEFAULT (INT64_C(3600) * 1000)

/* What the options say. */
struct asked {
	struct challenge_claims claims;
	int64_t lifetime_ms;
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

/* The two that a SCEP profile of Intune can ask for. */
static const struct {
	const char *name;
	uint32_t bit;
} key_usages[] = {
	{"digitalSignature", KEY_USAGE_DIGITAL_SIGNATURE},
	{"keyEncipherment", KEY_USAGE_KEY_ENCIPHERMENT},
};

static int
set_key_usage(void *target, const char *value, struct diag *diag)
{
	struct asked *asked = target;

	for (size_t i = 0; i < sizeof(key_usages) / sizeof(key_usages[0]); i++) {
		if (strcmp(key_usages[i].name, value) == 0) {
			asked->claims.key_usage |= key_usages[i].bit;
			return DONE;
		}
	}
	return diag_refuse(diag, "", NULL, "digitalSignature or keyEncipherment", "\"%s\"", value);
}

static void
restart_key_usage(void *target)
{
	((struct asked *)target)->claims.key_usage = 0;
}

static int
set_lifetime(void *target, const char *value, struct diag *diag)
{
	return duration_parse(&((struct asked *)target)->lifetime_ms, value, true, diag);
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
		.help = "a key usage that it must have: digitalSignature or keyEncipherment "
			"(default any); repeatable, in the environment separated by commas or "
			"blanks",
		.separators = ", ",
		.restart = restart_key_usage,
		.set = set_key_usage},
	{.name = "expires",
		.argument = "DURATION",
		.environment = "MOCK_NDES_CHALLENGE_EXPIRES",
		.help = "how long it is valid from now, such as 90s, 60m or 2d (default 1h); a "
			"negative one gives a challenge that has expired",
		.set = set_lifetime},
	{.name = "pki",
		.argument = "DIR",
		.environment = "MOCK_NDES_PKI",
		.help = "the keys of the server, made by \"mock-ndes pki new\" (default the "
			"built-in ones)",
		.set = set_pki},
	COMMAND_HELP_ROW,
};

/* Every challenge can be used once, so each needs a name of its own. */
static void
draw_identifier(struct challenge_claims *claims)
{
	BUFFER_CLEANUP struct buffer hex = {0};
	uint8_t octets[IDENTIFIER_SIZE];
	struct random random;

	random_init(&random, random_new_seed());
	random_fill(&random, octets, sizeof(octets));
	buffer_append_hex(&hex, BYTES(octets, sizeof(octets)));
	claims->identifier = text_copy(buffer_text(&hex));
}

static int
mint(struct buffer *out, struct asked *asked, struct diag *diag)
{
	const struct clock clock = {0};
	struct pki pki;
	int outcome;

	outcome = asked->pki_directory ? pki_directory_load(&pki, asked->pki_directory, diag)
				       : pki_load_built_in(&pki, diag);
	if (outcome != DONE)
		return outcome;
	draw_identifier(&asked->claims);
	asked->claims.expires_at = (clock_now_ms(&clock) + asked->lifetime_ms) / 1000;
	outcome = challenge_intune_mint(out, &pki, &asked->claims, diag);
	pki_done(&pki);
	return outcome;
}

static int
run(const struct command *command, int argc, char **argv)
{
	__attribute__((cleanup(asked_done))) struct asked asked = {.lifetime_ms = LIFETIME_DEFAULT};
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
