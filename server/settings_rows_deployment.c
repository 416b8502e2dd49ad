/* What the deployment is, and the way from the device to it. */
#include "server/balancer.h"
#include "server/settings_rows.h"

/* clang-format off */
const struct setting_row settings_rows_deployment[] = {
	{CHOICE(apply, "now", [APPLY_NOW] = "now", [APPLY_AS_REAL] = "as_real"),
		AT_ONCE(NULL),
		.help = "When a change of settings is seen: at once, or when the real thing would "
			"see it, behind a recycled pool, an iisreset or a restart"},
	{CHOICE(tls_certificate, "valid",
		[TLS_CERTIFICATE_VALID] = "valid", [TLS_CERTIFICATE_EXPIRED] = "expired",
		[TLS_CERTIFICATE_NOT_YET_VALID] = "not_yet_valid",
		[TLS_CERTIFICATE_WRONG_NAME] = "wrong_name",
		[TLS_CERTIFICATE_UNKNOWN_ISSUER] = "unknown_issuer",
		[TLS_CERTIFICATE_MISSING_INTERMEDIATE] = "missing_intermediate"),
		AT_ONCE("site binding"), .source = "packetfence issue 6927",
		.help = "The certificate that TLS listeners of this site show"},
	{CHOICE(tls_handshake, "normal",
		[TLS_HANDSHAKE_NORMAL] = "normal", [TLS_HANDSHAKE_STALL] = "stall",
		[TLS_HANDSHAKE_RESET] = "reset"),
		AT_ONCE(NULL),
		.help = "Whether TLS handshakes are answered, left without an answer, or end in a "
			"reset"},
	{CHOICE(tls_protocols, "modern",
		[TLS_PROTOCOLS_MODERN] = "modern", [TLS_PROTOCOLS_OLD] = "old"),
		.effect = EFFECT_REBOOT, .real = "Schannel protocols", .source = "packetfence issue 6927",
		.help = "Which protocols TLS listeners speak: TLS 1.2 and 1.3, or 1.0 and 1.1 alone"},
	{CHOICE(tls_client_certificate, "none",
		[TLS_CLIENT_CERTIFICATE_NONE] = "none",
		[TLS_CLIENT_CERTIFICATE_DEMANDED] = "demanded"),
		AT_ONCE("SSL settings of the site"), .source = "packetfence issue 6927",
		.help = "Whether TLS listeners demand a certificate of the client"},
	{CHOICE(server_version, "2019",
		[SERVER_2008] = "2008", [SERVER_2008_R2] = "2008_r2", [SERVER_2012] = "2012",
		[SERVER_2012_R2] = "2012_r2", [SERVER_2016] = "2016", [SERVER_2019] = "2019",
		[SERVER_2022] = "2022"),
		SETUP("Windows Server"), .source = CRYPTLIB,
		.help = "Which Windows Server it is: fixes IIS's version, GetCACaps, what "
			"becomes of POST, the reply's cipher and the fields of the log"},
	{CHOICE(policy_module, "intune",
		[POLICY_MODULE_NONE] = "none", [POLICY_MODULE_INTUNE] = "intune"),
		.effect = EFFECT_IISRESET,
		.real = "HKLM\\SOFTWARE\\Microsoft\\Cryptography\\MSCEP\\Modules\\NDESPolicy",
		.source = "Intune: troubleshoot the NDES policy module",
		.help = "Whether Intune's policy module judges requests; with it the browsed URL "
			"answers 403, without it with a page"},
	{CHOICE(ca_hierarchy, "root",
		[CA_HIERARCHY_ROOT] = "root", [CA_HIERARCHY_ISSUING] = "issuing"),
		SETUP("AD CS"),
		.mints = true,
		.help = "Whether the root CA issues by itself or through an issuing CA below it"},
	{CHOICE(next_ca, "none",
		[NEXT_CA_NONE] = "none", [NEXT_CA_CONFIGURED] = "configured"),
		AT_ONCE(NULL), .source = RFC8894 " 4.7",
		.mints = true,
		.help = "Whether GetNextCACert is offered and answered with a next CA, which "
			"NDES is not known to do"},
	{TEXT(host_name, "NDES01", 15), .check = settings_check_host_name,
		.write_pattern = settings_check_write_host_name_pattern,
		.form = "letters, digits and hyphens", SETUP("computer name"),
		.mints = true,
		.help = "The computer's name, in the log and in the subject of the RA "
			"certificates"},

	/* the way from the device */
	{CHOICE(external_url, "correct",
		[EXTERNAL_URL_CORRECT] = "correct", [EXTERNAL_URL_WRONG] = "wrong"),
		AT_ONCE("external URL of the application proxy"), .source = DEVICE_TO_NDES,
		.help = "Whether the URL that devices are given leads anywhere; wrong: no HTTP at "
			"all, the connection is refused or reset"},
	{CHOICE(device_network, "open",
		[DEVICE_NETWORK_OPEN] = "open", [DEVICE_NETWORK_BLOCKED] = "blocked",
		[DEVICE_NETWORK_RESET] = "reset"),
		AT_ONCE(NULL), .source = DEVICE_TO_NDES,
		.help = "Whether something between device and server lets it through, swallows "
			"what it sends, or resets its connections"},
	{CHOICE(application_proxy, "none",
		[PROXY_NONE] = "none", [PROXY_RUNNING] = "running",
		[PROXY_CONNECTOR_STOPPED] = "connector_stopped",
		[PROXY_BACKEND_UNREACHABLE] = "backend_unreachable",
		[PROXY_USER_NOT_ASSIGNED] = "user_not_assigned",
		[PROXY_SIGN_IN_REDIRECT] = "sign_in_redirect"),
		AT_ONCE("Entra application proxy"), .source = ENTRA,
		.help = "Whether there is an application proxy in front, and what is wrong with it"},
	{CHOICE(application_proxy_query, "intact",
		[PROXY_QUERY_INTACT] = "intact", [PROXY_QUERY_CUT] = "cut",
		[PROXY_QUERY_PLUS_BECOMES_SPACE] = "plus_becomes_space"),
		AT_ONCE(NULL), .source = "certnanny/sscep issue 83; fleetdm/fleet issue 45291",
		.help = "What a proxy on the way does to queries: nothing, cuts them at 2,048 "
			"bytes, or takes them for a form"},
	{CHOICE(connector_service_startup, "automatic",
		[CONNECTOR_STARTUP_AUTOMATIC] = "automatic", [CONNECTOR_STARTUP_MANUAL] = "manual"),
		.effect = EFFECT_REBOOT, .real = "services.msc, Microsoft AAD Application Proxy Connector",
		.source = DEVICE_TO_NDES,
		.help = "Whether the proxy's connector starts with the server; with manual it is "
			"stopped behind a restart"},
	{NUMBER(gateway_timeout, "2000", 1, 3600000, "ms"), AT_ONCE(NULL), .source = ENTRA,
		.help = "How long the proxy waits for a connector that does not answer, unless "
			"real_timing is set"},
	{CHOICE(backend_application_timeout, "default",
		[BACKEND_TIMEOUT_DEFAULT] = "default", [BACKEND_TIMEOUT_LONG] = "long"),
		AT_ONCE("Backend Application Timeout of the proxy"), .source = ENTRA,
		.help = "How long the proxy waits with real_timing: 85 s, or 180 s"},
	{BOOL(real_timing, "false"), AT_ONCE(NULL),
		.help = "Whether waits are as long as on the real thing"},
	{NUMBER(ndes_servers, "1", 1, BALANCER_SERVERS_MAX, "servers"),
		AT_ONCE("load balancer"),
		.help = "How many NDES servers take turns behind a load balancer: all alike, with "
			"a password cache each"},
	{CHOICE(load_balancing, "connection",
		[LOAD_BALANCING_BY_CONNECTION] = "connection",
		[LOAD_BALANCING_BY_REQUEST] = "request"),
		AT_ONCE("load balancer"),
		.help = "What the load balancer gives to the next server: each connection, or each "
			"request"},
	{0},
};
/* clang-format on */
