#include "server/database_trouble.h"

#include <string.h>

#include "common/clock.h"
#include "server/operator_log.h"

/* So long without a failed write make the next one worth telling. */
#define SILENCE_NS (INT64_C(60) * 1000000000)

static void
tell_write(struct database_trouble *trouble, const char *object, const char *words, int error)
{
	int64_t now = clock_monotonic_ns();
	bool told = !trouble->open ||
		(trouble->write_failures++ > 0 && now - trouble->failed_ns < SILENCE_NS);
	struct diag diag = {0};

	trouble->failed_ns = now;
	if (told)
		return;
	diag_refuse(&diag, object, NULL,
		"room; until there is some, requests are refused as by a CA whose disk is full",
		"it cannot be written: %s%s%s", words, error ? ": " : "",
		error ? strerror(error) : "");
	operator_log_diag(&diag);
}

void
database_trouble_write(struct database_trouble *trouble, const char *object, const char *words,
	int error, struct diag *diag)
{
	tell_write(trouble, object, words, error);
	diag_break(diag, object,
		"it cannot be written: %s; nothing was changed: make room, then try again", words);
	if (diag)
		diag->not_written = true;
}

static void
tell_damage(struct database_trouble *trouble, const char *object, const char *words)
{
	struct diag diag = {0};

	if (trouble->damage_told || !trouble->open)
		return;
	trouble->damage_told = true;
	diag_refuse(&diag, object, NULL,
		"a whole file; end the server, and put a copy in its place or begin a new one",
		"it is damaged, and what needs the damaged part fails: %s", words);
	operator_log_diag(&diag);
}

void
database_trouble_damage(
	struct database_trouble *trouble, const char *object, const char *words, struct diag *diag)
{
	tell_damage(trouble, object, words);
	diag_break(diag, object, "it is damaged: %s; end the server, and put a copy in its place",
		words);
}
