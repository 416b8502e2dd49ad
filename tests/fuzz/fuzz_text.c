/*
 * Short texts that strangers write, each by its reader: the first byte says which, see `readers`. What
 * is read and written again is the same; where there is another reader of that form, both agree.
 */
#include <jansson.h>
#include <openssl/asn1.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "common/alternative_name.h"
#include "common/clock.h"
#include "common/der_text.h"
#include "common/directory_string.h"
#include "common/duration.h"
#include "common/glob.h"
#include "common/json_writer.h"
#include "common/memory.h"
#include "common/name.h"
#include "common/name_parse.h"
#include "common/oid.h"
#include "common/options.h"
#include "common/size.h"
#include "common/timestamp.h"
#include "common/utf16.h"
#include "common/utf8.h"
#include "server/action_value.h"
#include "server/html.h"
#include "server/journal_filter.h"
#include "server/journal_text.h"
#include "server/listen_address.h"
#include "server/settings_text.h"
#include "server/site_name.h"
#include "server/w3c_fields.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/oracle.h"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	return 0;
}

/* Returns the result of a reader, which is DONE, or REFUSED with words. */
static bool
is_done(int result, const struct diag *diag)
{
	HOLD(result == DONE || (result == REFUSED && diag->found[0]));
	return result == DONE;
}

/* --- text of any bytes ------------------------------------------------------------------------- */

/* jansson refuses what is no UTF-8. */
static bool
is_utf8(struct bytes text)
{
	json_t *value = json_stringn((const char *)text.data, text.size);
	bool good = value != NULL;

	json_decref(value);
	return good || !text.size;
}

static void
read_utf8(struct bytes text)
{
	BUFFER_CLEANUP struct buffer wide = {0}, back = {0};
	struct bytes trimmed = utf8_trim(text);

	HOLD(utf8_is_text(text) ==
		(is_utf8(text) && !(text.size && memchr(text.data, 0, text.size))));
	HOLD(trimmed.data == text.data && trimmed.size <= text.size &&
		text.size - trimmed.size < 4);
	HOLD(!is_utf8(text) || trimmed.size == text.size);
	utf16_append(&wide, text);
	utf16_decode(&back, buffer_bytes(&wide));
	HOLD(is_utf8(buffer_bytes(&back)));
	/* A mark at the start is none of the text. */
	if (is_utf8(text) && !(text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0))
		HOLD(bytes_equal(buffer_bytes(&back), text));
}

static void
read_utf16(struct bytes text)
{
	BUFFER_CLEANUP struct buffer narrow = {0};

	utf16_decode(&narrow, text);
	HOLD(is_utf8(buffer_bytes(&narrow)));
}

/* What others write into our JSON, HTML and onto the terminal stays text. */
static void
read_shown(struct bytes text)
{
	BUFFER_CLEANUP struct buffer json = {0}, html = {0}, line = {0};
	json_t *value;

	json_writer_quote(&json, text);
	value = json_loadb(
		(const char *)json.data, json.size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	HOLD(json_is_string(value));
	if (is_utf8(text))
		HOLD(bytes_equal(text, BYTES(json_string_value(value), json_string_length(value))));
	json_decref(value);
	html_escape(&html, text);
	HOLD(is_utf8(buffer_bytes(&html)));
	for (size_t i = 0; i < html.size; i++)
		HOLD(!strchr("<>\"'", html.data[i]) || !html.data[i]);
	journal_text_print(&line, text, 80);
	HOLD(is_utf8(buffer_bytes(&line)));
	for (size_t i = 0; i < line.size; i++)
		HOLD(line.data[i] >= ' ' && line.data[i] != 0x7f);
}

static void
read_string(struct bytes text)
{
	static const uint8_t tags[] = {DER_PRINTABLE_STRING, DER_UTF8_STRING, DER_IA5_STRING,
		DER_TELETEX_STRING, DER_BMP_STRING, DER_UNIVERSAL_STRING};

	for (size_t i = 0; i < sizeof(tags); i++) {
		BUFFER_CLEANUP struct buffer der = {0}, back = {0};
		struct der_element element;
		struct der cursor;

		if (!directory_string_put(&der, tags[i], text)) {
			HOLD(!der.size);
			continue;
		}
		cursor = der_start(buffer_bytes(&der), "string", NULL);
		HOLD(der_take(&cursor, tags[i], &element) && der_finish(&cursor));
		HOLD(der_text(&back, &element) && bytes_equal(buffer_bytes(&back), text));
	}
}

/* --- texts without NUL -------------------------------------------------------------------------- */

/* Which ends of a text, counted in characters, what was read of a pattern fits; by every way at once. */
static bool
fits_by_all_ways(const char *pattern, const char *text)
{
	size_t size = strlen(text);
	bool *reached = memory_new(size + 1, 1), fits;

	reached[0] = true;
	for (; *pattern; pattern++) {
		bool *next = memory_new(size + 1, 1), any = *pattern == '*', one = *pattern == '?';

		pattern += *pattern == '\\';
		for (size_t i = 0, step; i <= size; i += step ? step : 1) {
			step = utf8_size(BYTES(text + i, size - i));
			if (any && (reached[i] || next[i]))
				next[i] = next[i + step] = true;
			else if (i < size && reached[i] && one)
				next[i + step] = true;
		}
		/* A letter of the pattern can be a part of a character. */
		for (size_t i = 0; !any && !one && i < size; i++)
			next[i + 1] = reached[i] && text[i] == *pattern;
		free(reached);
		reached = next;
	}
	fits = reached[size];
	free(reached);
	return fits;
}

/* The pattern and the text stand on a line each. */
static void
read_glob(const char *text)
{
	TEXT_CLEANUP char *pattern = text_copy_size(text, strcspn(text, "\n"));
	const char *candidate = text[strlen(pattern)] ? text + strlen(pattern) + 1 : "";
	struct diag diag = {0};
	bool fits;

	if (!is_done(glob_check(pattern, &diag), &diag))
		return;
	fits = glob_match(pattern, bytes_text(candidate), false);
	HOLD(!fits || glob_match(pattern, bytes_text(candidate), true));
	if (is_utf8(bytes_text(pattern)) && is_utf8(bytes_text(candidate)))
		HOLD(fits == fits_by_all_ways(pattern, candidate));
}

static void
read_duration(const char *text)
{
	BUFFER_CLEANUP struct buffer again = {0};
	struct diag diag = {0};
	int64_t ms, back;

	if (!is_done(duration_parse(&ms, text, true, &diag), &diag))
		return;
	HOLD(ms >= -DURATION_MAX_MS && ms <= DURATION_MAX_MS);
	if (ms < 0)
		buffer_append_byte(&again, '-');
	action_value_write_duration(&again, ms < 0 ? -ms : ms);
	HOLD(duration_parse(&back, buffer_text(&again), true, NULL) == DONE && back == ms);
}

static void
read_timestamp(const char *text)
{
	char again[CLOCK_TEXT_SIZE];
	struct diag diag = {0};
	int64_t ms, back;

	if (!is_done(timestamp_parse(&ms, text, &diag), &diag))
		return;
	HOLD(ms >= 0);
	HOLD(timestamp_parse(&back, clock_text(again, ms), NULL) == DONE && back == ms);
}

static void
read_size(const char *text)
{
	struct diag diag = {0};
	int64_t size;

	if (is_done(size_parse(&size, text, &diag), &diag))
		HOLD(size >= 0 && size <= INT64_C(1) << 30);
}

static void
read_number(const char *text)
{
	struct diag diag = {0};
	int64_t number;

	if (is_done(options_number(&number, text, INT64_MIN, INT64_MAX, &diag), &diag))
		HOLD(number == strtoll(text, NULL, 10));
}

static void
read_name(const char *text)
{
	BUFFER_CLEANUP struct buffer name = {0}, written = {0}, back = {0};
	struct diag diag = {0};
	const uint8_t *at;
	X509_NAME *theirs;

	if (!is_done(name_parse(&name, text, &diag), &diag)) {
		HOLD(!name.size);
		return;
	}
	at = name.data;
	theirs = d2i_X509_NAME(NULL, &at, (long)name.size);
	/* OpenSSL's Names hold texts alone; "#" gives any value (RFC 4514 2.4). */
	HOLD(strchr(text, '#') || (theirs && at == name.data + name.size));
	X509_NAME_free(theirs);
	name_text(&written, buffer_bytes(&name));
	HOLD(name_parse(&back, buffer_text(&written), NULL) == DONE);
	HOLD(name_equal(buffer_bytes(&name), buffer_bytes(&back)));
}

static void
read_alternative_name(const char *text)
{
	BUFFER_CLEANUP struct buffer names = {0}, written = {0}, back = {0};
	struct diag diag = {0};
	GENERAL_NAMES *theirs;
	const uint8_t *at;

	if (!is_done(alternative_name_parse(&names, text, &diag), &diag)) {
		HOLD(!names.size);
		return;
	}
	at = names.data;
	theirs = d2i_GENERAL_NAMES(NULL, &at, (long)names.size);
	HOLD(theirs && at == names.data + names.size);
	GENERAL_NAMES_free(theirs);
	HOLD(alternative_name_text(&written, buffer_bytes(&names), NULL) == DONE);
	HOLD(alternative_name_parse(&back, buffer_text(&written), NULL) == DONE);
	HOLD(bytes_equal(buffer_bytes(&names), buffer_bytes(&back)));
}

static void
read_oid(const char *text)
{
	BUFFER_CLEANUP struct buffer content = {0}, written = {0}, back = {0};
	ASN1_OBJECT *theirs;

	oid_find_name(text);
	if (!oid_encode(&content, text)) {
		HOLD(!content.size);
		return;
	}
	theirs = OBJ_txt2obj(text, 1);
	HOLD(theirs && OBJ_length(theirs) == content.size &&
		memcmp(OBJ_get0_data(theirs), content.data, content.size) == 0);
	ASN1_OBJECT_free(theirs);
	oid_describe(&written, buffer_bytes(&content));
	HOLD(oid_find_name(buffer_text(&written)) != OID_UNKNOWN ||
		(oid_encode(&back, buffer_text(&written)) &&
			bytes_equal(buffer_bytes(&back), buffer_bytes(&content))));
}

static void
read_listen_address(const char *text)
{
	struct listen_address address;
	struct diag diag = {0};

	if (is_done(listen_address_parse(&address, text, &diag), &diag))
		HOLD(listen_address_equal(&address, &address));
}

static void
read_w3c_fields(const char *text)
{
	BUFFER_CLEANUP struct buffer names = {0};
	struct diag diag = {0};
	uint32_t fields, back;

	if (!is_done(w3c_fields_parse(&fields, text, &diag), &diag))
		return;
	w3c_fields_write_names(&names, fields);
	HOLD(w3c_fields_parse(&back, buffer_text(&names), NULL) == DONE && back == fields);
}

/* The name and the text of each condition, a line each. */
static void
read_filter(const char *text)
{
	BUFFER_CLEANUP struct buffer words = {0};
	struct journal_filter filter = {0};
	struct diag diag = {0};

	while (*text) {
		TEXT_CLEANUP char *name = text_copy_size(text, strcspn(text, "=\n"));
		const char *value = text + strlen(name) + (text[strlen(name)] == '=');
		TEXT_CLEANUP char *condition = text_copy_size(value, strcspn(value, "\n"));

		is_done(journal_filter_add(&filter, name, condition, &diag), &diag);
		text = value + strlen(condition);
		text += *text == '\n';
	}
	journal_filter_describe(&words, &filter);
	HOLD(words.size);
	journal_filter_done(&filter);
}

/* What a site may be called needs no escape in a URL, and no quotes anywhere. */
static void
read_site_name(const char *text)
{
	struct diag diag = {0};

	if (!is_done(site_name_check(text, &diag), &diag))
		return;
	HOLD(*text && strlen(text) <= SITE_NAME_MAX);
	HOLD(text[strspn(
		     text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")] ==
		'\0');
}

/* NAME=VALUE. What is set, shown and set again is shown again. */
static void
read_setting(const char *text)
{
	TEXT_CLEANUP char *name = text_copy_size(text, strcspn(text, "="));
	const char *value = text[strlen(name)] ? text + strlen(name) + 1 : "";
	SETTINGS_CLEANUP struct settings settings = {0}, again = {0};
	const struct setting_row *row = settings_row(name);
	BUFFER_CLEANUP struct buffer shown = {0};
	struct diag diag = {0};

	settings_init(&settings);
	settings_init(&again);
	if (!is_done(settings_set_text(&settings, name, value, &diag), &diag)) {
		HOLD(!row || settings_same_value(&settings, &again, row));
		return;
	}
	HOLD(row);
	settings_text_write_value(&shown, row, &settings);
	if (row->kind == SETTING_TEXT)
		settings_set_text(&again, name, value, NULL);
	else
		HOLD(settings_set_text(&again, name, buffer_text(&shown), NULL) == DONE);
	HOLD(settings_same_value(&settings, &again, row));
}

static const struct {
	char letter;
	void (*read)(const char *text);         /* up to the first NUL */
	void (*read_bytes)(struct bytes bytes); /* where NULs are bytes as others */
} readers[] = {
	{'a', read_alternative_name, NULL},
	{'b', NULL, read_utf8},
	{'c', NULL, read_utf16},
	{'d', read_duration, NULL},
	{'f', read_filter, NULL},
	{'g', read_glob, NULL},
	{'h', NULL, read_shown},
	{'l', read_listen_address, NULL},
	{'n', read_name, NULL},
	{'o', read_oid, NULL},
	{'s', read_setting, NULL},
	{'t', read_timestamp, NULL},
	{'u', read_number, NULL},
	{'v', NULL, read_string},
	{'w', read_w3c_fields, NULL},
	{'x', read_site_name, NULL},
	{'z', read_size, NULL},
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t i = 0; size && i < sizeof(readers) / sizeof(readers[0]); i++) {
		TEXT_CLEANUP char *text = NULL;

		if (readers[i].letter != data[0])
			continue;
		if (readers[i].read_bytes) {
			readers[i].read_bytes(BYTES(data + 1, size - 1));
			return 0;
		}
		text = text_copy_size(data + 1, size - 1);
		readers[i].read(text);
		return 0;
	}
	return 0;
}
