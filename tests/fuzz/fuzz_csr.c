/*
 * PKCS#10 as the server reads it, and what it does with the parts: its signature, the words made of
 * names, the extensions. The mutator signs anew.
 */
#include "common/alternative_name.h"
#include "common/name.h"
#include "common/name_parse.h"
#include "common/utf8.h"
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
edit(struct buffer *out, struct bytes request, struct dice *dice)
{
	BUFFER_CLEANUP struct buffer changed = {0};

	der_edit_change(&changed, request, dice);
	message_edit_sign_request(out, buffer_bytes(&changed));
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
	return message_edit_mutate(edit, data, size, size_max, seed);
}

/* A text of names can be read again, and means the same; what has no text says so. */
static void
check_names(const struct csr *csr)
{
	BUFFER_CLEANUP struct buffer text = {0}, again = {0};
	struct diag diag = {0};
	int result;

	name_text(&text, csr->subject);
	agree_that(utf8_is_text(buffer_bytes(&text)), "a subject's text that is no UTF-8");
	if (name_parse(&again, buffer_text(&text), NULL) == DONE)
		agree_that(name_equal(buffer_bytes(&again), csr->subject),
			"a subject's text that means another subject");
	agree_that(name_equal(csr->subject, csr->subject), "a subject that is not itself");
	if (csr->subject_alt_name.size == 0)
		return;
	buffer_clear(&text);
	result = alternative_name_text(&text, csr->subject_alt_name, &diag);
	agree_outcome(result, &diag);
}

static int
check_signature(const struct csr *csr, struct diag *diag)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = NULL;
	int result = key_read_public(&key, csr->spki, diag);

	if (result != DONE)
		return result;
	result = csr_verify(csr, key, diag);
	agree_request(csr, result == DONE);
	return result;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CSR_CLEANUP struct csr csr = {0};
	struct diag diag = {0};
	int result;

	people_draw(1);
	result = csr_read(&csr, BYTES(data, size), &diag);
	if (result == DONE) {
		check_names(&csr);
		agree_that(!csr.has_challenge || utf8_is_text(buffer_bytes(&csr.challenge)),
			"a challenge that is no UTF-8");
		result = check_signature(&csr, &diag);
	}
	agree_outcome(result, &diag);
	return 0;
}
