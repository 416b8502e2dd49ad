/*
 * Which exchanges are meant: conditions that must all hold, each a name and a text.
 *
 *   NAME=PATTERN       a field of journal_field.c, by a pattern (common/glob.h); what an exchange has
 *                      not, fits no pattern
 *   fault=any|none     struck or shaped by some fault, or by none
 *   fault=PATTERN      a rule's id, a setting's NAME, or NAME=VALUE
 *   since=TIME         arrived then or later, by the deployment's clock, ISO 8601
 *   until=TIME         arrived before then
 *   after=NUMBER       of a higher number
 */
#pragma once

#include "server/journal_record.h"

/* Each name stands at most once. */
#define JOURNAL_FILTER_MAX (JOURNAL_FIELD_COUNT + 3)

/* One name that a condition can have. */
struct journal_filter_row;

struct journal_condition {
	const struct journal_filter_row *row;
	char *text;     /* as it is compared */
	int64_t number; /* of since and until milliseconds, of after the number */
};

/* All zero fits every exchange. */
struct journal_filter {
	struct journal_condition conditions[JOURNAL_FILTER_MAX];
	size_t count;
};

/*
 * Adds a condition; the texts are copied. REFUSED, with the name as the diag's object and what is near,
 * when the name is none or stands already, or when its text can fit nothing: a bad pattern, time or
 * number, or one that fits none of the words that there are.
 */
int journal_filter_add(
	struct journal_filter *filter, const char *name, const char *text, struct diag *diag);

void journal_filter_done(struct journal_filter *filter);

/* Returns whether an exchange fits. */
bool journal_filter_fits(const struct journal_filter *filter, const struct journal_record *record);

/* Returns how many conditions do not hold; `missed` is the first of them. */
size_t journal_filter_misses(const struct journal_condition **missed,
	const struct journal_filter *filter, const struct journal_record *record);

/* Appends what a record has where the condition asks; "nothing" when it has none. */
void journal_filter_write_found(struct buffer *out, const struct journal_condition *condition,
	const struct journal_record *record);

/* Returns the condition's name. */
const char *journal_filter_name(const struct journal_condition *condition);

/* Returns whether a condition says where to look (site, times, numbers) rather than what for. */
bool journal_filter_is_scope(const struct journal_condition *condition);

/* Appends "operation=PKIOperation outcome=SUCCESS"; "anything" for a filter without conditions. */
void journal_filter_describe(struct buffer *out, const struct journal_filter *filter);

/* Returns the names that conditions can have, with their help; NULL behind the last. */
const char *journal_filter_name_at(const char **help, size_t index);
