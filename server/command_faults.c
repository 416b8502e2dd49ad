#include "server/command_faults.h"

#include <stdlib.h>

#include "server/configuration_file.h"
#include "server/fault_text.h"
#include "server/preflight.h"
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

/* The options say where profiles are found, or else the configuration file does, as `serve` takes
 * them. */
static int
find_directory(
	struct configuration *configuration, const struct options *options, struct diag *diag)
{
	const char *path = options_value(options, "config");
	const char *directory = options_value(options, "fault-profiles");

	configuration_init(configuration);
	if (directory &&
		configuration_set_path(&configuration->fault_directory, directory, diag) != DONE) {
		diag_locate(diag, "--fault-profiles");
		return REFUSED;
	}
	if (path && configuration_file_read(configuration, path, diag) != DONE)
		return REFUSED;
	return preflight_check_profiles(configuration->fault_directory, diag);
}

/* All profiles, or with `name` that one. */
static int
list(struct listing *listing, const struct options *options, const char *name)
{
	listing->write = name ? fault_text_explain : fault_text_line;
	if (options_given(options, "json"))
		listing->json = json_array();
	if (options_given(options, "markdown")) {
		fault_text_markdown_head(&listing->text);
		listing->write = fault_text_markdown_row;
	}
	return name ? add(listing, name) : profile_catalogue_each(listing->directory, add, listing);
}

static int
run(const struct command *command, int argc, char **argv)
{
	__attribute__((cleanup(listing_done))) struct listing listing = {0};
	CONFIGURATION_CLEANUP struct configuration configuration = {0};
	OPTIONS_CLEANUP struct options options = {0};
	struct diag diag = {0};
	int exit, outcome, first;

	if (!command_read_options(&options, &exit, command, argc, argv))
		return exit;
	first = options.first_argument;
	if ((first < argc && command_want_no_more(first + 1, argc, argv, &diag) != DONE) ||
		find_directory(&configuration, &options, &diag) != DONE)
		return command_refuse(command, REFUSED, &diag);
	listing.directory = configuration.fault_directory;
	outcome = list(&listing, &options, first < argc ? argv[first] : NULL);
	if (outcome != DONE)
		return command_refuse(command, outcome, &listing.diag);
	return listing.json ? print_json(command, listing.json)
			    : command_print(command, buffer_bytes(&listing.text));
}

static const struct option_row options_of_faults[] = {
	{.name = "config",
		.argument = "FILE",
		.environment = "MOCK_NDES_CONFIG",
		.help = "a configuration file of \"mock-ndes serve\", whose directory of fault "
			"profiles is taken (default none)"},
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
