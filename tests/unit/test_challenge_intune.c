/*
 * Challenges in Intune's form: what is minted, as OpenSSL reads it; what OpenSSL
 * makes, as we read it; and everything that must not pass for one.
 */
#include <jansson.h>
#include <string.h>

#include "challenge_support.h"
#include "common/base64.h"
#include "common/envelope.h"
#include "common/envelope_writer.h"
#include "common/memory.h"
#include "common/signed_data_writer.h"
#include "judge.h"
#include "tests/run_suite.h"

static struct pki pki;

static char identifier[] = "0f8fad5b-d9cb-469f-a165-70867728950e", subject[] = "CN=device-1",
	    alternative_name[] = "DNS:one.example";

static const struct challenge_claims claims = {
	.identifier = identifier,
	.subject = subject,
	.alternative_name = alternative_name,
	.key_usage = KEY_USAGE_DIGITAL_SIGNATURE,
	.expires_at = 1769903998,
};

static void
setup(void)
{
	struct diag diag = {0};

	ASSERT_DONE(pki_load_built_in(&pki, &diag), &diag);
}

static void
teardown(void)
{
	pki_done(&pki);
}

static const struct certificate *
certificate_of(enum pki_role role)
{
	const struct certificate *certificate = NULL;
	struct diag diag = {0};

	ASSERT_DONE(pki_challenge_certificate(&certificate, &pki, role, &diag), &diag);
	return certificate;
}

/* A role as OpenSSL knows it. Ended with judge_identity_done. */
static void
identify(struct judge_identity *out, enum pki_role role)
{
	const struct certificate *certificate = certificate_of(role);

	*out = (struct judge_identity){.key = pki_key(&pki, role)};
	ck_assert_int_eq(EVP_PKEY_up_ref(out->key), 1);
	SUPPORT_DECODE(&out->x509, d2i_X509, buffer_bytes(&certificate->der));
	certificate_copy(&out->certificate, certificate);
}

static int
open_text(const char *text, struct diag *diag)
{
	CHALLENGE_CLAIMS_CLEANUP struct challenge_claims opened = {0};

	return challenge_intune_open(&opened, &pki, bytes_text(text), diag);
}

static int
open_der(struct bytes der, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer text = {0};

	base64_encode(&text, der);
	return open_text(buffer_text(&text), diag);
}

START_TEST(opens_what_was_minted)
{
	TEXT_CLEANUP char *token = challenge_support_token(&pki, &claims);
	CHALLENGE_CLAIMS_CLEANUP struct challenge_claims opened = {0};
	struct diag diag = {0};

	ck_assert_uint_ge(strlen(token), 4000);
	ck_assert_uint_le(strlen(token), 6000);
	ASSERT_DONE(challenge_intune_open(&opened, &pki, bytes_text(token), &diag), &diag);
	ck_assert_str_eq(opened.identifier, identifier);
	ck_assert_str_eq(opened.subject, subject);
	ck_assert_str_eq(opened.alternative_name, alternative_name);
	ck_assert_uint_eq(opened.key_usage, KEY_USAGE_DIGITAL_SIGNATURE);
	ck_assert_int_eq(opened.expires_at, 1769903998);
}
END_TEST

START_TEST(leaves_out_what_it_is_not_bound_to)
{
	struct challenge_claims unbound = {.identifier = identifier, .expires_at = 1};
	TEXT_CLEANUP char *token = challenge_support_token(&pki, &unbound);
	CHALLENGE_CLAIMS_CLEANUP struct challenge_claims opened = {0};
	struct diag diag = {0};

	ck_assert_uint_ge(strlen(token), 4000);
	ASSERT_DONE(challenge_intune_open(&opened, &pki, bytes_text(token), &diag), &diag);
	ck_assert_str_eq(opened.identifier, identifier);
	ck_assert_ptr_null(opened.subject);
	ck_assert_ptr_null(opened.alternative_name);
	ck_assert_uint_eq(opened.key_usage, 0);
}
END_TEST

/* --- with OpenSSL ------------------------------------------------------------------------ */

START_TEST(is_opened_and_verified_by_openssl)
{
	TEXT_CLEANUP char *token = challenge_support_token(&pki, &claims);
	BUFFER_CLEANUP struct buffer der = {0}, message = {0}, text = {0};
	struct judge_identity module, service;
	json_t *object;

	identify(&module, PKI_CHALLENGE_ENCRYPTION);
	identify(&service, PKI_CHALLENGE_SIGNING);
	ck_assert_int_eq(base64_decode(&der, bytes_text(token), NULL), DONE);
	ck_assert(judge_decrypt(&message, buffer_bytes(&der), &module));
	ck_assert(judge_verify(&text, buffer_bytes(&message), &service));
	object = json_loads(buffer_text(&text), 0, NULL);
	ck_assert_str_eq(json_string_value(json_object_get(object, "subject")), subject);
	json_decref(object);
	judge_identity_done(&module);
	judge_identity_done(&service);
}
END_TEST

/* A challenge that OpenSSL signs and envelopes around any text. */
static void
forge(struct buffer *out, enum pki_role signer, enum pki_role recipient, const char *text)
{
	BUFFER_CLEANUP struct buffer message = {0};
	struct judge_identity service, module;

	identify(&service, signer);
	identify(&module, recipient);
	judge_sign(&message, &(struct judge_plan){.people = {&service}, .digest = EVP_sha256()},
		bytes_text(text));
	judge_encrypt(out,
		&(struct judge_plan){
			.people = {&module}, .cipher = EVP_aes_256_cbc(), .manner = JUDGE_OAEP},
		buffer_bytes(&message));
	judge_identity_done(&service);
	judge_identity_done(&module);
}

static const char good[] = "{\"identifier\":\"i\",\"expires\":5,\"filler\":\"\"}";

static const struct {
	const char *text;
	int result;
	const char *words;
} texts[] = {
	{good, DONE, ""},
	{"{\"identifier\":\"i\",\"expires\":5,\"filler\":\"\",\"subject\":\"CN=x\",\"key_usage\":5,"
	 "\"subject_alternative_name\":\"DNS:a\"}",
		DONE, ""},
	{"", CHALLENGE_INTUNE_BAD, ""},
	{"identifier", CHALLENGE_INTUNE_BAD, ""},
	{"[]", CHALLENGE_INTUNE_BAD, "object"},
	{"{\"identifier\":\"i\",\"expires\":5,\"filler\":\"\"} ", DONE, ""},
	{"{\"identifier\":\"i\",\"expires\":5,\"filler\":\"\"}}", CHALLENGE_INTUNE_BAD,
		"end of file"},
	{"{\"expires\":5,\"filler\":\"\"}", CHALLENGE_INTUNE_BAD, "identifier"},
	{"{\"identifier\":\"i\",\"filler\":\"\"}", CHALLENGE_INTUNE_BAD, "expires"},
	{"{\"identifier\":\"\",\"expires\":5,\"filler\":\"\"}", CHALLENGE_INTUNE_BAD,
		"0 characters"},
	{"{\"identifier\":7,\"expires\":5,\"filler\":\"\"}", CHALLENGE_INTUNE_BAD, "string"},
	{"{\"identifier\":\"i\",\"expires\":\"5\",\"filler\":\"\"}", CHALLENGE_INTUNE_BAD,
		"integer"},
	{"{\"identifier\":\"i\",\"expires\":5.0,\"filler\":\"\"}", CHALLENGE_INTUNE_BAD, "integer"},
	{"{\"identifier\":\"i\",\"expires\":-1,\"filler\":\"\"}", CHALLENGE_INTUNE_BAD, "-1"},
	{"{\"identifier\":\"i\",\"expires\":253402300800,\"filler\":\"\"}", CHALLENGE_INTUNE_BAD,
		"253402300800"},
	{"{\"identifier\":\"i\",\"expires\":99999999999999999999,\"filler\":\"\"}",
		CHALLENGE_INTUNE_BAD, "too big"},
	{"{\"identifier\":\"i\",\"expires\":5,\"filler\":\"\",\"key_usage\":128}",
		CHALLENGE_INTUNE_BAD, "128"},
	{"{\"identifier\":\"i\",\"expires\":5,\"filler\":\"\",\"key_usage\":-1}",
		CHALLENGE_INTUNE_BAD, "-1"},
	{"{\"identifier\":\"i\",\"expires\":5,\"filler\":\"\",\"key_usage\":4294967296}",
		CHALLENGE_INTUNE_BAD, "4294967296"},
	{"{\"identifier\":\"i\",\"expires\":5,\"filler\":\"\",\"subject\":\"device\"}",
		CHALLENGE_INTUNE_BAD, "device"},
	{"{\"identifier\":\"i\",\"expires\":5,\"filler\":\"\",\"subject\":null}",
		CHALLENGE_INTUNE_BAD, "null"},
	{"{\"identifier\":\"i\",\"expires\":5,\"filler\":\"\",\"subject_alternative_name\":\"a\"}",
		CHALLENGE_INTUNE_BAD, "a"},
	{"{\"identifier\":\"i\",\"identifier\":\"j\",\"expires\":5,\"filler\":\"\"}",
		CHALLENGE_INTUNE_BAD, "duplicate"},
	{"{\"identifier\":\"i\",\"expires\":5,\"filler\":\"\",\"device\":\"x\"}",
		CHALLENGE_INTUNE_BAD, "unpacked"},
};

START_TEST(reads_claims_strictly)
{
	BUFFER_CLEANUP struct buffer der = {0};
	struct diag diag = {0};
	int result;

	forge(&der, PKI_CHALLENGE_SIGNING, PKI_CHALLENGE_ENCRYPTION, texts[_i].text);
	result = open_der(buffer_bytes(&der), &diag);
	ck_assert_msg(result == texts[_i].result, "%s: %d, %s", texts[_i].text, result, diag.found);
	ck_assert_msg(
		strstr(diag.found, texts[_i].words) != NULL, "%s: %s", texts[_i].text, diag.found);
}
END_TEST

/* --- tampered twins ------------------------------------------------------------------------ */

START_TEST(refuses_the_wrong_people)
{
	BUFFER_CLEANUP struct buffer signer = {0}, recipient = {0}, right = {0};
	struct diag diag = {0};

	forge(&right, PKI_CHALLENGE_SIGNING, PKI_CHALLENGE_ENCRYPTION, good);
	ck_assert_int_eq(open_der(buffer_bytes(&right), &diag), DONE);
	forge(&signer, PKI_CHALLENGE_ENCRYPTION, PKI_CHALLENGE_ENCRYPTION, good);
	ck_assert_int_eq(open_der(buffer_bytes(&signer), &diag), CHALLENGE_INTUNE_BAD);
	ck_assert_str_eq(diag.wanted, "the Intune service's certificate");
	forge(&recipient, PKI_CHALLENGE_SIGNING, PKI_CHALLENGE_SIGNING, good);
	ck_assert_int_eq(open_der(buffer_bytes(&recipient), &diag), CHALLENGE_INTUNE_BAD);
	ck_assert_ptr_nonnull(strstr(diag.wanted, "policy module"));
}
END_TEST

/* Opens a token with one wrong bit. Whatever becomes of it, the claims are never others. */
static int
open_with_wrong_bit(struct buffer *der, size_t index)
{
	CHALLENGE_CLAIMS_CLEANUP struct challenge_claims opened = {0};
	BUFFER_CLEANUP struct buffer text = {0};
	struct diag diag = {0};
	int result;

	der->data[index] ^= 0x10;
	base64_encode(&text, buffer_bytes(der));
	der->data[index] ^= 0x10;
	result = challenge_intune_open(&opened, &pki, buffer_bytes(&text), &diag);
	if (result != DONE) {
		ck_assert_msg(result == REFUSED || result == CHALLENGE_INTUNE_BAD,
			"byte %zu: %d, %s", index, result, diag.found);
		ck_assert_msg(diag.found[0] != '\0', "byte %zu: no words", index);
		return result;
	}
	ck_assert_str_eq(opened.identifier, identifier);
	ck_assert_str_eq(opened.subject, subject);
	ck_assert_str_eq(opened.alternative_name, alternative_name);
	ck_assert_uint_eq(opened.key_usage, claims.key_usage);
	ck_assert_int_eq(opened.expires_at, claims.expires_at);
	return result;
}

/* No signature covers the certificate that is sent along; every other wrong bit is refused. */
START_TEST(never_opens_to_other_claims)
{
	BUFFER_CLEANUP struct buffer der = {0};
	TEXT_CLEANUP char *token = challenge_support_token(&pki, &claims);
	size_t covered = certificate_of(PKI_CHALLENGE_SIGNING)->der.size, tried = 0, opened = 0;

	ck_assert_int_eq(base64_decode(&der, bytes_text(token), NULL), DONE);
	covered = der.size - covered;
	for (size_t i = 0; i < der.size; i += 1 + der.size / 150, tried++)
		if (open_with_wrong_bit(&der, i) == DONE)
			opened++;
	ck_assert_uint_le(opened, tried - tried * covered / der.size);
	ck_assert_int_eq(open_der(buffer_bytes(&der), NULL), DONE);
}
END_TEST

/* Opens a token as the module would, and gives the SignedData. */
static void
unwrap(struct buffer *out, const char *token)
{
	ENVELOPE_CLEANUP struct envelope envelope = {0};
	BUFFER_CLEANUP struct buffer der = {0};

	ck_assert_int_eq(base64_decode(&der, bytes_text(token), NULL), DONE);
	ck_assert_int_eq(envelope_read(&envelope, buffer_bytes(&der), NULL), DONE);
	ck_assert_int_eq(envelope_open(out, &envelope, &envelope.recipients[0],
				 pki_key(&pki, PKI_CHALLENGE_ENCRYPTION), NULL),
		DONE);
}

static int
open_wrapped(struct bytes message, struct diag *diag)
{
	const struct certificate *module = certificate_of(PKI_CHALLENGE_ENCRYPTION);
	struct envelope_plan plan = {.issuer = module->issuer,
		.serial = module->serial,
		.key = pki_key(&pki, PKI_CHALLENGE_ENCRYPTION),
		.transport = KEY_TRANSPORT_PKCS1,
		.cipher = algorithm_cipher_named("AES-128")};
	BUFFER_CLEANUP struct buffer der = {0};

	ck_assert_int_eq(envelope_seal(&der, &plan, message, NULL), DONE);
	return open_der(buffer_bytes(&der), diag);
}

/* The claims are changed behind the service's back, the envelope is made anew. */
START_TEST(refuses_changed_claims_in_a_new_envelope)
{
	TEXT_CLEANUP char *token = challenge_support_token(&pki, &claims);
	BUFFER_CLEANUP struct buffer message = {0};
	struct diag diag = {0};
	uint8_t *place;

	unwrap(&message, token);
	ck_assert_int_eq(open_wrapped(buffer_bytes(&message), &diag), DONE);
	place = memmem(message.data, message.size, subject, strlen(subject));
	ck_assert_ptr_nonnull(place);
	place[strlen(subject) - 1] = '2';
	ck_assert_int_eq(open_wrapped(buffer_bytes(&message), &diag), CHALLENGE_INTUNE_BAD);
	place[strlen(subject) - 1] = '1';
	message.data[message.size - 1] ^= 1;
	ck_assert_int_eq(open_wrapped(buffer_bytes(&message), &diag), CHALLENGE_INTUNE_BAD);
	message.data[message.size - 1] ^= 1;
	ck_assert_int_eq(open_wrapped(buffer_bytes(&message), &diag), DONE);
}
END_TEST

/* Certificates alone, which nobody signed. */
START_TEST(refuses_a_message_without_signer)
{
	struct bytes certificate = buffer_bytes(&certificate_of(PKI_CHALLENGE_SIGNING)->der);
	BUFFER_CLEANUP struct buffer message = {0};
	struct diag diag = {0};

	certs_only_write(&message, &certificate, 1, BYTES_NONE);
	ck_assert_int_eq(open_wrapped(buffer_bytes(&message), &diag), CHALLENGE_INTUNE_BAD);
}
END_TEST

static const char *const others[] = {
	"", "8CE317021F690069", "ggg", "AAAA", "PENlcnRFbnI=", "MIIB", "====", "not base64 at all"};

START_TEST(tells_what_has_another_form)
{
	struct diag diag = {0};

	ck_assert_int_eq(open_text(others[_i], &diag), REFUSED);
}
END_TEST

static const struct {
	struct challenge_claims claims;
	const char *words;
} unmintable[] = {
	{{.identifier = NULL, .expires_at = 5}, "0 characters"},
	{{.identifier = identifier, .expires_at = -5}, "-5"},
	{{.identifier = identifier, .key_usage = 0x100}, "256"},
	{{.identifier = identifier, .subject = (char[]){"device"}}, "device"},
	{{.identifier = identifier, .alternative_name = (char[]){"host"}}, "host"},
};

START_TEST(mints_no_claims_that_it_could_not_read)
{
	BUFFER_CLEANUP struct buffer token = {0};
	struct diag diag = {0};

	ck_assert_int_eq(
		challenge_intune_mint(&token, &pki, &unmintable[_i].claims, &diag), REFUSED);
	ck_assert_uint_eq(token.size, 0);
	ck_assert_msg(strstr(diag.found, unmintable[_i].words) != NULL, "%s", diag.found);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("challenge_intune");
	TCase *tests = tcase_create("tokens");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, opens_what_was_minted);
	tcase_add_test(tests, leaves_out_what_it_is_not_bound_to);
	tcase_add_test(tests, is_opened_and_verified_by_openssl);
	tcase_add_loop_test(tests, reads_claims_strictly, 0, ROWS(texts));
	tcase_add_test(tests, refuses_the_wrong_people);
	tcase_add_test(tests, never_opens_to_other_claims);
	tcase_add_test(tests, refuses_changed_claims_in_a_new_envelope);
	tcase_add_test(tests, refuses_a_message_without_signer);
	tcase_add_loop_test(tests, tells_what_has_another_form, 0, ROWS(others));
	tcase_add_loop_test(tests, mints_no_claims_that_it_could_not_read, 0, ROWS(unmintable));
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
