#include "tests/bench/load_options.h"

#include <stdlib.h>

#include "common/memory.h"
#include "common/options.h"
#include "common/random.h"

#define NUMBER_SETTER(member, min, max)                                                            \
	static int set_##member(void *target, const char *value, struct diag *diag)                \
	{                                                                                          \
		return options_number(                                                             \
			&((struct load_options *)target)->member, value, min, max, diag);          \
	}
#define TEXT_SETTER(member)                                                                        \
	static int set_##member(void *target, const char *value, struct diag *diag)                \
	{                                                                                          \
		free(((struct load_options *)target)->member);                                     \
		((struct load_options *)target)->member = text_copy(value);                        \
		return DONE;                                                                       \
	}
#define FLAG_SETTER(member, state)                                                                 \
	static int set_##member##_##state(void *target, const char *value, struct diag *diag)      \
	{                                                                                          \
		((struct load_options *)target)->member = state;                                   \
		return DONE;                                                                       \
	}

NUMBER_SETTER(port, 1, 65535)
NUMBER_SETTER(count, 1, 2000000)
NUMBER_SETTER(connections, 1, 20000)
NUMBER_SETTER(pid, 1, INT32_MAX)
NUMBER_SETTER(rate, 0, 1000000)
NUMBER_SETTER(seed, 0, INT64_C(1) << 53)
NUMBER_SETTER(first, 0, INT32_MAX)
NUMBER_SETTER(among, 1, INT32_MAX)
NUMBER_SETTER(status, 100, 599)
NUMBER_SETTER(leave_ms, 1, 3600000)
TEXT_SETTER(path)
TEXT_SETTER(ca_path)
TEXT_SETTER(key)
TEXT_SETTER(challenge)
TEXT_SETTER(challenges)
TEXT_SETTER(cipher)
TEXT_SETTER(digest)
FLAG_SETTER(one_subject, true)
FLAG_SETTER(fresh, true)
FLAG_SETTER(pending, true)
FLAG_SETTER(rest, true)
FLAG_SETTER(kind, LOAD_POLL)
FLAG_SETTER(kind, LOAD_DEVICE)

static int
set_get(void *target, const char *value, struct diag *diag)
{
	struct load_options *options = target;

	options->kind = LOAD_GET;
	free(options->query);
	options->query = text_copy(value);
	return DONE;
}

static const struct option_row rows[] = {
	{.name = "port", .argument = "PORT", .help = "the server's", .set = set_port},
	{.name = "path", .argument = "PATH", .help = "of the SCEP URL", .set = set_path},
	{.name = "ca-path",
		.argument = "PATH",
		.help = "of the SCEP URL that gives the RA certificates",
		.set = set_ca_path},
	{.name = "key",
		.argument = "FILE",
		.help = "the client's private key in PEM; default: a new one is made",
		.set = set_key},
	{.name = "challenge", .argument = "TEXT", .help = "in every request", .set = set_challenge},
	{.name = "challenges",
		.argument = "FILE",
		.help = "a line for each request instead",
		.set = set_challenges},
	{.name = "cipher", .argument = "NAME", .help = "of the envelopes", .set = set_cipher},
	{.name = "digest", .argument = "NAME", .help = "of the signatures", .set = set_digest},
	{.name = "get", .argument = "QUERY", .help = "send GET with this query", .set = set_get},
	{.name = "poll",
		.help = "poll for what the same --seed and --first asked for",
		.set = set_kind_LOAD_POLL},
	{.name = "device",
		.help = "each asks GetCACaps, GetCACert and for a certificate",
		.set = set_kind_LOAD_DEVICE},
	{.name = "pending", .help = "PENDING is the good answer", .set = set_pending_true},
	{.name = "one-subject",
		.help = "all ask for the same subject",
		.set = set_one_subject_true},
	{.name = "seed",
		.argument = "N",
		.help = "transactionIDs are drawn from it",
		.set = set_seed},
	{.name = "first",
		.argument = "N",
		.help = "number of the first subject and transactionID",
		.set = set_first},
	{.name = "among",
		.argument = "N",
		.help = "subjects and transactionIDs begin anew behind so many",
		.set = set_among},
	{.name = "count", .argument = "N", .help = "requests, or devices", .set = set_count},
	{.name = "connections", .argument = "N", .help = "at once", .set = set_connections},
	{.name = "fresh",
		.help = "a connection for each request; else they are kept alive",
		.set = set_fresh_true},
	{.name = "rate",
		.argument = "N",
		.help = "arrivals a second, 0: closed loop",
		.set = set_rate},
	{.name = "status",
		.argument = "N",
		.help = "the HTTP status that is good",
		.set = set_status},
	{.name = "leave",
		.argument = "MS",
		.help = "hang up after so long, whatever is answered",
		.set = set_leave_ms},
	{.name = "rest",
		.help = "say when all is answered, and keep the connections until standard input "
			"ends",
		.set = set_rest_true},
	{.name = "pid",
		.argument = "PID",
		.help = "whose CPU time and memory count",
		.set = set_pid},
};

int
load_options_read(struct load_options *out, int argc, char **argv, struct diag *diag)
{
	OPTIONS_CLEANUP struct options given = {0};
	int result;

	*out = (struct load_options){
		.count = 1000,
		.connections = 8,
		.status = 200,
		.seed = (int64_t)random_new_seed(),
		.path = text_copy("/certsrv/mscep/mscep.dll"),
		.challenge = text_copy("secret"),
		.cipher = text_copy("AES-128-CBC"),
		.digest = text_copy("SHA-256"),
	};
	result = options_read(&given, rows, sizeof(rows) / sizeof(rows[0]), argc, argv, diag);
	if (result == DONE)
		result = options_apply(&given, out, diag);
	if (!out->ca_path)
		out->ca_path = text_copy(out->path);
	return result;
}

void
load_options_done(struct load_options *options)
{
	free(options->path);
	free(options->ca_path);
	free(options->key);
	free(options->challenge);
	free(options->challenges);
	free(options->cipher);
	free(options->digest);
	free(options->query);
}
