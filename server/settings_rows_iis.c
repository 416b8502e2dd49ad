/*
 * http.sys and IIS.
 *
 * x_powered_by: NDES setup clears the header; ASP.NET may bring it back.
 * max_request_bytes: Intune's 65534 leaves no room for headers beside the longest
 * URL; ours adds http.sys's own 16 KiB, so that a healthy deployment takes one.
 */
#include "server/settings_rows.h"
#include "server/w3c_fields.h"

/* clang-format off */
const struct setting_row settings_rows_iis[] = {
	{NUMBER(connection_timeout, "120", 1, 65535, "seconds"),
		AT_ONCE("limits connectionTimeout of the site"), .source = "IIS: limits; KB820729",
		.help = "How long a client may be idle, need for a request's headers, or keep its "
			"body or its reading of the answer waiting, before http.sys drops it; read "
			"from the site of the listener when a client connects"},
	{NUMBER(max_field_length, "65534", 64, 65534, "bytes"), HTTP_SYS("MaxFieldLength"),
		.help = "The longest URL (else 414) and the longest header (else 400)"},
	{NUMBER(max_request_bytes, "81918", 256, 16777216, "bytes"), HTTP_SYS("MaxRequestBytes"),
		.help = "The longest request line with its headers (else 400); beyond 84 KiB the "
			"HTTP library gives up first, with 431"},
	{NUMBER(max_url, "65534", 0, UINT32_LIMIT, "bytes"), REQUEST_LIMIT("maxUrl"),
		.help = "The longest path of a URL (else 404.14)"},
	{NUMBER(max_query_string, "65534", 0, UINT32_LIMIT, "bytes"),
		REQUEST_LIMIT("maxQueryString"),
		.help = "The longest query of a URL (else 404.15)"},
	{NUMBER(max_allowed_content_length, "30000000", 0, UINT32_LIMIT, "bytes"),
		REQUEST_LIMIT("maxAllowedContentLength"), .help = "The longest body (else 413.1)"},
	{BOOL(allow_double_escaping, "true"),
		AT_ONCE("request filtering allowDoubleEscaping"), .source = INSTALLATION,
		.help = "Whether URLs may be escaped twice (else 404.11); NDES setup allows it"},
	{CHOICE(chunked_post, "accepted",
		[CHUNKED_POST_ACCEPTED] = "accepted", [CHUNKED_POST_REFUSED] = "refused"),
		AT_ONCE(NULL), .source = "github.com/micromdm/scep",
		.help = "Whether a body without Content-Length is read, or answered 411"},
	{CHOICE(app_pool, "started",
		[APP_POOL_STARTED] = "started", [APP_POOL_STOPPED] = "stopped",
		[APP_POOL_SHUTTING_DOWN] = "shutting_down", [APP_POOL_QUEUE_FULL] = "queue_full"),
		AT_ONCE("IIS Manager, application pool SCEP"), .source = "KB820729",
		.help = "The state of the application pool; whatever is not started answers 503"},
	{CHOICE(load_balancer_capabilities, "http_level",
		[LOAD_BALANCER_HTTP_LEVEL] = "http_level", [LOAD_BALANCER_TCP_LEVEL] = "tcp_level"),
		AT_ONCE("application pool loadBalancerCapabilities"), .source = "IIS: failure",
		.help = "How a pool that does not run answers: 503, or a reset connection"},
	{BOOL(rapid_fail_protection, "true"),
		AT_ONCE("application pool rapidFailProtection"), .source = "IIS: failure",
		.help = "Whether a pool that crashes too often is disabled"},
	{NUMBER(rapid_fail_max_crashes, "5", 1, 100, "crashes"),
		AT_ONCE("application pool rapidFailProtectionMaxCrashes"), .source = "IIS: failure",
		.help = "How many crashes within the interval disable the pool"},
	{NUMBER(rapid_fail_interval, "5", 1, 1440, "minutes"),
		AT_ONCE("application pool rapidFailProtectionInterval"), .source = "IIS: failure",
		.help = "The interval in which crashes are counted"},
	{CHOICE(impersonation_right, "granted",
		[IMPERSONATION_GRANTED] = "granted", [IMPERSONATION_MISSING] = "missing"),
		.effect = EFFECT_REBOOT, .real = "secpol.msc, Impersonate a client after authentication",
		.source = DEVICE_TO_NDES,
		.help = "Whether IIS_IUSRS may impersonate clients; without it every operation "
			"ends in 500 with 1346"},
	{CHOICE(service_account, "healthy",
		[SERVICE_ACCOUNT_HEALTHY] = "healthy", [SERVICE_ACCOUNT_LOCKED] = "locked",
		[SERVICE_ACCOUNT_PASSWORD_EXPIRED] = "password_expired",
		[SERVICE_ACCOUNT_PASSWORD_CHANGED] = "password_changed",
		[SERVICE_ACCOUNT_NO_LOGON_RIGHT] = "no_logon_right"),
		.effect = EFFECT_POOL_RESTART, .real = "identity of the application pool SCEP",
		.source = DEVICE_TO_NDES,
		.help = "How the account that runs the pool is; the codes of the 500 are general "
			"knowledge"},
	{CHOICE(handler_mappings, "default",
		[HANDLERS_DEFAULT] = "default",
		[HANDLERS_EXTENSIONLESS_FIRST] = "extensionless_first"),
		.effect = EFFECT_IISRESET, .real = "IIS handler mappings", .source = "KB2800975",
		.help = "The order of handlers; with ExtensionlessUrlHandler first the admin page "
			"ends in 500"},
	{CHOICE(mscep_admin, "present",
		[MSCEP_ADMIN_PRESENT] = "present", [MSCEP_ADMIN_REMOVED] = "removed",
		[MSCEP_ADMIN_HIDDEN_SEGMENT] = "hidden_segment"),
		AT_ONCE("application mscep_admin"), .source = HARDENING,
		.help = "Whether the admin page is there, was removed, or is hidden by request "
			"filtering"},
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
		.write_pattern = w3c_fields_write_pattern,
		.form = "names of fields separated by blanks",
		AT_ONCE("IIS logFile logExtFileFlags"),
		.source = "IIS: logFile",
		.help = "The fields of the W3C log; none: those that the server version selects"},
	{BOOL(faithful, "false"), AT_ONCE(NULL),
		.help = "Whether X-Mock-Request and X-Mock-Fault, which no IIS sends, are left out of the "
			"answers"},
	{0},
};
/* clang-format on */
