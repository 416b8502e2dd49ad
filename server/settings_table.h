/*
 * The rows of all settings, one after the other (settings_rows.h).
 */
#pragma once

#include "server/settings.h"

enum setting_kind {
	SETTING_BOOL,   /* bool */
	SETTING_NUMBER, /* int64_t */
	SETTING_CHOICE, /* int, an index into the choices */
	SETTING_TEXT,   /* char *, on the heap */
};

struct setting_row {
	const char *name;
	enum setting_kind kind;
	size_t offset;        /* into struct settings */
	const char *standard; /* the default as text; NULL: "none", which only a text can be */
	int64_t min, max;     /* of a number; of a text in bytes, 0 as min allows "none" */
	const char *const *choices; /* names by enum value, NULL behind the last */
	/* Looks at the words of a text that is neither empty nor too long; the caller names the
	 * row in the diag. NULL: any printable text. */
	int (*check)(const char *value, struct diag *diag);
	const char *form; /* what `check` takes: "a digest" */
	/* Appends a regular expression (common/pattern.h) for what `check` takes; NULL: for anything. */
	void (*write_pattern)(struct buffer *out);
	const char *unit;           /* "minutes"; NULL: none */
	bool mints;                 /* the deployment's own certificates follow from it */
	enum setting_effect effect; /* on the real thing */
	const char *real;           /* where an administrator finds it; NULL: only here */
	const char *source;         /* the document it comes from; NULL: none */
	const char *help;           /* what it does, one sentence */
};

/* Returns the rows in the order of struct settings; NULL behind the last. */
const struct setting_row *settings_row_at(size_t index);

/* Returns the row of this name, or NULL. */
const struct setting_row *settings_row(const char *name);
