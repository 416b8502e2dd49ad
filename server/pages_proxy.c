#include "server/pages_proxy.h"

#define HTML "text/html; charset=utf-8"

const char *
pages_proxy_error(struct buffer *out, const char *code)
{
	buffer_append_format(out,
		"<!DOCTYPE html>\r\n<html><head><title>This corporate app can't be accessed</title>"
		"</head>\r\n<body><h1>This corporate app can't be accessed</h1>\r\n"
		"<p>Something between this page and the app does not work; its administrator can "
		"find out.</p>\r\n<p>Status Code: %s</p></body></html>\r\n",
		code);
	return HTML;
}

const char *
pages_proxy_sign_in(struct buffer *out)
{
	buffer_append_text(out,
		"<!DOCTYPE html>\r\n<html><head><title>Object moved</title></head>\r\n"
		"<body><h2>Sign in to go on</h2></body></html>\r\n");
	return HTML;
}
