#include "server/authentication.h"

#include <string.h>
#include <strings.h>

#include "common/base64.h"
#include "common/hresult.h"
#include "common/memory.h"
#include "server/application.h"
#include "server/exchange.h"

/* In this order (ndes-behaviour 1.1). The handshake ends behind its first token: there is no domain. */
static int
ask_for_windows(struct exchange *exchange)
{
	struct response *response = &exchange->http->response;
	bool first = !request_header(&exchange->http->request, "Authorization");

	exchange_note_setting(exchange, "admin_authentication");
	response_set(response, RESPONSE_FROM_IIS, 401, first ? 2 : 1,
		first ? HRESULT_WIN32(ERROR_ACCESS_DENIED) : (uint32_t)HRESULT_SEC_E_LOGON_DENIED);
	response_add_header(response, "WWW-Authenticate", "Negotiate");
	response_add_header(response, "WWW-Authenticate", "NTLM");
	return STAGE_ANSWERED;
}

/* 401.2 when no credentials came, 401.1 when they were wrong (KB943891); the log of real servers
 * shows them as "401 2 5" and "401 1 2148074252". */
static int
challenge_client(struct exchange *exchange, unsigned substatus, uint32_t win32_status)
{
	struct response *response = &exchange->http->response;
	TEXT_CLEANUP char *value = text_format("Basic realm=\"%s\"", exchange->settings->host_name);

	response_set(response, RESPONSE_FROM_IIS, 401, substatus, win32_status);
	response_add_header(response, "WWW-Authenticate", value);
	return STAGE_ANSWERED;
}

/* Reads "Basic <base64 of user:password>" (RFC 7617 2); false when it is something else. */
static bool
read_credentials(struct buffer *out, const char *header)
{
	if (!header || strncasecmp(header, "Basic ", 6) != 0)
		return false;
	return base64_decode(out, bytes_text(header + 6), NULL) == DONE &&
		memchr(buffer_text(out), ':', out->size);
}

static bool
credentials_fit(struct bytes credentials, const struct settings *settings)
{
	BUFFER_SECRET_CLEANUP struct buffer expected = {0};

	buffer_append_format(&expected, "%s:%s", settings->admin_user, settings->admin_password);
	return bytes_equal_secret(credentials, buffer_bytes(&expected));
}

int
authentication_run(struct exchange *exchange)
{
	const char *header = request_header(&exchange->http->request, "Authorization");
	BUFFER_SECRET_CLEANUP struct buffer credentials = {0};

	if (exchange->route.application->anonymous ||
		exchange->settings->admin_authentication == ADMIN_ANONYMOUS)
		return STAGE_NEXT;
	if (exchange->settings->admin_authentication == ADMIN_WINDOWS)
		return ask_for_windows(exchange);
	if (!read_credentials(&credentials, header))
		return challenge_client(exchange, 2, HRESULT_WIN32(ERROR_ACCESS_DENIED));
	if (!credentials_fit(buffer_bytes(&credentials), exchange->settings))
		return challenge_client(exchange, 1, (uint32_t)HRESULT_SEC_E_LOGON_DENIED);
	exchange->route.user = text_copy(exchange->settings->admin_user);
	return STAGE_NEXT;
}
