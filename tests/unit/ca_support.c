#include "ca_support.h"

#include <openssl/x509_vfy.h>
#include <string.h>

#include "common/alternative_name.h"
#include "common/memory.h"
#include "common/name_parse.h"
#include "server/ca.h"
#include "server/ca_issue.h"
#include "server/ca_signer.h"
#include "server/message_type.h"
#include "server/store.h"

OSSL_CLEANUP(X509_CRL, X509_CRL)
OSSL_CLEANUP(X509_STORE, X509_STORE)
OSSL_CLEANUP(X509_STORE_CTX, X509_STORE_CTX)

void
ca_support_init(struct ca_support *support, int hierarchy)
{
	static char name[] = SITE_NAME_DEFAULT;
	struct server *server = &support->server;
	struct condition *condition = &support->condition;
	struct diag diag = {0};

	*support = (struct ca_support){
		.condition = {.holders = 1},
		.site = {.holders = 1,
			.name = name,
			.store_name = name,
			.number = 1,
			.server = server,
			.clock = {.base = &server->clock},
			.pki = &server->pki,
			.condition = condition},
	};
	clock_freeze(&server->clock, CA_SUPPORT_NOW * 1000);
	random_init(&server->random, 1);
	ASSERT_DONE(store_open(&server->store, NULL, &diag), &diag);
	ASSERT_DONE(pki_load_built_in(&server->pki, &diag), &diag);
	settings_init(&condition->settings);
	condition->settings.ca_hierarchy = hierarchy;
	ASSERT_DONE(authority_new(&condition->authority, &server->pki, &condition->settings,
			    CA_SUPPORT_URL, CA_SUPPORT_NOW, &diag),
		&diag);
	support->device_key = support_new_key(NULL, 1024);
	support->other_key = support_new_key(NULL, 1024);
}

void
ca_support_done(struct ca_support *support)
{
	EVP_PKEY_free(support->device_key);
	EVP_PKEY_free(support->other_key);
	authority_free(support->condition.authority);
	settings_done(&support->condition.settings);
	store_close(support->server.store);
	pki_done(&support->server.pki);
}

static void
fill_csr(struct csr *out, struct ca_support *support, const struct ca_message *message)
{
	BUFFER_CLEANUP struct buffer subject = {0}, names = {0}, der = {0};
	struct diag diag = {0};
	struct csr_plan plan = {
		.key_usage = message->key_usage, .digest = algorithm_digest_named("SHA-256")};

	ASSERT_DONE(name_parse(&subject, message->subject ? message->subject : "CN=device", &diag),
		&diag);
	if (message->alternative_name)
		ASSERT_DONE(
			alternative_name_parse(&names, message->alternative_name, &diag), &diag);
	plan.subject = buffer_bytes(&subject);
	plan.subject_alt_name = buffer_bytes(&names);
	ASSERT_DONE(csr_plan_sign(
			    &der, &plan, message->key ? message->key : support->device_key, &diag),
		&diag);
	ASSERT_DONE(csr_read(out, buffer_bytes(&der), &diag), &diag);
}

/* The names of a CertPoll, kept in message_data as scep_request_open would. */
static void
fill_names(struct scep_request *scep, struct ca_support *support, const struct ca_message *message)
{
	struct bytes ca = authority_issuer(support->condition.authority)->subject;
	struct buffer *data = &scep->message_data;
	struct diag diag = {0};
	size_t issuer_size;

	if (message->issuer)
		ASSERT_DONE(name_parse(data, message->issuer, &diag), &diag);
	else
		buffer_append(data, ca);
	issuer_size = data->size;
	ASSERT_DONE(
		name_parse(data, message->subject ? message->subject : "CN=device", &diag), &diag);
	scep->issuer = BYTES(data->data, issuer_size);
	scep->subject = BYTES(data->data + issuer_size, data->size - issuer_size);
}

struct exchange *
ca_support_exchange(struct ca_support *support, const struct ca_message *message)
{
	struct exchange *exchange = memory_new(1, sizeof(*exchange));
	struct scep_request *scep = exchange_new_message(exchange);
	struct diag diag = {0};

	exchange->number = 1;
	exchange->server = &support->server;
	exchange->site = site_hold(&support->site);
	exchange_set_condition(exchange, condition_hold(&support->condition));
	exchange->arrived_ms = clock_now_ms(&support->server.clock) + message->later * 1000;
	scep->message_type = message->type ? message->type : SCEP_PKCS_REQ;
	strcpy(scep->transaction_id, message->transaction_id ? message->transaction_id : "t1");
	exchange->message.type = message_type_find(scep->message_type);
	EVP_PKEY_up_ref(support->device_key);
	scep->signer_key = support->device_key;
	if (message->signer)
		certificate_copy(&scep->signer, message->signer);
	if (exchange->message.type->holds_csr) {
		fill_csr(&scep->csr, support, message);
		ASSERT_DONE(scep_request_read_csr_key(scep, &diag), &diag);
	} else if (message->named) {
		scep->issuer = message->named->issuer;
		scep->serial = message->named->serial;
	} else {
		fill_names(scep, support, message);
	}
	return exchange;
}

struct exchange *
ca_support_run(struct ca_support *support, const struct ca_message *message)
{
	struct exchange *exchange = ca_support_exchange(support, message);
	char words[DIAG_TEXT_SIZE];

	if (message->signer)
		ck_assert_msg(ca_signer_identify(exchange) == STAGE_NEXT, "%s",
			diag_text(words, &exchange->diag));
	ck_assert_msg(ca_run(exchange) == STAGE_NEXT && ca_issue_run(exchange) == STAGE_NEXT, "%s",
		diag_text(words, &exchange->diag));
	return exchange;
}

void
ca_support_issue(
	struct certificate *out, struct ca_support *support, const struct ca_message *message)
{
	EXCHANGE_CLEANUP struct exchange *exchange = ca_support_run(support, message);
	struct diag diag = {0};

	ASSERT_DONE(
		certificate_read(out, buffer_bytes(&exchange->issuance.certificate), &diag), &diag);
}

void
ca_support_revoke(struct ca_support *support, const struct certificate *certificate)
{
	struct diag diag = {0};

	ASSERT_DONE(
		store_certificate_revoke(support->server.store, support->site.name,
			certificate->serial, CA_SUPPORT_NOW * 1000, REVOKED_KEY_COMPROMISE, &diag),
		&diag);
}

static void
add_crl(X509_STORE *store, X509_STORE_CTX *context, struct bytes der)
{
	CLEANUP(X509_CRL) X509_CRL *crl;

	SUPPORT_DECODE(&crl, d2i_X509_CRL, der);
	ck_assert(X509_STORE_add_crl(store, crl));
	X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context), X509_V_FLAG_CRL_CHECK);
}

int
ca_support_verify(
	const struct authority *authority, struct bytes certificate, struct bytes crl, int64_t now)
{
	CLEANUP(X509_STORE) X509_STORE *store = X509_STORE_new();
	CLEANUP(X509_STORE_CTX) X509_STORE_CTX *context = X509_STORE_CTX_new();
	CLEANUP(X509) X509 *root, *leaf, *issuing = NULL;
	STACK_OF(X509) *untrusted = sk_X509_new_null();
	int error;

	SUPPORT_DECODE(&root, d2i_X509, buffer_bytes(&authority->root.der));
	SUPPORT_DECODE(&leaf, d2i_X509, certificate);
	if (authority->issuing.der.size) {
		SUPPORT_DECODE(&issuing, d2i_X509, buffer_bytes(&authority->issuing.der));
		ck_assert(sk_X509_push(untrusted, issuing));
	}
	ck_assert(X509_STORE_add_cert(store, root));
	ck_assert(X509_STORE_CTX_init(context, store, leaf, untrusted));
	X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context),
		X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE);
	X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context), now);
	if (crl.size)
		add_crl(store, context, crl);
	X509_verify_cert(context);
	error = X509_STORE_CTX_get_error(context);
	sk_X509_free(untrusted);
	return error;
}
