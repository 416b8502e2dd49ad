#include "common/glob.h"

#include <string.h>

#include "common/utf8.h"

#define ESCAPED "*?[\\"

int
glob_check(const char *pattern, struct diag *diag)
{
	for (const char *at = pattern; *at; at++) {
		if (*at == '[')
			return diag_refuse(diag, "", NULL,
				"a pattern of \"*\" and \"?\"; \"\\[\" for the bracket itself",
				"\"[\" in \"%s\"", pattern);
		if (*at != '\\')
			continue;
		at++;
		if (!*at || !strchr(ESCAPED, *at))
			return diag_refuse(diag, "", NULL, "\"\\*\", \"\\?\", \"\\[\" or \"\\\\\"",
				"a backslash in front of %s%.1s%s in \"%s\"", *at ? "\"" : "",
				*at ? at : "nothing", *at ? "\"" : "", pattern);
	}
	return DONE;
}

static uint8_t
folded(uint8_t byte, bool fold)
{
	return fold && byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte - 'A' + 'a') : byte;
}

/* Returns how much of `text`, which is not empty, one character of the pattern takes; 0: none. */
static size_t
match_one(const char *pattern, struct bytes text, bool fold)
{
	size_t size = utf8_size(text);

	if (*pattern == '?')
		return size ? size : 1;
	if (*pattern == '\\')
		pattern++;
	return folded((uint8_t)*pattern, fold) == folded(text.data[0], fold);
}

static const char *
next(const char *pattern)
{
	return pattern + (*pattern == '\\' ? 2 : 1);
}

/* Only the last star is ever tried again: one that takes more of the text before it would leave
 * less for the rest. */
bool
glob_match(const char *pattern, struct bytes text, bool fold)
{
	const char *star = NULL;
	size_t at = 0, retry = 0;

	while (at < text.size) {
		struct bytes rest = BYTES(text.data + at, text.size - at);
		size_t taken = *pattern && *pattern != '*' ? match_one(pattern, rest, fold) : 0;

		if (*pattern == '*') {
			star = ++pattern;
			retry = at;
		} else if (taken) {
			pattern = next(pattern);
			at += taken;
		} else if (star) {
			pattern = star;
			at = retry +=
				match_one("?", BYTES(text.data + retry, text.size - retry), fold);
		} else {
			return false;
		}
	}
	return pattern[strspn(pattern, "*")] == '\0';
}

void
glob_write_pattern(struct buffer *out)
{
	buffer_append_text(out, "(?:[^\\[\\\\]|\\\\[*?\\[\\\\])*");
}
