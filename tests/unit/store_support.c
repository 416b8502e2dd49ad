#include "store_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/name_parse.h"

/* The size of a certificate for an RSA-2048 key with the extensions that AD CS writes. */
#define DER_SIZE 1200

struct store *
support_open(const char *directory)
{
	struct store *store = NULL;
	struct diag diag = {0};

	ASSERT_DONE(store_open(&store, directory, &diag), &diag);
	return store;
}

void
support_certificate(struct certificate *out, uint32_t number, struct bytes serial)
{
	TEXT_CLEANUP char *subject = text_format("CN=device-%u,O=Example", number);
	BUFFER_CLEANUP struct buffer name = {0};
	uint8_t *parts;

	ck_assert_int_eq(name_parse(&name, subject, NULL), DONE);
	*out = (struct certificate){.not_before = 1700000000, .not_after = 1731536000};
	parts = buffer_append_space(&out->der, DER_SIZE);
	memset(parts, (int)(number % 251), DER_SIZE);
	memcpy(parts, serial.data, serial.size);
	memcpy(parts + serial.size, name.data, name.size);
	out->serial = BYTES(parts, serial.size);
	out->subject = BYTES(parts + serial.size, name.size);
}

/* As AD CS numbers them: a fixed octet, the request number, and more. */
static void
make_serial(uint8_t out[19], uint32_t number)
{
	memset(out, 0x61, 19);
	for (int i = 0; i < 4; i++)
		out[1 + i] = (uint8_t)(number >> (24 - 8 * i));
}

int
support_issue(uint32_t *number, struct store *store, const char *site, struct diag *diag)
{
	CERTIFICATE_CLEANUP struct certificate certificate = {0};
	struct transaction_record record = {.status = SCEP_STATUS_SUCCESS};
	TEXT_CLEANUP char *transaction_id = NULL;
	uint8_t serial[19];

	if (store_next_request_id(number, store, site, diag) != DONE)
		return BROKEN;
	make_serial(serial, *number);
	support_certificate(&certificate, *number, BYTES(serial, sizeof(serial)));
	record.request_id = *number;
	transaction_id = text_format("transaction-%u", *number);
	return store_issue(store, site, &certificate, transaction_id, &record, 1700000000000, diag);
}

void
support_query(struct buffer *out, const char *directory, const char *sql)
{
	TEXT_CLEANUP char *command = text_format(
		"python3 -c 'import sqlite3, sys\n"
		"file = sqlite3.connect(sys.argv[1] + \"/mock-ndes.sqlite\", "
		"isolation_level=None)\n"
		"rows = file.execute(sys.argv[2])\n"
		"print(\"\\n\".join(\"|\".join(map(str, row)) for row in rows), end=\"\")'"
		" '%s' \"%s\"",
		directory, sql);
	FILE *answer = popen(command, "r");
	char part[256];
	size_t size;

	ck_assert_ptr_nonnull(answer);
	while ((size = fread(part, 1, sizeof(part), answer)) > 0)
		buffer_append(out, BYTES(part, size));
	ck_assert_int_eq(pclose(answer), 0);
}

void
support_make_state(const char *directory, const char *file)
{
	const char *tests = getenv("UNIT_TESTS");
	TEXT_CLEANUP char *command = text_format(
		"python3 -c 'import sqlite3, sys\n"
		"script = open(sys.argv[2], encoding=\"utf-8\").read()\n"
		"sqlite3.connect(sys.argv[1] + \"/mock-ndes.sqlite\").executescript(script)'"
		" '%s' '%s/%s'",
		directory, tests ? tests : "tests/unit", file);

	ck_assert_int_eq(system(command), 0);
}
