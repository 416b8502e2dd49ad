#include "common/option_choice.h"

#include <strings.h>

#include "common/buffer.h"

int
option_choice_find(int *out, const struct option_choice *choices, size_t count, const char *value,
	struct diag *diag)
{
	BUFFER_CLEANUP struct buffer words = {0};

	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(choices[i].word, value) == 0) {
			*out = choices[i].value;
			return DONE;
		}
		if (i > 0)
			buffer_append_text(&words, i + 1 < count ? ", " : " or ");
		buffer_append_text(&words, choices[i].word);
	}
	return diag_refuse(diag, "", NULL, buffer_text(&words), "\"%s\"", value);
}
