#include "server/command_faults.h"

#include <stdlib.h>

#include "server/fault_text.h"
#include "server/profile_catalogue.h"

/* What is made of the profiles. */
struct listing {
	const char *directory;
	struct buffer text;
	json_t *json; /* NULL: text is wanted */
	void (*write)(struct buffer *out, const struct profile *profile);
	struct diag diag;
};

static void
listing_done(struct listing *listing)
{
	buffer_done(&listing->text);
	json_decref(listing->json);
}

static int
add(void *context, const char *name)
{
	struct listing *listing = context;
	PROFILE_CLEANUP struct profile profile = {0};

	if (profile_catalogue_read(&profile, listing->directory, name, &listing->diag) != DONE)
		return REFUSED;
	if (listing->json)
		json_array_append_new(listing->json, fault_text_json(&profile));
	else
		listing->write(&listing->text, &profile);
	return DONE;
}

static int
print_json(const struct command *command, const json_t *json)
{
	char *text = json_dumps(json, JSON_INDENT(2));
	BUFFER_CLEANUP struct buffer out = {0};

	buffer_append_format(&out, "%s\n", text);
	free(text);
	return command_print(command, buffer_bytes(&out));
}

static int
run(const struct command *command, int argc, char **argv)
{
	__attribute__((cleanup(listing_done))) struct listing listing = {0};
	OPTIONS_CLEANUP struct options options = {0};
	struct diag diag = {0};
	int exit, outcome, first;

	if (!command_read_options(&options, &exit, command, argc, argv))
		return exit;
	first = options.first_argument;
	if (first < argc && command_want_no_more(first + 1, argc, argv, &diag) != DONE)
		return command_refuse(command, REFUSED, &diag);
	listing.directory = options_value(&options, "fault-profiles");
	listing.write = first < argc ? fault_text_explain : fault_text_line;
	if (options_given(&options, "json"))
		listing.json = json_array();
	if (options_given(&options, "markdown")) {
		fault_text_markdown_head(&listing.text);
		listing.write = fault_text_markdown_row;
	}
	outcome = first < argc ? add(&listing, argv[first])
			       : profile_catalogue_each(listing.directory, add, &listing);
	if (outcome != DONE)
		return command_refuse(command, outcome, &listing.diag);
	return listing.json ? print_json(command, listing.json)
			    : command_print(command, buffer_bytes(&listing.text));
}

static const struct option_row options_of_faults[] = {
	{.name = "fault-profiles",
		.argument = "DIR",
		.environment = "MOCK_NDES_FAULT_PROFILES",
		.help = "a directory of further fault profiles (default none)"},
	{.name = "json", .help = "an array of objects with everything that the files say"},
	{.name = "markdown", .help = "the page fault-profiles/README.md"},
	COMMAND_HELP_ROW,
};

const struct command command_faults = {
	.name = "faults",
	.usage = "[NAME]",
	.summary = "lists the fault profiles, or explains one",
	.options = options_of_faults,
	.option_count = sizeof(options_of_faults) / sizeof(options_of_faults[0]),
	.run = run,
};
