/*
 * What the client reads that is no message: the capabilities, the page with a password, what people type
 * for a serial number and a fingerprint, and answers of the control API. The first byte says which.
 */
#include <ctype.h>
#include <jansson.h>
#include <openssl/bn.h>
#include <string.h>

#include "client/admin_page.h"
#include "client/ctl_explain.h"
#include "client/ctl_print.h"
#include "client/fingerprint.h"
#include "client/serial.h"
#include "common/memory.h"
#include "common/scep.h"
#include "common/utf16.h"
#include "common/utf8.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/oracle.h"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	return 0;
}

/* Neither case nor order counts, and a word more takes nothing away. */
static void
read_capabilities(struct bytes body)
{
	BUFFER_CLEANUP struct buffer other = {0};
	unsigned found = scep_capabilities_read(body);

	buffer_append_text(&other, "GetNextCACert\n");
	for (size_t i = 0; i < body.size; i++)
		buffer_append_byte(&other, (uint8_t)toupper(body.data[i]));
	HOLD(scep_capabilities_read(buffer_bytes(&other)) == (found | SCEP_CAP_GET_NEXT_CA_CERT));
	for (unsigned bit = 1; bit && bit <= found; bit <<= 1)
		HOLD(!(found & bit) || scep_capability_name(bit));
}

/* As UTF-8 and as UTF-16 it says the same. */
static void
read_page(struct bytes body)
{
	BUFFER_CLEANUP struct buffer wide = {0};
	ADMIN_PAGE_CLEANUP struct admin_page page = {0}, other = {0};
	struct diag diag = {0};
	int result = admin_page_read(&page, body, &diag);

	HOLD(result == DONE ? *page.challenge != '\0' : result == REFUSED && diag.found[0]);
	if (!utf8_is_text(body))
		return;
	utf16_append_mark(&wide);
	utf16_append(&wide, body);
	HOLD(admin_page_read(&other, buffer_bytes(&wide), &diag) == result);
	HOLD(result != DONE || strcmp(page.challenge, other.challenge) == 0);
	HOLD(page.has_thumbprint == other.has_thumbprint);
}

static void
read_serial(struct bytes body)
{
	TEXT_CLEANUP char *text = text_copy_size(body.data, body.size);
	BUFFER_CLEANUP struct buffer serial = {0}, digits = {0}, theirs = {0};
	struct diag diag = {0};
	BIGNUM *number = NULL;

	if (serial_parse(&serial, text, &diag) != DONE) {
		HOLD(diag.found[0] && !serial.size);
		return;
	}
	for (const char *at = text; *at; at++)
		if (*at != ':')
			buffer_append_byte(&digits, (uint8_t)*at);
	HOLD(BN_hex2bn(&number, buffer_text(&digits)) == (int)digits.size);
	if (BN_num_bits(number) % 8 == 0)
		buffer_append_byte(&theirs, 0);
	BN_bn2bin(number, buffer_append_space(&theirs, (size_t)BN_num_bytes(number)));
	HOLD(bytes_equal(buffer_bytes(&serial), buffer_bytes(&theirs)));
	BN_free(number);
}

static void
read_fingerprint(struct bytes body)
{
	TEXT_CLEANUP char *text = text_copy_size(body.data, body.size);
	BUFFER_CLEANUP struct buffer digits = {0};
	struct fingerprint fingerprint, back;
	struct diag diag = {0};

	if (fingerprint_parse(&fingerprint, text, &diag) != DONE) {
		HOLD(diag.found[0]);
		return;
	}
	buffer_append_hex(&digits, BYTES(fingerprint.bytes, fingerprint.digest->size));
	HOLD(fingerprint_parse(&back, buffer_text(&digits), NULL) == DONE);
	HOLD(back.digest == fingerprint.digest &&
		memcmp(back.bytes, fingerprint.bytes, back.digest->size) == 0);
}

static void
read_control_answer(struct bytes body)
{
	BUFFER_CLEANUP struct buffer shown = {0};
	json_t *value = json_loadb((const char *)body.data, body.size, JSON_DECODE_ANY, NULL);

	if (!value)
		return;
	ctl_explain(&shown, value);
	ctl_print_object(&shown, value, 0);
	ctl_print_list(&shown, value, "id name exchange");
	ctl_print_misses(&shown, value);
	ctl_print_value(&shown, value);
	HOLD(shown.size);
	json_decref(value);
}

static const struct {
	char letter;
	void (*read)(struct bytes body);
} readers[] = {
	{'c', read_capabilities},
	{'f', read_fingerprint},
	{'j', read_control_answer},
	{'p', read_page},
	{'s', read_serial},
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t i = 0; size && i < sizeof(readers) / sizeof(readers[0]); i++)
		if (readers[i].letter == data[0])
			readers[i].read(BYTES(data + 1, size - 1));
	return 0;
}
