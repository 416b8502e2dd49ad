#include "common/options.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/memory.h"
#include "common/suggestion.h"

#define ROW_BASE    256 /* getopt's value of a row without a letter */
#define HELP_COLUMN 30
#define HELP_WIDTH  80

/* The rows in getopt's form. */
struct grammar {
	const struct option_row *rows;
	size_t count;
	struct option *longs;
	char *shorts;
};

static void
grammar_done(struct grammar *grammar)
{
	free(grammar->longs);
	free(grammar->shorts);
}

static void
grammar_init(struct grammar *grammar, const struct option_row *rows, size_t count)
{
	char *letter;

	grammar->rows = rows;
	grammar->count = count;
	grammar->longs = memory_new(count + 1, sizeof(*grammar->longs));
	letter = grammar->shorts = memory_new(2 * count + 2, 1);
	*letter++ = ':'; /* tells a missing argument from an unknown option */
	for (size_t i = 0; i < count; i++) {
		grammar->longs[i].name = rows[i].name;
		grammar->longs[i].has_arg = rows[i].argument ? required_argument : no_argument;
		grammar->longs[i].val = ROW_BASE + (int)i;
		if (!rows[i].letter)
			continue;
		*letter++ = rows[i].letter;
		if (rows[i].argument)
			*letter++ = ':';
	}
}

/* Returns the row that a value of getopt stands for; NULL when it is none. */
static const struct option_row *
grammar_row(const struct grammar *grammar, int value)
{
	if (value >= ROW_BASE)
		return &grammar->rows[value - ROW_BASE];
	for (size_t i = 0; value && i < grammar->count; i++)
		if (grammar->rows[i].letter == value)
			return &grammar->rows[i];
	return NULL;
}

static int
refuse_unknown(const struct grammar *grammar, const char *word, struct diag *diag)
{
	TEXT_CLEANUP char *name = text_copy_size(word, strcspn(word, "="));
	struct suggestion suggestion = suggestion_start(name + strspn(name, "-"));

	for (size_t i = 0; i < grammar->count; i++)
		suggestion_offer(&suggestion, grammar->rows[i].name);
	return suggestion_refuse(
		&suggestion, name, "no such option", "--", "one that --help lists", diag);
}

/* What getopt answered with '?', unknown or a flag with an argument, or with ':', an option without its own. */
static int
refuse(const struct grammar *grammar, int answer, char **argv, struct diag *diag)
{
	const struct option_row *row = grammar_row(grammar, optopt);
	const char letter[] = {'-', (char)optopt, '\0'};
	char name[96];

	if (!row)
		return refuse_unknown(grammar, optopt ? letter : argv[optind - 1], diag);
	snprintf(name, sizeof(name), "--%s", row->name);
	if (answer == ':')
		return diag_refuse(diag, name, NULL, row->argument, "no value");
	return diag_refuse(diag, name, NULL, "the option alone", "a value, though it takes none");
}

/* Returns the argument in which the option stood that getopt has just taken. */
static const char *
taken_word(const struct option_row *row, char **argv)
{
	return argv[optind - (row->argument && optarg == argv[optind - 1] ? 2 : 1)];
}

/* getopt_long takes "--chal" for "--challenge"; we do not. */
static bool
is_abbreviated(const struct option_row *row, int value, char **argv)
{
	return value >= ROW_BASE &&
		strcspn(taken_word(row, argv), "=") != strlen("--") + strlen(row->name);
}

static void
add_value(struct options *options, const struct option_row *row, bool from_environment, char *text)
{
	options->values =
		memory_resize(options->values, (options->count + 1) * sizeof(*options->values));
	options->values[options->count++] = (struct option_value){
		.row = row,
		.from_environment = from_environment,
		.text = text,
	};
}

/* Adds the values that stand in one variable, without the blanks around them. */
static void
read_variable(struct options *options, const struct option_row *row, const char *text)
{
	const char *separators = row->separators ? row->separators : "";

	if (!row->separators && *text)
		add_value(options, row, true, text_copy(text));
	while (row->separators && *text) {
		size_t size = strcspn(text, separators), start = 0, end = size;

		while (start < end && strchr(" \t\n", text[start]))
			start++;
		while (end > start && strchr(" \t\n", text[end - 1]))
			end--;
		if (end > start)
			add_value(options, row, true, text_copy_size(text + start, end - start));
		text += size + (text[size] != '\0');
	}
}

static int
read_arguments(struct options *options, const struct grammar *grammar, int argc, char **argv,
	struct diag *diag)
{
	int value;

	optind = 0; /* glibc: start anew */
	opterr = 0;
	while ((value = getopt_long(argc, argv, grammar->shorts, grammar->longs, NULL)) != -1) {
		const struct option_row *row = grammar_row(grammar, value);

		if (value == '?' || value == ':')
			return refuse(grammar, value, argv, diag);
		if (is_abbreviated(row, value, argv))
			return refuse_unknown(grammar, taken_word(row, argv), diag);
		add_value(options, row, false, text_copy(optarg));
	}
	options->first_argument = optind;
	return DONE;
}

int
options_read(struct options *out, const struct option_row *rows, size_t count, int argc,
	char **argv, struct diag *diag)
{
	__attribute__((cleanup(grammar_done))) struct grammar grammar;

	*out = (struct options){0};
	grammar_init(&grammar, rows, count);
	for (size_t i = 0; i < count; i++) {
		const char *text = rows[i].environment ? getenv(rows[i].environment) : NULL;

		if (text)
			read_variable(out, &rows[i], text);
	}
	return read_arguments(out, &grammar, argc, argv, diag);
}

bool
options_given(const struct options *options, const char *name)
{
	for (size_t i = 0; i < options->count; i++)
		if (!options->values[i].from_environment &&
			strcmp(options->values[i].row->name, name) == 0)
			return true;
	return false;
}

const char *
options_value(const struct options *options, const char *name)
{
	for (size_t i = options->count; i-- > 0;)
		if (strcmp(options->values[i].row->name, name) == 0)
			return options->values[i].text;
	return NULL;
}

/* Reads what a variable says of a flag. */
static int
read_flag(bool *out, const char *text, struct diag *diag)
{
	static const struct {
		const char *word;
		bool set;
	} words[] = {
		{"1", true},
		{"true", true},
		{"yes", true},
		{"on", true},
		{"0", false},
		{"false", false},
		{"no", false},
		{"off", false},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(text, words[i].word) == 0) {
			*out = words[i].set;
			return DONE;
		}
	}
	return diag_refuse(
		diag, "", NULL, "1, true, yes or on, or 0, false, no or off", "\"%s\"", text);
}

static int
apply_value(const struct option_value *value, void *target, struct diag *diag)
{
	bool set = true;

	if (value->row->argument)
		return value->row->set(target, value->text, diag);
	if (value->from_environment && read_flag(&set, value->text, diag))
		return REFUSED;
	return set ? value->row->set(target, NULL, diag) : DONE;
}

/* Says in the diag where a refused value came from. */
static void
name_source(const struct option_value *value, struct diag *diag)
{
	TEXT_CLEANUP char *name = text_format("%s%s", value->from_environment ? "" : "--",
		value->from_environment ? value->row->environment : value->row->name);

	diag_locate(diag, name);
}

/* Returns whether this is the first value that its source has for its row. */
static bool
is_first(const struct options *options, size_t index)
{
	const struct option_value *value = &options->values[index];

	for (size_t i = 0; i < index; i++)
		if (options->values[i].row == value->row &&
			options->values[i].from_environment == value->from_environment)
			return false;
	return true;
}

int
options_apply(const struct options *options, void *target, struct diag *diag)
{
	for (size_t i = 0; i < options->count; i++) {
		const struct option_value *value = &options->values[i];
		int outcome;

		if (!value->row->set)
			continue;
		if (value->row->restart && is_first(options, i))
			value->row->restart(target);
		outcome = apply_value(value, target, diag);
		if (outcome != DONE) {
			name_source(value, diag);
			return outcome;
		}
	}
	return DONE;
}

void
options_done(struct options *options)
{
	for (size_t i = 0; i < options->count; i++)
		free(options->values[i].text);
	free(options->values);
	*options = (struct options){0};
}

/* Appends words, each line starting at HELP_COLUMN; `column` is where the first one starts. */
static void
write_wrapped(struct buffer *out, const char *text, size_t column)
{
	while (*text) {
		size_t size = strcspn(text, " ");

		if (column > HELP_COLUMN && column + 1 + size > HELP_WIDTH) {
			buffer_append_byte(out, '\n');
			column = 0;
		}
		if (column < HELP_COLUMN) {
			buffer_append_format(out, "%*s", (int)(HELP_COLUMN - column), "");
			column = HELP_COLUMN;
		} else if (column > HELP_COLUMN) {
			buffer_append_byte(out, ' ');
			column++;
		}
		buffer_append(out, BYTES(text, size));
		column += size;
		text += size + strspn(text + size, " ");
	}
	buffer_append_byte(out, '\n');
}

void
options_write_help(struct buffer *out, const struct option_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		TEXT_CLEANUP char *letter =
			rows[i].letter ? text_format("-%c,", rows[i].letter) : NULL;
		TEXT_CLEANUP char *head = text_format("  %-3s --%s%s%s", letter ? letter : "",
			rows[i].name, rows[i].argument ? " " : "",
			rows[i].argument ? rows[i].argument : "");
		TEXT_CLEANUP char *text =
			text_format("%s%s%s%s", rows[i].help, rows[i].environment ? " [$" : "",
				rows[i].environment ? rows[i].environment : "",
				rows[i].environment ? "]" : "");
		size_t column = strlen(head);

		buffer_append_text(out, head);
		if (column >= HELP_COLUMN - 1) {
			buffer_append_byte(out, '\n');
			column = 0;
		}
		write_wrapped(out, text, column);
	}
}

int
options_number(int64_t *out, const char *value, int64_t min, int64_t max, struct diag *diag)
{
	char wanted[80], *end = NULL;
	int64_t number;

	snprintf(wanted, sizeof(wanted), "a whole number from %" PRId64 " to %" PRId64, min, max);
	errno = 0;
	number = strtoll(value, &end, 10);
	if (!strchr("-0123456789", value[0]) || end == value || *end)
		return diag_refuse(diag, "", NULL, wanted, "\"%s\" is no whole number", value);
	if (errno == ERANGE || number < min || number > max)
		return diag_refuse(diag, "", NULL, wanted, "%s is out of range", value);
	*out = number;
	return DONE;
}
