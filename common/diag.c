#include "common/diag.h"

#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "");
}

static void
say(struct diag *diag, const char *object, const char *clause, const char *wanted,
	const char *found, va_list arguments)
{
	if (!diag)
		return;
	copy(diag->object, sizeof(diag->object), object);
	copy(diag->clause, sizeof(diag->clause), clause);
	copy(diag->wanted, sizeof(diag->wanted), wanted);
	vsnprintf(diag->found, sizeof(diag->found), found, arguments);
	diag->not_written = false;
}

int
diag_refuse(struct diag *diag, const char *object, const char *clause, const char *wanted,
	const char *found, ...)
{
	va_list arguments;

	va_start(arguments, found);
	say(diag, object, clause, wanted, found, arguments);
	va_end(arguments);
	return REFUSED;
}

int
diag_break(struct diag *diag, const char *object, const char *found, ...)
{
	va_list arguments;

	va_start(arguments, found);
	say(diag, object, NULL, NULL, found, arguments);
	va_end(arguments);
	return BROKEN;
}

int
diag_break_crypto(struct diag *diag, const char *object, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	diag_break(diag, object, "%s failed: %s", what, reason ? reason : "no reason given");
	ERR_clear_error();
	return BROKEN;
}

void
diag_locate(struct diag *diag, const char *where)
{
	if (!diag)
		return;
	if (!diag->clause[0])
		memcpy(diag->clause, diag->object, sizeof(diag->clause));
	copy(diag->object, sizeof(diag->object), where);
}

char *
diag_text(char text[DIAG_TEXT_SIZE], const struct diag *diag)
{
	snprintf(text, DIAG_TEXT_SIZE, "%s%s%s%s: %s%s%s", diag->object,
		diag->clause[0] ? " (" : "", diag->clause, diag->clause[0] ? ")" : "", diag->found,
		diag->wanted[0] ? "; expected " : "", diag->wanted);
	return text;
}
