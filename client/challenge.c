#include "client/challenge.h"

#include <stdlib.h>
#include <string.h>

#include "client/admin_page.h"
#include "common/memory.h"

static const char step[] = "mscep_admin";

void
challenge_freep(char **challenge)
{
	if (*challenge)
		explicit_bzero(*challenge, strlen(*challenge));
	free(*challenge);
}

/* The page shows the MD5 of the CA certificate, so that a person can compare (RFC 8894 2.2). */
static int
check_thumbprint(struct session *session, const struct admin_page *page, struct diag *diag)
{
	struct fingerprint fingerprint = {.digest = algorithm_digest_named("MD5")};

	if (!page->has_thumbprint)
		return DONE;
	memcpy(fingerprint.bytes, page->thumbprint, sizeof(page->thumbprint));
	return session_check_fingerprint(session, &fingerprint, "the administrators' page", diag);
}

static int
fetch(char **out, struct session *session, struct diag *diag)
{
	HTTP_REPLY_CLEANUP struct http_reply reply = {0};
	ADMIN_PAGE_CLEANUP struct admin_page page = {0};
	const struct http_request request = {
		.method = "GET",
		.url = session->arguments->challenge_from,
		.credentials = session->arguments->admin_user,
		.follow = true,
	};
	int result = session_send(session, &reply, step, &request, diag);

	if (result != DONE)
		return result == BROKEN ? BROKEN : REFUSED;
	if (session_check_status(session, step, &request, &reply, diag) != DONE)
		return REFUSED;
	result = admin_page_read(&page, buffer_bytes(&reply.body), diag);
	report_exchange(session->report, step, &request, &reply, "%s",
		result == DONE ? "a challenge password" : "no challenge password");
	if (result == DONE)
		result = check_thumbprint(session, &page, diag);
	if (result == DONE)
		*out = TAKE(page.challenge);
	return result;
}

int
challenge_get(char **out, struct session *session, struct diag *diag)
{
	if (session->arguments->challenge_from)
		return fetch(out, session, diag);
	*out = text_copy(session->arguments->challenge);
	return DONE;
}
