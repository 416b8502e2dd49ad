/*
 * The replies that we write with NDES's settings, element by element beside a
 * description of replies of real NDES servers: a FAILURE of Server 2012 and a
 * SUCCESS of about 2020, to a client that used AES. OpenSSL's own parser takes
 * ours apart.
 */
#include <string.h>

#include "common/scep_reply.h"
#include "judge.h"
#include "tests/run_suite.h"
#include "x509_support.h"

#define ANY         SIZE_MAX /* a size that depends on names and keys */
#define ELEMENT_MAX 128

/* What stands at one place of the encoding. */
struct shape {
	unsigned depth;
	uint8_t identifier;
	enum oid oid;      /* of an OBJECT IDENTIFIER */
	size_t size;       /* of the content; of constructed elements ANY */
	const char *value; /* NULL: of no matter */
	bool opaque;       /* what is inside depends on the CA */
};

enum {
	SEQUENCE = DER_SEQUENCE | DER_CONSTRUCTED,
	SET = DER_SET | DER_CONSTRUCTED,
	CONTEXT_0 = DER_CONTEXT(0) | DER_CONSTRUCTED,
};

#define CONSTRUCTED(depth, identifier)                                                             \
	{                                                                                          \
		depth, identifier, OID_UNKNOWN, ANY, NULL, false                                   \
	}
#define EMPTY(depth, identifier)                                                                   \
	{                                                                                          \
		depth, identifier, OID_UNKNOWN, 0, NULL, false                                     \
	}
#define OID(depth, oid)                                                                            \
	{                                                                                          \
		depth, DER_OBJECT, oid, ANY, NULL, false                                           \
	}
#define SIZED(depth, identifier, size)                                                             \
	{                                                                                          \
		depth, identifier, OID_UNKNOWN, size, NULL, false                                  \
	}
#define VALUE(depth, identifier, value)                                                            \
	{                                                                                          \
		depth, identifier, OID_UNKNOWN, sizeof(value) - 1, value, false                    \
	}
#define NAME(depth)                                                                                \
	{                                                                                          \
		depth, SEQUENCE, OID_UNKNOWN, ANY, NULL, true                                      \
	}
#define ALGORITHM_WITH_NULL(depth, oid)                                                            \
	CONSTRUCTED(depth, SEQUENCE), OID(depth + 1, oid), EMPTY(depth + 1, DER_NULL)
/* A signed attribute whose SEQUENCE has this size and whose value is the row behind. */
#define ATTRIBUTE(size, oid) SIZED(6, SEQUENCE, size), OID(7, oid), CONSTRUCTED(7, SET)

#define UP_TO_CONTENT                                                                              \
	CONSTRUCTED(0, SEQUENCE), OID(1, OID_PKCS7_SIGNED_DATA), CONSTRUCTED(1, CONTEXT_0),        \
		CONSTRUCTED(2, SEQUENCE), VALUE(3, DER_INTEGER, "\x01"), CONSTRUCTED(3, SET),      \
		ALGORITHM_WITH_NULL(4, OID_SHA1), CONSTRUCTED(3, SEQUENCE),                        \
		OID(4, OID_PKCS7_DATA), CONSTRUCTED(4, CONTEXT_0)

/* No certificates and no CRLs stand between the content and signerInfos. */
#define UP_TO_ATTRIBUTES                                                                           \
	CONSTRUCTED(3, SET), CONSTRUCTED(4, SEQUENCE), VALUE(5, DER_INTEGER, "\x01"),              \
		CONSTRUCTED(5, SEQUENCE), NAME(6), SIZED(6, DER_INTEGER, 19),                      \
		ALGORITHM_WITH_NULL(5, OID_SHA1), CONSTRUCTED(5, CONTEXT_0)

#define SIGNATURE ALGORITHM_WITH_NULL(5, OID_RSA_ENCRYPTION), SIZED(5, DER_OCTET_STRING, 256)

static const struct shape success[] = {
	UP_TO_CONTENT,
	SIZED(5, DER_OCTET_STRING, ANY),
	UP_TO_ATTRIBUTES,
	ATTRIBUTE(17, OID_MESSAGE_TYPE),
	VALUE(8, DER_PRINTABLE_STRING, "3"),
	ATTRIBUTE(17, OID_PKI_STATUS),
	VALUE(8, DER_PRINTABLE_STRING, "0"),
	ATTRIBUTE(21, OID_ENROLL_SCEP_SERVER_MESSAGE),
	VALUE(8, DER_UTF8_STRING, "Issued"),
	ATTRIBUTE(24, OID_CONTENT_TYPE),
	OID(8, OID_PKCS7_DATA),
	ATTRIBUTE(32, OID_SENDER_NONCE),
	SIZED(8, DER_OCTET_STRING, 16),
	ATTRIBUTE(32, OID_RECIPIENT_NONCE),
	SIZED(8, DER_OCTET_STRING, 16),
	ATTRIBUTE(35, OID_MESSAGE_DIGEST),
	SIZED(8, DER_OCTET_STRING, 20),
	ATTRIBUTE(44, OID_TRANSACTION_ID),
	SIZED(8, DER_PRINTABLE_STRING, 28),
	SIGNATURE,
};

static const struct shape failure[] = {
	UP_TO_CONTENT,
	VALUE(5, DER_OCTET_STRING, "\0"),
	UP_TO_ATTRIBUTES,
	ATTRIBUTE(17, OID_MESSAGE_TYPE),
	VALUE(8, DER_PRINTABLE_STRING, "3"),
	ATTRIBUTE(17, OID_PKI_STATUS),
	VALUE(8, DER_PRINTABLE_STRING, "2"),
	ATTRIBUTE(17, OID_FAIL_INFO),
	VALUE(8, DER_PRINTABLE_STRING, "2"),
	ATTRIBUTE(24, OID_CONTENT_TYPE),
	OID(8, OID_PKCS7_DATA),
	ATTRIBUTE(26, OID_ENROLL_SCEP_ERROR),
	VALUE(8, DER_PRINTABLE_STRING, "-2147024809"),
	ATTRIBUTE(32, OID_SENDER_NONCE),
	SIZED(8, DER_OCTET_STRING, 16),
	ATTRIBUTE(32, OID_RECIPIENT_NONCE),
	SIZED(8, DER_OCTET_STRING, 16),
	ATTRIBUTE(35, OID_MESSAGE_DIGEST),
	/* of one byte 00 */
	VALUE(8, DER_OCTET_STRING,
		"\x5b\xa9\x3c\x9d\xb0\xcf\xf9\x3f\x52\xb5\x21\xd7\x42\x0e\x43\xf6\xed\xa2\x78\x4f"),
	ATTRIBUTE(44, OID_TRANSACTION_ID),
	SIZED(8, DER_PRINTABLE_STRING, 28),
	SIGNATURE,
};

#define UP_TO_KEY_TRANSPORT                                                                        \
	CONSTRUCTED(0, SEQUENCE), OID(1, OID_PKCS7_ENVELOPED_DATA), CONSTRUCTED(1, CONTEXT_0),     \
		CONSTRUCTED(2, SEQUENCE), VALUE(3, DER_INTEGER, "\0"), CONSTRUCTED(3, SET),        \
		CONSTRUCTED(4, SEQUENCE), VALUE(5, DER_INTEGER, "\0"), CONSTRUCTED(5, SEQUENCE),   \
		NAME(6), SIZED(6, DER_INTEGER, ANY)

/* The encrypted content is one primitive [0]. */
#define ENCRYPTED_CONTENT(cipher, iv_size)                                                         \
	SIZED(5, DER_OCTET_STRING, 256), CONSTRUCTED(3, SEQUENCE), OID(4, OID_PKCS7_DATA),         \
		CONSTRUCTED(4, SEQUENCE), OID(5, cipher), SIZED(5, DER_OCTET_STRING, iv_size),     \
		SIZED(4, DER_CONTEXT(0), ANY)

static const struct shape envelope_aes[] = {
	UP_TO_KEY_TRANSPORT,
	CONSTRUCTED(5, SEQUENCE),
	OID(6, OID_RSAES_OAEP),
	EMPTY(6, SEQUENCE),
	ENCRYPTED_CONTENT(OID_AES_128_CBC, 16),
};

static const struct shape envelope_des3[] = {
	UP_TO_KEY_TRANSPORT,
	ALGORITHM_WITH_NULL(5, OID_RSA_ENCRYPTION),
	ENCRYPTED_CONTENT(OID_DES_EDE3_CBC, 8),
};

static void
check_element(const struct shape *shape, const struct judge_element *element, size_t place)
{
	ck_assert_msg(element->depth == shape->depth && element->identifier == shape->identifier,
		"element %zu: 0x%02x at depth %u instead of 0x%02x at depth %u", place,
		element->identifier, element->depth, shape->identifier, shape->depth);
	if (shape->oid != OID_UNKNOWN)
		ck_assert_msg(bytes_equal(element->content, oid_bytes(shape->oid)),
			"element %zu is not %s", place, oid_name(shape->oid));
	if (shape->size != ANY)
		ck_assert_msg(element->content.size == shape->size,
			"element %zu: %zu octets instead of %zu", place, element->content.size,
			shape->size);
	if (shape->value)
		ck_assert_msg(bytes_equal(element->content, BYTES(shape->value, shape->size)),
			"element %zu: another value", place);
}

/* Takes the message apart, element by element; returns its last OCTET STRING or [0] before
 * signerInfos: the content. */
static void
check_shape(const struct shape *shapes, size_t count, struct bytes message)
{
	struct judge_element elements[ELEMENT_MAX];
	size_t found = judge_elements(elements, ELEMENT_MAX, message), place = 0;

	for (size_t i = 0; i < count; i++) {
		ck_assert_msg(place < found, "the message ends before element %zu", place);
		check_element(&shapes[i], &elements[place], place);
		place++;
		while (shapes[i].opaque && place < found && elements[place].depth > shapes[i].depth)
			place++;
	}
	ck_assert_msg(place == found, "%zu elements too many", found - place);
}

static struct judge_identity ra, client;

static void
set_up(void)
{
	judge_identity_init(&ra, support_new_key(NULL, 2048), "TEST ONLY-MSCEP-RA",
		"68000000099a9de56310f95c4f000000000009");
	judge_identity_init(&client, support_new_key(NULL, 2048), "device", "01");
}

static void
tear_down(void)
{
	judge_identity_done(&ra);
	judge_identity_done(&client);
}

/* What an NDES says. */
static struct scep_reply_plan
plan_reply(enum scep_status status)
{
	return (struct scep_reply_plan){
		.message_type = SCEP_CERT_REP,
		.status = status,
		.fail_info = SCEP_FAIL_BAD_REQUEST,
		.transaction_id = "AAAAAAAA+AAAA/AAAAAAAAAAAAA=",
		.sender_nonce = BYTES("0123456789abcdef", 16),
		.recipient_nonce = BYTES("fedcba9876543210", 16),
		.digest = algorithm_digest_named("SHA-1"),
		.digest_parameters_null = true,
		.signer = &ra.certificate,
		.signer_key = ra.key,
	};
}

START_TEST(failure_is_as_of_ndes)
{
	struct scep_reply_plan plan = plan_reply(SCEP_STATUS_FAILURE);
	BUFFER_CLEANUP struct buffer message = {0};
	struct diag diag = {0};

	plan.content = SCEP_CONTENT_ZERO_BYTE;
	plan.has_error = true;
	plan.error = (int32_t)0x80070057; /* E_INVALIDARG */
	ASSERT_DONE(scep_reply_write(&message, &plan, &diag), &diag);
	check_shape(failure, ROWS(failure), buffer_bytes(&message));
}
END_TEST

static const struct {
	enum key_transport transport;
	const char *cipher;
	const struct shape *envelope;
	size_t count;
} envelopes[] = {
	{KEY_TRANSPORT_OAEP, "AES-128-CBC", envelope_aes, ROWS(envelope_aes)},
	{KEY_TRANSPORT_PKCS1, "DES-EDE3-CBC", envelope_des3, ROWS(envelope_des3)},
};

START_TEST(success_is_as_of_ndes)
{
	struct scep_reply_plan plan = plan_reply(SCEP_STATUS_SUCCESS);
	BUFFER_CLEANUP struct buffer message = {0}, content = {0};
	struct diag diag = {0};

	plan.content = SCEP_CONTENT_ENVELOPE;
	plan.server_message = "Issued";
	plan.message_data = bytes_text("certificates");
	plan.envelope = (struct envelope_plan){
		.issuer = client.certificate.issuer,
		.serial = client.certificate.serial,
		.key = client.key,
		.transport = envelopes[_i].transport,
		.cipher = algorithm_cipher_named(envelopes[_i].cipher),
	};
	ASSERT_DONE(scep_reply_write(&message, &plan, &diag), &diag);
	check_shape(success, ROWS(success), buffer_bytes(&message));
	ck_assert(judge_verify(&content, buffer_bytes(&message), &ra));
	check_shape(envelopes[_i].envelope, envelopes[_i].count, buffer_bytes(&content));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scep_reply_shape");
	TCase *tests = tcase_create("as of NDES");

	tcase_add_unchecked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, failure_is_as_of_ndes);
	tcase_add_loop_test(tests, success_is_as_of_ndes, 0, ROWS(envelopes));
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
