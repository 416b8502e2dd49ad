#include "tests/bench/load_requests.h"

#include <stdlib.h>
#include <time.h>

#include "common/certificate_plan.h"
#include "common/clock.h"
#include "common/memory.h"
#include "common/name.h"
#include "common/random.h"

/* What stays the same from one request to the next. */
struct maker {
	const struct load_requests_plan *plan;
	struct load_requests *out;
	struct certificate recipient;
	EVP_PKEY *recipient_key;
	struct buffer spki;
	struct random random;
};

static int
make_signer(struct maker *maker, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer name = {0}, der = {0};
	struct certificate_plan plan = {
		.serial = {1},
		.serial_size = 1,
		.digest = algorithm_digest_named("SHA-256"),
		.not_before = time(NULL) - 3600,
		.not_after = time(NULL) + CLOCK_DAY_SECONDS,
	};
	int result = key_generate_rsa(&maker->out->key, 2048, diag);

	if (result == DONE)
		result = key_write_public(&maker->spki, maker->out->key, diag);
	if (result == DONE)
		result = name_parse(&name, "CN=load generator", diag);
	if (result != DONE)
		return result;
	plan.issuer = plan.subject = buffer_bytes(&name);
	plan.spki = buffer_bytes(&maker->spki);
	result = certificate_plan_sign(&der, &plan, maker->out->key, diag);
	return result == DONE ? certificate_read(&maker->out->signer, buffer_bytes(&der), diag)
			      : result;
}

/* Takes the certificate to encrypt to: the RA's, or the CA's own where there is but one. */
static int
find_recipient(struct maker *maker, struct bytes ca, struct diag *diag)
{
	SIGNED_DATA_CLEANUP struct signed_data list = {0};

	if (signed_data_read(&list, ca, NULL) != DONE) {
		list.certificates[0] = ca;
		list.certificate_count = 1;
	}
	for (size_t i = 0; i < list.certificate_count; i++) {
		certificate_done(&maker->recipient);
		if (certificate_read(&maker->recipient, list.certificates[i], diag) != DONE)
			return REFUSED;
		if (maker->recipient.key_usage & KEY_USAGE_KEY_ENCIPHERMENT)
			break;
	}
	return key_read_public(&maker->recipient_key, maker->recipient.spki, diag);
}

static int
make_csr(struct buffer *out, const struct maker *maker, size_t index, struct diag *diag)
{
	TEXT_CLEANUP char *subject =
		text_format("CN=load-%zu", maker->plan->one_subject ? 0 : index);
	BUFFER_CLEANUP struct buffer name = {0};
	struct csr_plan plan = {
		.challenge = maker->plan->challenge,
		.digest = algorithm_digest_named(maker->plan->digest),
	};
	int result = name_parse(&name, subject, diag);

	plan.subject = buffer_bytes(&name);
	return result == DONE ? csr_plan_sign(out, &plan, maker->out->key, diag) : result;
}

static int
make_message(struct buffer *out, struct maker *maker, size_t index, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer csr = {0}, transaction_id = {0};
	uint8_t nonce[SCEP_NONCE_SIZE];
	struct scep_request_plan plan = {
		.message_type = SCEP_PKCS_REQ,
		.sender_nonce = BYTES(nonce, sizeof(nonce)),
		.envelope = {.issuer = maker->recipient.issuer,
			.serial = maker->recipient.serial,
			.key = maker->recipient_key,
			.transport = KEY_TRANSPORT_PKCS1,
			.cipher = algorithm_cipher_named(maker->plan->cipher)},
		.digest = algorithm_digest_named(maker->plan->digest),
		.signer = &maker->out->signer,
		.signer_key = maker->out->key,
	};
	int result = make_csr(&csr, maker, index, diag);

	random_fill(&maker->random, nonce, sizeof(nonce));
	buffer_append_hex(&transaction_id, plan.sender_nonce);
	plan.transaction_id = buffer_text(&transaction_id);
	plan.message_data = buffer_bytes(&csr);
	return result == DONE ? scep_request_write(out, &plan, diag) : result;
}

static int
make_http(struct buffer *out, struct maker *maker, size_t index, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer message = {0};
	int result = make_message(&message, maker, index, diag);

	buffer_append_format(out,
		"POST %s?operation=PKIOperation HTTP/1.1\r\nHost: %s\r\n"
		"Content-Type: application/x-pki-message\r\nContent-Length: %zu\r\n\r\n",
		maker->plan->path, maker->plan->host, message.size);
	buffer_append(out, buffer_bytes(&message));
	return result;
}

int
load_requests_make(struct load_requests *out, const struct load_requests_plan *plan,
	struct bytes ca, struct diag *diag)
{
	struct maker maker = {.plan = plan, .out = out};
	int result = make_signer(&maker, diag);

	random_init(&maker.random, random_new_seed());
	out->http = memory_new(plan->count, sizeof(*out->http));
	if (result == DONE)
		result = find_recipient(&maker, ca, diag);
	for (size_t i = 0; i < plan->count && result == DONE; i++)
		result = make_http(&out->http[i], &maker, i, diag);
	certificate_done(&maker.recipient);
	EVP_PKEY_free(maker.recipient_key);
	buffer_done(&maker.spki);
	return result;
}

void
load_requests_done(struct load_requests *requests, size_t count)
{
	for (size_t i = 0; requests->http && i < count; i++)
		buffer_done(&requests->http[i]);
	free(requests->http);
	certificate_done(&requests->signer);
	EVP_PKEY_free(requests->key);
}
