#include "challenge_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alternative_name.h"
#include "common/memory.h"
#include "common/name_parse.h"
#include "server/challenge.h"
#include "server/challenge_password.h"

void
challenge_support_init(struct challenge_support *support)
{
	struct server *server = &support->base.server;
	struct diag diag = {0};

	exchange_support_init(&support->base);
	support->exchange = &support->base.exchange;
	support->settings = &support->base.settings;
	settings_init(support->settings);
	support->exchange->settings = support->settings;
	random_init(&server->random, 1);
	server->store = support_open(NULL);
	ASSERT_DONE(pki_load_built_in(&server->pki, &diag), &diag);
	support->key = support_new_key("P-256", 0);
}

static void
end_exchange(struct exchange *exchange)
{
	scep_request_done(exchange->message.scep);
	buffer_done(&exchange->verdict.token_identifier);
}

void
challenge_support_done(struct challenge_support *support)
{
	end_exchange(support->exchange);
	settings_done(support->settings);
	store_close(support->base.server.store);
	pki_done(&support->base.server.pki);
	EVP_PKEY_free(support->key);
	exchange_support_done(&support->base);
}

void
challenge_support_next(
	struct challenge_support *support, const struct challenge_support_request *request)
{
	struct exchange *exchange = support->exchange;
	struct scep_request *scep = exchange->message.scep;
	BUFFER_CLEANUP struct buffer name = {0}, alternative_name = {0}, der = {0};
	struct csr_plan plan = {.challenge = request->challenge,
		.key_usage = request->key_usage,
		.digest = algorithm_digest_named("SHA-256")};
	struct diag diag = {0};

	end_exchange(exchange);
	*scep = (struct scep_request){0};
	exchange->message = (struct message){.scep = scep};
	exchange->verdict = (struct verdict){0};
	exchange->disposition = (struct disposition){0};
	exchange->diag = (struct diag){0};
	exchange->number++;
	snprintf(scep->transaction_id, sizeof(scep->transaction_id), "%s",
		request->transaction_id ? request->transaction_id : "transaction-1");
	ASSERT_DONE(name_parse(&name, request->subject ? request->subject : "CN=device-1", &diag),
		&diag);
	if (request->alternative_name)
		ASSERT_DONE(
			alternative_name_parse(&alternative_name, request->alternative_name, &diag),
			&diag);
	plan.subject = buffer_bytes(&name);
	plan.subject_alt_name = buffer_bytes(&alternative_name);
	ASSERT_DONE(csr_plan_sign(&der, &plan, support->key, &diag), &diag);
	ASSERT_DONE(csr_read(&scep->csr, buffer_bytes(&der), &diag), &diag);
}

enum challenge_verdict
challenge_support_judge(struct challenge_support *support, const char *challenge)
{
	struct challenge_support_request request = {.challenge = challenge};
	struct exchange *exchange = support->exchange;

	challenge_support_next(support, &request);
	ASSERT_DONE(challenge_judge(exchange), &exchange->diag);
	return exchange->verdict.challenge;
}

char *
challenge_support_password(struct challenge_support *support)
{
	struct buffer password = {0};
	struct diag diag = {0};

	ASSERT_DONE(challenge_password_new(&password, support->exchange->server,
			    support->exchange->site->store_name, support->settings,
			    support->exchange->arrived_ms, &diag),
		&diag);
	return buffer_text(&password);
}

char *
challenge_support_token(const struct pki *pki, const struct challenge_claims *claims)
{
	struct buffer token = {0};
	struct diag diag = {0};

	ASSERT_DONE(challenge_intune_mint(&token, pki, claims, &diag), &diag);
	return buffer_text(&token);
}
