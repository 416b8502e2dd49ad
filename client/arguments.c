#include "client/arguments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/alternative_name.h"
#include "common/certificate.h"
#include "common/duration.h"
#include "common/limit.h"
#include "common/mdoc.h"
#include "common/memory.h"
#include "common/option_choice.h"
#include "common/scep.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define TIMEOUT_DEFAULT_MS       30000
#define POLL_INTERVAL_DEFAULT_MS 10000
#define POLL_MAX_DEFAULT         6

static const struct option_choice methods[] = {
	{"auto", METHOD_AUTO}, {"get", METHOD_GET}, {"post", METHOD_POST}};
static const struct option_choice encodings[] = {{"escaped", GET_ENCODING_ESCAPED},
	{"iphone", GET_ENCODING_IPHONE}, {"raw", GET_ENCODING_RAW}};
static const struct option_choice transports[] = {
	{"pkcs1", KEY_TRANSPORT_PKCS1}, {"oaep", KEY_TRANSPORT_OAEP}};
static const struct option_choice message_types[] = {{"auto", MESSAGE_TYPE_AUTO},
	{"pkcsreq", MESSAGE_TYPE_PKCS_REQ}, {"renewalreq", MESSAGE_TYPE_RENEWAL_REQ}};
static const struct option_choice key_usages[] = {{"signature", KEY_USAGE_DIGITAL_SIGNATURE},
	{"encryption", KEY_USAGE_KEY_ENCIPHERMENT},
	{"both", KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT}};

#define FLAG_SETTER(member)                                                                        \
	static int set_##member(void *target, const char *value, struct diag *diag)                \
	{                                                                                          \
		((struct arguments *)target)->member = true;                                       \
		return DONE;                                                                       \
	}
FLAG_SETTER(json)
FLAG_SETTER(quiet)
FLAG_SETTER(insecure)
FLAG_SETTER(force)

#define CHOICE_SETTER(member, choices)                                                             \
	static int set_##member(void *target, const char *value, struct diag *diag)                \
	{                                                                                          \
		return option_choice_find(&((struct arguments *)target)->member, choices,          \
			COUNT(choices), value, diag);                                              \
	}
CHOICE_SETTER(method, methods)
CHOICE_SETTER(get_encoding, encodings)
CHOICE_SETTER(key_transport, transports)
CHOICE_SETTER(message_type, message_types)
CHOICE_SETTER(key_usage, key_usages)

static int
set_digest(void *target, const char *value, struct diag *diag)
{
	struct arguments *arguments = target;

	arguments->digest = algorithm_digest_named(value);
	if (arguments->digest)
		return DONE;
	return diag_refuse(
		diag, "", NULL, "SHA-256, SHA-384, SHA-512, SHA-1 or MD5", "\"%s\"", value);
}

static int
set_cipher(void *target, const char *value, struct diag *diag)
{
	struct arguments *arguments = target;

	arguments->cipher = algorithm_cipher_named(value);
	if (arguments->cipher)
		return DONE;
	return diag_refuse(
		diag, "", NULL, "AES-128, AES-192, AES-256, 3DES or DES", "\"%s\"", value);
}

static int
set_fingerprint(void *target, const char *value, struct diag *diag)
{
	struct arguments *arguments = target;

	arguments->has_fingerprint = true;
	return fingerprint_parse(&arguments->fingerprint, value, diag);
}

static int
set_timeout(void *target, const char *value, struct diag *diag)
{
	return duration_parse(&((struct arguments *)target)->timeout_ms, value, false, diag);
}

static int
set_clock_offset(void *target, const char *value, struct diag *diag)
{
	return duration_parse(&((struct arguments *)target)->clock_offset_ms, value, true, diag);
}

static int
set_poll_interval(void *target, const char *value, struct diag *diag)
{
	return duration_parse(&((struct arguments *)target)->poll_interval_ms, value, false, diag);
}

static int
set_poll_max(void *target, const char *value, struct diag *diag)
{
	return options_number(&((struct arguments *)target)->poll_max, value, 0, 1000000, diag);
}

static int
set_key_bits(void *target, const char *value, struct diag *diag)
{
	struct arguments *arguments = target;

	return options_number(
		&arguments->key_bits, value, LIMIT_RSA_BITS_LEAST, LIMIT_RSA_BITS, diag);
}

static int
set_key_curve(void *target, const char *value, struct diag *diag)
{
	static const char *const curves[] = {"P-256", "P-384", "P-521"};

	for (size_t i = 0; i < COUNT(curves); i++) {
		if (strcasecmp(curves[i], value) == 0) {
			((struct arguments *)target)->key_curve = curves[i];
			return DONE;
		}
	}
	return diag_refuse(diag, "", NULL, "P-256, P-384 or P-521", "\"%s\"", value);
}

static int
add_subject_alt_name(void *target, const char *value, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer encoded = {0};
	struct buffer *names = &((struct arguments *)target)->subject_alt_names;

	if (names->size)
		buffer_append_byte(names, ',');
	buffer_append_text(names, value);
	return alternative_name_parse(&encoded, value, diag);
}

static void
restart_subject_alt_names(void *target)
{
	buffer_clear(&((struct arguments *)target)->subject_alt_names);
}

/* A row that takes its text as it is says where it goes. */
#define TEXT(member) NULL, offsetof(struct arguments, member)
#define VALUE(set)   set, 0
#define ENV(name)    "MOCK_NDES_" name

static const struct {
	enum command_mask commands;
	const char *name;
	char letter;
	const char *argument;
	const char *environment;
	int (*set)(void *target, const char *value, struct diag *diag);
	size_t text; /* of a const char * in struct arguments; 0: there is a set function */
	const char *help;
} rows[] = {
	{COMMAND_ENROLL, "challenge", 0, "TEXT", ENV("CHALLENGE"), TEXT(challenge),
		"the challenge password; may be empty"},
	{COMMAND_ENROLL, "challenge-from", 0, "URL", ENV("CHALLENGE_FROM"), TEXT(challenge_from),
		"fetches the challenge password from the administrators' page at this URL"},
	{COMMAND_ENROLL, "admin-user", 0, "USER:PASSWORD", ENV("ADMIN_USER"), TEXT(admin_user),
		"who asks for the administrators' page, when it wants Basic or NTLM"},
	{COMMAND_ENROLL, "subject", 's', "NAME", ENV("SUBJECT"), TEXT(subject),
		"the subject, as \"CN=device-1,O=Example\"; default with --renew: the old one"},
	{COMMAND_ENROLL, "san", 0, "NAMES", ENV("SAN"), VALUE(add_subject_alt_name),
		"subject alternative names, as \"DNS:host.example,email:a@example.org\"; may be "
		"repeated"},
	{COMMAND_ENROLL, "key", 0, "FILE", ENV("KEY"), TEXT(key_file),
		"the private key in PEM; default: a new one is made"},
	{COMMAND_ENROLL, "key-bits", 0, "N", ENV("KEY_BITS"), VALUE(set_key_bits),
		"the size of the new RSA key, 512 to 8192; default: 2048"},
	{COMMAND_ENROLL, "key-curve", 0, "CURVE", ENV("KEY_CURVE"), VALUE(set_key_curve),
		"makes an EC key, on P-256, P-384 or P-521; the challenge opens its replies"},
	{COMMAND_ENROLL, "key-usage", 0, "USAGE", ENV("KEY_USAGE"), VALUE(set_key_usage),
		"signature, encryption or both; it chooses NDES's template; default: both, or "
		"signature for an EC key"},
	{COMMAND_ENROLL, "renew", 0, "DIR", ENV("RENEW"), TEXT(renew),
		"renews the certificate in this directory: its key signs the request"},
	{COMMAND_ENROLL, "message-type", 0, "TYPE", ENV("MESSAGE_TYPE"), VALUE(set_message_type),
		"pkcsreq, renewalreq or auto; default: auto, which is pkcsreq, but renewalreq to "
		"renew where the server announces both SCEPStandard and Renewal"},
	{COMMAND_ENROLL, "identity-key", 0, "FILE", ENV("IDENTITY_KEY"), TEXT(identity_key),
		"signs the message with this key instead of the one to be certified"},
	{COMMAND_ENROLL, "transaction-id", 0, "TEXT", ENV("TRANSACTION_ID"), TEXT(transaction_id),
		"default: the SHA-256 of the public key in hexadecimal digits"},
	{COMMAND_ENROLL, "poll-interval", 0, "DURATION", ENV("POLL_INTERVAL"),
		VALUE(set_poll_interval),
		"how long to wait before asking again while PENDING; default: 10s"},
	{COMMAND_ENROLL, "poll-max", 0, "N", ENV("POLL_MAX"), VALUE(set_poll_max),
		"how often to ask again; default: 6"},
	{COMMAND_GET, "identity", 0, "DIR", ENV("IDENTITY"), TEXT(identity),
		"the directory with the key and certificate that sign the request; default: ."},
	{COMMAND_ENROLL, "out", 'o', "DIR", ENV("OUT"), TEXT(out),
		"where key.pem, certificate.pem, chain.pem and ca.pem go; default: the directory "
		"of --renew, or ."},
	{COMMAND_GET, "out", 'o', "FILE", ENV("OUT"), TEXT(out),
		"where the answer goes, in PEM; default: it is only told of"},
	{COMMAND_SCEP, "force", 'f', NULL, ENV("FORCE"), VALUE(set_force),
		"replaces files that are there"},
	{COMMAND_SCEP, "method", 0, "METHOD", ENV("METHOD"), VALUE(set_method),
		"auto, get or post; default: auto, POST where GetCACaps announces it"},
	{COMMAND_SCEP, "get-encoding", 0, "MANNER", ENV("GET_ENCODING"), VALUE(set_get_encoding),
		"the base64 of a GET: escaped (RFC 8894), iphone (+ and / as they are) or raw (= "
		"too); default: escaped"},
	{COMMAND_SCEP, "digest", 0, "DIGEST", ENV("DIGEST"), VALUE(set_digest),
		"SHA-256, SHA-384, SHA-512, SHA-1 or MD5; default: by GetCACaps"},
	{COMMAND_SCEP, "cipher", 0, "CIPHER", ENV("CIPHER"), VALUE(set_cipher),
		"AES-128, AES-192, AES-256, 3DES or DES; default: by GetCACaps"},
	{COMMAND_SCEP, "key-transport", 0, "KIND", ENV("KEY_TRANSPORT"), VALUE(set_key_transport),
		"how the content key is encrypted: pkcs1 or oaep; default: pkcs1"},
	{COMMAND_SCEP, "message", 0, "TEXT", ENV("MESSAGE"), TEXT(message),
		"the message parameter of GetCACaps and GetCACert; default: none"},
	{COMMAND_SCEP, "ca-fingerprint", 0, "HEX", ENV("CA_FINGERPRINT"), VALUE(set_fingerprint),
		"SHA-256, SHA-1 or MD5 of the CA certificate that is expected; default: what the "
		"administrators' page shows, if that is asked"},
	{COMMAND_SCEP, "timeout", 0, "DURATION", ENV("TIMEOUT"), VALUE(set_timeout),
		"for each request; 0 waits for ever; default: 30s"},
	{COMMAND_SCEP, "tls-ca", 0, "FILE", ENV("TLS_CA"), TEXT(tls_ca),
		"the CAs to trust for https, in PEM; default: those of the system"},
	{COMMAND_SCEP, "insecure", 'k', NULL, ENV("INSECURE"), VALUE(set_insecure),
		"takes any certificate for https"},
	{COMMAND_SCEP, "user-agent", 0, "TEXT", ENV("USER_AGENT"), TEXT(user_agent),
		"default: mock-ndes-client/" MOCK_NDES_VERSION},
	{COMMAND_SCEP, "clock-offset", 0, "DURATION", ENV("CLOCK_OFFSET"), VALUE(set_clock_offset),
		"sets this client's clock forward, or back, as a server's may be; default: 0"},
	{COMMAND_SCEP, "json", 0, NULL, ENV("JSON"), VALUE(set_json),
		"writes one JSON object to stdout instead of lines"},
	{COMMAND_SCEP, "quiet", 'q', NULL, ENV("QUIET"), VALUE(set_quiet),
		"tells of a failure alone"},
	{COMMAND_SCEP, "help", 'h', NULL, NULL, VALUE(NULL), "this text"},
};

/* Gives the rows of one command in the form of common/options.h and returns how many there are. */
static size_t
select_rows(struct option_row out[COUNT(rows)], enum command_mask command)
{
	size_t count = 0;

	for (size_t i = 0; i < COUNT(rows); i++) {
		bool repeatable = rows[i].set == add_subject_alt_name;

		if (!(rows[i].commands & command))
			continue;
		out[count++] = (struct option_row){
			.name = rows[i].name,
			.letter = rows[i].letter,
			.argument = rows[i].argument,
			.help = rows[i].help,
			.environment = rows[i].environment,
			.separators = repeatable ? "," : NULL,
			.restart = repeatable ? restart_subject_alt_names : NULL,
			.set = rows[i].set,
		};
	}
	return count;
}

/* Options of which only one can be meant. */
static const struct {
	const char *name;
	const char *other;
	const char *why;
} exclusive[] = {
	{"challenge-from", "challenge", "only one of them"},
	{"key-bits", "key", "only one of them"},
	{"key-curve", "key", "only one of them"},
	{"key-curve", "key-bits", "only one of them: the latter makes an RSA key"},
	{"identity-key", "renew", "only one of them: the old key signs a renewal"},
};

/* Forgets what the environment says of an option. */
static void
silence(struct options *options, const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < options->count; i++) {
		struct option_value value = options->values[i];

		if (value.from_environment && strcmp(value.row->name, name) == 0)
			free(value.text); /* NOLINT(clang-analyzer-unix.Malloc): no two have the same text */
		else
			options->values[kept++] = value;
	}
	options->count = kept;
}

/* Of two that exclude each other the command line wins over the environment; two of one source are
 * REFUSED. */
static int
check_exclusive(struct options *options, struct diag *diag)
{
	for (size_t i = 0; i < COUNT(exclusive); i++) {
		const char *name = exclusive[i].name, *other = exclusive[i].other;
		char option[32];

		if (options_given(options, name) && !options_given(options, other))
			silence(options, other);
		if (options_given(options, other) && !options_given(options, name))
			silence(options, name);
		if (!options_value(options, name) || !options_value(options, other))
			continue;
		snprintf(option, sizeof(option), "--%s", name);
		return diag_refuse(
			diag, option, NULL, exclusive[i].why, "--%s was given too", other);
	}
	return DONE;
}

static void
take_texts(struct arguments *arguments, enum command_mask command)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *value;

		if (!rows[i].text || !(rows[i].commands & command))
			continue;
		value = options_value(&arguments->options, rows[i].name);
		memcpy((char *)arguments + rows[i].text, &value, sizeof(value));
	}
}

/* Takes the URL and, for get-cert, the serial. */
static int
take_positional(struct arguments *arguments, enum command_mask command, int argc, char **argv,
	struct diag *diag)
{
	int next = arguments->options.first_argument;

	if (next < argc)
		arguments->url = argv[next++];
	if (next < argc && command == COMMAND_GET_CERT)
		arguments->serial = argv[next++];
	if (next < argc)
		return diag_refuse(diag, "command line", NULL, "options alone behind the URL",
			"\"%s\"", argv[next]);
	if (!arguments->url)
		return diag_refuse(diag, "command line", NULL,
			"the server's URL, as http://127.0.0.1:8080/certsrv/mscep/mscep.dll",
			"no URL");
	if (strncasecmp(arguments->url, "http://", 7) != 0 &&
		strncasecmp(arguments->url, "https://", 8) != 0)
		return diag_refuse(diag, "URL", NULL, "one that begins with http:// or https://",
			"\"%s\"", arguments->url);
	return DONE;
}

static int
check_enroll(const struct arguments *arguments, struct diag *diag)
{
	if (!arguments->subject && !arguments->renew)
		return diag_refuse(diag, "--subject", NULL,
			"a name, as \"CN=device-1\", or --renew DIR", "none");
	if (arguments->transaction_id &&
		(!arguments->transaction_id[0] ||
			strlen(arguments->transaction_id) > LIMIT_TRANSACTION_ID))
		return diag_refuse(diag, "--transaction-id", NULL, "1 to 256", "%zu bytes",
			strlen(arguments->transaction_id));
	return DONE;
}

static void
set_defaults(struct arguments *arguments)
{
	*arguments = (struct arguments){
		.poll_interval_ms = POLL_INTERVAL_DEFAULT_MS,
		.poll_max = POLL_MAX_DEFAULT,
		.timeout_ms = TIMEOUT_DEFAULT_MS,
	};
}

int
arguments_parse(
	struct arguments *out, enum command_mask command, int argc, char **argv, struct diag *diag)
{
	size_t count;
	int result;

	set_defaults(out);
	out->rows = memory_new(COUNT(rows), sizeof(*out->rows));
	count = select_rows(out->rows, command);
	result = options_read(&out->options, out->rows, count, argc, argv, diag);
	if (result == DONE && options_given(&out->options, "help")) {
		out->help = true;
		return DONE;
	}
	if (result == DONE)
		result = check_exclusive(&out->options, diag);
	if (result == DONE)
		result = options_apply(&out->options, out, diag);
	if (result != DONE)
		return result;
	take_texts(out, command);
	if (!out->user_agent)
		out->user_agent = "mock-ndes-client/" MOCK_NDES_VERSION;
	result = take_positional(out, command, argc, argv, diag);
	if (result == DONE && command == COMMAND_ENROLL)
		result = check_enroll(out, diag);
	return result;
}

void
arguments_done(struct arguments *arguments)
{
	options_done(&arguments->options);
	free(arguments->rows);
	buffer_done(&arguments->subject_alt_names);
	*arguments = (struct arguments){0};
}

void
arguments_write_help(struct buffer *out, enum command_mask command)
{
	struct option_row selected[COUNT(rows)];

	options_write_help(out, selected, select_rows(selected, command));
}

void
arguments_write_manual(struct buffer *out, enum command_mask command)
{
	struct option_row selected[COUNT(rows)];

	mdoc_options(out, selected, select_rows(selected, command));
}
