#include "server/fault_note.h"

#include <string.h>

#include "common/json_writer.h"
#include "server/exchange.h"
#include "server/rule.h"
#include "server/server.h"
#include "server/settings_text.h"

static bool
is_unusual(const struct exchange *exchange, const struct setting_row *row)
{
	return !settings_is_standard(exchange->settings, row);
}

static void
write_rule(struct buffer *out, const struct exchange *exchange, const struct rule_strike *strike)
{
	json_writer_open_object(out, NULL);
	json_writer_text(out, "rule", bytes_text(strike->rule->id));
	json_writer_open_array(out, "actions");
	for (size_t i = 0; i < strike->rule->action_count; i++)
		json_writer_text(out, NULL, bytes_text(strike->rule->actions[i].row->name));
	json_writer_close_array(out);
	json_writer_number(out, "nth", (int64_t)strike->nth.nth);
	json_writer_number(out, "draw", strike->nth.draw);
	json_writer_number(out, "seed", (int64_t)exchange->server->random.seed);
	json_writer_close_object(out);
}

static void
write_setting(struct buffer *out, const struct exchange *exchange, const struct setting_row *row)
{
	BUFFER_CLEANUP struct buffer value = {0};

	settings_text_write_value(&value, row, exchange->settings);
	json_writer_open_object(out, NULL);
	json_writer_text(out, "setting", bytes_text(row->name));
	json_writer_text(out, "value", buffer_bytes(&value));
	json_writer_close_object(out);
}

void
fault_note_write(struct buffer *out, const struct exchange *exchange)
{
	BUFFER_CLEANUP struct buffer list = {0};

	for (unsigned i = 0; i < exchange->decision.count; i++)
		write_rule(&list, exchange, &exchange->decision.strikes[i]);
	for (unsigned i = 0; i < exchange->shaped_count; i++)
		if (is_unusual(exchange, exchange->shaped_by[i]))
			write_setting(&list, exchange, exchange->shaped_by[i]);
	if (list.size == 0)
		return;
	json_writer_open_array(out, "faults");
	buffer_append(out, buffer_bytes(&list));
	json_writer_close_array(out);
}

void
fault_note_list(struct buffer *out, const struct exchange *exchange, const char *separator)
{
	size_t begin = out->size;

	for (unsigned i = 0; i < exchange->decision.count; i++)
		buffer_append_format(out, "%s%s", out->size > begin ? separator : "",
			exchange->decision.strikes[i].rule->id);
	for (unsigned i = 0; i < exchange->shaped_count; i++) {
		const struct setting_row *row = exchange->shaped_by[i];

		if (!is_unusual(exchange, row))
			continue;
		buffer_append_format(out, "%s%s=", out->size > begin ? separator : "", row->name);
		settings_text_write_value(out, row, exchange->settings);
	}
}

void
fault_note_each(const struct exchange *exchange, void (*visit)(void *context, const char *name),
	void *context)
{
	for (unsigned i = 0; i < exchange->decision.count; i++)
		visit(context, exchange->decision.strikes[i].rule->id);
	for (unsigned i = 0; i < exchange->shaped_count; i++)
		if (is_unusual(exchange, exchange->shaped_by[i]))
			visit(context, exchange->shaped_by[i]->name);
}
