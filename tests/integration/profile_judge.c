/*
 * Reads fault profiles, one a line of standard input (JSON, which is YAML), and says
 * of each, as a line of JSON, whether the loader takes it: "ok", or the words that refuse it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/json_writer.h"
#include "server/profile.h"

int
main(void)
{
	char *line = NULL, words[DIAG_TEXT_SIZE];
	size_t capacity = 0;

	while (getline(&line, &capacity, stdin) > 0) {
		PROFILE_CLEANUP struct profile profile = {0};
		BUFFER_CLEANUP struct buffer out = {0};
		struct diag diag = {0};
		int result = profile_read(&profile, "p", "p.yaml", bytes_text(line), &diag);

		json_writer_quote(
			&out, bytes_text(result == DONE ? "ok" : diag_text(words, &diag)));
		puts(buffer_text(&out));
	}
	free(line);
	return EXIT_SUCCESS;
}
