#include "server/journal.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/memory.h"
#include "server/journal_entry.h"
#include "server/journal_line.h"
#include "server/log_file.h"
#include "server/operator_log.h"

struct journal {
	pthread_mutex_t lock; /* around all below it */
	bool human_lines;
	bool has_file;
	struct log_file file;
	struct buffer line; /* kept for its memory */
};

static int
open_file(struct journal *journal, const char *directory, struct diag *diag)
{
	int outcome = log_file_make_directory(directory, diag);

	if (outcome != DONE)
		return outcome;
	journal->has_file = true;
	log_file_init(&journal->file, text_format("%s/journal.jsonl", directory));
	return log_file_open(&journal->file, diag);
}

int
journal_open(struct journal **out, const char *directory, bool human_lines, struct diag *diag)
{
	struct journal *journal = memory_new(1, sizeof(*journal));
	int outcome;

	pthread_mutex_init(&journal->lock, NULL);
	journal->human_lines = human_lines;
	log_file_init(&journal->file, NULL);
	outcome = directory ? open_file(journal, directory, diag) : DONE;
	if (outcome == DONE)
		*out = journal;
	else
		journal_close(journal);
	return outcome;
}

int
journal_write(struct journal *journal, const struct exchange *exchange, struct diag *diag)
{
	int outcome = DONE;

	pthread_mutex_lock(&journal->lock);
	if (journal->human_lines || exchange->broke) {
		buffer_clear(&journal->line);
		journal_line_write(&journal->line, exchange);
		operator_log_write(buffer_bytes(&journal->line));
	}
	if (journal->has_file) {
		buffer_clear(&journal->line);
		journal_entry_write(&journal->line, exchange);
		outcome = log_file_append(&journal->file, buffer_bytes(&journal->line), diag);
	}
	pthread_mutex_unlock(&journal->lock);
	return outcome;
}

void
journal_close(struct journal *journal)
{
	if (!journal)
		return;
	log_file_done(&journal->file);
	buffer_done(&journal->line);
	pthread_mutex_destroy(&journal->lock);
	free(journal);
}
