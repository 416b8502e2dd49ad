#include "server/command_ca.h"

#include "common/clock.h"
#include "common/json_writer.h"
#include "common/name.h"
#include "common/pem.h"
#include "server/authority.h"
#include "server/pki_directory.h"

/* The root depends on neither clock nor URL, so any will do. */
#define ANY_URL "http://127.0.0.1"

static const char *const digests[] = {"SHA-256", "SHA-1", "MD5"};

static void
write_certificate(struct buffer *out, const struct certificate *root, bool der)
{
	if (der)
		buffer_append(out, buffer_bytes(&root->der));
	else
		pem_write(out, "CERTIFICATE", buffer_bytes(&root->der));
}

static int
write_fingerprints(struct buffer *out, const struct certificate *root, struct diag *diag)
{
	buffer_append_text(out, "subject  ");
	name_text(out, root->subject);
	buffer_append_byte(out, '\n');
	for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
		const struct digest_algorithm *digest = algorithm_digest_named(digests[i]);
		uint8_t octets[EVP_MAX_MD_SIZE];

		if (pki_fingerprint(octets, root, digest, diag) != DONE)
			return BROKEN;
		buffer_append_format(out, "%-8s ", digests[i]);
		buffer_append_hex(out, BYTES(octets, digest->size));
		buffer_append_byte(out, '\n');
	}
	return DONE;
}

static int
write_json(struct buffer *out, const struct certificate *root, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer pem = {0}, subject = {0};

	write_certificate(&pem, root, false);
	name_text(&subject, root->subject);
	json_writer_open_object(out, NULL);
	json_writer_text(out, "subject", buffer_bytes(&subject));
	json_writer_text(out, "pem", buffer_bytes(&pem));
	for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
		const struct digest_algorithm *digest = algorithm_digest_named(digests[i]);
		uint8_t octets[EVP_MAX_MD_SIZE];

		if (pki_fingerprint(octets, root, digest, diag) != DONE)
			return BROKEN;
		json_writer_hex(out, digests[i], BYTES(octets, digest->size));
	}
	json_writer_close_object(out);
	buffer_append_byte(out, '\n');
	return DONE;
}

static int
write_root(struct buffer *out, const struct options *options, const struct certificate *root,
	struct diag *diag)
{
	if (options_given(options, "json"))
		return write_json(out, root, diag);
	if (options_given(options, "fingerprints"))
		return write_fingerprints(out, root, diag);
	write_certificate(out, root, options_given(options, "der"));
	return DONE;
}

static int
load(struct pki *pki, const char *directory, struct diag *diag)
{
	return directory ? pki_directory_load(pki, directory, diag) : pki_load_built_in(pki, diag);
}

static int
print(const struct command *command, const struct options *options, const struct pki *pki)
{
	SETTINGS_CLEANUP struct settings settings = {0};
	const struct clock clock = {0};
	BUFFER_CLEANUP struct buffer out = {0};
	struct authority *authority = NULL;
	struct diag diag = {0};
	int outcome;

	settings_init(&settings);
	outcome = authority_new(&authority, pki, &settings, ANY_URL, clock_now(&clock), &diag);
	if (outcome == DONE)
		outcome = write_root(&out, options, &authority->root, &diag);
	authority_free(authority);
	return outcome == DONE ? command_print(command, buffer_bytes(&out))
			       : command_refuse(command, outcome, &diag);
}

static int
run(const struct command *command, int argc, char **argv)
{
	OPTIONS_CLEANUP struct options options = {0};
	struct diag diag = {0};
	struct pki pki;
	int exit, outcome;

	if (!command_read_options(&options, &exit, command, argc, argv))
		return exit;
	if (command_want_no_more(options.first_argument, argc, argv, &diag) != DONE)
		return command_refuse(command, REFUSED, &diag);
	outcome = load(&pki, options_value(&options, "pki"), &diag);
	if (outcome != DONE)
		return command_refuse(command, outcome, &diag);
	exit = print(command, &options, &pki);
	pki_done(&pki);
	return exit;
}

static const struct option_row rows[] = {
	{.name = "pki",
		.argument = "DIR",
		.environment = "MOCK_NDES_PKI",
		.help = "keys made by \"mock-ndes pki new\" (default the built-in ones)"},
	{.name = "der", .help = "DER in place of PEM, as phones install it"},
	{.name = "fingerprints", .help = "subject, SHA-256, SHA-1 and MD5 in place of it"},
	{.name = "json", .help = "all of that as one JSON object"},
	COMMAND_HELP_ROW,
};

const struct command command_ca = {
	.name = "ca",
	.usage = "",
	.summary = "prints the root certificate that a device must trust",
	.options = rows,
	.option_count = sizeof(rows) / sizeof(rows[0]),
	.run = run,
};
