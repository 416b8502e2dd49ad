/*
 * Base64 both ways. What is read is held against a reader without any words of its own, and against
 * OpenSSL's where both take the text; what is written, against OpenSSL's.
 */
#include <openssl/evp.h>
#include <string.h>

#include "common/base64.h"
#include "common/memory.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/oracle.h"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	return 0;
}

/* What base64.h says, in the plainest way: bit by bit. */
static bool
read_plainly(struct buffer *out, struct bytes text)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t digits = 0, padding = 0, bits = 0;
	uint8_t octet = 0;

	for (size_t i = 0; i < text.size; i++) {
		const char *digit = text.data[i] ? strchr(alphabet, text.data[i]) : NULL;

		if (text.data[i] >= 9 && text.data[i] <= 13)
			continue;
		padding += text.data[i] == '=';
		if (text.data[i] == '=')
			continue;
		if (!digit || padding)
			return false;
		digits++;
		for (int bit = 5; bit >= 0; bit--) {
			octet = (uint8_t)(octet << 1 | ((digit - alphabet) >> bit & 1));
			if (++bits % 8 == 0)
				buffer_append_byte(out, octet);
		}
	}
	return digits % 4 != 1 && padding <= (4 - digits % 4) % 4;
}

static void
hold_against_openssl(struct bytes text, struct bytes ours)
{
	EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
	uint8_t *theirs = memory_new(text.size + 64, 1);
	int size = 0, rest = 0;

	EVP_DecodeInit(context);
	if (EVP_DecodeUpdate(context, theirs, &size, text.data, (int)text.size) >= 0 &&
		EVP_DecodeFinal(context, theirs + size, &rest) == 1)
		HOLD(bytes_equal(BYTES(theirs, (size_t)size + (size_t)rest), ours));
	free(theirs);
	EVP_ENCODE_CTX_free(context);
}

static void
hold_reading(struct bytes text)
{
	BUFFER_CLEANUP struct buffer ours = {0}, plain = {0};
	struct diag diag = {0};
	int result;

	buffer_append_text(&ours, "kept");
	result = base64_decode(&ours, text, &diag);
	HOLD(ours.size >= 4 && memcmp(ours.data, "kept", 4) == 0);
	HOLD((result == DONE) == read_plainly(&plain, text));
	if (result != DONE) {
		HOLD(result == REFUSED && ours.size == 4 && diag.object[0] && diag.found[0]);
		return;
	}
	HOLD(bytes_equal(BYTES(ours.data + 4, ours.size - 4), buffer_bytes(&plain)));
	hold_against_openssl(text, buffer_bytes(&plain));
}

static void
hold_writing(struct bytes bytes)
{
	BUFFER_CLEANUP struct buffer ours = {0}, back = {0};
	uint8_t *theirs = memory_new(bytes.size / 3 * 4 + 5, 1);
	int size = EVP_EncodeBlock(theirs, bytes.data, (int)bytes.size);

	base64_encode(&ours, bytes);
	HOLD(bytes_equal(buffer_bytes(&ours), BYTES(theirs, (size_t)size)));
	HOLD(base64_decode(&back, buffer_bytes(&ours), NULL) == DONE);
	HOLD(bytes_equal(buffer_bytes(&back), bytes));
	free(theirs);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	hold_reading(BYTES(data, size));
	hold_writing(BYTES(data, size));
	return 0;
}
