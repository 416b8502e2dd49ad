#include "server/admin_page.h"

#include <openssl/evp.h>

#include "server/balancer.h"
#include "server/challenge_password.h"
#include "server/exchange.h"

static int
write_password(struct exchange *exchange, const char *password)
{
	const struct settings *settings = exchange->settings;
	uint8_t thumbprint[EVP_MAX_MD_SIZE];

	if (pki_fingerprint(thumbprint, authority_issuer(exchange->authority),
		    algorithm_digest_named("MD5"), &exchange->diag) != DONE)
		return STAGE_BROKE;
	pages_ndes_password(&exchange->http->response.body, settings->admin_page_bom, thumbprint,
		password, settings->password_validity, settings->use_single_password);
	return STAGE_ANSWERED;
}

int
admin_page_run(struct exchange *exchange)
{
	const struct settings *settings = exchange->settings;
	struct response *response = &exchange->http->response;
	BUFFER_SECRET_CLEANUP struct buffer password = {0};
	BUFFER_CLEANUP struct buffer cache = {0};

	response_set(response, RESPONSE_FROM_MSCEP, 200, 0, 0);
	response->content_type = "text/html";
	exchange_note_setting(exchange, "admin_page_bom");
	if (!settings->admin_enroll_permission) {
		exchange_note_setting(exchange, "admin_enroll_permission");
		evidence_event(exchange, EVENT_NDES_NO_ENROLL_PERMISSION, NULL);
		pages_ndes_no_permission(&response->body, settings->admin_page_bom);
		return STAGE_ANSWERED;
	}
	balancer_password_cache(&cache, exchange->site, exchange->balanced_to);
	switch (challenge_password_new(&password, exchange->server, buffer_text(&cache), settings,
		exchange->arrived_ms, &exchange->diag)) {
	case DONE:
		return write_password(exchange, buffer_text(&password));
	case REFUSED:
		exchange_note_setting(exchange, "password_max");
		pages_ndes_cache_full(&response->body, settings->admin_page_bom,
			settings->password_max, settings->password_validity);
		return STAGE_ANSWERED;
	default:
		return STAGE_BROKE;
	}
}
