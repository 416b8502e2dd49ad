#include "exchange_support.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alternative_name.h"
#include "common/name_parse.h"
#include "server/journal_record.h"

#define ISSUED_AT INT64_C(1769900000)

static const uint8_t ra_serial[] = {0x68, 0, 0, 0, 2, 9, 9, 9, 9, 9, 9, 9, 9, 0, 0, 0, 0, 0, 2};
static const uint8_t device_serial[] = {1};
static const uint8_t issued_serial[] = {
	0x68, 0, 0, 0, 12, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 12};
static const uint8_t nonce[SCEP_NONCE_SIZE] = "0123456789abcdef";

void
exchange_support_init(struct exchange_support *support)
{
	static char host_name[] = "NDES01", site_name[] = SITE_NAME_DEFAULT;
	struct request *request = &support->http.request;
	struct response *response = &support->http.response;

	*support = (struct exchange_support){
		.site = {.holders = 1,
			.name = site_name,
			.store_name = site_name,
			.number = 1,
			.server = &support->server,
			.clock = {.base = &support->server.clock},
			.pki = &support->server.pki},
		.settings = {.host_name = host_name},
		.http = {.end = HTTP_END_SENT,
			.begun_ns = 1000000000,
			.ended_ns = 1003214999,
			.bytes_received = 107,
			.bytes_sent = 186},
		.exchange = {.number = 17,
			.server = &support->server,
			.site = &support->site,
			.settings = &support->settings,
			.http = &support->http,
			.arrived_ms = EXCHANGE_SUPPORT_NOW_MS - 3},
	};
	support->exchange.message.scep = &support->scep;
	support->authority.ra = &support->ra;
	atomic_init(&support->ra.made, true);
	clock_freeze(&support->server.clock, EXCHANGE_SUPPORT_NOW_MS);
	request->method = "GET";
	request->version = "HTTP/1.1";
	request->content_length = -1;
	request->client_port = 51234;
	request->server_port = 80;
	request->connection = 4;
	request->nth = 2;
	request->client_address = "127.0.0.1";
	request->server_address = "127.0.0.1";
	exchange_support_target(support,
		"/certsrv/mscep/mscep.dll/pkiclient.exe?operation=GetCACaps&message=default");
	response_set(response, RESPONSE_FROM_MSCEP, 200, 0, 0);
	response->content_type = "text/plain";
}

void
exchange_support_target(struct exchange_support *support, const char *target)
{
	request_set_target(&support->http.request, target);
}

void
exchange_support_header(struct exchange_support *support, const char *name, const char *value)
{
	struct request *request = &support->http.request;

	ck_assert_uint_lt(request->header_count, EXCHANGE_SUPPORT_HEADERS_MAX);
	support->headers[request->header_count++] = (struct request_header){name, value};
	request->headers = support->headers;
}

static void
append_certificate(struct buffer *out, const char *issuer, const char *subject, struct bytes serial,
	EVP_PKEY *key)
{
	BUFFER_CLEANUP struct buffer issuer_name = {0}, subject_name = {0}, spki = {0};
	struct certificate_plan plan = {
		.serial_size = serial.size,
		.digest = algorithm_digest_named("SHA-256"),
		.not_before = ISSUED_AT,
		.not_after = ISSUED_AT + CLOCK_DAY_SECONDS,
	};

	memcpy(plan.serial, serial.data, serial.size);
	ck_assert_int_eq(name_parse(&issuer_name, issuer, NULL), DONE);
	ck_assert_int_eq(name_parse(&subject_name, subject, NULL), DONE);
	ck_assert_int_eq(key_write_public(&spki, key, NULL), DONE);
	plan.issuer = buffer_bytes(&issuer_name);
	plan.subject = buffer_bytes(&subject_name);
	plan.spki = buffer_bytes(&spki);
	ck_assert_int_eq(certificate_plan_sign(out, &plan, key, NULL), DONE);
}

static void
read_certificate(struct certificate *out, const char *issuer, const char *subject,
	struct bytes serial, EVP_PKEY *key)
{
	BUFFER_CLEANUP struct buffer der = {0};

	append_certificate(&der, issuer, subject, serial, key);
	ck_assert_int_eq(certificate_read(out, buffer_bytes(&der), NULL), DONE);
}

static void
append_csr(struct buffer *out, const char *challenge, EVP_PKEY *key)
{
	BUFFER_CLEANUP struct buffer subject = {0}, names = {0};

	ck_assert_int_eq(name_parse(&subject, "CN=device-1", NULL), DONE);
	ck_assert_int_eq(alternative_name_parse(&names, "DNS:device-1.example", NULL), DONE);
	const struct csr_plan plan = {
		.purposes = {oid_bytes(OID_CLIENT_AUTH), BYTES("\x2a\x03\x04", 3)},
		.purpose_count = 2,
		.subject = buffer_bytes(&subject),
		.challenge = challenge,
		.subject_alt_name = buffer_bytes(&names),
		.key_usage = KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT,
		.digest = algorithm_digest_named("SHA-256"),
	};
	ck_assert_int_eq(csr_plan_sign(out, &plan, key, NULL), DONE);
}

static void
write_message(struct exchange_support *support, struct bytes csr)
{
	CERTIFICATE_CLEANUP struct certificate signer = {0};
	const struct certificate *ra = ra_certificates_encryption(&support->authority);
	struct scep_request_plan plan = {
		.message_type = SCEP_PKCS_REQ,
		.transaction_id = "8D2F",
		.sender_nonce = BYTES(nonce, sizeof(nonce)),
		.message_data = csr,
		.envelope = {.issuer = ra->issuer,
			.serial = ra->serial,
			.key = support->key,
			.transport = KEY_TRANSPORT_PKCS1,
			.cipher = algorithm_cipher_named("AES-128-CBC")},
		.digest = algorithm_digest_named("SHA-256"),
		.signer = &signer,
		.signer_key = support->key,
	};

	read_certificate(&signer, "CN=device-1", "CN=device-1",
		BYTES(device_serial, sizeof(device_serial)), support->key);
	ck_assert_int_eq(scep_request_write(&support->exchange.message.der, &plan, NULL), DONE);
}

void
exchange_support_pkcs_req(struct exchange_support *support, const char *challenge)
{
	BUFFER_CLEANUP struct buffer csr = {0};
	struct certificate *ra = &support->ra.encryption;
	struct message *message = &support->exchange.message;
	struct scep_recipient recipient = {.certificate = ra};

	ck_assert_int_eq(key_generate_rsa(&support->key, 1024, NULL), DONE);
	recipient.key = support->key;
	read_certificate(ra, "CN=Test CA", "CN=NDES01-MSCEP-RA,C=US",
		BYTES(ra_serial, sizeof(ra_serial)), support->key);
	support->exchange.authority = &support->authority;
	append_csr(&csr, challenge, support->key);
	write_message(support, buffer_bytes(&csr));
	ck_assert_int_eq(scep_request_read(message->scep, buffer_bytes(&message->der), NULL), DONE);
	ck_assert_int_eq(scep_request_open(message->scep, &recipient, 1, 1, NULL), DONE);
	ck_assert_int_eq(scep_request_read_data(message->scep, NULL), DONE);
	ck_assert_int_eq(scep_request_read_csr_key(message->scep, NULL), DONE);
	support->http.request.method = "POST";
	exchange_support_target(support, "/certsrv/mscep/mscep.dll?operation=PKIOperation");
}

void
exchange_support_issue(struct exchange_support *support)
{
	struct exchange *exchange = &support->exchange;

	exchange->issuance.request_id = 12;
	append_certificate(&exchange->issuance.certificate, "CN=Test CA", "CN=device-1",
		BYTES(issued_serial, sizeof(issued_serial)), support->key);
	buffer_append_text(&exchange->reply.der, "a CertRep");
}

void
exchange_support_done(struct exchange_support *support)
{
	journal_record_release(support->exchange.record);
	response_done(&support->http.response);
	EVP_PKEY_free(support->key);
	certificate_done(&support->ra.encryption);
	scep_request_done(support->exchange.message.scep);
	buffer_done(&support->exchange.message.der);
	buffer_done(&support->exchange.issuance.certificate);
	buffer_done(&support->exchange.reply.der);
}
