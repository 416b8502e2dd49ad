#include "server/control_record.h"

#include <string.h>

#include "common/memory.h"
#include "server/control_time.h"

const struct control_field control_record_members[] = {
	{"number", CONTROL_NUMBER, .help = "of the exchange, as in X-Mock-Request"},
	{"ended", CONTROL_BOOLEAN, .help = "whether its last byte is out"},
	{"time", CONTROL_TIME, .help = "of its arrival, by the deployment's clock"},
	{"site", CONTROL_TEXT, .help = "that it was for"},
	{"operation", CONTROL_TEXT, .help = "the parameter as sent"},
	{"method", CONTROL_TEXT, .help = "of HTTP"},
	{"path", CONTROL_TEXT, .help = "below the site"},
	{"user_agent", CONTROL_TEXT, .help = "of the device"},
	{"message_type", CONTROL_TEXT, .help = "of a pkiMessage"},
	{"transaction_id", CONTROL_TEXT, .help = "of a pkiMessage"},
	{"subject", CONTROL_TEXT, .help = "of the PKCS#10"},
	{"cipher", CONTROL_TEXT, .help = "of the pkiMessage"},
	{"digest", CONTROL_TEXT, .help = "of the pkiMessage"},
	{"outcome", CONTROL_TEXT, .help = "the pkiStatus of the CertRep"},
	{"challenge", CONTROL_TEXT, .help = "the verdict on the challenge"},
	{"fault", CONTROL_TEXT, .help = "the rules and settings that shaped it, a line each"},
	{"status", CONTROL_TEXT, .help = "of HTTP"},
	{"end", CONTROL_TEXT, .help = "how it ended on the wire"},
	{"connection", CONTROL_TEXT, .help = "its number"},
	{"repeats", CONTROL_TEXT,
		.help = "the number of the exchange before that sent the same bytes, at most 5 s "
			"earlier"},
	{0},
};

const struct control_field control_record_miss_members[] = {
	{"exchange", CONTROL_NUMBER, .help = "that fits but for one condition"},
	{"field", CONTROL_TEXT, .help = "of the condition"},
	{"wanted", CONTROL_TEXT, .help = "by it"},
	{"found", CONTROL_TEXT, .help = "instead"},
	{0},
};

const struct control_field control_record_conditions[] = {CONTROL_RECORD_CONDITIONS, {0}};

json_t *
control_record_json(const struct journal_record *record)
{
	json_t *json =
		json_pack("{s:I, s:b, s:o}", "number", (json_int_t)journal_record_number(record),
			"ended", (int)journal_record_is_complete(record), "time",
			control_time_json(journal_record_arrived_ms(record)));

	for (unsigned i = 0; i < JOURNAL_FIELD_COUNT; i++) {
		struct bytes text = journal_record_field(record, (enum journal_field)i);
		json_t *value =
			text.data ? json_stringn((const char *)text.data, text.size) : json_null();

		/* What is no UTF-8 is told in the whole object alone. */
		if (i != JOURNAL_TIME)
			json_object_set_new(json, journal_field_row((enum journal_field)i)->name,
				value ? value : json_null());
		else
			json_decref(value);
	}
	return json;
}

bool
control_record_filter(struct journal_filter *filter, struct control_problem *problem,
	const json_t *object, const char *pointer)
{
	bool good = true;
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)object, name, value) {
		TEXT_CLEANUP char *place =
			text_format("%s%s%s", pointer ? pointer : "", pointer ? "/" : "", name);
		struct diag diag = {0};

		if (!json_is_string(value) ||
			!control_field_find(control_record_conditions, name) ||
			journal_filter_add(filter, name, json_string_value(value), &diag) == DONE)
			continue;
		control_problem_add(problem, place, &diag);
		good = false;
	}
	return good;
}
