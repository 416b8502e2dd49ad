#include "tests/bench/load_requests.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "common/certificate_plan.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/memory.h"
#include "common/name_parse.h"
#include "common/random.h"

/* What stays the same from one request to the next. */
struct maker {
	const struct load_requests_plan *plan;
	struct load_requests *out;
	struct certificate recipient;
	EVP_PKEY *recipient_key;
	struct buffer spki;
	struct random nonces;
};

/* One of the threads that make messages: of every `step` requests it makes one. */
struct stripe {
	pthread_t thread;
	struct maker *maker;
	size_t index, step;
	int result;
	struct diag diag;
};

#define STRIPES_MAX  16
#define KEY_FILE_MAX ((size_t)64 * 1024)

bool
load_requests_expect_reply(enum load_kind kind, size_t index)
{
	return kind == LOAD_DEVICE ? index % LOAD_DEVICE_REQUESTS == LOAD_DEVICE_REQUESTS - 1
				   : kind != LOAD_GET;
}

/* Which subject and transaction a request is about. */
static size_t
number_of(const struct load_requests_plan *plan, size_t index)
{
	size_t number = plan->kind == LOAD_DEVICE ? index / LOAD_DEVICE_REQUESTS : index;

	return plan->first + (plan->among > 0 ? number % plan->among : number);
}

void
load_requests_transaction(struct buffer *out, const struct load_requests_plan *plan, size_t index)
{
	struct random random;
	uint8_t identifier[SCEP_NONCE_SIZE];

	random_init(&random, plan->seed);
	random.draws = number_of(plan, index);
	random_fill(&random, identifier, sizeof(identifier));
	buffer_append_hex(out, BYTES(identifier, sizeof(identifier)));
}

static int
make_key(EVP_PKEY **out, const char *key_file, struct diag *diag)
{
	BUFFER_SECRET_CLEANUP struct buffer pem = {0};

	if (!key_file)
		return key_generate_rsa(out, 2048, diag);
	if (file_read(&pem, key_file, KEY_FILE_MAX) != 0)
		return diag_refuse(
			diag, "--key", NULL, "a file that can be read", "\"%s\"", key_file);
	return key_read_pem(out, buffer_bytes(&pem), diag);
}

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
	int result = make_key(&maker->out->key, maker->plan->key_file, diag);

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
make_subject(
	struct buffer *out, const struct load_requests_plan *plan, size_t index, struct diag *diag)
{
	TEXT_CLEANUP char *subject =
		text_format("CN=load-%zu", plan->one_subject ? 0 : number_of(plan, index));

	return name_parse(out, subject, diag);
}

static int
make_csr(struct buffer *out, const struct maker *maker, size_t index, struct diag *diag)
{
	const struct load_requests_plan *plan = maker->plan;
	BUFFER_CLEANUP struct buffer name = {0};
	struct csr_plan csr = {
		.challenge = plan->challenges ? plan->challenges[index] : plan->challenge,
		.digest = algorithm_digest_named(plan->digest),
	};
	int result = make_subject(&name, plan, index, diag);

	csr.subject = buffer_bytes(&name);
	return result == DONE ? csr_plan_sign(out, &csr, maker->out->key, diag) : result;
}

/* Appends the messageData: a PKCS#10, or what a CertPoll names its request by. */
static int
make_data(struct buffer *out, const struct maker *maker, size_t index, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer name = {0};
	int result;

	if (maker->plan->kind != LOAD_POLL)
		return make_csr(out, maker, index, diag);
	result = make_subject(&name, maker->plan, index, diag);
	scep_request_put_issuer_and_subject(out, maker->recipient.issuer, buffer_bytes(&name));
	return result;
}

static int
make_message(struct buffer *out, struct maker *maker, size_t index, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer data = {0}, transaction_id = {0};
	uint8_t nonce[SCEP_NONCE_SIZE];
	struct scep_request_plan plan = {
		.message_type = maker->plan->kind == LOAD_POLL ? SCEP_CERT_POLL : SCEP_PKCS_REQ,
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
	int result = make_data(&data, maker, index, diag);

	random_fill(&maker->nonces, nonce, sizeof(nonce));
	load_requests_transaction(&transaction_id, maker->plan, index);
	plan.transaction_id = buffer_text(&transaction_id);
	plan.message_data = buffer_bytes(&data);
	return result == DONE ? scep_request_write(out, &plan, diag) : result;
}

static int
make_post(struct buffer *out, struct maker *maker, size_t index, struct diag *diag)
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

static int
make_http(struct maker *maker, size_t index, struct diag *diag)
{
	static const char *const queries[] = {
		"operation=GetCACaps&message=load", "operation=GetCACert&message=load"};
	const struct load_requests_plan *plan = maker->plan;
	struct buffer *out = &maker->out->http[index];

	if (load_requests_expect_reply(plan->kind, index))
		return make_post(out, maker, index, diag);
	buffer_append_format(out, "GET %s?%s HTTP/1.1\r\nHost: %s\r\n\r\n", plan->path,
		plan->kind == LOAD_GET ? plan->query : queries[index % LOAD_DEVICE_REQUESTS],
		plan->host);
	return DONE;
}

static void *
make_stripe(void *argument)
{
	struct stripe *stripe = argument;

	for (size_t i = stripe->index; i < stripe->maker->plan->count && stripe->result == DONE;
		i += stripe->step)
		stripe->result = make_http(stripe->maker, i, &stripe->diag);
	return NULL;
}

static int
make_all(struct maker *maker, struct diag *diag)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t count = processors < STRIPES_MAX ? (size_t)processors : STRIPES_MAX;
	struct stripe stripes[STRIPES_MAX] = {0};
	int result = DONE;

	for (size_t i = 0; i < count; i++) {
		stripes[i].maker = maker;
		stripes[i].index = i;
		stripes[i].step = count;
		if (pthread_create(&stripes[i].thread, NULL, make_stripe, &stripes[i]) != 0)
			memory_exhausted();
	}
	for (size_t i = 0; i < count; i++) {
		pthread_join(stripes[i].thread, NULL);
		if (stripes[i].result != DONE) {
			result = stripes[i].result;
			*diag = stripes[i].diag;
		}
	}
	return result;
}

int
load_requests_make(struct load_requests *out, const struct load_requests_plan *plan,
	struct bytes ca, struct diag *diag)
{
	struct maker maker = {.plan = plan, .out = out};
	int result = DONE;

	out->http = memory_new(plan->count, sizeof(*out->http));
	random_init(&maker.nonces, random_new_seed());
	if (plan->kind != LOAD_GET)
		result = make_signer(&maker, diag);
	if (plan->kind != LOAD_GET && result == DONE)
		result = find_recipient(&maker, ca, diag);
	if (result == DONE)
		result = make_all(&maker, diag);
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
