#include "server/site_name.h"

#include <string.h>

#include "common/suggestion.h"
#include "server/site.h"
#include "server/site_table.h"

#define LETTERS_AND_DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define CHARACTERS         LETTERS_AND_DIGITS "-_."

static bool
is_made_of(const char *text, const char *characters)
{
	size_t size = strspn(text, characters);

	return size > 0 && size <= SITE_NAME_MAX && text[size] == '\0';
}

int
site_name_check(const char *name, struct diag *diag)
{
	if (strcmp(name, SITE_NAME_DEFAULT) == 0)
		return diag_refuse(
			diag, name, NULL, "another name", "the default site is there already");
	/* "." and ".." are no segments that a client would send. */
	if (is_made_of(name, CHARACTERS) && strchr(LETTERS_AND_DIGITS, name[0]))
		return DONE;
	return diag_refuse(diag, name, NULL,
		"1 to 63 letters, digits, \"-\", \"_\" and \".\", a letter or digit first",
		"no name for a site");
}

int
site_name_check_label(const char *label, struct diag *diag)
{
	if (is_made_of(label, CHARACTERS))
		return DONE;
	return diag_refuse(diag, "label", NULL, "1 to 63 letters, digits, \"-\", \"_\" and \".\"",
		"\"@%.80s\"", label);
}

int
site_name_refuse_unknown(const struct site_table *sites, const char *name, struct diag *diag)
{
	struct suggestion suggestion = suggestion_start(name);

	for (size_t i = 0; i < sites->count; i++)
		suggestion_offer(&suggestion, sites->sites[i]->name);
	return suggestion_refuse(&suggestion, name, "no such site", "",
		"one of the configuration, or one that was made since the start", diag);
}
