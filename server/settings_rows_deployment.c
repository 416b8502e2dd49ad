/* What the deployment is, and the way from the device to it. */
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
		SETUP("site binding"), .source = "packetfence issue 6927",
		.help = "The certificate that TLS listeners of this site show"},
	{CHOICE(tls_handshake, "normal",
		[TLS_HANDSHAKE_NORMAL] = "normal", [TLS_HANDSHAKE_STALL] = "stall",
		[TLS_HANDSHAKE_RESET] = "reset"),
		SETUP(NULL),
		.help = "Whether TLS handshakes are answered, left without an answer, or end in a "
			"reset"},
	{CHOICE(tls_protocols, "modern",
		[TLS_PROTOCOLS_MODERN] = "modern", [TLS_PROTOCOLS_OLD] = "old"),
		SETUP("Schannel protocols"), .source = "packetfence issue 6927",
		.help = "Which protocols TLS listeners speak: TLS 1.2 and 1.3, or 1.0 and 1.1 alone"},
	{CHOICE(tls_client_certificate, "none",
		[TLS_CLIENT_CERTIFICATE_NONE] = "none",
		[TLS_CLIENT_CERTIFICATE_DEMANDED] = "demanded"),
		SETUP("SSL settings of the site"), .source = "packetfence issue 6927",
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
		.form = "letters, digits and hyphens", SETUP("computer name"),
		.mints = true,
		.help = "The computer's name, in the log and in the subject of the RA "
			"certificates"},

	
	{0},
};
/* clang-format on */
