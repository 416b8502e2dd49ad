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

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
	struct dice dice = dice_of(seed);
	BUFFER_CLEANUP struct buffer changed = {0};

	if (dice_once_in(&dice, 8))
		return LLVMFuzzerMutate(data, size, size_max);
	people_draw(seed);
	message_edit_envelope(
		&changed, BYTES(data, size), people_get(PERSON_DEVICE), der_edit_change, &dice);
	return message_edit_give(&changed, data, size, size_max);
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

static void
check(int result, const struct diag *diag)
{
	if (result != DONE)
		agree_refusal(result, diag);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ENVELOPE_CLEANUP struct envelope envelope = {0};
	struct diag diag = {0};
	int result;

	people_draw(1);
	result = envelope_read(&envelope, BYTES(data, size), &diag);
	check(result, &diag);
	if (result != DONE)
		return 0;
	check(open_with_key(&envelope, people_get(PERSON_DEVICE), &diag), &diag);
	check(open_with_key(&envelope, people_get(PERSON_RA_ENCRYPTION), &diag), &diag);
	check(open_with_password(&envelope, &diag), &diag);
	return 0;
}
