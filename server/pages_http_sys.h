/*
 * The pages of http.sys: what the kernel answers before IIS sees the request.
 * All are one frame, byte-exact, with three texts each (ndes-behaviour 5.6).
 */
#pragma once

#include "common/buffer.h"

enum http_sys_error {
	HTTP_SYS_NONE,
	HTTP_SYS_400_TOO_LONG,
	HTTP_SYS_400_FIELD_TOO_LONG,
	HTTP_SYS_400_INVALID_URL,
	HTTP_SYS_400_INVALID_HOSTNAME,
	HTTP_SYS_400_INVALID_VERB,
	HTTP_SYS_400_INVALID_HEADER,
	HTTP_SYS_400_INVALID_LENGTH,
	HTTP_SYS_404,
	HTTP_SYS_411,
	HTTP_SYS_414,
	HTTP_SYS_501,
	HTTP_SYS_503,          /* the pool is offline after a series of crashes */
	HTTP_SYS_503_DISABLED, /* the pool was stopped by hand */
	HTTP_SYS_503_SHUTDOWN,
	HTTP_SYS_503_QUEUE_FULL,
	HTTP_SYS_ABANDONED, /* no answer: the worker process died with the request */
	HTTP_SYS_ERROR_COUNT,
};

/* Returns the HTTP status and the s-reason word of HTTPERR that belong to an http.sys error. */
unsigned http_sys_error_status(enum http_sys_error error);
const char *http_sys_error_reason(enum http_sys_error error);

/* Returns the first error with this status, or HTTP_SYS_NONE. */
enum http_sys_error http_sys_error_of(unsigned status);

/* Appends the error page of http.sys. */
void pages_http_sys(struct buffer *out, enum http_sys_error error);
