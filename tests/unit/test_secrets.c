/* What is left in memory of private keys and passwords when those who held them are done. */
#include <stdio.h>
#include <string.h>

#include "common/csr.h"
#include "common/der.h"
#include "common/envelope.h"
#include "common/pem.h"
#include "common/scep_request.h"
#include "tests/bombs/bomb_parts.h"
#include "tests/run_suite.h"
#include "x509_support.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true /* keeps what was freed, and may not be looked at */
#else
#define SANITIZED false
#endif

#define SECRET_MAX 256
#define MASK       0x5a

/* A secret that is looked for, kept so that it is not found here. */
struct masked {
	uint8_t octets[SECRET_MAX];
	size_t size;
};

static void
mask(struct masked *out, struct bytes secret, bool reversed)
{
	ck_assert_uint_le(secret.size, SECRET_MAX);
	ck_assert_uint_ge(secret.size, 8);
	out->size = secret.size;
	for (size_t i = 0; i < secret.size; i++)
		out->octets[i] = secret.data[reversed ? secret.size - 1 - i : i] ^ MASK;
}

static bool
holds(const volatile uint8_t *begin, const volatile uint8_t *end, const struct masked *secret)
{
	for (; (size_t)(end - begin) >= secret->size; begin++) {
		size_t i = 0;

		while (i < secret->size && (begin[i] ^ MASK) == secret->octets[i])
			i++;
		if (i == secret->size)
			return true;
	}
	return false;
}

/* Looks through all memory that this process can write to, where it lies. */
static bool
is_in_memory(const struct masked *secret)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long begin, end;
	char line[512], rights[8];
	bool found = false;

	ck_assert_ptr_nonnull(maps);
	while (!found && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx %7s", &begin, &end, rights) == 3 &&
			strncmp(rights, "rw", 2) == 0)
			found = holds((const uint8_t *)begin, (const uint8_t *)end, secret);
	fclose(maps);
	return found;
}

/* The private exponent, and its form with the last octet first, as libcrypto has it. */
static void
mask_private_key(struct masked *number, struct masked *reversed, EVP_PKEY *key)
{
	uint8_t octets[SECRET_MAX];
	BIGNUM *exponent = NULL;
	int size;

	ck_assert_int_eq(EVP_PKEY_get_bn_param(key, "d", &exponent), 1);
	size = BN_num_bytes(exponent);
	ck_assert_int_le(size, SECRET_MAX);
	BN_bn2bin(exponent, octets);
	BN_clear_free(exponent);
	mask(number, BYTES(octets, 64), false);
	mask(reversed, BYTES(octets, 64), true);
	OPENSSL_cleanse(octets, sizeof(octets));
}

/* Writes a key as PEM and reads it again, as `pki new` and `serve --pki` do. */
START_TEST(private_keys_do_not_stay)
{
	BUFFER_SECRET_CLEANUP struct buffer pem = {0};
	EVP_PKEY *made = support_new_key(NULL, 2048), *read = NULL;
	struct masked number, reversed;
	struct diag diag = {0};

	mask_private_key(&number, &reversed, made);
	ASSERT_DONE(key_write_pem(&pem, made, &diag), &diag);
	ASSERT_DONE(key_read_pem(&read, buffer_bytes(&pem), &diag), &diag);
	ck_assert_int_eq(EVP_PKEY_eq(made, read), 1);
	ck_assert(is_in_memory(&reversed));
	EVP_PKEY_free(made);
	EVP_PKEY_free(read);
	buffer_done_secret(&pem);
	ck_assert(!is_in_memory(&number));
	ck_assert(!is_in_memory(&reversed));
}
END_TEST

/* A text in pieces, so that the whole of it stands in no program's data. */
static void
make_challenge(struct buffer *out)
{
	for (int i = 0; i < 12; i++)
		buffer_append_format(out, "%d-guess-", i * 7919);
}

/* Writes a message with this challengePassword, and says what the session key was. */
static void
write_message(struct buffer *out, const struct bomb_kit *kit, const char *challenge)
{
	BUFFER_SECRET_CLEANUP struct buffer csr = {0}, envelope = {0};
	const struct csr_plan plan = {
		.subject = kit->device.subject,
		.challenge = challenge,
		.digest = algorithm_digest(oid_bytes(OID_SHA256)),
	};

	ck_assert_int_eq(csr_plan_sign(&csr, &plan, kit->device_key, NULL), DONE);
	bomb_envelope_write(&envelope, kit, &(struct bomb_envelope){.cipher_oid = OID_AES_256_CBC},
		buffer_bytes(&csr));
	bomb_message_write(out, kit, &(struct bomb_message){.payload = buffer_bytes(&envelope)});
}

/* The steps of server/pki_operation.c. */
static void
read_message(struct scep_request *request, const struct bomb_kit *kit, struct bytes message)
{
	const struct scep_recipient recipient = {&kit->ra, kit->ra_key};
	struct diag diag = {0};

	ASSERT_DONE(scep_request_read(request, message, &diag), &diag);
	ASSERT_DONE(scep_request_verify(request, &diag), &diag);
	ASSERT_DONE(scep_request_open(request, &recipient, 1, LIMIT_RECIPIENTS, &diag), &diag);
	ASSERT_DONE(scep_request_read_data(request, &diag), &diag);
}

/* The last half of bomb_parts' key for AES-256: of what is freed, malloc overwrites the first 16 bytes. */
static const struct bytes session_key = {(const uint8_t *)", of which nobod", 16};

START_TEST(session_keys_do_not_stay)
{
	BUFFER_CLEANUP struct buffer message = {0};
	BOMB_KIT_CLEANUP struct bomb_kit kit;
	struct scep_request request = {0};
	struct masked masked;

	bomb_kit_init(&kit, BYTES_NONE);
	mask(&masked, session_key, false);
	write_message(&message, &kit, "secret");
	read_message(&request, &kit, buffer_bytes(&message));
	ck_assert(!is_in_memory(&masked));
	scep_request_done(&request);
	bomb_kit_done(&kit);
}
END_TEST

START_TEST(challenges_do_not_stay)
{
	BUFFER_SECRET_CLEANUP struct buffer challenge = {0};
	BUFFER_CLEANUP struct buffer message = {0};
	BOMB_KIT_CLEANUP struct bomb_kit kit;
	struct scep_request request = {0};
	struct masked masked;

	bomb_kit_init(&kit, BYTES_NONE);
	buffer_reserve(&challenge, 200);
	make_challenge(&challenge);
	mask(&masked, BYTES(challenge.data, 32), false);
	write_message(&message, &kit, buffer_text(&challenge));
	buffer_done_secret(&challenge);
	read_message(&request, &kit, buffer_bytes(&message));
	ck_assert(request.csr.has_challenge && request.csr.challenge.size > 100);
	ck_assert(is_in_memory(&masked));
	scep_request_done(&request);
	ck_assert(!is_in_memory(&masked));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("secrets");
	TCase *memory = tcase_create("memory");

	if (!SANITIZED) {
		tcase_add_test(memory, private_keys_do_not_stay);
		tcase_add_test(memory, session_keys_do_not_stay);
		tcase_add_test(memory, challenges_do_not_stay);
	}
	suite_add_tcase(suite, memory);
	return run_suite(suite);
}
