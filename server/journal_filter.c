#include "server/journal_filter.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/glob.h"
#include "common/memory.h"
#include "common/options.h"
#include "common/suggestion.h"
#include "common/timestamp.h"

#define PATTERN_MAX 512

/* What is so near to a known word is not taken for one that nobody knows. */
#define SLIPS_MAX 2

struct journal_filter_row {
	const char *name;         /* NULL: the field's */
	const char *help;         /* likewise */
	enum journal_field field; /* that it looks at; of `after` none */
	/* Fills the condition from its text. DONE, or REFUSED with the object left empty. */
	int (*read)(struct journal_condition *out, const char *text, struct diag *diag);
	bool (*fits)(
		const struct journal_condition *condition, const struct journal_record *record);
};

/* --- patterns --------------------------------------------------------------------- */

static const struct journal_field_row *
field_of(const struct journal_condition *condition)
{
	return journal_field_row(condition->row->field);
}

/* A pattern that asks for one text alone. */
static bool
is_plain(const char *pattern)
{
	return pattern[strcspn(pattern, "*?\\")] == '\0';
}

/* Of a field that can be other words too, only what looks like a slip is refused. */
static int
check_words(const struct journal_field_row *field, const char *pattern, struct diag *diag)
{
	struct suggestion suggestion = suggestion_start(pattern);
	BUFFER_CLEANUP struct buffer wanted = {0};
	const char *word;

	for (size_t i = 0; (word = field->word_at(i)); i++) {
		if (glob_match(pattern, bytes_text(word), field->fold))
			return DONE;
		suggestion_offer(&suggestion, word);
		buffer_append_format(&wanted, "%s%s", i ? ", " : "", word);
	}
	if (field->open && (suggestion.slips > SLIPS_MAX || !is_plain(pattern)))
		return DONE;
	TEXT_CLEANUP char *what = text_format("\"%s\" is none of its words", pattern);
	return suggestion_refuse(&suggestion, "", what, "", buffer_text(&wanted), diag);
}

static int
check_digits(const char *pattern, struct diag *diag)
{
	if (pattern[strspn(pattern, "0123456789*?")] == '\0')
		return DONE;
	return diag_refuse(
		diag, "", NULL, "digits, with \"*\" and \"?\" in them", "\"%s\"", pattern);
}

static int
read_pattern(struct journal_condition *out, const char *text, struct diag *diag)
{
	const struct journal_field_row *field = field_of(out);
	const char *resolved = field->resolve ? field->resolve(text) : NULL;
	int result = DONE;

	if (!*text || strlen(text) > PATTERN_MAX)
		return diag_refuse(diag, "", NULL, "1 to 512 bytes", *text ? "more" : "nothing");
	if (glob_check(text, diag) != DONE)
		return REFUSED;
	text = resolved ? resolved : text;
	if (field->word_at)
		result = check_words(field, text, diag);
	else if (field->digits)
		result = check_digits(text, diag);
	if (result == DONE)
		out->text = text_copy(text);
	return result;
}

static bool
fits_pattern(const struct journal_condition *condition, const struct journal_record *record)
{
	const struct journal_field_row *field = field_of(condition);
	struct bytes text = journal_record_field(record, condition->row->field);

	return text.data && glob_match(condition->text, text, field->fold);
}

/* --- faults ----------------------------------------------------------------------- */

#define ANY  "any"
#define NONE "none"

static bool
fits_one_fault(const char *pattern, struct bytes fault)
{
	const uint8_t *equals = memchr(fault.data, '=', fault.size);

	return glob_match(pattern, fault, false) ||
		(equals && glob_match(pattern, BYTES(fault.data, equals - fault.data), false));
}

static bool
fits_fault(const struct journal_condition *condition, const struct journal_record *record)
{
	struct bytes rest = journal_record_field(record, condition->row->field);

	if (strcmp(condition->text, ANY) == 0)
		return rest.size > 0;
	if (strcmp(condition->text, NONE) == 0)
		return rest.size == 0;
	while (rest.size > 0) {
		const uint8_t *end = memchr(rest.data, JOURNAL_FAULT_SEPARATOR, rest.size);
		size_t size = end ? (size_t)(end - rest.data) : rest.size;

		if (fits_one_fault(condition->text, BYTES(rest.data, size)))
			return true;
		size += end ? 1 : 0;
		rest = BYTES(rest.data + size, rest.size - size);
	}
	return false;
}

/* --- times and numbers ------------------------------------------------------------ */

static int
read_time(struct journal_condition *out, const char *text, struct diag *diag)
{
	if (timestamp_parse(&out->number, text, diag) != DONE)
		return REFUSED;
	out->text = text_copy(text);
	return DONE;
}

static bool
fits_since(const struct journal_condition *condition, const struct journal_record *record)
{
	return journal_record_arrived_ms(record) >= condition->number;
}

static bool
fits_until(const struct journal_condition *condition, const struct journal_record *record)
{
	return journal_record_arrived_ms(record) < condition->number;
}

static int
read_number(struct journal_condition *out, const char *text, struct diag *diag)
{
	if (options_number(&out->number, text, 0, INT64_MAX, diag) != DONE)
		return REFUSED;
	out->text = text_copy(text);
	return DONE;
}

static bool
fits_after(const struct journal_condition *condition, const struct journal_record *record)
{
	return journal_record_number(record) > (uint64_t)condition->number;
}

/* --- the names -------------------------------------------------------------------- */

#define PATTERN(which)                                                                             \
	{                                                                                          \
		.field = (which), .read = read_pattern, .fits = fits_pattern                       \
	}

static const struct journal_filter_row rows[] = {
	PATTERN(JOURNAL_SITE),
	PATTERN(JOURNAL_OPERATION),
	PATTERN(JOURNAL_METHOD),
	PATTERN(JOURNAL_PATH),
	PATTERN(JOURNAL_USER_AGENT),
	PATTERN(JOURNAL_MESSAGE_TYPE),
	PATTERN(JOURNAL_TRANSACTION_ID),
	PATTERN(JOURNAL_SUBJECT),
	PATTERN(JOURNAL_CIPHER),
	PATTERN(JOURNAL_DIGEST),
	PATTERN(JOURNAL_OUTCOME),
	PATTERN(JOURNAL_CHALLENGE),
	{.field = JOURNAL_FAULT, .read = read_pattern, .fits = fits_fault},
	PATTERN(JOURNAL_STATUS),
	PATTERN(JOURNAL_END),
	PATTERN(JOURNAL_CONNECTION),
	PATTERN(JOURNAL_REPEATS),
	PATTERN(JOURNAL_TIME),
	{"since", "Arrived at this time or later, by the deployment's clock, ISO 8601",
		JOURNAL_TIME, read_time, fits_since},
	{"until", "Arrived before this time", JOURNAL_TIME, read_time, fits_until},
	{"after", "Has a higher number than this", JOURNAL_FIELD_COUNT, read_number, fits_after},
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

_Static_assert(ROW_COUNT == JOURNAL_FILTER_MAX, "a filter can have each name");

static const char *
row_name(const struct journal_filter_row *row)
{
	return row->name ? row->name : journal_field_row(row->field)->name;
}

const char *
journal_filter_name_at(const char **help, size_t index)
{
	if (index >= ROW_COUNT)
		return NULL;
	*help = rows[index].name ? rows[index].help : journal_field_row(rows[index].field)->help;
	return row_name(&rows[index]);
}

const char *
journal_filter_name(const struct journal_condition *condition)
{
	return row_name(condition->row);
}

static int
find_row(const struct journal_filter_row **out, const char *name, struct diag *diag)
{
	struct suggestion suggestion = suggestion_start(name);
	BUFFER_CLEANUP struct buffer wanted = {0};

	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (strcmp(row_name(&rows[i]), name) == 0) {
			*out = &rows[i];
			return DONE;
		}
		suggestion_offer(&suggestion, row_name(&rows[i]));
		buffer_append_format(&wanted, "%s%s", i ? ", " : "", row_name(&rows[i]));
	}
	return suggestion_refuse(&suggestion, name, "nothing that exchanges are filtered by", "",
		buffer_text(&wanted), diag);
}

int
journal_filter_add(
	struct journal_filter *filter, const char *name, const char *text, struct diag *diag)
{
	struct journal_condition condition = {0};
	int result = find_row(&condition.row, name, diag);

	if (result != DONE)
		return result;
	for (size_t i = 0; i < filter->count; i++)
		if (filter->conditions[i].row == condition.row)
			return diag_refuse(diag, name, NULL, "each name once", "twice");
	result = condition.row->read(&condition, text, diag);
	if (result == DONE)
		filter->conditions[filter->count++] = condition;
	else
		diag_locate(diag, name);
	return result;
}

void
journal_filter_done(struct journal_filter *filter)
{
	for (size_t i = 0; i < filter->count; i++)
		free(filter->conditions[i].text);
	*filter = (struct journal_filter){0};
}

bool
journal_filter_is_scope(const struct journal_condition *condition)
{
	const struct journal_filter_row *row = condition->row;

	return row->name || row->field == JOURNAL_SITE || row->field == JOURNAL_TIME;
}

/* --- asking ----------------------------------------------------------------------- */

bool
journal_filter_fits(const struct journal_filter *filter, const struct journal_record *record)
{
	for (size_t i = 0; i < filter->count; i++)
		if (!filter->conditions[i].row->fits(&filter->conditions[i], record))
			return false;
	return true;
}

size_t
journal_filter_misses(const struct journal_condition **missed, const struct journal_filter *filter,
	const struct journal_record *record)
{
	size_t misses = 0;

	for (size_t i = 0; i < filter->count; i++) {
		const struct journal_condition *condition = &filter->conditions[i];

		if (condition->row->fits(condition, record))
			continue;
		if (misses++ == 0)
			*missed = condition;
	}
	return misses;
}

void
journal_filter_write_found(struct buffer *out, const struct journal_condition *condition,
	const struct journal_record *record)
{
	enum journal_field field = condition->row->field;
	struct bytes text;

	if (field == JOURNAL_FIELD_COUNT) {
		buffer_append_decimal(out, (int64_t)journal_record_number(record));
		return;
	}
	text = journal_record_field(record, field);
	for (size_t i = 0; i < text.size; i++)
		buffer_append_byte(
			out, text.data[i] == JOURNAL_FAULT_SEPARATOR ? ' ' : text.data[i]);
	if (text.size == 0)
		buffer_append_text(out, "nothing");
}

void
journal_filter_describe(struct buffer *out, const struct journal_filter *filter)
{
	for (size_t i = 0; i < filter->count; i++)
		buffer_append_format(out, "%s%s=%s", i ? " " : "",
			journal_filter_name(&filter->conditions[i]), filter->conditions[i].text);
	if (filter->count == 0)
		buffer_append_text(out, "anything");
}
