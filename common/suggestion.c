/* Counts slips by the optimal string alignment distance, three rows of its matrix at a time. */
#include "common/suggestion.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "common/buffer.h"

#define WORD_MAX   64 /* longer words are no slips of anything we know */
#define PREFIX_MIN 3  /* letters that a word cut short must have left */

static char
fold(char letter)
{
	if (letter == '-')
		return '_';
	return (char)tolower((unsigned char)letter);
}

static size_t
smallest(size_t one, size_t two, size_t three)
{
	size_t smaller = one < two ? one : two;

	return smaller < three ? smaller : three;
}

/* Both words are at most WORD_MAX long. */
static size_t
count_slips(const char *left, const char *right)
{
	size_t rows[3][WORD_MAX + 1] = {
		0}; /* that of letter i, and of the two before it, by turns */
	size_t height = strlen(left), width = strlen(right);

	for (size_t j = 0; j <= width; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= height; i++) {
		size_t *row = rows[i % 3];
		const size_t *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= width; j++) {
			bool same = fold(left[i - 1]) == fold(right[j - 1]);

			row[j] = smallest(last[j] + 1, row[j - 1] + 1, last[j - 1] + !same);
			if (i > 1 && j > 1 && fold(left[i - 1]) == fold(right[j - 2]) &&
				fold(left[i - 2]) == fold(right[j - 1]) &&
				before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
	}
	return rows[height % 3][width];
}

static bool
is_cut_short(const char *word, const char *known)
{
	size_t size = strlen(word);

	for (size_t i = 0; i < size; i++)
		if (fold(word[i]) != fold(known[i]))
			return false;
	return size >= PREFIX_MIN;
}

struct suggestion
suggestion_start(const char *word)
{
	return (struct suggestion){.word = word, .slips = SIZE_MAX};
}

void
suggestion_offer(struct suggestion *suggestion, const char *known)
{
	size_t typed = strlen(suggestion->word), slips;

	if (typed > WORD_MAX || strlen(known) > WORD_MAX)
		return;
	slips = is_cut_short(suggestion->word, known) ? 1 : count_slips(suggestion->word, known);
	if (slips > suggestion->slips || slips > (typed + 2) / 3)
		return;
	if (slips < suggestion->slips) {
		suggestion->slips = slips;
		suggestion->nearest = known;
		suggestion->near_count = 0;
	}
	if (suggestion->near_count < SUGGESTION_NEAR_MAX)
		suggestion->near[suggestion->near_count++] = known;
}

/* Appends "a", "a or b", "a, b or c". */
static void
append_near(struct buffer *out, const struct suggestion *suggestion, const char *mark)
{
	for (size_t i = 0; i < suggestion->near_count; i++)
		buffer_append_format(out, "%s%s%s",
			i == 0                                   ? ""
				: i + 1 < suggestion->near_count ? ", "
								 : " or ",
			mark, suggestion->near[i]);
}

int
suggestion_refuse(const struct suggestion *suggestion, const char *object, const char *what,
	const char *mark, const char *wanted, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer near = {0};

	if (!suggestion->nearest)
		return diag_refuse(diag, object, NULL, wanted, "%s", what);
	append_near(&near, suggestion, mark);
	return diag_refuse(
		diag, object, NULL, NULL, "%s; did you mean %s?", what, buffer_text(&near));
}
