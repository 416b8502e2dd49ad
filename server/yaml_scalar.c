#include "server/yaml_scalar.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"

static const struct {
	const char *text;
	json_type type;
} words[] = {
	{"", JSON_NULL},
	{"~", JSON_NULL},
	{"null", JSON_NULL},
	{"Null", JSON_NULL},
	{"NULL", JSON_NULL},
	{"true", JSON_TRUE},
	{"True", JSON_TRUE},
	{"TRUE", JSON_TRUE},
	{"false", JSON_FALSE},
	{"False", JSON_FALSE},
	{"FALSE", JSON_FALSE},
};

static json_t *
resolve_word(const char *text)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].text, text) != 0)
			continue;
		return words[i].type == JSON_NULL ? json_null()
						  : json_boolean(words[i].type == JSON_TRUE);
	}
	return NULL;
}

/* Returns whether `text` is one or more of `digits` and nothing else. */
static bool
consists_of(const char *text, const char *digits)
{
	return *text && text[strspn(text, digits)] == '\0';
}

static const char *
behind_sign(const char *text)
{
	return text + (*text == '-' || *text == '+');
}

/* Returns the base that an integer is written in, or 0 when `text` is none. */
static int
integer_base(const char *text)
{
	if (text[0] == '0' && text[1] == 'o' && consists_of(text + 2, "01234567"))
		return 8;
	if (text[0] == '0' && text[1] == 'x' && consists_of(text + 2, DIGITS "abcdefABCDEF"))
		return 16;
	return consists_of(behind_sign(text), DIGITS) ? 10 : 0;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool
is_real(const char *text)
{
	size_t whole, fraction = 0;

	text = behind_sign(text);
	whole = strspn(text, DIGITS);
	text += whole;
	if (*text == '.') {
		fraction = strspn(++text, DIGITS);
		text += fraction;
	}
	if (whole + fraction == 0)
		return false;
	if (*text == 'e' || *text == 'E')
		return consists_of(behind_sign(text + 1), DIGITS);
	return *text == '\0';
}

static bool
is_not_finite(const char *text)
{
	static const char *const infinities[] = {".inf", ".Inf", ".INF"};
	static const char *const nans[] = {".nan", ".NaN", ".NAN"};

	for (size_t i = 0; i < 3; i++)
		if (strcmp(behind_sign(text), infinities[i]) == 0 || strcmp(text, nans[i]) == 0)
			return true;
	return false;
}

static json_t *
resolve_integer(const char *text, int base, const char **why)
{
	long long number;

	errno = 0;
	number = strtoll(base == 10 ? text : text + 2, NULL, base);
	if (errno == 0)
		return json_integer(number);
	*why = "a number of more than 64 bits";
	return NULL;
}

json_t *
yaml_scalar_resolve(const char *text, const char **why)
{
	json_t *word = resolve_word(text);
	int base = integer_base(text);

	if (word)
		return word;
	if (base)
		return resolve_integer(text, base, why);
	if (is_not_finite(text) || (is_real(text) && !isfinite(strtod(text, NULL)))) {
		*why = "a number that is not finite";
		return NULL;
	}
	return is_real(text) ? json_real(strtod(text, NULL)) : json_string(text);
}
