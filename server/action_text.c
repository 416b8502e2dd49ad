#include "server/action_text.h"

#include "server/action.h"
#include "server/rule_match.h"
#include "server/rule_when.h"

static const char head[] =
	"A fault profile's rules, and what they can do:\n\n"
	"  rules:\n"
	"    - id: two-503-then-ok\n"
	"      match: {operation: PKIOperation, message_type: PKCSReq}\n"
	"      when: {times: 2}\n"
	"      do: {status: 503, from: http_sys}   # or a list of up to four\n"
	"      priority: 10        # higher first; ties in the order of the file\n"
	"      continue: true      # else the first rule that strikes is the last\n"
	"      note: for the reader\n";

static void
write_argument(struct buffer *out, const struct action_argument *argument)
{
	BUFFER_CLEANUP struct buffer range = {0};

	action_value_write_range(&range, argument);
	buffer_append_format(out, "    %s: %s", argument->name, buffer_text(&range));
	if (argument->standard && argument->standard[0])
		buffer_append_format(out, " (default %s)", argument->standard);
	buffer_append_format(out, "\n        %s\n", argument->help);
}

static void
write_action(struct buffer *out, const struct action_row *row)
{
	buffer_append_format(
		out, "\n  %s, behind the stage %s\n    %s.\n", row->name, row->stage, row->help);
	for (size_t i = 0; row->arguments[i].name; i++)
		write_argument(out, &row->arguments[i]);
}

void
action_text_write_help(struct buffer *out)
{
	buffer_append_text(out, head);
	buffer_append_text(out, "\nmatch: all of these must fit; * and ? in patterns\n");
	for (size_t i = 0; rule_match_row_at(i); i++)
		write_argument(out, &rule_match_row_at(i)->argument);
	buffer_append_text(out, "\nwhen: how often of those that fit\n");
	for (size_t i = 0; rule_when_row(i); i++)
		write_argument(out, rule_when_row(i));
	buffer_append_text(out, "\ndo: one action, with its arguments beside it\n");
	for (size_t i = 0; action_row_at(i); i++)
		write_action(out, action_row_at(i));
}
