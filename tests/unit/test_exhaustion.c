/* The decoders of the protocol when memory runs out at any of their allocations. */
#include <string.h>

#include "common/alternative_name.h"
#include "common/base64.h"
#include "common/crl.h"
#include "common/limit.h"
#include "common/memory.h"
#include "common/name.h"
#include "common/name_parse.h"
#include "common/scep_reply.h"
#include "common/scep_request.h"
#include "exhaustion_support.h"
#include "judge.h"
#include "tests/run_suite.h"
#include "x509_support.h"

static struct judge_identity ra, client, ec_client;

/* --- readers: all that is done with a message ---------------------------------------------------- */

static int
read_request(struct bytes input, struct diag *diag)
{
	const struct scep_recipient recipients[] = {{&ra.certificate, ra.key}};
	SCEP_REQUEST_CLEANUP struct scep_request request = {0};
	int result = scep_request_read(&request, input, diag);

	if (result == DONE)
		result = scep_request_verify(&request, diag);
	if (result == DONE)
		result = scep_request_open(&request, recipients, 1, LIMIT_RECIPIENTS, diag);
	if (result == DONE)
		result = scep_request_read_data(&request, diag);
	return result == DONE ? scep_request_read_csr_key(&request, diag) : result;
}

static int
read_reply(struct bytes input, struct diag *diag)
{
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	int result = scep_reply_read(&reply, input, diag);

	if (result == DONE)
		result = signed_data_verify(&reply.message, ra.key, diag);
	return result == DONE ? scep_reply_open(&reply, &client.certificate, client.key, diag)
			      : result;
}

static int
read_envelope(struct bytes input, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer content = {0};
	ENVELOPE_CLEANUP struct envelope envelope = {0};
	int result = envelope_read(&envelope, input, diag);

	if (result != DONE)
		return result;
	return envelope_open(&content, &envelope, &envelope.recipients[0], ra.key, diag);
}

static int
read_csr(struct bytes input, struct diag *diag)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = NULL;
	CSR_CLEANUP struct csr csr = {0};
	int result = csr_read(&csr, input, diag);

	if (result == DONE)
		result = key_read_public(&key, csr.spki, diag);
	return result == DONE ? csr_verify(&csr, key, diag) : result;
}

static int
read_certificate(struct bytes input, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer name = {0};
	CERTIFICATE_CLEANUP struct certificate certificate = {0};
	CLEANUP(EVP_PKEY) EVP_PKEY *key = NULL;
	int result = certificate_read(&certificate, input, diag);

	if (result == DONE)
		result = key_read_public(&key, certificate.spki, diag);
	if (result == DONE)
		result = certificate_verify(&certificate, key, diag);
	if (result == DONE)
		name_text(&name, certificate.subject);
	return result;
}

static int
read_certificates(struct bytes input, struct diag *diag)
{
	SIGNED_DATA_CLEANUP struct signed_data data = {0};

	return signed_data_read(&data, input, diag);
}

static int
read_crl(struct bytes input, struct diag *diag)
{
	CRL_CLEANUP struct crl crl = {0};
	int result = crl_read(&crl, input, diag);

	return result == DONE ? crl_verify(&crl, ra.key, diag) : result;
}

static int
read_private_key(struct bytes input, struct diag *diag)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = NULL;

	return key_read_pem(&key, input, diag);
}

static int
read_base64(struct bytes input, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer bytes = {0};

	return base64_decode_query(&bytes, input, diag);
}

static int
read_names(struct bytes input, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer name = {0}, names = {0};
	TEXT_CLEANUP char *text = text_copy_size(input.data, input.size);
	int result = name_parse(&name, text, diag);

	return result == DONE ? alternative_name_parse(&names, "UPN:a@example.org", diag) : result;
}

/* --- messages ------------------------------------------------------------------------------------- */

static void
write_request_of(struct buffer *out, const struct judge_identity *signer)
{
	BUFFER_CLEANUP struct buffer csr = {0};
	struct diag diag = {0};

	judge_request(&csr, signer, "secret");
	const struct scep_request_plan plan = {
		.message_type = SCEP_PKCS_REQ,
		.transaction_id = "TRANSACTION",
		.sender_nonce = BYTES("0123456789abcdef", SCEP_NONCE_SIZE),
		.message_data = buffer_bytes(&csr),
		.envelope = {.issuer = ra.certificate.issuer,
			.serial = ra.certificate.serial,
			.key = ra.key,
			.transport = KEY_TRANSPORT_PKCS1,
			.cipher = algorithm_cipher_named("AES-128-CBC")},
		.digest = algorithm_digest_named("SHA-256"),
		.signer = &signer->certificate,
		.signer_key = signer->key,
	};
	ASSERT_DONE(scep_request_write(out, &plan, &diag), &diag);
}

static void
write_request(struct buffer *out)
{
	write_request_of(out, &client);
}

static void
write_request_with_ec_key(struct buffer *out)
{
	write_request_of(out, &ec_client);
}

/* In BER, as iOS does: what came in chunks is joined. */
static void
write_streamed_request(struct buffer *out)
{
	const struct judge_plan envelope = {
		.manner = JUDGE_STREAMED, .people = {&ra}, .cipher = EVP_des_ede3_cbc()};
	const struct judge_plan plan = {.manner = JUDGE_STREAMED,
		.people = {&client},
		.digest = EVP_sha512(),
		.attributes = {{oid_dotted(OID_MESSAGE_TYPE), V_ASN1_PRINTABLESTRING, "19", 2},
			{oid_dotted(OID_TRANSACTION_ID), V_ASN1_PRINTABLESTRING, "1", 1}}};
	BUFFER_CLEANUP struct buffer csr = {0}, content = {0};

	judge_request(&csr, &client, "secret");
	judge_encrypt(&content, &envelope, buffer_bytes(&csr));
	judge_sign(out, &plan, buffer_bytes(&content));
}

static void
write_certificates(struct buffer *out)
{
	const struct bytes certificates[] = {
		buffer_bytes(&client.certificate.der), buffer_bytes(&ra.certificate.der)};

	certs_only_write(out, certificates, 2, BYTES_NONE);
}

static void
write_reply(struct buffer *out)
{
	BUFFER_CLEANUP struct buffer answer = {0};
	struct diag diag = {0};

	write_certificates(&answer);
	const struct scep_reply_plan plan = {
		.message_type = SCEP_CERT_REP,
		.status = SCEP_STATUS_SUCCESS,
		.transaction_id = "TRANSACTION",
		.recipient_nonce = BYTES("0123456789abcdef", SCEP_NONCE_SIZE),
		.server_message = "Issued",
		.content = SCEP_CONTENT_ENVELOPE,
		.message_data = buffer_bytes(&answer),
		.envelope = {.issuer = client.certificate.issuer,
			.serial = client.certificate.serial,
			.key = client.key,
			.transport = KEY_TRANSPORT_OAEP,
			.cipher = algorithm_cipher_named("AES-256")},
		.digest = algorithm_digest_named("SHA-256"),
		.signer = &ra.certificate,
		.signer_key = ra.key,
	};
	ASSERT_DONE(scep_reply_write(out, &plan, &diag), &diag);
}

static void
write_envelope(struct buffer *out)
{
	const struct judge_plan plan = {
		.manner = JUDGE_OAEP, .people = {&ra}, .cipher = EVP_aes_128_cbc()};

	judge_encrypt(out, &plan, bytes_text("a certificate"));
}

static void
write_csr(struct buffer *out)
{
	judge_request(out, &client, "secret");
}

static void
write_certificate(struct buffer *out)
{
	buffer_append(out, buffer_bytes(&client.certificate.der));
}

static void
write_crl(struct buffer *out)
{
	const struct crl_entry entry = {
		client.certificate.serial, 1790000000, REVOKED_KEY_COMPROMISE};
	const struct crl_plan plan = {.issuer = ra.certificate.subject,
		.authority_key_identifier = ra.certificate.subject_key_identifier,
		.number = 1,
		.this_update = 1790000000,
		.next_update = 1790086400,
		.digest = algorithm_digest_named("SHA-256"),
		.entries = &entry,
		.entry_count = 1};
	struct diag diag = {0};

	ASSERT_DONE(crl_plan_sign(out, &plan, ra.key, &diag), &diag);
}

static void
write_private_key(struct buffer *out)
{
	struct diag diag = {0};

	ASSERT_DONE(key_write_pem(out, client.key, &diag), &diag);
}

static void
write_base64(struct buffer *out)
{
	buffer_append_text(out, "MIIBAgEA%2BMIIBAgE");
}

static void
write_names(struct buffer *out)
{
	buffer_append_text(
		out, "CN=device-1+OU=a\\, b,O=\\c3\\a4,emailAddress=a@example.org,DC=org");
}

struct message {
	struct exhaustion_reader reader;
	void (*write)(struct buffer *out);
};

/* Their last octet is one of a signature. */
static const struct message signed_ones[] = {
	{{"pkiMessage", read_request}, write_request},
	{{"pkiMessage with an EC key", read_request}, write_request_with_ec_key},
	{{"CertRep", read_reply}, write_reply},
	{{"PKCS#10", read_csr}, write_csr},
	{{"certificate", read_certificate}, write_certificate},
	{{"CRL", read_crl}, write_crl},
};

static const struct message others[] = {
	{{"certs-only", read_certificates}, write_certificates},
	{{"pkiMessage in BER", read_request}, write_streamed_request},
	{{"EnvelopedData", read_envelope}, write_envelope},
	{{"private key", read_private_key}, write_private_key},
	{{"base64 in a query", read_base64}, write_base64},
	{{"names", read_names}, write_names},
};

static void
set_up(void)
{
	judge_identity_init(&ra, support_new_key(NULL, 1024), "TEST ONLY RA", "6800000002");
	judge_identity_init(&client, support_new_key(NULL, 1024), "device", "01");
	judge_identity_init(&ec_client, support_new_key("P-256", 0), "device", "02");
}

static void
tear_down(void)
{
	judge_identity_done(&ra);
	judge_identity_done(&client);
	judge_identity_done(&ec_client);
}

static void
try_whole_and_half(const struct message *row)
{
	BUFFER_CLEANUP struct buffer message = {0};

	row->write(&message);
	ck_assert_uint_gt(exhaustion_try(&row->reader, buffer_bytes(&message), DONE), 0);
	exhaustion_try(&row->reader, BYTES(message.data, message.size / 2), REFUSED);
}

START_TEST(signed_ones_are_judged_or_memory_ends_it)
{
	try_whole_and_half(&signed_ones[_i]);
}
END_TEST

START_TEST(others_are_judged_or_memory_ends_it)
{
	try_whole_and_half(&others[_i]);
}
END_TEST

/* A wrong signature must never pass, and a right one not be called wrong for want of memory. */
START_TEST(forged_ones_are_refused_or_memory_ends_it)
{
	BUFFER_CLEANUP struct buffer message = {0};

	signed_ones[_i].write(&message);
	message.data[message.size - 1] ^= 1;
	exhaustion_try(&signed_ones[_i].reader, buffer_bytes(&message), REFUSED);
}
END_TEST

int
main(void)
{
	Suite *suite;
	TCase *all;

	exhaustion_start();
	suite = suite_create("exhaustion");
	all = tcase_create("all");
	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_loop_test(all, signed_ones_are_judged_or_memory_ends_it, 0, ROWS(signed_ones));
	tcase_add_loop_test(all, forged_ones_are_refused_or_memory_ends_it, 0, ROWS(signed_ones));
	tcase_add_loop_test(all, others_are_judged_or_memory_ends_it, 0, ROWS(others));
	return run_suite(suite);
}
