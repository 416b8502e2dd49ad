#include "client/ctl_verb.h"

#include <string.h>

/* {site} is the site that is meant, {of-site} the server where none is named, {} a positional. */
#define SITE    "/v1/sites/{site}"
#define MATCHES "where operation method message-type transaction subject outcome fault status"

static const struct ctl_verb verbs[] = {
	{"site ls", .method = "GET", .path = "/v1/sites", .show = CTL_SHOW_LIST, .list = "sites",
		.columns = "name number ca scep expires_at", .help = "lists the sites"},
	{"site add", {{"NAME", CTL_BODY, "name", .optional = true}}, "profile set ttl ca clock",
		"POST", "/v1/sites", .help = "makes a site"},
	{"site put", {{"NAME", CTL_PATH}}, "profile set ttl ca clock", "PUT", "/v1/sites/{}",
		.help = "makes a site of this name, in the place of one"},
	{"site change", {{"NAME", CTL_PATH}}, "set ttl", "PATCH", "/v1/sites/{}",
		.help = "changes settings of a site, or how long it stays from now on"},
	{"site reset", {{"NAME", CTL_PATH}}, NULL, "POST", "/v1/sites/{}/reset",
		.help = "has a site be as it was made, and forget what it issued"},
	{"site show", .method = "GET", .path = SITE, .help = "tells about a site"},
	{"site rm", {{"NAME", CTL_PATH}}, .method = "DELETE", .path = "/v1/sites/{}",
		.help = "removes a site"},
	{"fault ls", .method = "GET", .path = SITE "/faults", .show = CTL_SHOW_LIST,
		.list = "faults", .columns = "id kind source matches strikes remaining spent",
		.help = "lists what breaks the site"},
	{"fault add", {{"FILE|PROFILE", CTL_FAULT, "profile"}}, NULL, "POST", SITE "/faults",
		.help = "adds a rule, from a file of YAML or JSON, or a fault profile"},
	{"fault put", {{"FILE", CTL_FILE}}, NULL, "PUT", SITE "/faults", CTL_SHOW_LIST, "faults",
		"id kind source matches strikes remaining spent",
		"has the list \"faults\" of a file take the place of all"},
	{"fault show", {{"ID", CTL_PATH}}, .method = "GET", .path = SITE "/faults/{}",
		.help = "tells about a rule or profile"},
	{"fault rm", {{"ID", CTL_PATH}}, .method = "DELETE", .path = SITE "/faults/{}",
		.help = "removes a rule or profile"},
	{"fault clear", .method = "DELETE", .path = SITE "/faults",
		.help = "removes all rules and profiles of the site"},
	{"fault rearm", {{"ID", CTL_PATH}}, .method = "POST", .path = SITE "/faults/{}/rearm",
		.help = "puts the counters of a rule to zero"},
	{"fault rearm-all", .method = "POST", .path = SITE "/faults/rearm", .show = CTL_SHOW_LIST,
		.list = "faults", .columns = "id kind source matches strikes remaining spent",
		.help = "puts the counters of all rules of the site to zero"},
	{"settings ls", .method = "GET", .path = SITE "/settings",
		.help = "tells the settings of the site"},
	{"settings set", {{"NAME=VALUE", CTL_SETTING, .repeated = true}}, NULL, "PATCH",
		SITE "/settings", .help = "changes settings of the site; NAME=null is the default"},
	{"pool show", .method = "GET", .path = SITE "/app-pool",
		.help = "tells about the application pool"},
	{"pool start", .method = "POST", .path = SITE "/app-pool/start",
		.help = "starts the application pool"},
	{"pool stop", .method = "POST", .path = SITE "/app-pool/stop",
		.help = "stops the application pool by hand"},
	{"pool recycle", .method = "POST", .path = SITE "/app-pool/recycle",
		.help = "recycles the application pool"},
	{"iisreset", .method = "POST", .path = SITE "/iisreset", .help = "restarts IIS"},
	{"restart", .method = "POST", .path = SITE "/restart",
		.help = "restarts the simulated server"},
	{"service ls", .method = "GET", .path = SITE "/services", .show = CTL_SHOW_LIST,
		.list = "services", .columns = "name display_name state startup",
		.help = "lists the services of the deployment"},
	{"service set", {{"NAME", CTL_PATH}, {"STATE", CTL_BODY, "state", .optional = true}},
		"startup", "PATCH", SITE "/services/{}",
		.help = "starts or stops a service, or changes how it starts"},
	{"challenge new", .options = "kind text subject-of san key-usage ttl force",
		.method = "POST", .path = SITE "/challenges", .help = "makes a challenge password"},
	{"challenge ls", .options = "state limit before", .method = "GET",
		.path = SITE "/challenges", .show = CTL_SHOW_LIST, .list = "challenges",
		.columns = "challenge state made_at expires_at used_by",
		.help = "lists the challenge passwords"},
	{"challenge show", {{"CHALLENGE", CTL_PATH}}, .method = "GET",
		.path = SITE "/challenges/{}", .help = "tells about a challenge password"},
	{"challenge clear", .method = "DELETE", .path = SITE "/challenges",
		.help = "forgets the unused ones, as iisreset does"},
	{"challenge rm", {{"CHALLENGE", CTL_PATH}}, .method = "DELETE",
		.path = SITE "/challenges/{}", .help = "revokes a challenge password"},
	{"transaction ls", .options = "state limit before", .method = "GET",
		.path = SITE "/transactions", .show = CTL_SHOW_LIST, .list = "transactions",
		.columns = "transaction_id status request_id polls error changed_at",
		.help = "lists the transactions"},
	{"transaction show", {{"ID", CTL_PATH}}, .method = "GET", .path = SITE "/transactions/{}",
		.help = "tells about a transaction"},
	{"transaction approve", {{"ID", CTL_PATH}}, .method = "POST",
		.path = SITE "/transactions/{}/approve", .help = "approves a pending request"},
	{"transaction deny", {{"ID", CTL_PATH}}, .method = "POST",
		.path = SITE "/transactions/{}/deny", .help = "denies a pending request"},
	{"certificate ls", .options = "state subject serial transaction limit before",
		.method = "GET", .path = SITE "/certificates", .show = CTL_SHOW_LIST,
		.list = "certificates", .columns = "serial subject state not_after request_id",
		.help = "lists the issued certificates"},
	{"certificate show", {{"SERIAL", CTL_PATH}}, .method = "GET",
		.path = SITE "/certificates/{}", .help = "tells about a certificate"},
	{"certificate pem", {{"SERIAL", CTL_PATH}}, .method = "GET",
		.path = SITE "/certificates/{}/pem", .show = CTL_SHOW_RAW,
		.help = "prints a certificate"},
	{"certificate revoke", {{"SERIAL", CTL_PATH}}, "reason", "POST",
		SITE "/certificates/{}/revoke", .help = "revokes a certificate"},
	{"certificate unrevoke", {{"SERIAL", CTL_PATH}}, .method = "POST",
		.path = SITE "/certificates/{}/unrevoke", .help = "takes back a certificateHold"},
	{"ca show", .method = "GET", .path = SITE "/ca", .help = "tells about the CA"},
	{"ca chain", .method = "GET", .path = SITE "/ca/chain.pem", .show = CTL_SHOW_RAW,
		.help = "prints the chain"},
	{"ca crl", .method = "POST", .path = SITE "/ca/crl", .help = "publishes a new CRL now"},
	{"ca rollover", {{"offer|switch", CTL_BODY, "step"}}, NULL, "POST", SITE "/ca/rollover",
		.help = "offers the next CA, or switches to it"},
	{"ca ra", {{"STATE", CTL_BODY, "state"}}, NULL, "POST", SITE "/ca/ra-certificates",
		.help = "lets the RA certificates expire, or renews them"},
	{"requests", .options = MATCHES " since until after before limit last explain",
		.method = "GET", .path = "/v1/requests", .show = CTL_SHOW_EXPLAINED,
		.list = "requests",
		.columns = "number time site method operation message_type subject status outcome "
			   "fault end",
		.help = "lists the exchanges of the journal, the newest first"},
	{"requests clear", .method = "DELETE", .path = "{of-site}/requests",
		.help = "empties the journal"},
	{"explain", {{"NUMBER", CTL_PATH}}, NULL, "GET", "/v1/requests/{}", CTL_SHOW_EXPLAINED,
		.help = "tells all about one exchange"},
	{"raw request", {{"NUMBER", CTL_PATH}}, NULL, "GET", "/v1/requests/{}/request",
		CTL_SHOW_RAW, .help = "prints the bytes of a request"},
	{"raw reply", {{"NUMBER", CTL_PATH}}, NULL, "GET", "/v1/requests/{}/reply", CTL_SHOW_RAW,
		.help = "prints the bytes of an answer"},
	{"wait", .options = MATCHES " count on timeout after", .method = "POST", .path = "/v1/wait",
		.show = CTL_SHOW_VERDICT, .list = "requests",
		.columns = "number time site operation message_type subject status outcome",
		.help = "waits until exchanges have arrived; fails when none has in time"},
	{"verify", {{"FILE", CTL_FILE}}, "format", "POST", "/v1/verify", CTL_SHOW_VERDICT,
		"expectations", "passed title words",
		"holds the journal against the list \"expectations\" of a file"},
	{"events", .options = MATCHES "", .method = "GET", .path = "/v1/events",
		.show = CTL_SHOW_EVENTS, .help = "tells exchanges as they happen"},
	{"clock", .method = "GET", .path = "{of-site}/clock",
		.help = "tells the time of the server, or with --site of the site"},
	{"clock freeze", {{"TIME", CTL_BODY, "at", .optional = true}}, NULL, "POST",
		"{of-site}/clock/freeze", .help = "stops the clock"},
	{"clock set", {{"TIME", CTL_BODY, "at"}}, NULL, "POST", "{of-site}/clock/set",
		.help = "sets the clock"},
	{"clock advance", {{"DURATION", CTL_BODY, "by"}}, NULL, "POST", "{of-site}/clock/advance",
		.help = "moves the clock, \"360d\" or \"-1h\""},
	{"clock run", .method = "POST", .path = "{of-site}/clock/run",
		.help = "lets the clock run on"},
	{"clock reset", .method = "POST", .path = "{of-site}/clock/reset",
		.help = "puts the clock back to the real time"},
	{"profile ls", .method = "GET", .path = "/v1/profiles", .show = CTL_SHOW_LIST,
		.list = "profiles", .columns = "name title", .help = "lists the fault profiles"},
	{"profile show", {{"NAME", CTL_PATH}}, .method = "GET", .path = "/v1/profiles/{}",
		.help = "tells about a fault profile"},
	{"reset", .method = "POST", .path = "/v1/reset",
		.help = "puts the server back to the configuration given at its start"},
	{"config", .method = "GET", .path = "/v1/config", .show = CTL_SHOW_RAW,
		.help = "prints everything as a file for serve --config"},
	{"metrics", .method = "GET", .path = "/v1/metrics", .show = CTL_SHOW_RAW,
		.help = "prints the counters for Prometheus"},
	{"openapi", .method = "GET", .path = "/v1/openapi.json", .show = CTL_SHOW_RAW,
		.help = "prints what the control API takes and answers, as OpenAPI"},
	{"version", .method = "GET", .path = "/v1/version", .help = "tells which server it is"},
};

#define OPTION(name_, argument_, help_)                                                            \
	{                                                                                          \
		.name = name_, .argument = argument_, .help = help_                                \
	}

static const struct ctl_option options[] = {
	{{.name = "control",
		 .argument = "URL",
		 .environment = "MOCK_NDES_CONTROL_URL",
		 .help = "the control API, as `control` of the ready line (default "
			 "http://127.0.0.1:8081)"},
		CTL_NOWHERE},
	{{.name = "token",
		 .argument = "TEXT",
		 .environment = "MOCK_NDES_CONTROL_TOKEN",
		 .help = "what serve --control-token was given (default none)"},
		CTL_NOWHERE},
	{{.name = "site",
		 .letter = 's',
		 .argument = "NAME",
		 .environment = "MOCK_NDES_SITE",
		 .help = "the site that is meant (default the default site; for exchanges and "
			 "clocks all, "
			 "and the server's)"},
		CTL_NOWHERE},
	{{.name = "json", .help = "prints the answer as JSON, as it does without a terminal"},
		CTL_NOWHERE},
	{{.name = "human", .help = "prints for a person, without a terminal too"}, CTL_NOWHERE},
	{{.name = "help", .letter = 'h', .help = "prints this and stops"}, CTL_NOWHERE},
	{OPTION("profile", "NAMES", "fault profiles, joined by + (default none)"), CTL_BODY,
		CTL_TEXT, "profile"},
	{{.name = "set",
		 .argument = "NAME=VALUE",
		 .separators = ";\n",
		 .help = "a setting, see \"mock-ndes help settings\"; repeatable"},
		CTL_SETTING},
	{OPTION("ttl", "DURATION", "after which it is gone (default never)"), CTL_BODY, CTL_TEXT,
		"ttl"},
	{OPTION("ca", "shared|own", "own: a CA with new keys (default shared)"), CTL_BODY, CTL_TEXT,
		"ca"},
	{OPTION("clock", "DURATION", "how far its clock is ahead of the server's (default 0s)"),
		CTL_BODY, CTL_TEXT, "clock/offset"},
	{OPTION("state", "STATE", "the state that is asked for, or set"), CTL_QUERY, CTL_TEXT,
		"state"},
	{OPTION("startup", "TYPE", "how the service starts"), CTL_BODY, CTL_TEXT, "startup"},
	{OPTION("kind", "plain|ndes|intune", "the form of the challenge (default ndes)"), CTL_BODY,
		CTL_TEXT, "kind"},
	{OPTION("text", "TEXT", "the challenge itself (default drawn)"), CTL_BODY, CTL_TEXT,
		"text"},
	{OPTION("subject-of", "SUBJECT", "to which subject it is bound (default any)"), CTL_BODY,
		CTL_TEXT, "subject"},
	{OPTION("san", "NAMES", "to which names it is bound, \"DNS:a,DNS:b\" (default any)"),
		CTL_BODY, CTL_TEXT, "subject_alt_name"},
	{OPTION("key-usage", "USAGE", "to which key usage it is bound (default any)"), CTL_BODY,
		CTL_TEXT, "key_usage"},
	{{.name = "force", .help = "although the password cache is full"}, CTL_BODY, CTL_FLAG,
		"force"},
	{OPTION("reason", "REASON", "why, as a CRLReason (default unspecified)"), CTL_BODY,
		CTL_TEXT, "reason"},
	{OPTION("limit", "N", "how many at most (default 100)"), CTL_QUERY, CTL_NUMBER, "limit"},
	{OPTION("before", "CURSOR", "those behind a page, by its \"next\""), CTL_QUERY, CTL_TEXT,
		"before"},
	{OPTION("serial", "SERIAL", "by this serial number"), CTL_QUERY, CTL_TEXT, "serial"},
	{{.name = "where",
		 .argument = "FIELD=GLOB",
		 .separators = ";\n",
		 .help = "exchanges whose field fits, by any name of the journal's; repeatable"},
		CTL_MATCH},
	{OPTION("operation", "GLOB", "exchanges of this operation: GetCACaps, PKIOperation"),
		CTL_MATCH, CTL_TEXT, "operation"},
	{OPTION("method", "GLOB", "exchanges by this method"), CTL_MATCH, CTL_TEXT, "method"},
	{OPTION("message-type", "GLOB", "exchanges of this message type: PKCSReq, CertPoll"),
		CTL_MATCH, CTL_TEXT, "message_type"},
	{OPTION("transaction", "GLOB", "of this transactionID"), CTL_MATCH, CTL_TEXT,
		"transaction_id"},
	{OPTION("subject", "GLOB", "of this subject"), CTL_MATCH, CTL_TEXT, "subject"},
	{OPTION("outcome", "GLOB", "exchanges whose CertRep says SUCCESS, FAILURE or PENDING"),
		CTL_MATCH, CTL_TEXT, "outcome"},
	{OPTION("fault", "GLOB", "exchanges that this rule or setting shaped; any or none"),
		CTL_MATCH, CTL_TEXT, "fault"},
	{OPTION("status", "GLOB", "exchanges with this HTTP status"), CTL_MATCH, CTL_TEXT,
		"status"},
	{OPTION("since", "TIME", "those that arrived at this time or later"), CTL_QUERY, CTL_TEXT,
		"since"},
	{OPTION("until", "TIME", "those that arrived before this time"), CTL_QUERY, CTL_TEXT,
		"until"},
	{OPTION("after", "NUMBER", "those behind this exchange"), CTL_BODY, CTL_NUMBER, "after"},
	{OPTION("last", "N", "the newest N"), CTL_QUERY, CTL_NUMBER, "limit"},
	{{.name = "explain", .help = "tells all about each"}, CTL_NOWHERE},
	{OPTION("count", "N", "how many must arrive (default 1)"), CTL_BODY, CTL_NUMBER, "count"},
	{OPTION("on", "arrival|completion", "when an exchange counts (default completion)"),
		CTL_BODY, CTL_TEXT, "on"},
	{OPTION("timeout", "DURATION", "how long to wait (default 30s)"), CTL_BODY, CTL_TEXT,
		"timeout"},
	{OPTION("format", "json|junit|tap", "how the verdict is written (default json)"), CTL_QUERY,
		CTL_TEXT, "format"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Those that every verb takes, in front. */
#define COMMON_OPTIONS 6

const struct ctl_verb *
ctl_verb_at(size_t index)
{
	return index < COUNT(verbs) ? &verbs[index] : NULL;
}

const struct ctl_option *
ctl_option_at(size_t index)
{
	return index < COUNT(options) ? &options[index] : NULL;
}

const struct ctl_option *
ctl_option_named(const char *name)
{
	for (size_t i = 0; i < COUNT(options); i++)
		if (strcmp(options[i].row.name, name) == 0)
			return &options[i];
	return NULL;
}

/* Returns whether a word stands in a list with blanks between its words. */
static bool
lists(const char *list, const char *word)
{
	size_t size = strlen(word);

	for (const char *at = list; at && *at; at += strcspn(at, " "), at += *at == ' ')
		if (strncmp(at, word, size) == 0 && (at[size] == ' ' || at[size] == '\0'))
			return true;
	return false;
}

size_t
ctl_verb_options(struct option_row rows[CTL_OPTIONS_MAX], const struct ctl_verb *verb)
{
	size_t count = 0;

	for (size_t i = 0; i < COUNT(options); i++)
		if (i < COMMON_OPTIONS || lists(verb->options, options[i].row.name))
			rows[count++] = options[i].row;
	return count;
}
