/* EnvelopedData to a key or a password, read and opened by all who could be meant. */
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
edit(struct buffer *out, struct bytes envelope, struct dice *dice)
{
	message_edit_envelope(out, envelope, people_get(PERSON_DEVICE), der_edit_change, dice);
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
	return message_edit_mutate(edit, data, size, size_max, seed);
}

static int
open_with_key(const struct envelope *envelope, const struct person *person, struct diag *diag)
{
	const struct envelope_recipient *named =
		envelope_find_recipient(envelope, &person->certificate, LIMIT_RECIPIENTS);
	BUFFER_CLEANUP struct buffer content = {0};
	int result;

	if (!named)
		return envelope_refuse_addressee(envelope, "a key", &person->certificate, diag);
	result = envelope_open(&content, envelope, named, person->key, diag);
	if (result == DONE)
		agree_envelope(envelope, person, buffer_bytes(&content));
	else
		agree_that(content.size == 0, "content of what was refused");
	return result;
}

static int
open_with_password(const struct envelope *envelope, struct diag *diag)
{
	const struct envelope_recipient *named = envelope_find_password(envelope);
	BUFFER_CLEANUP struct buffer content = {0};
	int result;

	if (!named)
		return DONE;
	result = envelope_open_with_password(
		&content, envelope, named, bytes_text(PEOPLE_CHALLENGE), diag);
	if (result == DONE)
		agree_password(envelope, PEOPLE_CHALLENGE, buffer_bytes(&content));
	else
		agree_that(content.size == 0, "content of what was refused");
	return result;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ENVELOPE_CLEANUP struct envelope envelope = {0};
	struct diag diag = {0};
	int result;

	people_draw(1);
	result = envelope_read(&envelope, BYTES(data, size), &diag);
	agree_outcome(result, &diag);
	if (result != DONE)
		return 0;
	agree_outcome(open_with_key(&envelope, people_get(PERSON_DEVICE), &diag), &diag);
	agree_outcome(open_with_key(&envelope, people_get(PERSON_RA_ENCRYPTION), &diag), &diag);
	agree_outcome(open_with_password(&envelope, &diag), &diag);
	return 0;
}
