#include "server/manual.h"

#include "common/mdoc.h"
#include "server/action_text.h"
#include "server/commands.h"
#include "server/control_route.h"
#include "server/pipeline.h"
#include "server/settings_text.h"

static const char head[] = ".Dd November 26, 2026\n" /* when these words last changed */
			   ".Dt MOCK-NDES 1\n"
			   ".Os\n"
			   ".Sh NAME\n"
			   ".Nm mock-ndes\n"
			   ".Nd a Microsoft NDES for testing SCEP clients\n"
			   ".Sh SYNOPSIS\n";

static const char description[] =
	".Sh DESCRIPTION\n"
	".Nm\n"
	"is a server that is, on the wire and in its logs, the Network Device Enrollment Service\n"
	"of Windows Server: IIS, mscep.dll, Intune's policy module and the certification\n"
	"authority behind them.\n"
	"It issues certificates to whoever asks and is for tests only.\n"
	".Pp\n"
	"The commands are:\n";

static const char configuration[] =
	".Sh CONFIGURATION\n"
	"The file of\n"
	".Fl -config\n"
	"is YAML.\n"
	"Its keys are the options of\n"
	".Cm serve\n"
	"with\n"
	".Dq _\n"
	"for\n"
	".Dq - ,\n"
	"and two mappings:\n"
	".Cm settings ,\n"
	"which describes the default site, and\n"
	".Cm sites ,\n"
	"which names further ones, each with the settings in which it differs from the default\n"
	"site.\n"
	"A site NAME answers below\n"
	".Pa /site/NAME/certsrv/mscep/ .\n"
	"Command line wins over environment, environment over file, file over defaults.\n"
	"An unknown key, a wrong type or a value out of range is refused with its line and\n"
	"column.\n"
	".Bd -literal -offset indent\n"
	"listen: 127.0.0.1:8080\n"
	"log_dir: logs\n"
	"settings:\n"
	"  challenge: secret\n"
	"sites:\n"
	"  old: {server_version: 2008}\n"
	".Ed\n"
	".Sh SETTINGS\n"
	".Bl -tag -width Ds\n";

static const char stages[] =
	".Sh STAGES\n"
	"An exchange goes through these stages, in this order; once one of them has answered,\n"
	"only those on the way back follow.\n"
	"The journal names those that it went through.\n"
	".Bl -tag -width static_file -compact\n";

static const char control[] =
	".Sh CONTROL API\n"
	"JSON over HTTP at the address of\n"
	".Fl -control ;\n"
	"an error is a problem (RFC 9457) that names the place of each fault.\n"
	".Pa /v1/openapi.json\n"
	"has what each call takes and answers.\n"
	".Bl -tag -width Ds\n";

static const char tail[] =
	".Sh SIGNALS\n"
	".Bl -tag -width Ds\n"
	".It SIGTERM , SIGINT\n"
	"The server accepts no more connections, lets exchanges in flight finish for up to five\n"
	"seconds, and ends.\n"
	".It SIGHUP\n"
	"The server opens all logs anew, for those who rename them; no line is lost.\n"
	"When the terminal that it was started from is closed, it ends as by SIGTERM, unless it\n"
	"was started by nohup.\n"
	".El\n"
	".Sh EXIT STATUS\n"
	".Bl -tag -width Ds\n"
	".It 0\n"
	"The command did what it was asked, or the server was told to stop by SIGTERM or SIGINT.\n"
	".It 1\n"
	"It failed.\n"
	".It 2\n"
	"The command line, the environment or the configuration is at fault, or a port or\n"
	"directory is in use; nothing was done.\n"
	".El\n"
	".Sh EXAMPLES\n"
	"A server on a free port, and a certificate from it:\n"
	".Bd -literal -offset indent\n"
	"mock-ndes serve --listen 127.0.0.1:0 --challenge secret\n"
	"mock-ndes enroll URL --challenge secret --subject CN=device-1\n"
	".Ed\n"
	".Pp\n"
	"URL is the member\n"
	".Cm scep\n"
	"of the line that the server writes to its standard output when its ports accept.\n"
	".Sh SEE ALSO\n"
	".Xr mock-ndes-client 1\n"
	".Sh STANDARDS\n"
	"RFC 8894, Simple Certificate Enrolment Protocol.\n";

static void
write_synopsis(struct buffer *out)
{
	for (size_t i = 0; commands_at(i); i++) {
		buffer_append_format(out, ".Nm\n.Cm %s\n", commands_at(i)->name);
		if (*commands_at(i)->usage)
			buffer_append_format(out, ".Ar %s\n", commands_at(i)->usage);
		buffer_append_text(out, ".Op Ar options\n");
	}
}

/* One list item; the client shows the options of its commands itself. */
static void
write_command(struct buffer *out, const struct command *command)
{
	buffer_append_format(out, ".It Cm %s\n", command->name);
	mdoc_text(out, command->summary);
	if (command->option_count == 0)
		buffer_append_text(out, "(see\n.Xr mock-ndes-client 1 ) .\n");
	else
		mdoc_options(out, command->options, command->option_count);
}

static void
write_setting(struct buffer *out, const struct setting_row *row)
{
	BUFFER_CLEANUP struct buffer values = {0}, help = {0}, real = {0};

	settings_text_write_range(&values, row);
	buffer_append_format(&values, "; default %s.", row->standard ? row->standard : "null");
	buffer_append_format(&help, "%s.", row->help);
	if (row->real)
		buffer_append_format(&real, "On the real thing: %s; a change shows %s.", row->real,
			settings_text_effect(row->effect));
	buffer_append_format(out, ".It Cm %s\n", row->name);
	mdoc_text(out, buffer_text(&help));
	mdoc_text(out, buffer_text(&values));
	if (row->real)
		mdoc_text(out, buffer_text(&real));
}

static void
write_stage(struct buffer *out, const struct stage *stage)
{
	buffer_append_format(out, ".It Cm %s\n", stage->name);
	mdoc_text(out, stage->stands_for);
}

static void
write_route(struct buffer *out, const struct control_route *route)
{
	BUFFER_CLEANUP struct buffer help = {0};

	buffer_append_format(&help, "%s.", route->help);
	if (help.data[0] >= 'a' && help.data[0] <= 'z')
		help.data[0] = (uint8_t)(help.data[0] - 'a' + 'A');
	buffer_append_format(out, ".It Cm %s Pa %s\n", route->method, route->path);
	mdoc_text(out, buffer_text(&help));
}

void
manual_write(struct buffer *out)
{
	buffer_append_text(out, head);
	write_synopsis(out);
	buffer_append_text(out, description);
	buffer_append_text(out, ".Bl -tag -width Ds\n");
	for (size_t i = 0; commands_at(i); i++)
		write_command(out, commands_at(i));
	buffer_append_text(out, ".El\n");
	buffer_append_text(out, configuration);
	for (size_t i = 0; settings_row_at(i); i++)
		write_setting(out, settings_row_at(i));
	buffer_append_text(out, ".El\n");
	action_text_write_manual(out);
	buffer_append_text(out, stages);
	for (unsigned i = 0; pipeline_stage(i); i++)
		write_stage(out, pipeline_stage(i));
	buffer_append_text(out, ".El\n");
	buffer_append_text(out, control);
	for (size_t i = 0; control_route_at(i); i++)
		write_route(out, control_route_at(i));
	buffer_append_text(out, ".El\n");
	buffer_append_text(out, tail);
}
