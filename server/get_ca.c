#include "server/get_ca.h"

#include <string.h>

#include "server/exchange.h"
#include "server/server_version.h"

/* Separators and what stands behind the last keyword, by enum ca_caps_form. */
static const struct {
	const char *separator;
	const char *end;
} forms[] = {
	[CA_CAPS_CRLF] = {"\r\n", ""},
	[CA_CAPS_CRLF_TRAILING] = {"\r\n", "\r\n"},
	[CA_CAPS_LF] = {"\n", ""},
	[CA_CAPS_LF_TRAILING] = {"\n", "\n"},
};

static const char *const caps_types[] = {
	[CA_CAPS_TYPE_PLAIN] = "text/plain",
	[CA_CAPS_TYPE_HTML] = "text/html",
	[CA_CAPS_TYPE_ABSENT] = NULL,
};

/* Appends the keywords of a comma-separated list. */
static void
append_keywords(struct buffer *out, const char *list, const char *separator)
{
	for (; list && *list; list += strspn(list, ", ")) {
		size_t length = strcspn(list, ", ");

		if (out->size)
			buffer_append_text(out, separator);
		buffer_append(out, BYTES(list, length));
		list += length;
	}
}

int
get_ca_caps_run(struct exchange *exchange)
{
	const struct settings *settings = exchange->settings;
	const struct version_row *version = server_version_row(settings->server_version);
	const char *separator = forms[settings->get_ca_caps_form].separator;
	struct response *response = &exchange->http->response;

	response_set(response, RESPONSE_FROM_MSCEP, 200, 0, 0);
	if (version->caps == VERSION_CAPS_EMPTY) {
		exchange_note_setting(exchange, "server_version");
		exchange_note_setting(exchange, "get_ca_caps_unpatched");
		exchange->http->send.close_connection = true;
		if (settings->get_ca_caps_unpatched == UNPATCHED_CLOSED)
			exchange->http->send.cut = SEND_CUT_BEFORE_HEAD;
		return STAGE_ANSWERED;
	}
	exchange_note_setting(exchange, "get_ca_caps_content_type");
	exchange_note_setting(exchange, "get_ca_caps_form");
	exchange_note_setting(exchange, "ca_capabilities_algorithms");
	response->content_type = caps_types[settings->get_ca_caps_content_type];
	append_keywords(&response->body, version->caps_keywords, separator);
	append_keywords(&response->body,
		settings->ca_capabilities_algorithms ? settings->ca_capabilities_algorithms
						     : version->caps_algorithms,
		separator);
	if (authority_offers_next(settings))
		append_keywords(&response->body, "GetNextCACert", separator);
	buffer_append_text(&response->body, forms[settings->get_ca_caps_form].end);
	return STAGE_ANSWERED;
}

int
get_ca_cert_run(struct exchange *exchange)
{
	const struct certificate *chain[AUTHORITY_CHAIN_MAX];
	struct bytes certificates[AUTHORITY_CHAIN_MAX];
	size_t count = authority_chain(chain, exchange->authority);
	struct response *response = &exchange->http->response;

	for (size_t i = 0; i < count; i++)
		certificates[i] = buffer_bytes(&chain[i]->der);
	exchange_note_setting(exchange, "ra_certificates");
	exchange_note_setting(exchange, "ca_generation");
	exchange_note_setting(exchange, "ca_signature");
	response_set(response, RESPONSE_FROM_MSCEP, 200, 0, 0);
	response->content_type = "application/x-x509-ca-ra-cert";
	certs_only_write(&response->body, certificates, count, BYTES_NONE);
	return STAGE_ANSWERED;
}

/* RFC 8894 4.7.1: a certs-only message with the next CA certificate, signed by the current CA. */
static int
write_next_ca(struct buffer *out, const struct authority *authority, struct diag *diag)
{
	const struct certificate *signer = authority_issuer(authority);
	struct bytes next = buffer_bytes(&authority->next_ca.der);
	BUFFER_CLEANUP struct buffer content = {0};
	struct signed_data_plan plan = {
		.digest = algorithm_digest_named("SHA-256"),
		.has_content = true,
		.certificates = {buffer_bytes(&signer->der)},
		.certificate_count = 1,
		.signer_issuer = signer->issuer,
		.signer_serial = signer->serial,
	};

	certs_only_write(&content, &next, 1, BYTES_NONE);
	plan.content = buffer_bytes(&content);
	return signed_data_sign(out, &plan, authority_issuer_key(authority), diag);
}

int
get_next_ca_cert_run(struct exchange *exchange)
{
	struct response *response = &exchange->http->response;

	response_set(response, RESPONSE_FROM_MSCEP, 200, 0, 0);
	response->content_type = "application/x-x509-next-ca-cert";
	if (write_next_ca(&response->body, exchange->authority, &exchange->diag) != DONE)
		return STAGE_BROKE;
	return STAGE_ANSWERED;
}
