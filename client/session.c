#include "client/session.h"

#include "common/name.h"
#include "common/scep.h"

void
session_done(struct session *session)
{
	http_client_free(session->http);
	session->http = NULL;
	ca_certificates_done(&session->authority);
}

int
session_init(struct session *session, const struct arguments *arguments, struct report *report,
	struct diag *diag)
{
	session->arguments = arguments;
	session->report = report;
	session->http_settings = (struct http_settings){
		.user_agent = arguments->user_agent,
		.timeout_ms = arguments->timeout_ms,
		.tls_ca = arguments->tls_ca,
		.insecure = arguments->insecure,
	};
	clock_advance(&session->clock, arguments->clock_offset_ms);
	random_init(&session->random, random_new_seed());
	return http_client_new(&session->http, &session->http_settings, diag);
}

int
session_send(struct session *session, struct http_reply *out, const char *step,
	const struct http_request *request, struct diag *diag)
{
	int result = http_client_send(session->http, out, request, diag);

	if (result != DONE)
		report_exchange(session->report, step, request, NULL, "%s", "");
	return result;
}

int
session_check_status(struct session *session, const char *step, const struct http_request *request,
	const struct http_reply *reply, struct diag *diag)
{
	if (reply->status == 200)
		return DONE;
	report_exchange(session->report, step, request, reply, "%s", reply->content_type);
	if (reply->location[0])
		return diag_refuse(diag, step, "HTTP", "HTTP 200", "HTTP %u, which points to %s",
			reply->status, reply->location);
	return diag_refuse(diag, step, "HTTP", "HTTP 200", "HTTP %u", reply->status);
}

/* Appends the keywords of the capabilities, or "none". */
static void
describe_capabilities(struct buffer *out, unsigned capabilities)
{
	for (unsigned bit = 1; bit && bit <= capabilities; bit <<= 1)
		if (capabilities & bit)
			buffer_append_format(
				out, "%s%s", out->size ? ", " : "", scep_capability_name(bit));
	if (!out->size)
		buffer_append_text(out, "none");
}

static void
report_capabilities(struct session *session)
{
	json_t *names = json_array();

	for (unsigned bit = 1; bit && bit <= session->capabilities; bit <<= 1)
		if (session->capabilities & bit)
			json_array_append_new(names, json_string(scep_capability_name(bit)));
	report_set(session->report, "capabilities", names);
}

/*
 * RFC 8894 3.5.2: an empty answer or an HTTP error means that nothing is supported. Servers of 2008
 * close the connection (ndes-behaviour 2.1).
 */
static int
get_capabilities(struct session *session, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer url = {0}, words = {0};
	HTTP_REPLY_CLEANUP struct http_reply reply = {0};
	struct http_request request = {.method = "GET"};
	int result;

	operation_url(&url, session->arguments->url, "GetCACaps", session->arguments->message);
	request.url = buffer_text(&url);
	result = session_send(session, &reply, "GetCACaps", &request, diag);
	if (result != DONE && result != HTTP_NO_ANSWER)
		return result;
	if (reply.status == 200)
		session->capabilities = scep_capabilities_read(buffer_bytes(&reply.body));
	describe_capabilities(&words, session->capabilities);
	if (result == DONE)
		report_exchange(
			session->report, "GetCACaps", &request, &reply, "%s", buffer_text(&words));
	if (!session->capabilities)
		report_warn(session->report,
			"GetCACaps told of no capability that we know, so the server is taken to "
			"have none");
	report_capabilities(session);
	return DONE;
}

static void
report_certificates(struct session *session)
{
	const struct ca_certificates *authority = &session->authority;

	for (size_t i = 0; i < authority->count; i++) {
		BUFFER_CLEANUP struct buffer subject = {0};
		const struct certificate *certificate = &authority->list[i];
		char until[CLOCK_TEXT_SIZE];

		name_text(&subject, certificate->subject);
		report_step(session->report, "certificate", "%s: %s, until %.10s",
			ca_certificates_role(authority, certificate), buffer_text(&subject),
			clock_text(until, certificate->not_after * 1000));
	}
}

static int
get_certificates(struct session *session, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer url = {0};
	HTTP_REPLY_CLEANUP struct http_reply reply = {0};
	struct http_request request = {.method = "GET"};
	int result;

	operation_url(&url, session->arguments->url, "GetCACert", session->arguments->message);
	request.url = buffer_text(&url);
	result = session_send(session, &reply, "GetCACert", &request, diag);
	if (result != DONE)
		return result == BROKEN ? BROKEN : REFUSED;
	if (session_check_status(session, "GetCACert", &request, &reply, diag) != DONE)
		return REFUSED;
	result = ca_certificates_read(&session->authority, &reply, diag);
	report_exchange(session->report, "GetCACert", &request, &reply, "%zu certificate%s",
		session->authority.count, session->authority.count == 1 ? "" : "s");
	if (result != DONE)
		return result;
	report_certificates(session);
	return ca_certificates_check(&session->authority, clock_now(&session->clock), diag);
}

static void
negotiate(struct session *session)
{
	const struct arguments *arguments = session->arguments;
	const struct negotiation_wish wish = {
		.method = (enum method_wish)arguments->method,
		.digest = arguments->digest,
		.cipher = arguments->cipher,
	};
	struct negotiation *chosen = &session->negotiation;

	*chosen = negotiation_choose(session->capabilities, &wish);
	if (chosen->digest_is_fallback)
		report_warn(session->report,
			"the server announces no digest, so SHA-1 is used, which RFC 8894 keeps "
			"for old servers");
	if (chosen->cipher_is_fallback)
		report_warn(session->report,
			"the server announces no cipher, so triple DES is used, which RFC 8894 "
			"keeps for old servers");
	report_step(session->report, "choice", "%s, %s, %s, key transport %s",
		chosen->post ? "POST" : "GET", chosen->digest->name, chosen->cipher->name,
		arguments->key_transport == KEY_TRANSPORT_OAEP ? "OAEP" : "PKCS#1 v1.5");
	report_set_text(session->report, "method", chosen->post ? "POST" : "GET");
	report_set_text(session->report, "digest", chosen->digest->name);
	report_set_text(session->report, "cipher", chosen->cipher->name);
}

int
session_check_fingerprint(struct session *session, const struct fingerprint *fingerprint,
	const char *source, struct diag *diag)
{
	int result = ca_certificates_check_fingerprint(&session->authority, fingerprint, diag);

	if (result == DONE)
		report_step(session->report, "fingerprint", "the CA certificate has the %s of %s",
			fingerprint->digest->name, source);
	return result;
}

int
session_open(struct session *session, struct diag *diag)
{
	const struct arguments *arguments = session->arguments;
	int result = get_capabilities(session, diag);

	report_set_text(session->report, "url", arguments->url);
	if (result == DONE)
		result = get_certificates(session, diag);
	if (result == DONE && arguments->has_fingerprint)
		result = session_check_fingerprint(
			session, &arguments->fingerprint, "--ca-fingerprint", diag);
	if (result == DONE)
		negotiate(session);
	return result;
}
