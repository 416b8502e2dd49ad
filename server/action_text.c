#include "server/action_text.h"

#include "common/mdoc.h"
#include "server/action.h"
#include "server/rule_match.h"
#include "server/rule_when.h"

/* clang-format off */
#define EXAMPLE \
	"  rules:\n" \
	"    - id: two-503-then-ok\n" \
	"      match: {operation: PKIOperation, message_type: PKCSReq}\n" \
	"      when: {times: 2}\n" \
	"      do: {status: 503, from: http_sys}   # or a list of up to four\n" \
	"      priority: 10        # higher first; ties in the order of the file\n" \
	"      continue: true      # else the first rule that strikes is the last\n" \
	"      note: for the reader\n"
/* clang-format on */

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
	buffer_append_text(out, "A fault profile's rules, and what they can do:\n\n" EXAMPLE);
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

/* --- manual ---------------------------------------------------------------------- */

static void
write_argument_item(struct buffer *out, const struct action_argument *argument)
{
	BUFFER_CLEANUP struct buffer range = {0}, help = {0};

	action_value_write_range(&range, argument);
	if (argument->standard && argument->standard[0])
		buffer_append_format(&range, "; default %s", argument->standard);
	buffer_append_byte(&range, '.');
	buffer_append_format(&help, "%s.", argument->help);
	buffer_append_format(out, ".It Cm %s\n", argument->name);
	mdoc_text(out, buffer_text(&help));
	mdoc_text(out, buffer_text(&range));
}

static void
write_action_item(struct buffer *out, const struct action_row *row)
{
	BUFFER_CLEANUP struct buffer help = {0};

	buffer_append_format(&help, "%s, behind the stage %s.", row->help, row->stage);
	buffer_append_format(out, ".It Cm %s\n", row->name);
	mdoc_text(out, buffer_text(&help));
	if (!row->arguments[0].name)
		return;
	buffer_append_text(out, ".Bl -tag -width Ds -compact\n");
	for (size_t i = 0; row->arguments[i].name; i++)
		write_argument_item(out, &row->arguments[i]);
	buffer_append_text(out, ".El\n");
}

void
action_text_write_manual(struct buffer *out)
{
	buffer_append_text(out,
		".Sh RULES\n"
		"The rules of a fault profile say which exchanges are struck, when, and by what:\n"
		".Bd -literal\n" EXAMPLE ".Ed\n"
		".Pp\n"
		"All keys of\n.Cm match\nmust fit; * and ? in patterns stand for any text and any "
		"character.\n"
		".Bl -tag -width Ds\n");
	for (size_t i = 0; rule_match_row_at(i); i++)
		write_argument_item(out, &rule_match_row_at(i)->argument);
	buffer_append_text(out,
		".El\n"
		".Pp\n"
		"The keys of\n.Cm when\nsay how often of those that fit:\n"
		".Bl -tag -width Ds\n");
	for (size_t i = 0; rule_when_row(i); i++)
		write_argument_item(out, rule_when_row(i));
	buffer_append_text(out,
		".El\n"
		".Sh ACTIONS\n"
		"A rule does one of these, with its arguments beside it:\n"
		".Bl -tag -width Ds\n");
	for (size_t i = 0; action_row_at(i); i++)
		write_action_item(out, action_row_at(i));
	buffer_append_text(out, ".El\n");
}
