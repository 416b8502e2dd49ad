/* A client's pkiMessages: those that OpenSSL makes read by us, ours read by OpenSSL, and the
 * refusals of each step. */
#include <string.h>

#include "common/der_writer.h"
#include "common/scep_request.h"
#include "common/signed_data_writer.h"
#include "judge.h"
#include "tests/run_suite.h"
#include "x509_support.h"

#define MESSAGE_TYPE   "2.16.840.1.113733.1.9.2"
#define SENDER_NONCE   "2.16.840.1.113733.1.9.5"
#define TRANSACTION_ID "2.16.840.1.113733.1.9.7"
#define NONCE          "0123456789abcdef"

static struct judge_identity ra, ca, client, ec_client;

static void
set_up(void)
{
	judge_identity_init(&ra, support_new_key(NULL, 1024), "TEST ONLY RA", "6800000002");
	judge_identity_init(&ca, support_new_key(NULL, 1024), "TEST ONLY CA", "6800000001");
	judge_identity_init(&client, support_new_key(NULL, 1024), "device", "01");
	judge_identity_init(&ec_client, support_new_key("P-256", 0), "device", "02");
	ck_assert_int_eq(ossl_load_legacy(NULL), DONE);
}

static void
tear_down(void)
{
	judge_identity_done(&ra);
	judge_identity_done(&ca);
	judge_identity_done(&client);
	judge_identity_done(&ec_client);
}

/* The four steps, to the first that does not succeed. */
static int
read_all(struct scep_request *out, struct bytes message, struct diag *diag)
{
	const struct scep_recipient recipients[] = {{&ra.certificate, ra.key}};
	int result = scep_request_read(out, message, diag);

	if (result == DONE)
		result = scep_request_verify(out, diag);
	if (result == DONE)
		result = scep_request_open(out, recipients, 1, LIMIT_RECIPIENTS, diag);
	return result == DONE ? scep_request_read_data(out, diag) : result;
}

static const struct {
	const char *name;
	const EVP_MD *(*digest)(void);
	const EVP_CIPHER *(*cipher)(void);
	unsigned sign;
	unsigned encrypt;
	const char *content_type;
	const struct judge_identity *signer;
} clients[] = {
	{"iOS", EVP_sha512, EVP_des_ede3_cbc, JUDGE_STREAMED, JUDGE_STREAMED, NULL, &client},
	{"micromdm", EVP_sha1, EVP_des_cbc, 0, 0, NULL, &client},
	{"Windows", EVP_sha256, EVP_aes_128_cbc, 0, JUDGE_OAEP, NULL, &client},
	{"AES-256", EVP_sha384, EVP_aes_256_cbc, 0, 0, NULL, &client},
	{"envelopedData", EVP_sha256, EVP_aes_128_cbc, 0, 0, "1.2.840.113549.1.7.3", &client},
	{"key identifiers", EVP_sha256, EVP_aes_192_cbc, JUDGE_KEY_IDENTIFIER, JUDGE_KEY_IDENTIFIER,
		NULL, &client},
	{"an EC key", EVP_sha256, EVP_aes_128_cbc, JUDGE_STREAMED, 0, NULL, &ec_client},
};

START_TEST(reads_what_openssl_writes)
{
	const struct judge_identity *signer = clients[_i].signer;
	const struct judge_plan envelope = {.manner = clients[_i].encrypt,
		.people = {&ca, &ra},
		.cipher = clients[_i].cipher()};
	const struct judge_plan plan = {
		.manner = clients[_i].sign,
		.people = {signer},
		.others = {&ca},
		.content_type = clients[_i].content_type,
		.digest = clients[_i].digest(),
		.attributes = {{MESSAGE_TYPE, V_ASN1_PRINTABLESTRING, "19", 2},
			{SENDER_NONCE, V_ASN1_OCTET_STRING, NONCE, 16},
			{TRANSACTION_ID, V_ASN1_PRINTABLESTRING, "q+/ 1=", 6}},
	};
	BUFFER_CLEANUP struct buffer csr = {0}, content = {0}, message = {0};
	SCEP_REQUEST_CLEANUP struct scep_request request = {0};
	struct diag diag = {0};

	judge_request(&csr, signer, "secret");
	judge_encrypt(&content, &envelope, buffer_bytes(&csr));
	judge_sign(&message, &plan, buffer_bytes(&content));
	ASSERT_DONE(read_all(&request, buffer_bytes(&message), &diag), &diag);
	ck_assert_str_eq(request.transaction_id, "q+/ 1=");
	ck_assert_uint_eq(request.transaction_id_tag, DER_PRINTABLE_STRING);
	ck_assert_uint_eq(request.message_type, SCEP_PKCS_REQ);
	ck_assert(bytes_equal(request.sender_nonce, BYTES(NONCE, 16)));
	ck_assert(bytes_equal(
		buffer_bytes(&request.signer.der), buffer_bytes(&signer->certificate.der)));
	ck_assert(bytes_equal(buffer_bytes(&request.message_data), buffer_bytes(&csr)));
	ck_assert(bytes_equal(request.csr.subject, signer->certificate.subject));
	ck_assert_str_eq(buffer_text(&request.csr.challenge), "secret");
}
END_TEST

/* A small message from the client with these attributes, enveloped to `recipient`. */
static void
make_message(struct buffer *out, const struct judge_attribute *attributes, size_t count,
	const struct judge_identity *recipient)
{
	const struct judge_plan envelope = {.people = {recipient}, .cipher = EVP_aes_128_cbc()};
	struct judge_plan plan = {.people = {&client}, .digest = EVP_sha256()};
	BUFFER_CLEANUP struct buffer content = {0};

	for (size_t i = 0; i < count; i++)
		plan.attributes[i] = attributes[i];
	judge_encrypt(&content, &envelope, bytes_text("not looked at"));
	judge_sign(out, &plan, buffer_bytes(&content));
}

static const struct judge_attribute usual[] = {
	{MESSAGE_TYPE, V_ASN1_PRINTABLESTRING, "99", 2},
	{TRANSACTION_ID, V_ASN1_PRINTABLESTRING, "T", 1},
	{SENDER_NONCE, V_ASN1_OCTET_STRING, NONCE, 16},
};

static char long_id[LIMIT_TRANSACTION_ID + 2]; /* filled by main */

static const struct {
	const char *name;
	struct judge_attribute attribute; /* put in the place of one of `usual` */
	size_t place;
	const char *found; /* NULL: accepted */
} attributes[] = {
	{"no messageType", {0}, 0, "none"},
	{"a word", {MESSAGE_TYPE, V_ASN1_PRINTABLESTRING, "PKCSReq", 7}, 0, "\"PKCSReq\""},
	{"a negative type", {MESSAGE_TYPE, V_ASN1_PRINTABLESTRING, "-19", 3}, 0, "\"-19\""},
	{"an empty type", {MESSAGE_TYPE, V_ASN1_PRINTABLESTRING, "", 0}, 0, "\"\""},
	{"a blank", {MESSAGE_TYPE, V_ASN1_PRINTABLESTRING, "19 ", 3}, 0, "\"19 \""},
	{"2^31", {MESSAGE_TYPE, V_ASN1_PRINTABLESTRING, "2147483648", 10}, 0, "\"2147483648\""},
	{"2^31 - 1", {MESSAGE_TYPE, V_ASN1_PRINTABLESTRING, "2147483647", 10}, 0, NULL},
	{"11 digits", {MESSAGE_TYPE, V_ASN1_PRINTABLESTRING, "00000000019", 11}, 0,
		"\"00000000019\""},
	{"UTF8String", {MESSAGE_TYPE, V_ASN1_UTF8STRING, "99", 2}, 0, NULL},
	{"OCTET STRING", {MESSAGE_TYPE, V_ASN1_OCTET_STRING, "19", 2}, 0, "OCTET STRING"},
	{"no transactionID", {0}, 1, "none"},
	{"an empty one", {TRANSACTION_ID, V_ASN1_PRINTABLESTRING, "", 0}, 1, "0 bytes"},
	{"the longest", {TRANSACTION_ID, V_ASN1_PRINTABLESTRING, long_id, 256}, 1, NULL},
	{"one byte more", {TRANSACTION_ID, V_ASN1_PRINTABLESTRING, long_id, 257}, 1, "257 bytes"},
	{"a NUL within", {TRANSACTION_ID, V_ASN1_UTF8STRING, "A\0B", 3}, 1, "UTF8String"},
	{"BMPString", {TRANSACTION_ID, V_ASN1_BMPSTRING, "\0T", 2}, 1, NULL},
	{"an id as octets", {TRANSACTION_ID, V_ASN1_OCTET_STRING, "T", 1}, 1, "OCTET STRING"},
	{"no senderNonce", {0}, 2, NULL},
	{"a short nonce", {SENDER_NONCE, V_ASN1_OCTET_STRING, "short", 5}, 2, NULL},
	{"a text as nonce", {SENDER_NONCE, V_ASN1_PRINTABLESTRING, NONCE, 16}, 2,
		"PrintableString"},
};

START_TEST(reads_attributes)
{
	static const enum oid types[] = {OID_MESSAGE_TYPE, OID_TRANSACTION_ID, OID_SENDER_NONCE};
	struct judge_attribute row[ROWS(usual)];
	BUFFER_CLEANUP struct buffer message = {0};
	SCEP_REQUEST_CLEANUP struct scep_request request = {0};
	struct diag diag = {0};
	size_t count = 0;
	int result;

	for (size_t i = 0; i < ROWS(usual); i++) {
		row[count] = i == attributes[_i].place ? attributes[_i].attribute : usual[i];
		count += row[count].type != NULL;
	}
	make_message(&message, row, count, &ra);
	result = read_all(&request, buffer_bytes(&message), &diag);
	if (!attributes[_i].found) {
		ck_assert_msg(result == DONE, "%s: %s", attributes[_i].name, diag.found);
		return;
	}
	ck_assert_msg(result == REFUSED, "%s was accepted", attributes[_i].name);
	ck_assert_msg(strstr(diag.found, attributes[_i].found) &&
			strcmp(diag.object, oid_name(types[attributes[_i].place])) == 0,
		"%s: %s: %s", attributes[_i].name, diag.object, diag.found);
}
END_TEST

START_TEST(refuses_two_of_a_kind)
{
	struct judge_attribute row[ROWS(usual) + 1];
	BUFFER_CLEANUP struct buffer message = {0};
	SCEP_REQUEST_CLEANUP struct scep_request request = {0};
	struct diag diag = {0};

	for (size_t i = 0; i < ROWS(usual); i++)
		row[i] = usual[i];
	row[ROWS(usual)] = usual[_i];
	make_message(&message, row, ROWS(row), &ra);
	ck_assert_int_eq(read_all(&request, buffer_bytes(&message), &diag), REFUSED);
	ck_assert_str_eq(diag.found, "2 of them");
}
END_TEST

START_TEST(refuses_what_is_no_message)
{
	const struct judge_plan plan = {
		.people = {&client}, .digest = EVP_sha256(), .attributes = {usual[0], usual[1]}};
	BUFFER_CLEANUP struct buffer certs_only = {0}, junk = {0};
	SCEP_REQUEST_CLEANUP struct scep_request first = {0}, second = {0};
	struct diag diag = {0};

	certs_only_write(&certs_only, NULL, 0, BYTES_NONE);
	ck_assert_int_eq(scep_request_read(&first, buffer_bytes(&certs_only), &diag), REFUSED);
	ck_assert_str_eq(diag.wanted, "one SignerInfo");

	judge_sign(&junk, &plan, bytes_text("no EnvelopedData"));
	ck_assert_int_eq(scep_request_read(&second, buffer_bytes(&junk), &diag), REFUSED);
	ck_assert_str_eq(diag.object, "EnvelopedData");
	/* What came before the refusal is there for the journal. */
	ck_assert_str_eq(second.transaction_id, "T");
	ck_assert_uint_eq(second.message_type, 99);
}
END_TEST

START_TEST(content_may_be_absent)
{
	const struct scep_recipient recipients[] = {{&ra.certificate, ra.key}};
	const struct judge_plan plan = {.manner = JUDGE_NO_CONTENT,
		.people = {&client},
		.digest = EVP_sha256(),
		.attributes = {usual[0], usual[1]}};
	BUFFER_CLEANUP struct buffer message = {0};
	SCEP_REQUEST_CLEANUP struct scep_request request = {0};
	struct diag diag = {0};

	judge_sign(&message, &plan, BYTES_NONE);
	ASSERT_DONE(scep_request_read(&request, buffer_bytes(&message), &diag), &diag);
	ASSERT_DONE(scep_request_verify(&request, &diag), &diag);
	ck_assert_int_eq(scep_request_open(&request, recipients, 1, 1, &diag), REFUSED);
	ck_assert_str_eq(diag.found, "addressed to nobody");
}
END_TEST

START_TEST(opens_as_the_one_it_is_addressed_to)
{
	const struct scep_recipient both[] = {{&ra.certificate, ra.key}, {&ca.certificate, ca.key}};
	const struct scep_recipient wrong_key[] = {{&ca.certificate, ra.key}};
	BUFFER_CLEANUP struct buffer message = {0};
	SCEP_REQUEST_CLEANUP struct scep_request request = {0};
	struct diag diag = {0};

	make_message(&message, usual, ROWS(usual), &ca);
	ASSERT_DONE(scep_request_read(&request, buffer_bytes(&message), &diag), &diag);
	ck_assert_int_eq(scep_request_open(&request, both, 1, 16, &diag), REFUSED);
	ck_assert_str_eq(diag.found, "addressed to issuer CN=TEST ONLY CA, serial 6800000001");
	ck_assert_str_eq(diag.wanted, "the RA encryption certificate, serial 6800000002");
	ck_assert_uint_eq(request.message_data.size, 0);
	ck_assert_int_eq(scep_request_open(&request, wrong_key, 1, 16, &diag), REFUSED);
	ck_assert_uint_eq(request.message_data.size, 0);
	ASSERT_DONE(scep_request_open(&request, both, 2, 16, &diag), &diag);
	ck_assert(bytes_equal(buffer_bytes(&request.message_data), bytes_text("not looked at")));
}
END_TEST

START_TEST(looks_at_as_many_recipients_as_told)
{
	const struct scep_recipient recipients[] = {{&ra.certificate, ra.key}};
	const struct judge_plan envelope = {.people = {&ca, &ra}, .cipher = EVP_aes_128_cbc()};
	const struct judge_plan plan = {
		.people = {&client}, .digest = EVP_sha256(), .attributes = {usual[0], usual[1]}};
	BUFFER_CLEANUP struct buffer content = {0}, message = {0};
	SCEP_REQUEST_CLEANUP struct scep_request request = {0};
	struct diag diag = {0};

	judge_encrypt(&content, &envelope, bytes_text("content"));
	judge_sign(&message, &plan, buffer_bytes(&content));
	ASSERT_DONE(scep_request_read(&request, buffer_bytes(&message), &diag), &diag);
	ck_assert_int_eq(scep_request_open(&request, recipients, 1, 1, &diag), REFUSED);
	ck_assert_str_eq(
		diag.found, "addressed to issuer CN=TEST ONLY CA, serial 6800000001 and 1 more");
	ASSERT_DONE(scep_request_open(&request, recipients, 1, 2, &diag), &diag);
}
END_TEST

START_TEST(refuses_every_truncation)
{
	BUFFER_CLEANUP struct buffer message = {0};

	make_message(&message, usual, ROWS(usual), &ra);
	for (size_t size = 0; size < message.size; size++) {
		BUFFER_CLEANUP struct buffer cut = {0};
		SCEP_REQUEST_CLEANUP struct scep_request request = {0};
		struct diag diag = {0};

		buffer_append(&cut, BYTES(message.data, size));
		ck_assert_msg(scep_request_read(&request, buffer_bytes(&cut), &diag) == REFUSED,
			"%zu of %zu bytes were accepted", size, message.size);
	}
}
END_TEST

/* What may stand in messageData, and what each message type makes of it. */
enum data_kind { KIND_CSR, KIND_SUBJECT, KIND_SERIAL, KIND_COUNT };

static void
put_data(struct buffer *out, enum data_kind kind)
{
	if (kind == KIND_CSR)
		judge_request(out, &client, "secret");
	else if (kind == KIND_SUBJECT)
		scep_request_put_issuer_and_subject(
			out, ca.certificate.subject, client.certificate.subject);
	else
		scep_request_put_issuer_and_serial(
			out, ca.certificate.subject, client.certificate.serial);
}

static const struct {
	unsigned message_type;
	enum data_kind kind; /* KIND_COUNT: nothing is read */
} types[] = {
	{SCEP_PKCS_REQ, KIND_CSR},
	{SCEP_RENEWAL_REQ, KIND_CSR},
	{SCEP_UPDATE_REQ, KIND_CSR},
	{SCEP_CERT_POLL, KIND_SUBJECT},
	{SCEP_GET_CERT, KIND_SERIAL},
	{SCEP_GET_CRL, KIND_SERIAL},
	{SCEP_CERT_REP, KIND_COUNT},
	{23, KIND_COUNT},
};

static void
check_data(const struct scep_request *request, enum data_kind kind)
{
	struct bytes issuer =
		kind == KIND_SUBJECT || kind == KIND_SERIAL ? ca.certificate.subject : BYTES_NONE;
	struct bytes subject = kind == KIND_SUBJECT ? client.certificate.subject : BYTES_NONE;
	struct bytes serial = kind == KIND_SERIAL ? client.certificate.serial : BYTES_NONE;

	ck_assert_uint_eq(request->csr.der.size > 0, kind == KIND_CSR);
	ck_assert(bytes_equal(request->issuer, issuer));
	ck_assert(bytes_equal(request->subject, subject));
	ck_assert(bytes_equal(request->serial, serial));
}

static struct scep_request_plan
plan_request(unsigned message_type, struct bytes data)
{
	return (struct scep_request_plan){
		.message_type = message_type,
		.transaction_id = "TRANSACTION",
		.sender_nonce = BYTES(NONCE, 16),
		.message_data = data,
		.envelope = {.issuer = ra.certificate.issuer,
			.serial = ra.certificate.serial,
			.key = ra.key,
			.transport = KEY_TRANSPORT_PKCS1,
			.cipher = algorithm_cipher_named("AES")},
		.digest = algorithm_digest_named("SHA-256"),
		.signer = &client.certificate,
		.signer_key = client.key,
	};
}

START_TEST(openssl_reads_what_we_write)
{
	for (enum data_kind kind = 0; kind < KIND_COUNT; kind++) {
		BUFFER_CLEANUP struct buffer data = {0}, message = {0}, content = {0}, plain = {0};
		SCEP_REQUEST_CLEANUP struct scep_request request = {0};
		struct scep_request_plan plan;
		struct diag diag = {0};
		int outcome;

		put_data(&data, kind);
		plan = plan_request(types[_i].message_type, buffer_bytes(&data));
		ASSERT_DONE(scep_request_write(&message, &plan, &diag), &diag);
		ck_assert(judge_verify(&content, buffer_bytes(&message), &client));
		ck_assert(judge_decrypt(&plain, buffer_bytes(&content), &ra));
		ck_assert(bytes_equal(buffer_bytes(&plain), buffer_bytes(&data)));

		outcome = read_all(&request, buffer_bytes(&message), &diag);
		ck_assert_str_eq(request.transaction_id, "TRANSACTION");
		ck_assert_uint_eq(request.message_type, types[_i].message_type);
		if (types[_i].kind == KIND_COUNT || types[_i].kind == kind) {
			ck_assert_msg(outcome == DONE, "%s", diag.found);
			check_data(&request, types[_i].kind);
		} else {
			ck_assert_msg(outcome == REFUSED, "type %u took data of kind %d",
				types[_i].message_type, (int)kind);
		}
	}
}
END_TEST

START_TEST(refuses_bytes_behind_the_data)
{
	for (enum data_kind kind = 0; kind < KIND_COUNT; kind++) {
		SCEP_REQUEST_CLEANUP struct scep_request request = {0};

		for (size_t i = 0; i < ROWS(types); i++)
			if (types[i].kind == kind)
				request.message_type = types[i].message_type;
		put_data(&request.message_data, kind);
		buffer_append_byte(&request.message_data, 0);
		ck_assert_int_eq(scep_request_read_data(&request, NULL), REFUSED);
	}
}
END_TEST

START_TEST(shares_the_signers_key_with_its_csr)
{
	const struct {
		struct bytes spki;
		bool shared;
	} rows[] = {{client.certificate.spki, true}, {ra.certificate.spki, false},
		{ec_client.certificate.spki, false}};

	for (size_t i = 0; i < ROWS(rows); i++) {
		SCEP_REQUEST_CLEANUP struct scep_request request = {0};
		CLEANUP(EVP_PKEY) EVP_PKEY *wanted = NULL;

		ck_assert_int_eq(key_read_public(&wanted, rows[i].spki, NULL), DONE);
		request.signer.spki = client.certificate.spki;
		ck_assert_int_eq(
			key_read_public(&request.signer_key, request.signer.spki, NULL), DONE);
		request.csr.spki = rows[i].spki;
		ck_assert_int_eq(scep_request_read_csr_key(&request, NULL), DONE);
		ck_assert_int_eq(EVP_PKEY_eq(request.csr_key, wanted), 1);
		ck_assert_int_eq(request.csr_key == request.signer_key, rows[i].shared);
	}
}
END_TEST

START_TEST(refuses_a_csr_whose_key_is_none)
{
	SCEP_REQUEST_CLEANUP struct scep_request request = {0};

	ck_assert_int_eq(scep_request_read_csr_key(&request, NULL), REFUSED);
	ck_assert_ptr_null(request.csr_key);
}
END_TEST

START_TEST(refuses_what_was_changed)
{
	struct scep_request_plan plan = plan_request(SCEP_PKCS_REQ, bytes_text("data"));
	BUFFER_CLEANUP struct buffer message = {0};
	static const char *const changed[] = {"TRANSACTION", NONCE, "device"};

	ck_assert_int_eq(scep_request_write(&message, &plan, NULL), DONE);
	for (size_t i = 0; i < ROWS(changed); i++) {
		SCEP_REQUEST_CLEANUP struct scep_request request = {0};
		uint8_t *at = memmem(message.data, message.size, changed[i], strlen(changed[i]));

		ck_assert_ptr_nonnull(at);
		*at ^= 1;
		ck_assert_msg(read_all(&request, buffer_bytes(&message), NULL) == REFUSED,
			"%s was changed", changed[i]);
		*at ^= 1;
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scep_request");
	TCase *openssl = tcase_create("against OpenSSL"), *refusals = tcase_create("refusals");

	memset(long_id, 'x', sizeof(long_id));
	tcase_add_unchecked_fixture(openssl, set_up, tear_down);
	tcase_add_loop_test(openssl, reads_what_openssl_writes, 0, ROWS(clients));
	tcase_add_loop_test(openssl, openssl_reads_what_we_write, 0, ROWS(types));
	suite_add_tcase(suite, openssl);

	tcase_add_unchecked_fixture(refusals, set_up, tear_down);
	tcase_add_loop_test(refusals, reads_attributes, 0, ROWS(attributes));
	tcase_add_loop_test(refusals, refuses_two_of_a_kind, 0, ROWS(usual));
	tcase_add_test(refusals, refuses_what_is_no_message);
	tcase_add_test(refusals, content_may_be_absent);
	tcase_add_test(refusals, opens_as_the_one_it_is_addressed_to);
	tcase_add_test(refusals, looks_at_as_many_recipients_as_told);
	tcase_add_test(refusals, refuses_every_truncation);
	tcase_add_test(refusals, refuses_bytes_behind_the_data);
	tcase_add_test(refusals, refuses_what_was_changed);
	tcase_add_test(refusals, shares_the_signers_key_with_its_csr);
	tcase_add_test(refusals, refuses_a_csr_whose_key_is_none);
	suite_add_tcase(suite, refusals);
	return run_suite(suite);
}
