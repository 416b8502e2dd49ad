/*
 * Where the real thing's default is unknown or disputed, the row's default is
 * what the evidence makes most likely:
 *
 * undecodable: Microsoft's URL checker expects 200 for junk, and a client that
 * used the wrong recipient met 200 without the SCEP content type.
 * get_ca_caps_form: the only byte count known fits six keywords, CR LF between
 * them and none behind the last.
 * fail_info_*: a challenge that does not match is badMessageCheck, a malformed
 * one badRequest; the policy module's "no" is taken for the former.
 * x_powered_by: NDES setup clears the header; ASP.NET may bring it back.
 * max_request_bytes: Intune's 65534 leaves no room for headers beside the longest
 * URL; ours adds http.sys's own 16 KiB, so that a healthy deployment takes one.
 */
#include "server/settings_table.h"

#include <stddef.h>
#include <string.h>

#include "server/settings_check.h"

/* clang-format off */
#define MEMBER(member, value) \
	.name = #member, .offset = offsetof(struct settings, member), .standard = (value)
#define BOOL(member, value) MEMBER(member, value), .kind = SETTING_BOOL
#define CHOICE(member, value, ...) \
	MEMBER(member, value), .kind = SETTING_CHOICE, \
	.choices = (const char *const[]){__VA_ARGS__, NULL}
#define NUMBER(member, value, low, high, what) \
	MEMBER(member, value), .kind = SETTING_NUMBER, .min = (low), .max = (high), .unit = (what)
#define TEXT(member, value, most) \
	MEMBER(member, value), .kind = SETTING_TEXT, .min = 1, .max = (most)
#define TEXT_OR_NONE(member, most) \
	MEMBER(member, NULL), .kind = SETTING_TEXT, .max = (most)

#define SETUP(place) .effect = EFFECT_SETUP, .real = (place)
#define AT_ONCE(place) .effect = EFFECT_AT_ONCE, .real = (place)
#define MSCEP(value) \
	.effect = EFFECT_POOL_RESTART, \
	.real = "HKLM\\SOFTWARE\\Microsoft\\Cryptography\\MSCEP\\" value
#define HTTP_SYS(value) \
	.effect = EFFECT_REBOOT, \
	.real = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters\\" value, \
	.source = "KB820129"
#define REQUEST_LIMIT(value) \
	.effect = EFFECT_AT_ONCE, .real = "request filtering " value, .source = "IIS: requestLimits"

#define INSTALLATION "github.com/Sleepw4lker/NDESmanualInstallation"
#define HARDENING    "github.com/richardhicks/ndes"
#define RFC8894      "RFC 8894"
#define CRYPTLIB     "cryptlib: session/scep_cli.c"

#define UINT32_LIMIT 4294967295

static const struct setting_row rows[] = {
	/* the deployment */
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
		.help = "Whether the root CA issues by itself or through an issuing CA below it"},
	{CHOICE(next_ca, "none",
		[NEXT_CA_NONE] = "none", [NEXT_CA_CONFIGURED] = "configured"),
		AT_ONCE(NULL), .source = RFC8894 " 4.7",
		.help = "Whether GetNextCACert is offered and answered with a next CA, which "
			"NDES is not known to do"},
	{TEXT(host_name, "NDES01", 15), .check = settings_check_host_name,
		.form = "letters, digits and hyphens", SETUP("computer name"),
		.help = "The computer's name, in the log and in the subject of the RA "
			"certificates"},

	/* MSCEP registry */
	{BOOL(enforce_password, "true"), MSCEP("EnforcePassword"), .source = INSTALLATION,
		.help = "Whether a request needs a challenge password"},
	{BOOL(use_single_password, "false"), MSCEP("UseSinglePassword"), .source = "KB959193",
		.help = "Whether the admin page gives everybody the same password, which stays "
			"valid"},
	{NUMBER(password_length, "8", 1, 64, "bytes"),
		MSCEP("PasswordLength"), .source = INSTALLATION,
		.help = "The size of a one-time password, which shows as twice as many "
			"hexadecimal digits"},
	{NUMBER(password_max, "5", 1, 1000000, "passwords"),
		MSCEP("PasswordMax"), .source = INSTALLATION,
		.help = "How many unused passwords are kept before the admin page says that the "
			"cache is full"},
	{NUMBER(password_validity, "60", 1, 525600, "minutes"),
		MSCEP("PasswordValidity"), .source = INSTALLATION,
		.help = "How long an unused password stays valid"},
	{TEXT_OR_NONE(challenge, 8192), AT_ONCE(NULL),
		.help = "A fixed challenge password that is always accepted, as often as it comes"},
	{TEXT(signature_template, "IPSECIntermediateOffline", 64),
		MSCEP("SignatureTemplate"), .source = INSTALLATION,
		.help = "The template for requests whose key usage is signature alone"},
	{TEXT(encryption_template, "IPSECIntermediateOffline", 64),
		MSCEP("EncryptionTemplate"), .source = INSTALLATION,
		.help = "The template for requests whose key usage is encryption alone"},
	{TEXT(general_purpose_template, "IPSECIntermediateOffline", 64),
		MSCEP("GeneralPurposeTemplate"), .source = INSTALLATION,
		.help = "The template for requests with both key usages or none"},
	{TEXT_OR_NONE(ca_capabilities_algorithms, 256), .check = settings_check_capabilities,
		.form = "keywords separated by commas, such as SHA-512,SHA-256,AES",
		MSCEP("CACapabilitiesAlgorithms"), .source = HARDENING,
		.help = "The algorithm keywords of GetCACaps; none: those of the server version"},
	{BOOL(disable_renewal_subject_name_match, "false"), MSCEP("DisableRenewalSubjectNameMatch"),
		.help = "Whether a renewal may ask for another subject than the old certificate "
			"has"},

	/* admin page */
	{CHOICE(admin_authentication, "anonymous",
		[ADMIN_ANONYMOUS] = "anonymous", [ADMIN_BASIC] = "basic"),
		AT_ONCE("IIS authentication of /CertSrv/mscep_admin"), .source = INSTALLATION,
		.help = "How the admin page knows its caller; the real default, Windows "
			"authentication, is not there yet"},
	{TEXT(admin_user, "CONTOSO\\ndesadmin", 104), .check = settings_check_user,
		.form = "a name without a colon", AT_ONCE(NULL),
		.help = "Who may open the admin page with Basic authentication"},
	{TEXT(admin_password, "P@ssw0rd", 127), AT_ONCE(NULL),
		.help = "The password of admin_user"},
	{BOOL(admin_enroll_permission, "true"), AT_ONCE("Enroll permission on the templates"),
		.source = "github.com/fleetdm/fleet: admin pages of a real NDES",
		.help = "Whether the caller of the admin page may get a password; false shows "
			"the page that says no"},
	{BOOL(admin_page_bom, "false"), AT_ONCE(NULL),
		.source = "github.com/fleetdm/fleet; contradicted by PSNDESEnrollment",
		.help = "Whether the pages of NDES, in UTF-16LE, start with a byte-order mark"},

	/* messages */
	{CHOICE(reply, "ndes", [REPLY_NDES] = "ndes", [REPLY_RFC8894] = "rfc8894"),
		AT_ONCE(NULL), .source = "captured replies; " RFC8894 " 3.3.2",
		.help = "The shape of CertRep: as captured from NDES, without certificates and "
			"with one zero byte on failure; or as the RFC has it, with the signer's "
			"certificate"},
	{TEXT(reply_digest, "as_captured", 32), .check = settings_check_digest,
		.form = "as_captured, mirror, or a digest such as SHA-256", AT_ONCE(NULL),
		.source = "captured replies",
		.help = "The digest of CertRep: SHA-1 as captured, that of the request, or a "
			"fixed one"},
	{TEXT(reply_cipher, "as_captured", 32), .check = settings_check_cipher,
		.form = "as_captured, mirror, or a cipher such as AES-128-CBC", AT_ONCE(NULL),
		.source = CRYPTLIB,
		.help = "The cipher of CertRep: as the server version does, that of the request, "
			"or a fixed one; single DES is mirrored as 3DES"},
	{CHOICE(recipient_infos, "any",
		[RECIPIENT_INFOS_ANY] = "any", [RECIPIENT_INFOS_FIRST] = "first"),
		AT_ONCE(NULL), .source = "github.com/micromdm/scep issue 123",
		.help = "Which RecipientInfo of a request is tried: any that fits, or the first "
			"one alone, as is reported of NDES"},
	{CHOICE(renewal_req, "accept",
		[RENEWAL_REQ_ACCEPT] = "accept", [RENEWAL_REQ_NDES] = "ndes"),
		AT_ONCE(NULL), .source = "certpol.h: messageType has no 17",
		.help = "What becomes of messageType 17: a renewal as in the RFC, or badRequest, "
			"since NDES renews with PKCSReq"},
	{CHOICE(ec_keys, "refuse", [EC_KEYS_REFUSE] = "refuse", [EC_KEYS_ACCEPT] = "accept"),
		AT_ONCE(NULL), .source = "NDES event 13",
		.help = "What becomes of a request for or signed with an EC key: no answer, as "
			"NDES has none; or a certificate, and the reply to an EC key is encrypted "
			"with the challenge, as in RFC 8894 3.1"},
	{CHOICE(unknown_operation, "browsed",
		[UNKNOWN_OPERATION_BROWSED] = "browsed", [UNKNOWN_OPERATION_404] = "404",
		[UNKNOWN_OPERATION_FAILURE] = "failure"),
		AT_ONCE(NULL),
		.help = "What an unknown operation gets: what the browsed URL gets, 404, or a "
			"CertRep with badRequest; of NDES it is unknown"},
	{CHOICE(undecodable, "empty",
		[UNDECODABLE_EMPTY] = "empty", [UNDECODABLE_PAGE] = "page",
		[UNDECODABLE_500] = "500"),
		AT_ONCE(NULL),
		.source = "Validate-NDESConfiguration.ps1; github.com/certnanny/sscep issue 60",
		.help = "What a message gets that cannot be decoded or decrypted: 200 without a "
			"body, 200 with the page of NDES, or 500"},
	{CHOICE(get_ca_caps_form, "crlf",
		[CA_CAPS_CRLF] = "crlf", [CA_CAPS_CRLF_TRAILING] = "crlf_trailing",
		[CA_CAPS_LF] = "lf", [CA_CAPS_LF_TRAILING] = "lf_trailing"),
		AT_ONCE(NULL), .source = "Intune: troubleshoot device to NDES (byte count)",
		.help = "How the lines of GetCACaps end, and whether the last one does"},
	{CHOICE(get_ca_caps_content_type, "plain",
		[CA_CAPS_TYPE_PLAIN] = "plain", [CA_CAPS_TYPE_HTML] = "html",
		[CA_CAPS_TYPE_ABSENT] = "absent"),
		AT_ONCE(NULL), .source = RFC8894 " 3.5.2",
		.help = "The Content-Type of GetCACaps: text/plain, text/html or none"},
	{NUMBER(fail_info_challenge_used, "1", 0, 4, "failInfo"), AT_ONCE(NULL),
		.source = RFC8894 " 3.2.1.4",
		.help = "The failInfo for a one-time password that was used before"},
	{NUMBER(fail_info_challenge_unknown, "1", 0, 4, "failInfo"), AT_ONCE(NULL),
		.source = RFC8894 " 3.2.1.4",
		.help = "The failInfo for a challenge that is unknown or has expired"},
	{NUMBER(fail_info_challenge_absent, "1", 0, 4, "failInfo"), AT_ONCE(NULL),
		.source = RFC8894 " 3.2.1.4",
		.help = "The failInfo for a request without a challenge"},
	{NUMBER(fail_info_challenge_malformed, "2", 0, 4, "failInfo"), AT_ONCE(NULL),
		.source = "github.com/certnanny/sscep issue 59",
		.help = "The failInfo for a challenge that is no password of NDES at all"},
	{NUMBER(fail_info_challenge_refused, "1", 0, 4, "failInfo"), AT_ONCE(NULL),
		.source = RFC8894 " 3.2.1.4",
		.help = "The failInfo for a challenge that the policy module refuses"},

	/* AD CS */
	{CHOICE(approval, "automatic",
		[APPROVAL_AUTOMATIC] = "automatic", [APPROVAL_MANUAL] = "manual",
		[APPROVAL_AFTER_POLLS] = "after_polls"),
		AT_ONCE("CA certificate manager approval"), .source = RFC8894 " 3.3.2",
		.help = "Whether requests are issued at once, wait for a person, or are issued "
			"when the client has asked often enough"},
	{NUMBER(approval_polls, "1", 1, 1000000, "polls"), AT_ONCE(NULL),
		.help = "How often a client must ask with approval: after_polls"},
	{NUMBER(validity_period, "365", 1, 36500, "days"), AT_ONCE("template"),
		.help = "How long issued certificates are valid"},
	{NUMBER(crl_period, "168", 1, 87600, "hours"), AT_ONCE("CRLPeriod of the CA"),
		.help = "How long a CRL is valid"},
	{NUMBER(minimum_key_size, "1024", 512, 16384, "bits"), AT_ONCE("template"),
		.help = "The shortest RSA key that the templates allow"},

	/* http.sys and IIS */
	{NUMBER(max_field_length, "65534", 64, 65534, "bytes"), HTTP_SYS("MaxFieldLength"),
		.help = "The longest URL (else 414) and the longest header (else 400)"},
	{NUMBER(max_request_bytes, "81918", 256, 16777216, "bytes"), HTTP_SYS("MaxRequestBytes"),
		.help = "The longest request line with its headers (else 400); beyond 96 KiB the "
			"HTTP library gives up first, with 431"},
	{NUMBER(max_url, "65534", 0, UINT32_LIMIT, "bytes"), REQUEST_LIMIT("maxUrl"),
		.help = "The longest path of a URL (else 404.14)"},
	{NUMBER(max_query_string, "65534", 0, UINT32_LIMIT, "bytes"),
		REQUEST_LIMIT("maxQueryString"),
		.help = "The longest query of a URL (else 404.15)"},
	{NUMBER(max_allowed_content_length, "30000000", 0, UINT32_LIMIT, "bytes"),
		REQUEST_LIMIT("maxAllowedContentLength"), .help = "The longest body (else 413.1)"},
	{CHOICE(error_mode, "custom",
		[ERROR_MODE_CUSTOM] = "custom", [ERROR_MODE_DETAILED] = "detailed",
		[ERROR_MODE_DETAILED_LOCAL_ONLY] = "detailed_local_only"),
		AT_ONCE("IIS httpErrors errorMode"), .source = "IIS: httpErrors",
		.help = "Whether IIS's error pages are the short ones, the detailed ones, or, as "
			"IIS does, detailed for clients on the server itself; custom takes them "
			"all as remote"},
	{BOOL(x_powered_by, "false"), AT_ONCE("IIS customHeaders"), .source = INSTALLATION,
		.help = "Whether IIS sends X-Powered-By: ASP.NET"},
	{TEXT_OR_NONE(log_fields, 1024), .check = settings_check_log_fields,
		.form = "names of fields separated by blanks",
		AT_ONCE("IIS logFile logExtFileFlags"),
		.source = "IIS: logFile",
		.help = "The fields of the W3C log; none: those that the server version selects"},
	{BOOL(faithful, "false"), AT_ONCE(NULL),
		.help = "Whether X-Mock-Request, which no IIS sends, is left out of the answers"},
};
/* clang-format on */

const struct setting_row *
settings_row_at(size_t index)
{
	return index < sizeof(rows) / sizeof(rows[0]) ? &rows[index] : NULL;
}

const struct setting_row *
settings_row(const char *name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}
