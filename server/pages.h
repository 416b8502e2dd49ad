/*
 * The pages a browser sees: http.sys errors, IIS custom and detailed errors,
 * the NDES pages. Literals that clients match are byte-exact
 * (ndes-behaviour 1.3, 1.4, 5.6); the markup around them is ours.
 */
#pragma once

#include "common/buffer.h"
#include "server/settings.h"

/* Appends the error page of http.sys; `heading` and `sentence` from its table by status and reason. */
enum http_sys_error {
	HTTP_SYS_400_TOO_LONG,
	HTTP_SYS_400_INVALID_URL,
	HTTP_SYS_400_INVALID_HOSTNAME,
	HTTP_SYS_400_BAD_REQUEST,
	HTTP_SYS_404,
	HTTP_SYS_411,
	HTTP_SYS_414,
	HTTP_SYS_503,
	HTTP_SYS_ERROR_COUNT,
};

/* Returns the HTTP status and the s-reason word of HTTPERR that belong to an http.sys error. */
unsigned http_sys_error_status(enum http_sys_error error);
const char *http_sys_error_reason(enum http_sys_error error);

void pages_http_sys(struct buffer *out, enum http_sys_error error);

/* What a detailed error page tells (ndes-behaviour 5.6). */
struct pages_detail {
	const char *iis;           /* "10.0" */
	unsigned status;
	unsigned substatus;
	uint32_t win32_status;
	const char *url;           /* as requested */
	const char *physical_path;
	const char *user;          /* NULL: Anonymous */
};

/* Appends the custom error page of IIS; a status without one gets IIS's line of text. Returns the
 * content type. */
const char *pages_iis_custom(struct buffer *out, unsigned status);

/* Appends the detailed page. Returns the content type. */
const char *pages_iis_detailed(struct buffer *out, const struct pages_detail *detail);

/* Append the NDES pages, as UTF-16LE, with a byte-order mark or not. The thumbprint is the MD5 of the
 * CA certificate. */
void pages_ndes_general(struct buffer *out, bool byte_order_mark, const char *admin_url);
void pages_ndes_password(struct buffer *out, bool byte_order_mark, const uint8_t thumbprint[16],
	const char *password, int64_t validity_minutes, bool single);
void pages_ndes_cache_full(struct buffer *out, bool byte_order_mark, int64_t password_max,
	int64_t validity_minutes);
void pages_ndes_no_permission(struct buffer *out, bool byte_order_mark);
