#include "tests/soak/soak_pool.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base64.h"
#include "common/certificate_plan.h"
#include "common/clock.h"
#include "common/memory.h"
#include "common/name_parse.h"
#include "common/random.h"
#include "common/scep_request.h"

/* Of a mixed pool. */
#define EC_EVERY      8
#define REFUSED_EVERY 10

/* --- identities ------------------------------------------------------------------ */

/* Takes over the key. */
static int
make_identity(struct soak_identity *out, EVP_PKEY *key, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer name = {0}, spki = {0}, der = {0};
	struct certificate_plan plan = {
		.serial = {1},
		.serial_size = 1,
		.digest = algorithm_digest_named("SHA-256"),
		.not_before = time(NULL) - CLOCK_DAY_SECONDS,
		.not_after = time(NULL) + CLOCK_DAY_SECONDS,
	};
	int result = key_write_public(&spki, key, diag);

	out->key = key;
	if (result == DONE)
		result = name_parse(&name, "CN=soak", diag);
	plan.issuer = plan.subject = buffer_bytes(&name);
	plan.spki = buffer_bytes(&spki);
	if (result == DONE)
		result = certificate_plan_sign(&der, &plan, key, diag);
	return result == DONE ? certificate_read(&out->signer, buffer_bytes(&der), diag) : result;
}

int
soak_identities_make(struct soak_identities *out, struct diag *diag)
{
	int result = DONE;

	*out = (struct soak_identities){0};
	for (size_t i = 0; result == DONE && i < SOAK_RSA_IDENTITIES; i++) {
		EVP_PKEY *key;

		result = key_generate_rsa(&key, 2048, diag);
		if (result == DONE)
			result = make_identity(&out->rsa[i], key, diag);
	}
	for (size_t i = 0; result == DONE && i < SOAK_EC_IDENTITIES; i++) {
		EVP_PKEY *key;

		result = key_generate_ec(&key, "P-256", diag);
		if (result == DONE)
			result = make_identity(&out->ec[i], key, diag);
	}
	return result;
}

static void
identity_done(struct soak_identity *identity)
{
	EVP_PKEY_free(identity->key);
	certificate_done(&identity->signer);
}

void
soak_identities_done(struct soak_identities *identities)
{
	for (size_t i = 0; i < SOAK_RSA_IDENTITIES; i++)
		identity_done(&identities->rsa[i]);
	for (size_t i = 0; i < SOAK_EC_IDENTITIES; i++)
		identity_done(&identities->ec[i]);
}

/* --- messages ---------------------------------------------------------------------- */

/* What differs from one message of a device to the other. */
struct message {
	unsigned type;
	struct bytes data;
	size_t variety; /* chooses cipher, digest and method */
	const uint8_t *nonce;
	const char *transaction_id;
	const struct certificate *signer;
};

static int
write_message(struct buffer *out, const struct soak_pool *pool, const struct soak_device *device,
	const struct message *message, struct diag *diag)
{
	static const char *const ciphers[] = {"AES-128-CBC", "DES-EDE3-CBC", "AES-256-CBC"};
	static const char *const digests[] = {"SHA-256", "SHA-1", "SHA-512"};
	const struct scep_request_plan plan = {
		.message_type = message->type,
		.transaction_id = message->transaction_id,
		.sender_nonce = BYTES(message->nonce, SCEP_NONCE_SIZE),
		.message_data = message->data,
		.envelope = {.issuer = pool->ra_encryption.issuer,
			.serial = pool->ra_encryption.serial,
			.key = pool->ra_encryption_key,
			.transport = KEY_TRANSPORT_PKCS1,
			.cipher = algorithm_cipher_named(ciphers[message->variety % 3])},
		.digest = algorithm_digest_named(digests[message->variety / 3 % 3]),
		.signer = message->signer,
		.signer_key = device->identity->key,
	};

	return scep_request_write(out, &plan, diag);
}

/* In a query, '+' and its like are escaped. */
static void
append_query(struct buffer *out, struct bytes message)
{
	BUFFER_CLEANUP struct buffer base64 = {0};

	base64_encode(&base64, message);
	for (const char *next = buffer_text(&base64); *next; next++) {
		if (strchr("+/=", *next))
			buffer_append_format(out, "%%%02X", (unsigned)*next);
		else
			buffer_append_byte(out, (uint8_t)*next);
	}
}

/* Each third message comes by GET. */
static int
write_http(struct buffer *out, const struct soak_pool *pool, const struct soak_device *device,
	const struct message *message, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer der = {0};
	int result = write_message(&der, pool, device, message, diag);

	if (message->variety % 3 == 1) {
		buffer_append_format(
			out, "GET %s?operation=PKIOperation&message=", pool->plan.path);
		append_query(out, buffer_bytes(&der));
		buffer_append_format(out, " HTTP/1.1\r\nHost: %s\r\n\r\n", pool->plan.host);
		return result;
	}
	buffer_append_format(out,
		"POST %s?operation=PKIOperation HTTP/1.1\r\nHost: %s\r\n"
		"Content-Type: application/x-pki-message\r\nContent-Length: %zu\r\n\r\n",
		pool->plan.path, pool->plan.host, der.size);
	buffer_append(out, buffer_bytes(&der));
	return result;
}

static int
write_csr(struct buffer *out, const struct soak_device *device, const char *challenge,
	struct diag *diag)
{
	const struct csr_plan plan = {
		.subject = buffer_bytes(&device->subject),
		.challenge = challenge,
		.digest = algorithm_digest_named("SHA-256"),
	};

	return csr_plan_sign(out, &plan, device->identity->key, diag);
}

static int
write_enrolment(
	struct soak_device *device, const struct soak_pool *pool, size_t index, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer csr = {0};
	int result =
		write_csr(&csr, device, device->knows_challenge ? SOAK_CHALLENGE : "wrong", diag);
	const struct message message = {SCEP_PKCS_REQ, buffer_bytes(&csr), index, device->nonce,
		device->transaction_id, &device->identity->signer};

	return result == DONE ? write_http(&device->enrolment, pool, device, &message, diag)
			      : result;
}

static int
write_poll(
	struct soak_device *device, const struct soak_pool *pool, size_t index, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer data = {0};
	struct message message = {SCEP_CERT_POLL, BYTES_NONE, index / 2, device->nonce,
		device->transaction_id, &device->identity->signer};

	scep_request_put_issuer_and_subject(
		&data, pool->ca.subject, buffer_bytes(&device->subject));
	message.data = buffer_bytes(&data);
	return write_http(&device->poll, pool, device, &message, diag);
}

int
soak_pool_write_renewal(struct buffer *out, const struct soak_pool *pool,
	const struct soak_device *device, const struct certificate *issued,
	const uint8_t nonce[SCEP_NONCE_SIZE], struct diag *diag)
{
	BUFFER_CLEANUP struct buffer csr = {0}, transaction_id = {0};
	int result = write_csr(&csr, device, NULL, diag);
	struct message message = {
		SCEP_RENEWAL_REQ, buffer_bytes(&csr), nonce[0], nonce, NULL, issued};

	buffer_append_hex(&transaction_id, BYTES(nonce, SCEP_NONCE_SIZE));
	message.transaction_id = buffer_text(&transaction_id);
	return result == DONE ? write_http(out, pool, device, &message, diag) : result;
}

/* --- the pool -------------------------------------------------------------------------- */

static int
make_device(struct soak_device *out, const struct soak_pool *pool, size_t index,
	struct random *random, struct diag *diag)
{
	const struct soak_identities *identities = pool->plan.identities;
	bool ec = pool->plan.mixed && index % EC_EVERY == 0;
	BUFFER_CLEANUP struct buffer transaction_id = {0};
	TEXT_CLEANUP char *subject = text_format("CN=soak-%zu", index);
	int result;

	out->identity = ec ? &identities->ec[index / EC_EVERY % SOAK_EC_IDENTITIES]
			   : &identities->rsa[index % SOAK_RSA_IDENTITIES];
	out->knows_challenge = !pool->plan.mixed || index % REFUSED_EVERY != 1;
	random_fill(random, out->nonce, sizeof(out->nonce));
	buffer_append_hex(&transaction_id, BYTES(out->nonce, sizeof(out->nonce)));
	strcpy(out->transaction_id, buffer_text(&transaction_id));
	result = name_parse(&out->subject, subject, diag);
	if (result == DONE)
		result = write_enrolment(out, pool, index, diag);
	return result == DONE ? write_poll(out, pool, index, diag) : result;
}

static int
read_authorities(struct soak_pool *pool, struct diag *diag)
{
	struct {
		struct certificate *certificate;
		EVP_PKEY **key;
	} const places[] = {{&pool->ra_signing, &pool->ra_signing_key},
		{&pool->ra_encryption, &pool->ra_encryption_key}, {&pool->ca, &pool->ca_key}};
	SIGNED_DATA_CLEANUP struct signed_data list = {0};
	int result = signed_data_read(&list, buffer_bytes(&pool->ca_body), diag);

	if (result == DONE && list.certificate_count < 3)
		return diag_refuse(diag, "GetCACert", NULL, "the RA's two and the CA's",
			"%zu certificates", list.certificate_count);
	for (size_t i = 0; result == DONE && i < 3; i++) {
		result = certificate_read(places[i].certificate, list.certificates[i], diag);
		if (result == DONE)
			result = key_read_public(places[i].key, places[i].certificate->spki, diag);
	}
	return result;
}

int
soak_pool_make(struct soak_pool *out, const struct soak_pool_plan *plan, struct diag *diag)
{
	struct random random;
	int result;

	*out = (struct soak_pool){.plan = *plan};
	buffer_append(&out->ca_body, plan->ca);
	out->devices = memory_new(plan->count, sizeof(*out->devices));
	random_init(&random, random_new_seed());
	result = read_authorities(out, diag);
	for (size_t i = 0; result == DONE && i < plan->count; i++)
		result = make_device(&out->devices[i], out, i, &random, diag);
	return result;
}

static void
device_done(struct soak_device *device)
{
	buffer_done(&device->subject);
	buffer_done(&device->enrolment);
	buffer_done(&device->poll);
}

void
soak_pool_done(struct soak_pool *pool)
{
	for (size_t i = 0; pool->devices && i < pool->plan.count; i++)
		device_done(&pool->devices[i]);
	free(pool->devices);
	buffer_done(&pool->ca_body);
	certificate_done(&pool->ra_signing);
	certificate_done(&pool->ra_encryption);
	certificate_done(&pool->ca);
	EVP_PKEY_free(pool->ra_signing_key);
	EVP_PKEY_free(pool->ra_encryption_key);
	EVP_PKEY_free(pool->ca_key);
}
