/* Fault profiles that strike one exchange together: each must still do what it does alone. */
#include <check.h>
#include <string.h>

#include "tests/integration/device.h"
#include "tests/run_suite.h"

#define TRAILING 4

/* The order in which the profiles are named is that of their rules. */
static const struct {
	const char *faults;
	size_t trailing; /* octets behind the CertRep */
	bool indefinite;
} encodings[] = {
	{"reply-signature-corrupt", 0, false},
	{"reply-trailing-bytes,reply-signature-corrupt", TRAILING, false},
	{"reply-signature-corrupt,reply-trailing-bytes", TRAILING, false},
	{"reply-indefinite-length,reply-signature-corrupt", 0, true},
	{"reply-signature-corrupt,reply-indefinite-length", 0, true},
	{"reply-trailing-bytes,reply-indefinite-length,reply-signature-corrupt", TRAILING, true},
	{"reply-signature-corrupt,reply-indefinite-length,reply-trailing-bytes", TRAILING, true},
};

/* Whatever becomes of the encoding, the CertRep in it is whole but for its signature. */
START_TEST(breaks_signature_and_encoding)
{
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	CLEANUP(EVP_PKEY) EVP_PKEY *key = NULL;
	struct device_message message = {0};
	struct raw_response response;
	struct deployment deployment;
	struct device device;
	struct diag diag = {0};
	char words[DIAG_TEXT_SIZE];
	size_t size;

	deployment_start_with_fault(&deployment, encodings[_i].faults, NULL);
	device_init(&device, &deployment, 0);
	device_send(&response, &device, &deployment, &message);
	ck_assert_uint_gt(response.body.size, TRAILING);
	size = response.body.size - encodings[_i].trailing;
	ck_assert_int_eq(response.body.data[1] == 0x80, encodings[_i].indefinite);
	ck_assert_msg(scep_reply_read(&reply, BYTES(response.body.data, size), &diag) == DONE, "%s",
		diag_text(words, &diag));
	ck_assert_int_eq(key_read_public(&key, device.ra_signing.spki, &diag), DONE);
	ck_assert_int_eq(signed_data_verify(&reply.message, key, &diag), REFUSED);
	for (size_t i = size; i < response.body.size; i++)
		ck_assert_uint_eq(response.body.data[i], 0);
	raw_response_done(&response);
	device_done(&device);
	deployment_stop(&deployment);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("compositions");
	TCase *cases = tcase_create("compositions");

	device_prepare_keys(1);
	tcase_set_timeout(cases, 60);
	tcase_add_loop_test(
		cases, breaks_signature_and_encoding, 0, sizeof(encodings) / sizeof(encodings[0]));
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
