#include "client/manual.h"

#include "client/ctl.h"
#include "common/mdoc.h"

static const char head[] = ".Dd November 22, 2026\n" /* when these words last changed */
			   ".Dt MOCK-NDES-CLIENT 1\n"
			   ".Os\n"
			   ".Sh NAME\n"
			   ".Nm mock-ndes-client\n"
			   ".Nd a careful SCEP client\n"
			   ".Sh SYNOPSIS\n";

static const char description[] =
	".Sh DESCRIPTION\n"
	".Nm\n"
	"speaks SCEP (RFC 8894) to a server, checks everything that a careful client must check,\n"
	"and tells each step.\n"
	"URL is the server's, such as\n"
	".Pa http://127.0.0.1:8080/certsrv/mscep/mscep.dll .\n"
	".Xr mock-ndes 1\n"
	"knows these commands too and hands them on.\n"
	".Pp\n"
	"The commands are:\n"
	".Bl -tag -width Ds\n";

static const char control[] =
	".El\n"
	".Sh CONTROL\n"
	"The verbs of\n"
	".Cm ctl\n"
	"are those of the control API of\n"
	".Xr mock-ndes 1 .\n"
	"Answers are for a person on a terminal, else JSON.\n"
	"Its exit status is 1 when a check failed or no server answered, and 2 when the command\n"
	"line is at fault or the server refused what it was asked.\n";

static const char tail[] = ".Sh EXIT STATUS\n"
			   ".Bl -tag -width Ds\n"
			   ".It 0\n"
			   "The server gave what was asked for.\n"
			   ".It 1\n"
			   "It refused, failed, or gave what a careful client does not take.\n"
			   ".It 2\n"
			   "The command line or the environment is at fault; nothing was sent.\n"
			   ".El\n"
			   ".Sh SEE ALSO\n"
			   ".Xr mock-ndes 1\n";

static void
write_synopsis(struct buffer *out, const struct command *command)
{
	buffer_append_format(out, ".Nm\n.Cm %s\n", command->name);
	if (*command->usage)
		buffer_append_format(out, ".Ar %s\n", command->usage);
	buffer_append_text(out, ".Op Ar options\n");
}

void
manual_write(struct buffer *out, const struct command *commands, size_t count)
{
	buffer_append_text(out, head);
	for (size_t i = 0; i < count; i++)
		write_synopsis(out, &commands[i]);
	buffer_append_text(out, description);
	for (size_t i = 0; i < count; i++) {
		buffer_append_format(out, ".It Cm %s\n", commands[i].name);
		mdoc_text(out, commands[i].summary);
		if (commands[i].mask)
			arguments_write_manual(out, commands[i].mask);
	}
	buffer_append_text(out, control);
	ctl_write_manual(out);
	buffer_append_text(out, tail);
}
