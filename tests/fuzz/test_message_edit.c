/* The mutator gets past what random bytes end at: the signature, the envelope, the request's signature. */
#include <check.h>

#include "common/csr.h"
#include "common/scep_request.h"
#include "tests/fuzz/der_edit.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/message_edit.h"
#include "tests/run_suite.h"
#include "tests/unit/x509_support.h"

#define MUTATIONS 400

/* libFuzzer's part, as small as it can be. */
size_t
LLVMFuzzerMutate(uint8_t *data, size_t size, size_t size_max)
{
	if (size > 0)
		data[size / 2] ^= 1;
	return size;
}

static void
make_request(struct buffer *out)
{
	const struct person *device = people_get(PERSON_DEVICE);
	const struct csr_plan plan = {
		.subject = device->certificate.subject,
		.challenge = PEOPLE_CHALLENGE,
		.digest = algorithm_digest_named("SHA-256"),
	};

	ck_assert_int_eq(csr_plan_sign(out, &plan, device->key, NULL), DONE);
}

static void
make_message(struct buffer *out)
{
	const struct person *device = people_get(PERSON_DEVICE),
			    *ra = people_get(PERSON_RA_ENCRYPTION);
	BUFFER_CLEANUP struct buffer request = {0};
	struct scep_request_plan plan = {
		.message_type = SCEP_PKCS_REQ,
		.transaction_id = PEOPLE_TRANSACTION_ID,
		.sender_nonce = bytes_text(PEOPLE_NONCE),
		.envelope =
			{
				.issuer = ra->certificate.issuer,
				.serial = ra->certificate.serial,
				.key = ra->key,
				.cipher = algorithm_cipher_named("AES"),
			},
		.digest = algorithm_digest_named("SHA-256"),
		.signer = &device->certificate,
		.signer_key = device->key,
	};

	make_request(&request);
	plan.message_data = buffer_bytes(&request);
	ck_assert_int_eq(scep_request_write(out, &plan, NULL), DONE);
}

/* How many mutations got how far. */
struct progress {
	size_t changed;   /* are other bytes than before */
	size_t signed_;   /* have a good signature */
	size_t opened;    /* and an envelope that opens */
	size_t requested; /* and in it another PKCS#10, with a good signature */
};

static void
count_request(struct progress *progress, struct scep_request *request, struct bytes before)
{
	if (scep_request_read_data(request, NULL) == DONE && request->csr.der.size > 0 &&
		scep_request_read_csr_key(request, NULL) == DONE &&
		csr_verify(&request->csr, request->csr_key, NULL) == DONE &&
		!bytes_equal(buffer_bytes(&request->message_data), before))
		progress->requested++;
}

static void
count(struct progress *progress, struct bytes mutation, struct bytes before)
{
	const struct person *ra = people_get(PERSON_RA_ENCRYPTION);
	const struct scep_recipient recipient = {&ra->certificate, ra->key};
	SCEP_REQUEST_CLEANUP struct scep_request request = {0};

	if (scep_request_read(&request, mutation, NULL) != DONE ||
		scep_request_verify(&request, NULL) != DONE)
		return;
	progress->signed_++;
	if (scep_request_open(&request, &recipient, 1, LIMIT_RECIPIENTS, NULL) != DONE)
		return;
	progress->opened++;
	count_request(progress, &request, before);
}

static void
edit(struct buffer *out, struct bytes data, struct dice *dice)
{
	BUFFER_CLEANUP struct buffer changed = {0};

	der_edit_change(&changed, data, dice);
	message_edit_sign_request(out, buffer_bytes(&changed));
}

START_TEST(gets_past_signatures)
{
	BUFFER_CLEANUP struct buffer message = {0}, request = {0};
	struct progress progress = {0};

	people_start();
	make_message(&message);
	make_request(&request);
	for (unsigned i = 0; i < MUTATIONS; i++) {
		BUFFER_CLEANUP struct buffer mutation = {0};
		struct dice dice = dice_of(i);

		people_draw(i);
		message_edit_change(&mutation, buffer_bytes(&message),
			people_get(PERSON_RA_ENCRYPTION), edit, &dice);
		if (!bytes_equal(buffer_bytes(&mutation), buffer_bytes(&message)))
			progress.changed++;
		count(&progress, buffer_bytes(&mutation), buffer_bytes(&request));
	}
	ck_assert_uint_gt(progress.changed, MUTATIONS * 9 / 10);
	ck_assert_uint_gt(progress.signed_, MUTATIONS / 2);
	ck_assert_uint_gt(progress.opened, MUTATIONS / 4);
	ck_assert_uint_gt(progress.requested, MUTATIONS / 20);
}
END_TEST

START_TEST(splices_and_mends_lengths)
{
	/* SEQUENCE { OCTET STRING { INTEGER 1 }, [0] indefinite { NULL } } */
	static const uint8_t before[] = {0x30, 0x0b, 0x04, 0x03, 0x02, 0x01, 0x01, 0xa0, 0x80, 0x05,
		0x00, 0x00, 0x00},
			     number[] = {0x02, 0x02, 0x01, 0x00},
			     after[] = {0x30, 0x0c, 0x04, 0x04, 0x02, 0x02, 0x01, 0x00, 0xa0, 0x80,
				     0x05, 0x00, 0x00, 0x00},
			     without[] = {0x30, 0x09, 0x04, 0x03, 0x02, 0x01, 0x01, 0xa0, 0x80,
				     0x00, 0x00};
	BUFFER_CLEANUP struct buffer out = {0};

	der_edit_splice(&out, BYTES(before, sizeof(before)), BYTES(before + 4, 3),
		BYTES(number, sizeof(number)));
	ck_assert(bytes_equal(buffer_bytes(&out), BYTES(after, sizeof(after))));
	buffer_clear(&out);
	der_edit_splice(&out, BYTES(before, sizeof(before)), BYTES(before + 9, 2), BYTES_NONE);
	ck_assert(bytes_equal(buffer_bytes(&out), BYTES(without, sizeof(without))));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("message_edit");
	TCase *mutator = tcase_create("mutator");

	tcase_add_test(mutator, splices_and_mends_lengths);
	tcase_add_test(mutator, gets_past_signatures);
	suite_add_tcase(suite, mutator);
	return run_suite(suite);
}
