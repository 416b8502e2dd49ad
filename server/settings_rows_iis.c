/*
 * http.sys and IIS.
 *
 * x_powered_by: NDES setup clears the header; ASP.NET may bring it back.
 * max_request_bytes: Intune's 65534 leaves no room for headers beside the longest
 * URL; ours adds http.sys's own 16 KiB, so that a healthy deployment takes one.
 */
#include "server/settings_rows.h"

/* clang-format off */
const struct setting_row settings_rows_iis[] = {
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
		.help = "Whether X-Mock-Request and X-Mock-Fault, which no IIS sends, are left out of the "
			"answers"},
	{0},
};
/* clang-format on */
