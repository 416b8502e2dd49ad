#include "server/serve_options.h"

#include <string.h>

#include "common/memory.h"
#include "server/command.h"

static void
restart_listen(void *target)
{
	configuration_clear_listen(&((struct serve *)target)->configuration, false);
}

static void
restart_listen_tls(void *target)
{
	configuration_clear_listen(&((struct serve *)target)->configuration, true);
}

static int
add_listen(void *target, const char *value, struct diag *diag)
{
	return configuration_add_listen(
		&((struct serve *)target)->configuration, value, false, diag);
}

static int
add_listen_tls(void *target, const char *value, struct diag *diag)
{
	return configuration_add_listen(
		&((struct serve *)target)->configuration, value, true, diag);
}

static int
set_control(void *target, const char *value, struct diag *diag)
{
	return configuration_set_control(&((struct serve *)target)->configuration, value, diag);
}

static int
set_control_token(void *target, const char *value, struct diag *diag)
{
	return configuration_set_control_token(
		&((struct serve *)target)->configuration, value, diag);
}

#define PATH_SETTER(name, member)                                                                  \
	static int set_##name(void *target, const char *value, struct diag *diag)                  \
	{                                                                                          \
		return configuration_set_path(                                                     \
			&((struct serve *)target)->configuration.member, value, diag);             \
	}

PATH_SETTER(tls_names, tls_names)
PATH_SETTER(ready_file, ready_file)
PATH_SETTER(pki, pki_directory)
PATH_SETTER(state, state_directory)
PATH_SETTER(log_dir, log_directory)

static int
set_one(void *target, const char *name, const char *value, struct diag *diag)
{
	return settings_set_text(
		&((struct serve *)target)->configuration.settings, name, value, diag);
}

static int
set_challenge(void *target, const char *value, struct diag *diag)
{
	return set_one(target, "challenge", value, diag);
}

static int
set_server_version(void *target, const char *value, struct diag *diag)
{
	return set_one(target, "server_version", value, diag);
}

static int
set_policy_module(void *target, const char *value, struct diag *diag)
{
	return set_one(target, "policy_module", value, diag);
}

static int
set_setting(void *target, const char *value, struct diag *diag)
{
	size_t size = strcspn(value, "=");
	TEXT_CLEANUP char *name = text_copy_size(value, size);

	if (value[size] != '=')
		return diag_refuse(diag, "", NULL, "NAME=VALUE", "\"%s\" has no \"=\"", value);
	return set_one(target, name, value + size + 1, diag);
}

static int
set_seed(void *target, const char *value, struct diag *diag)
{
	struct serve *serve = target;
	int64_t seed;

	if (options_number(&seed, value, 0, INT64_MAX, diag) != DONE)
		return REFUSED;
	serve->configuration.seed = (uint64_t)seed;
	serve->configuration.has_seed = true;
	return DONE;
}

static int
set_max_sites(void *target, const char *value, struct diag *diag)
{
	return options_number(&((struct serve *)target)->configuration.sites_max, value, 1,
		CONFIGURATION_SITES_MAX, diag);
}

static int
set_journal_exchanges(void *target, const char *value, struct diag *diag)
{
	return options_number(&((struct serve *)target)->configuration.journal_exchanges, value, 0,
		CONFIGURATION_JOURNAL_EXCHANGES, diag);
}

static int
set_journal_bytes(void *target, const char *value, struct diag *diag)
{
	return configuration_set_journal_bytes(
		&((struct serve *)target)->configuration, value, diag);
}

static int
set_state_bytes(void *target, const char *value, struct diag *diag)
{
	return configuration_set_state_bytes(&((struct serve *)target)->configuration, value, diag);
}

static int
set_redact(void *target, const char *value, struct diag *diag)
{
	((struct serve *)target)->configuration.redact = true;
	return DONE;
}

static int
set_quiet(void *target, const char *value, struct diag *diag)
{
	((struct serve *)target)->configuration.quiet = true;
	return DONE;
}

static int
set_check(void *target, const char *value, struct diag *diag)
{
	((struct serve *)target)->check = true;
	return DONE;
}

static int
set_core_dumps(void *target, const char *value, struct diag *diag)
{
	((struct serve *)target)->configuration.core_dumps = true;
	return DONE;
}

const struct option_row serve_options[] = {
	{.name = "listen",
		.argument = "ADDRESS:PORT",
		.environment = "MOCK_NDES_LISTEN",
		.help = "where to listen, port 0 for a free one (default 127.0.0.1:8080); "
			"repeatable, in the environment separated by commas or blanks",
		.separators = ", ",
		.restart = restart_listen,
		.set = add_listen},
	{.name = "listen-tls",
		.argument = "ADDRESS:PORT",
		.environment = "MOCK_NDES_LISTEN_TLS",
		.help = "where to listen for HTTPS as well (default nowhere); repeatable as "
			"--listen",
		.separators = ", ",
		.restart = restart_listen_tls,
		.set = add_listen_tls},
	{.name = "control",
		.argument = "ADDRESS:PORT|off",
		.environment = "MOCK_NDES_CONTROL",
		.help = "where the control API listens (default 127.0.0.1:8081, or a free port "
			"where "
			"the first --listen takes one); what is no loopback address needs "
			"--control-token",
		.set = set_control},
	{.name = "control-token",
		.argument = "TEXT",
		.environment = "MOCK_NDES_CONTROL_TOKEN",
		.help = "what callers of the control API must send as a bearer token (default "
			"nothing)",
		.set = set_control_token},
	{.name = "tls-names",
		.argument = "DNS:NAME,...",
		.environment = "MOCK_NDES_TLS_NAMES",
		.help = "what the HTTPS certificate is valid for besides localhost, 127.0.0.1, "
			"::1 and this machine's name, also IP:ADDRESS (default nothing more)",
		.set = set_tls_names},
	{.name = "config",
		.argument = "FILE",
		.environment = "MOCK_NDES_CONFIG",
		.help = "a YAML file with the same settings, which everything else here "
			"overrides; --check prints one"},
	{.name = "set",
		.argument = "NAME=VALUE",
		.environment = "MOCK_NDES_SET",
		.help = "a setting of the deployment, see \"mock-ndes help settings\"; "
			"repeatable, in the environment separated by semicolons or line ends",
		.separators = ";\n",
		.set = set_setting},
	{.name = "server-version",
		.argument = "VERSION",
		.environment = "MOCK_NDES_SERVER_VERSION",
		.help = "short for --set server_version=VERSION (default 2019)",
		.set = set_server_version},
	{.name = "policy-module",
		.argument = "none|intune",
		.environment = "MOCK_NDES_POLICY_MODULE",
		.help = "short for --set policy_module=... (default intune)",
		.set = set_policy_module},
	{.name = "challenge",
		.argument = "TEXT",
		.environment = "MOCK_NDES_CHALLENGE",
		.help = "short for --set challenge=TEXT: a challenge password that is always "
			"accepted (default none)",
		.set = set_challenge},
	{.name = "fault",
		.argument = "NAME[,NAME]",
		.environment = "MOCK_NDES_FAULT",
		.help = "fault profiles of the default site, see \"mock-ndes faults\"; what --set "
			"and the file's settings say wins over theirs (default none)"},
	{.name = "fault-profiles",
		.argument = "DIR",
		.environment = "MOCK_NDES_FAULT_PROFILES",
		.help = "a directory of further fault profiles, which win over those of the "
			"program (default none)"},
	{.name = "max-sites",
		.argument = "N",
		.environment = "MOCK_NDES_MAX_SITES",
		.help = "how many sites there may be, those that URLs below /fault/ make "
			"included (default 256)",
		.set = set_max_sites},
	{.name = "pki",
		.argument = "DIR",
		.environment = "MOCK_NDES_PKI",
		.help = "keys made by \"mock-ndes pki new\" (default the built-in ones, which are "
			"public)",
		.set = set_pki},
	{.name = "state",
		.argument = "DIR",
		.environment = "MOCK_NDES_STATE",
		.help = "where certificates, transactions, challenges and the journal outlive the "
			"process (default in memory alone)",
		.set = set_state},
	{.name = "state-bytes",
		.argument = "SIZE",
		.environment = "MOCK_NDES_STATE_BYTES",
		.help = "how large the state may become, in memory or in the directory of --state, "
			"256KiB to 1GiB; then requests are refused as by a CA whose disk is full "
			"(default as the disk allows, in memory 2 GiB)",
		.set = set_state_bytes},
	{.name = "log-dir",
		.argument = "DIR",
		.environment = "MOCK_NDES_LOG_DIR",
		.help = "where the W3C log and the journal are written (default nowhere)",
		.set = set_log_dir},
	{.name = "ready-file",
		.argument = "PATH",
		.environment = "MOCK_NDES_READY_FILE",
		.help = "a file that holds the ready line while the server is ready (default none)",
		.set = set_ready_file},
	{.name = "seed",
		.argument = "N",
		.environment = "MOCK_NDES_SEED",
		.help = "repeats a run: nonces, serial numbers and passwords are drawn from it "
			"(default drawn at start and told in the ready line)",
		.set = set_seed},
	{.name = "journal-exchanges",
		.argument = "N",
		.environment = "MOCK_NDES_JOURNAL_EXCHANGES",
		.help = "how many of the newest exchanges the journal keeps in memory, and with "
			"--state in the state file (default 10000, 0 keeps none)",
		.set = set_journal_exchanges},
	{.name = "journal-bytes",
		.argument = "SIZE",
		.environment = "MOCK_NDES_JOURNAL_BYTES",
		.help = "how much memory they may take, 64KiB to 1GiB; older ones give way "
			"(default 64MiB)",
		.set = set_journal_bytes},
	{.name = "redact",
		.environment = "MOCK_NDES_REDACT",
		.help = "keeps challenge passwords, and passwords for the admin page, out of "
			"journal and stderr",
		.set = set_redact},
	{.name = "core-dumps",
		.environment = "MOCK_NDES_CORE_DUMPS",
		.help = "lets a crash leave a core, as far as the limits of the shell do, keys and "
			"passwords in it (default none)",
		.set = set_core_dumps},
	{.name = "quiet",
		.letter = 'q',
		.environment = "MOCK_NDES_QUIET",
		.help = "no line on stderr for each exchange",
		.set = set_quiet},
	{.name = "check",
		.environment = "MOCK_NDES_CHECK",
		.help = "checks everything, prints the configuration for --config, and stops",
		.set = set_check},
	COMMAND_HELP_ROW,
};
