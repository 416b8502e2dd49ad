#include "tests/integration/device.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alternative_name.h"
#include "common/base64.h"
#include "common/certificate_plan.h"
#include "common/name_parse.h"
#include "server/ra_certificates.h"

#define KEYS_MAX 8
#define PATH     "/certsrv/mscep/mscep.dll"

/* Fails the test with the diag's words unless `result` is DONE. */
static void
expect_done(int result, const struct diag *diag)
{
	char text[DIAG_TEXT_SIZE];

	ck_assert_msg(result == DONE, "%s", diag_text(text, diag));
}

/* Uses no assertion of check: it runs before any test does. */
static EVP_PKEY *
shared_key(unsigned number)
{
	static EVP_PKEY *keys[KEYS_MAX];

	if (number >= KEYS_MAX ||
		(!keys[number] && key_generate_rsa(&keys[number], 2048, NULL) != DONE))
		abort();
	EVP_PKEY_up_ref(keys[number]);
	return keys[number];
}

void
device_prepare_keys(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		EVP_PKEY_free(shared_key(i));
}

static void
make_signer(struct device *device, int64_t now)
{
	BUFFER_CLEANUP struct buffer name = {0}, spki = {0}, der = {0};
	struct certificate_plan plan = {
		.serial = {1},
		.serial_size = 1,
		.digest = algorithm_digest_named("SHA-256"),
		.not_before = now - 3600,
		.not_after = now + CLOCK_DAY_SECONDS,
	};
	struct diag diag = {0};

	expect_done(name_parse(&name, "CN=device", &diag), &diag);
	expect_done(key_write_public(&spki, device->key, &diag), &diag);
	plan.issuer = plan.subject = buffer_bytes(&name);
	plan.spki = buffer_bytes(&spki);
	expect_done(certificate_plan_sign(&der, &plan, device->key, &diag), &diag);
	expect_done(certificate_read(&device->signer, buffer_bytes(&der), &diag), &diag);
	device->signer_key = device->key;
}

static void
fetch_authorities(struct device *device, const struct deployment *deployment, const char *path)
{
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	SIGNED_DATA_CLEANUP struct signed_data list = {0};
	struct certificate *const places[] = {
		&device->ra_signing, &device->ra_encryption, &device->ca};
	struct diag diag = {0};

	deployment_ask(&response, deployment,
		"GET %s?operation=GetCACert&message=test HTTP/1.1\r\nHost: test\r\n\r\n", path);
	expect_done(signed_data_read(&list, buffer_bytes(&response.body), &diag), &diag);
	ck_assert_uint_ge(list.certificate_count, 3);
	for (size_t i = 0; i < 3; i++)
		expect_done(certificate_read(places[i], list.certificates[i], &diag), &diag);
}

/* Takes over the key. */
static void
init(struct device *device, const struct deployment *deployment, const char *path, EVP_PKEY *key)
{
	*device = (struct device){.key = key};
	make_signer(device, clock_now(&deployment->server->clock));
	fetch_authorities(device, deployment, path);
}

void
device_init(struct device *device, const struct deployment *deployment, unsigned number)
{
	device_init_at(device, deployment, PATH, number);
}

void
device_init_at(struct device *device, const struct deployment *deployment, const char *path,
	unsigned number)
{
	init(device, deployment, path, shared_key(number));
}

void
device_init_offline(
	struct device *device, const struct authority *authority, int64_t now, unsigned number)
{
	*device = (struct device){.key = shared_key(number)};
	make_signer(device, now);
	certificate_copy(&device->ra_signing, ra_certificates_signing(authority));
	certificate_copy(&device->ra_encryption, ra_certificates_encryption(authority));
	certificate_copy(&device->ca, authority_issuer(authority));
}

void
device_init_ec(struct device *device, const struct deployment *deployment)
{
	struct diag diag = {0};
	EVP_PKEY *key;

	expect_done(key_generate_ec(&key, "P-256", &diag), &diag);
	init(device, deployment, PATH, key);
}

void
device_done(struct device *device)
{
	EVP_PKEY_free(device->key);
	certificate_done(&device->signer);
	certificate_done(&device->certificate);
	certificate_done(&device->ra_encryption);
	certificate_done(&device->ra_signing);
	certificate_done(&device->ca);
}

static void
flip(struct buffer *buffer, size_t from_end)
{
	if (from_end)
		buffer->data[buffer->size - from_end] ^= 1;
}

static const char *
challenge_of(const struct device_message *message)
{
	return message->challenge ? message->challenge : "secret";
}

static void
write_csr(struct buffer *out, const struct device *device, const struct device_message *message)
{
	BUFFER_CLEANUP struct buffer name = {0}, san = {0};
	const char *challenge = challenge_of(message);
	struct csr_plan plan = {
		.challenge = strcmp(challenge, "-") == 0 ? NULL : challenge,
		.key_usage = message->key_usage,
		.digest = algorithm_digest_named("SHA-256"),
	};
	struct diag diag = {0};

	expect_done(
		name_parse(&name, message->subject ? message->subject : "CN=device", &diag), &diag);
	if (message->san)
		expect_done(alternative_name_parse(&san, message->san, &diag), &diag);
	plan.subject = buffer_bytes(&name);
	plan.subject_alt_name = buffer_bytes(&san);
	expect_done(
		csr_plan_sign(out, &plan, message->csr_key ? message->csr_key : device->key, &diag),
		&diag);
	flip(out, message->flip_csr_from_end);
}

void
device_write(struct buffer *out, struct device *device, const struct device_message *message)
{
	const struct certificate *recipient = message->to_ca ? &device->ca : &device->ra_encryption;
	CLEANUP(EVP_PKEY) EVP_PKEY *recipient_key = NULL, *ca_key = NULL;
	BUFFER_CLEANUP struct buffer csr = {0};
	struct envelope_plan to_ca = {.issuer = device->ca.issuer, .serial = device->ca.serial};
	struct scep_request_plan plan = {
		.message_type = message->message_type ? message->message_type : SCEP_PKCS_REQ,
		.transaction_id =
			message->transaction_id ? message->transaction_id : "transaction-1",
		.sender_nonce = BYTES(device->nonce, sizeof(device->nonce)),
		.message_data = message->data,
		.digest = algorithm_digest_named(message->digest ? message->digest : "SHA-256"),
		.signer = &device->signer,
		.signer_key = device->signer_key,
	};
	struct diag diag = {0};

	device->nonce[0]++;
	expect_done(key_read_public(&recipient_key, recipient->spki, &diag), &diag);
	plan.envelope = (struct envelope_plan){
		.issuer = recipient->issuer,
		.serial = recipient->serial,
		.key = recipient_key,
		.transport = message->oaep ? KEY_TRANSPORT_OAEP : KEY_TRANSPORT_PKCS1,
		.cipher = algorithm_cipher_named(message->cipher ? message->cipher : "AES-128-CBC"),
	};
	if (message->to_all) {
		expect_done(key_read_public(&ca_key, device->ca.spki, &diag), &diag);
		to_ca.key = ca_key;
		plan.envelope.first = &to_ca;
	}
	if (!message->data.data) {
		write_csr(&csr, device, message);
		plan.message_data = buffer_bytes(&csr);
	}
	expect_done(scep_request_write(out, &plan, &diag), &diag);
	flip(out, message->flip_from_end);
}

/* Percent-encodes what a query may not hold. */
static void
append_escaped(struct buffer *out, struct buffer *base64)
{
	for (const char *next = buffer_text(base64); *next; next++) {
		if (strchr("+/=", *next))
			buffer_append_format(out, "%%%02X", (unsigned)*next);
		else
			buffer_append_byte(out, (uint8_t)*next);
	}
}

void
device_write_request(
	struct buffer *out, struct device *device, const struct device_message *message)
{
	const char *path = message->path ? message->path : PATH;
	BUFFER_CLEANUP struct buffer der = {0}, base64 = {0};

	device_write(&der, device, message);
	if (message->by_get) {
		base64_encode(&base64, buffer_bytes(&der));
		buffer_append_format(out, "GET %s?operation=PKIOperation&message=", path);
		if (message->raw_query)
			buffer_append_text(out, buffer_text(&base64));
		else
			append_escaped(out, &base64);
		buffer_append_text(out, " HTTP/1.1\r\nHost: test\r\n\r\n");
		return;
	}
	if (message->chunked) {
		buffer_append_format(out,
			"POST %s?operation=PKIOperation HTTP/1.1\r\nHost: test\r\n"
			"Transfer-Encoding: chunked\r\n\r\n%zx\r\n",
			path, der.size);
		buffer_append(out, buffer_bytes(&der));
		buffer_append_text(out, "\r\n0\r\n\r\n");
		return;
	}
	buffer_append_format(out,
		"POST %s?operation=PKIOperation HTTP/1.1\r\nHost: test\r\nContent-Length: "
		"%zu\r\n\r\n",
		path, der.size);
	buffer_append(out, buffer_bytes(&der));
}

void
device_send(struct raw_response *out, struct device *device, const struct deployment *deployment,
	const struct device_message *message)
{
	RAW_CLIENT_CLEANUP struct raw_client client = raw_connect("127.0.0.1", deployment->port);
	BUFFER_CLEANUP struct buffer request = {0};

	device_write_request(&request, device, message);
	ck_assert(raw_send(&client, buffer_bytes(&request)));
	ck_assert(raw_read(out, &client));
}

static void
check_reply(
	const struct scep_reply *reply, struct device *device, const struct device_message *message)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = NULL;
	struct diag diag = {0};

	ck_assert_int_eq(scep_reply_find_signer(reply, &device->ra_signing, 1), 0);
	expect_done(key_read_public(&key, device->ra_signing.spki, &diag), &diag);
	expect_done(signed_data_verify(&reply->message, key, &diag), &diag);
	ck_assert_uint_eq(reply->message_type, SCEP_CERT_REP);
	ck_assert_str_eq(reply->transaction_id,
		message->transaction_id ? message->transaction_id : "transaction-1");
	ck_assert(bytes_equal(reply->recipient_nonce, BYTES(device->nonce, sizeof(device->nonce))));
}

static void
open_reply(
	struct scep_reply *reply, const struct device *device, const struct device_message *message)
{
	struct diag diag = {0};

	if (key_is_rsa(device->signer_key))
		expect_done(
			scep_reply_open(reply, &device->signer, device->signer_key, &diag), &diag);
	else
		expect_done(scep_reply_open_with_password(
				    reply, bytes_text(challenge_of(message)), &diag),
			&diag);
}

void
device_exchange(struct scep_reply *out, struct device *device, const struct deployment *deployment,
	const struct device_message *message)
{
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	struct diag diag = {0};

	device_send(&response, device, deployment, message);
	ck_assert_uint_eq(response.status, 200);
	expect_done(scep_reply_read(out, buffer_bytes(&response.body), &diag), &diag);
	check_reply(out, device, message);
	if (out->status != SCEP_STATUS_SUCCESS)
		return;
	open_reply(out, device, message);
	if (out->answer.certificate_count == 0)
		return;
	certificate_done(&device->certificate);
	expect_done(
		certificate_read(&device->certificate, out->answer.certificates[0], &diag), &diag);
}

void
device_use_certificate(struct device *device)
{
	certificate_done(&device->signer);
	certificate_copy(&device->signer, &device->certificate);
	device->signer_key = device->key;
}
