/*
 * What a POSTed PKIOperation goes through on the server: the message, its signature, its envelope, what
 * is inside, and the words made of it for the log. The mutator signs and seals anew.
 */
#include "common/alternative_name.h"
#include "common/name.h"
#include "common/scep_request.h"
#include "tests/fuzz/agree.h"
#include "tests/fuzz/der_edit.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/message_edit.h"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	people_start();
	return 0;
}

static void
edit_data(struct buffer *out, struct bytes data, struct dice *dice)
{
	BUFFER_CLEANUP struct buffer changed = {0};

	der_edit_change(&changed, data, dice);
	if (dice_once_in(dice, 4))
		buffer_append(out, buffer_bytes(&changed));
	else
		message_edit_sign_request(out, buffer_bytes(&changed));
}

static void
edit(struct buffer *out, struct bytes message, struct dice *dice)
{
	message_edit_change(out, message, people_get(PERSON_RA_ENCRYPTION), edit_data, dice);
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
	return message_edit_mutate(edit, data, size, size_max, seed);
}

/* Puts into words what the journal tells of names. */
static void
describe(const struct scep_request *request)
{
	BUFFER_CLEANUP struct buffer words = {0};
	struct diag diag = {0};
	int result;

	name_text(&words, request->csr.subject);
	name_text(&words, request->issuer);
	name_text(&words, request->subject);
	cms_describe_identifier(&words, &request->message.signer);
	if (request->csr.subject_alt_name.size == 0)
		return;
	result = alternative_name_text(&words, request->csr.subject_alt_name, &diag);
	agree_outcome(result, &diag);
}

static int
check_csr(struct scep_request *request, struct diag *diag)
{
	int result = scep_request_read_csr_key(request, diag);

	if (result != DONE)
		return result;
	result = csr_verify(&request->csr, request->csr_key, diag);
	agree_request(&request->csr, result == DONE);
	return result;
}

/* Goes on as far as the server would. */
static int
run(struct scep_request *request, struct bytes message, struct diag *diag)
{
	const struct person *ra = people_get(PERSON_RA_ENCRYPTION);
	const struct scep_recipient recipient = {&ra->certificate, ra->key};
	int result = scep_request_read(request, message, diag);

	if (result == DONE)
		result = scep_request_verify(request, diag);
	if (result != DONE)
		return result;
	agree_certificate(&request->signer);
	agree_signature(&request->message, &request->signer);
	result = scep_request_open(request, &recipient, 1, LIMIT_RECIPIENTS, diag);
	if (result != DONE)
		return result;
	agree_envelope(&request->envelope, ra, buffer_bytes(&request->message_data));
	result = scep_request_read_data(request, diag);
	if (result == DONE && request->csr.der.size > 0)
		result = check_csr(request, diag);
	return result;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCEP_REQUEST_CLEANUP struct scep_request request = {0};
	struct diag diag = {0};
	int result;

	people_draw(1);
	result = run(&request, BYTES(data, size), &diag);
	agree_outcome(result, &diag);
	describe(&request);
	return 0;
}
