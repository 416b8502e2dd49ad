#include "server/event_log.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/json_writer.h"
#include "common/memory.h"
#include "server/evidence.h"
#include "server/log_file.h"

struct event_log {
	pthread_mutex_t lock;
	char *computer;
	struct log_file json;
	struct log_file text;
	struct buffer json_lines; /* that were added, and wait to be written */
	struct buffer text_lines;
};

struct event_log *
event_log_new(const char *folder, const char *computer)
{
	struct event_log *log = memory_new(1, sizeof(*log));

	pthread_mutex_init(&log->lock, NULL);
	log->computer = text_copy(computer);
	log_file_init(&log->json, text_format("%s/eventlog.jsonl", folder));
	log_file_init(&log->text, text_format("%s/eventlog.txt", folder));
	return log;
}

/* Appends the text of an event with its values in it. */
static void
append_text(struct buffer *out, const char *text, char *const *values)
{
	const char *next;
	size_t count = 0;

	while (count < EVIDENCE_VALUES_MAX && values[count])
		count++;
	for (; (next = strchr(text, '%')); text = next) {
		size_t index = next[1] >= '1' && next[1] <= '9' ? (size_t)(next[1] - '1') : count;

		buffer_append(out, BYTES(text, (size_t)(next - text)));
		if (index < count)
			buffer_append_text(out, values[index]);
		else
			buffer_append_byte(out, '%');
		next += index < count ? 2 : 1;
	}
	buffer_append_text(out, text);
}

static void
append_json(struct buffer *out, const struct event_log *log, const struct event_row *row,
	char *const *values, uint64_t exchange, int64_t now_ms)
{
	BUFFER_CLEANUP struct buffer text = {0};
	char time[CLOCK_TEXT_SIZE];

	append_text(&text, row->text, values);
	json_writer_open_object(out, NULL);
	json_writer_text(out, "time", bytes_text(clock_text(time, now_ms)));
	json_writer_text(out, "log", bytes_text(row->log));
	json_writer_text(out, "source", bytes_text(row->source));
	json_writer_number(out, "id", row->id);
	json_writer_text(out, "task_category", bytes_text(row->category));
	json_writer_text(out, "level", bytes_text(row->level));
	json_writer_text(out, "keywords", bytes_text(row->keywords));
	json_writer_text(out, "computer", bytes_text(log->computer));
	json_writer_text(out, "text", buffer_bytes(&text));
	json_writer_open_array(out, "values");
	for (size_t i = 0; i < EVIDENCE_VALUES_MAX && values[i]; i++)
		json_writer_text(out, NULL, bytes_text(values[i]));
	json_writer_close_array(out);
	if (exchange)
		json_writer_number(out, "exchange", (int64_t)exchange);
	json_writer_close_object(out);
	buffer_append_byte(out, '\n');
}

static void
append_line(struct buffer *out, const char *label, const char *value)
{
	buffer_append_text(out, label);
	buffer_append_text(out, value);
	buffer_append_byte(out, '\n');
}

/* As the event viewer copies it (the seed's sample of event 1000). */
static void
append_viewer_text(struct buffer *out, const struct event_log *log, const struct event_row *row,
	char *const *values, int64_t now_ms)
{
	char date[CLOCK_TEXT_SIZE];

	append_line(out, "Log Name:      ", row->log);
	append_line(out, "Source:        ", row->source);
	append_line(out, "Date:          ", clock_windows_text(date, now_ms / 1000, true));
	buffer_append_text(out, "Event ID:      ");
	buffer_append_decimal(out, row->id);
	append_line(out, "\nTask Category: ", row->category);
	append_line(out, "Level:         ", row->level);
	append_line(out, "Keywords:      ", row->keywords);
	append_line(out, "User:          ", "N/A");
	append_line(out, "Computer:      ", log->computer);
	buffer_append_text(out, "Description:\n");
	append_text(out, row->text, values);
	buffer_append_text(out, "\n\n");
}

void
event_log_add(struct event_log *log, enum event event, char *const *values, uint64_t exchange,
	int64_t now_ms)
{
	const struct event_row *row = event_catalogue_row(event);

	pthread_mutex_lock(&log->lock);
	append_json(&log->json_lines, log, row, values, exchange, now_ms);
	append_viewer_text(&log->text_lines, log, row, values, now_ms);
	pthread_mutex_unlock(&log->lock);
}

int
event_log_write(struct event_log *log, struct diag *diag)
{
	int outcome = DONE;

	pthread_mutex_lock(&log->lock);
	if (log->json_lines.size > 0) {
		outcome = log_file_append(&log->json, buffer_bytes(&log->json_lines), diag);
		if (log_file_append(&log->text, buffer_bytes(&log->text_lines), diag) != DONE)
			outcome = BROKEN;
		buffer_clear(&log->json_lines);
		buffer_clear(&log->text_lines);
	}
	pthread_mutex_unlock(&log->lock);
	return outcome;
}

void
event_log_reopen(struct event_log *log)
{
	pthread_mutex_lock(&log->lock);
	log_file_reopen(&log->json);
	log_file_reopen(&log->text);
	pthread_mutex_unlock(&log->lock);
}

void
event_log_free(struct event_log *log)
{
	if (!log)
		return;
	log_file_done(&log->json);
	log_file_done(&log->text);
	buffer_done(&log->json_lines);
	buffer_done(&log->text_lines);
	free(log->computer);
	pthread_mutex_destroy(&log->lock);
	free(log);
}
