#include "client/ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/command.h"
#include "client/control_client.h"
#include "client/ctl_explain.h"
#include "client/ctl_print.h"
#include "client/ctl_request.h"
#include "common/mdoc.h"
#include "common/memory.h"
#include "common/suggestion.h"

#define WORDS_MAX 3

/* One run of the command. */
struct ctl {
	const struct ctl_verb *verb;
	struct option_row rows[CTL_OPTIONS_MAX];
	struct options options;
	struct control_client client;
	bool human;
};

static void
ctl_done(struct ctl *ctl)
{
	options_done(&ctl->options);
	control_client_done(&ctl->client);
}

static int
fail(int status, const struct diag *diag)
{
	char words[DIAG_TEXT_SIZE];

	fprintf(stderr, "mock-ndes ctl: %s\n", diag_text(words, diag));
	return status;
}

/* --- the verb ----------------------------------------------------------------------------------- */

/* Counts the words that a command line shares with a verb from its beginning; all of the verb's, or 0. */
static size_t
matching_words(const char *words, int argc, char **argv)
{
	size_t count = 0;

	for (const char *at = words; *at; count++) {
		size_t size = strcspn(at, " ");

		if ((int)count >= argc || strlen(argv[count]) != size ||
			strncmp(argv[count], at, size) != 0)
			return 0;
		at += size + strspn(at + size, " ");
	}
	return count;
}

/* The verb with most words wins: "clock advance" over "clock". */
static const struct ctl_verb *
find_verb(size_t *words, int argc, char **argv)
{
	const struct ctl_verb *best = NULL;

	*words = 0;
	for (size_t i = 0; ctl_verb_at(i); i++) {
		size_t count = matching_words(ctl_verb_at(i)->words, argc, argv);

		if (count > *words) {
			best = ctl_verb_at(i);
			*words = count;
		}
	}
	return best;
}

static int
refuse_verb(int argc, char **argv)
{
	BUFFER_CLEANUP struct buffer typed = {0};
	struct suggestion suggestion;
	struct diag diag = {0};

	for (int i = 0; i < argc && i < 2 && argv[i][0] != '-'; i++)
		buffer_append_format(&typed, "%s%s", i ? " " : "", argv[i]);
	suggestion = suggestion_start(buffer_text(&typed));
	for (size_t i = 0; ctl_verb_at(i); i++)
		suggestion_offer(&suggestion, ctl_verb_at(i)->words);
	suggestion_refuse(&suggestion, buffer_text(&typed), "no such verb", "",
		"one that \"mock-ndes ctl --help\" lists", &diag);
	return fail(EXIT_CODE_USAGE, &diag);
}

/* --- showing ---------------------------------------------------------------------------------------- */

static void
print(const struct buffer *text)
{
	if (text->size)
		fwrite(text->data, 1, text->size, stdout);
}

static void
show_list(const struct ctl *ctl, const json_t *answer)
{
	BUFFER_CLEANUP struct buffer text = {0}, next = {0};
	const json_t *cursor = json_object_get(answer, "next");

	ctl_print_list(&text, json_object_get(answer, ctl->verb->list), ctl->verb->columns);
	print(&text);
	if (!cursor || json_is_null(cursor) || options_given(&ctl->options, "last"))
		return;
	ctl_print_value(&next, cursor);
	fprintf(stderr, "there are more: --before %s\n", buffer_text(&next));
}

/* What nearly fitted: of a wait, or of each expectation that failed. */
static void
show_misses(const struct ctl_verb *verb, const json_t *answer)
{
	BUFFER_CLEANUP struct buffer text = {0};
	json_t *item;
	size_t i;

	ctl_print_misses(&text, json_object_get(answer, "misses"));
	json_array_foreach(json_object_get(answer, verb->list), i, item)
	{
		const char *title = json_string_value(json_object_get(item, "title"));

		if (!json_is_false(json_object_get(item, "passed")))
			continue;
		buffer_append_format(&text, "%s:\n", title ? title : "-");
		ctl_print_misses(&text, json_object_get(item, "misses"));
	}
	print(&text);
}

static void
show_object(const json_t *answer)
{
	BUFFER_CLEANUP struct buffer text = {0};

	ctl_print_object(&text, answer, 0);
	print(&text);
}

/* Asks for each exchange of a list, and tells all about it. */
static int
explain_list(struct ctl *ctl, const json_t *list)
{
	struct diag diag = {0};
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
	{
		CONTROL_REPLY_CLEANUP struct control_reply reply = {0};
		BUFFER_CLEANUP struct buffer text = {0};
		TEXT_CLEANUP char *target = text_format("/v1/requests/%" JSON_INTEGER_FORMAT,
			json_integer_value(json_object_get(item, "number")));

		if (control_client_get(&ctl->client, &reply, target, &diag) != DONE)
			return fail(EXIT_CODE_FAILED, &diag);
		ctl_explain(&text, reply.json);
		print(&text);
	}
	return EXIT_CODE_DONE;
}

static int
show(struct ctl *ctl, const struct control_reply *reply)
{
	const struct ctl_verb *verb = ctl->verb;
	const json_t *list = json_object_get(reply->json, verb->list ? verb->list : "");

	if (!ctl->human || !reply->json || verb->show == CTL_SHOW_RAW) {
		print(&reply->body);
		return EXIT_CODE_DONE;
	}
	if (verb->show == CTL_SHOW_EXPLAINED && options_given(&ctl->options, "explain"))
		return explain_list(ctl, list);
	if (verb->show == CTL_SHOW_EXPLAINED && !verb->list) {
		BUFFER_CLEANUP struct buffer text = {0};

		ctl_explain(&text, reply->json);
		print(&text);
	} else if (list) {
		show_list(ctl, reply->json);
		if (verb->show == CTL_SHOW_VERDICT)
			show_misses(verb, reply->json);
	} else {
		show_object(reply->json);
	}
	return EXIT_CODE_DONE;
}

/* --- the call -------------------------------------------------------------------------------------- */

/* Tells a problem with its places; a wait that ended is a check that failed. */
static int
show_problem(struct ctl *ctl, const struct control_reply *reply)
{
	const json_t *errors = json_object_get(reply->json, "errors"), *error;
	const char *detail = json_string_value(json_object_get(reply->json, "detail"));
	size_t i;

	if (!ctl->human && reply->json)
		print(&reply->body);
	fprintf(stderr, "mock-ndes ctl: %u %s\n", reply->status,
		detail ? detail : "the server gave no reason");
	for (i = 1; (error = json_array_get(errors, i)); i++)
		fprintf(stderr, "    %s: %s\n",
			json_string_value(json_object_get(error, "pointer")),
			json_string_value(json_object_get(error, "message")));
	if (ctl->human && ctl->verb->show == CTL_SHOW_VERDICT) {
		if (json_array_size(json_object_get(reply->json, ctl->verb->list)))
			show_list(ctl, reply->json);
		show_misses(ctl->verb, reply->json);
	}
	return reply->status == 408 || reply->status >= 500 ? EXIT_CODE_FAILED : EXIT_CODE_USAGE;
}

/* A verdict in another form than JSON says in a header whether it was passed. */
static bool
has_failed(const struct ctl *ctl, const struct control_reply *reply)
{
	const json_t *passed = json_object_get(reply->json, "passed");

	return ctl->verb->show == CTL_SHOW_VERDICT &&
		(json_is_false(passed) || strcmp(reply->verdict, "failed") == 0);
}

static int
call(struct ctl *ctl, const struct ctl_request *request)
{
	CONTROL_REPLY_CLEANUP struct control_reply reply = {0};
	struct diag diag = {0};
	int status;

	if (ctl->verb->show == CTL_SHOW_EVENTS)
		status = control_client_follow(&ctl->client, &reply,
			buffer_text((struct buffer *)&request->target), &diag);
	else
		status = control_client_call(
			&ctl->client, &reply, ctl->verb->method, request, &diag);
	if (status != DONE)
		return fail(EXIT_CODE_FAILED, &diag);
	if (reply.status >= 400)
		return show_problem(ctl, &reply);
	status = show(ctl, &reply);
	return status == EXIT_CODE_DONE && has_failed(ctl, &reply) ? EXIT_CODE_FAILED : status;
}

static int
run_verb(struct ctl *ctl, int argc, char **argv)
{
	CTL_REQUEST_CLEANUP struct ctl_request request = {0};
	struct diag diag = {0};
	int first;

	if (options_read(&ctl->options, ctl->rows, ctl_verb_options(ctl->rows, ctl->verb), argc,
		    argv, &diag) != DONE)
		return fail(EXIT_CODE_USAGE, &diag);
	if (options_given(&ctl->options, "help")) {
		BUFFER_CLEANUP struct buffer help = {0};

		ctl_write_help(&help, ctl->verb->words);
		print(&help);
		return EXIT_CODE_DONE;
	}
	first = ctl->options.first_argument;
	if (ctl_request_make(&request, ctl->verb, &ctl->options, argv + first,
		    (size_t)(argc - first), &diag) != DONE)
		return fail(EXIT_CODE_USAGE, &diag);
	ctl->human = !options_given(&ctl->options, "json") &&
		(options_given(&ctl->options, "human") || options_given(&ctl->options, "explain") ||
			isatty(STDOUT_FILENO));
	if (control_client_init(&ctl->client, options_value(&ctl->options, "control"),
		    options_value(&ctl->options, "token"), &diag) != DONE)
		return fail(EXIT_CODE_USAGE, &diag);
	return call(ctl, &request);
}

int
ctl_run(int argc, char **argv)
{
	__attribute__((cleanup(ctl_done))) struct ctl ctl = {0};
	size_t words;
	bool wants_help = argc > 1 &&
		(strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
			strcmp(argv[1], "help") == 0);

	if (argc < 2 || wants_help) {
		BUFFER_CLEANUP struct buffer help = {0};

		ctl_write_help(&help, NULL);
		fwrite(help.data, 1, help.size, wants_help ? stdout : stderr);
		return wants_help ? EXIT_CODE_DONE : EXIT_CODE_USAGE;
	}
	ctl.verb = find_verb(&words, argc - 1, argv + 1);
	if (!ctl.verb)
		return refuse_verb(argc - 1, argv + 1);
	/* What stands at argv[words] is the name of this command line. */
	return run_verb(&ctl, argc - (int)words, argv + words);
}

/* --- healthcheck ------------------------------------------------------------------------------------ */

int
ctl_run_healthcheck(int argc, char **argv)
{
	CONTROL_REPLY_CLEANUP struct control_reply reply = {0};
	__attribute__((cleanup(ctl_done))) struct ctl ctl = {0};
	const struct ctl_verb plain = {.words = "healthcheck"};
	struct diag diag = {0};
	size_t count = ctl_verb_options(ctl.rows, &plain);

	if (options_read(&ctl.options, ctl.rows, count, argc, argv, &diag) != DONE)
		return fail(EXIT_CODE_USAGE, &diag);
	if (options_given(&ctl.options, "help")) {
		puts("usage: mock-ndes healthcheck [--control URL] [--token TEXT]\n\n"
		     "Ends with 0 when the server is ready, with 1 when it is not.");
		return EXIT_CODE_DONE;
	}
	if (control_client_init(&ctl.client, options_value(&ctl.options, "control"),
		    options_value(&ctl.options, "token"), &diag) != DONE)
		return fail(EXIT_CODE_USAGE, &diag);
	if (control_client_get(&ctl.client, &reply, "/readyz", &diag) != DONE)
		return fail(EXIT_CODE_FAILED, &diag);
	return EXIT_CODE_DONE;
}

/* --- help ------------------------------------------------------------------------------------------- */

static void
append_usage(struct buffer *out, const struct ctl_verb *verb)
{
	buffer_append_text(out, verb->words);
	for (const struct ctl_positional *word = verb->positionals; word->name; word++)
		buffer_append_format(out, word->optional ? " [%s%s]" : " %s%s", word->name,
			word->repeated ? " ..." : "");
}

static void
append_verb(struct buffer *out, const struct ctl_verb *verb, bool with_options)
{
	BUFFER_CLEANUP struct buffer usage = {0};
	struct option_row rows[CTL_OPTIONS_MAX];

	append_usage(&usage, verb);
	buffer_append_format(out, "  %-28s %s\n", buffer_text(&usage), verb->help);
	if (!with_options)
		return;
	buffer_append_byte(out, '\n');
	options_write_help(out, rows, ctl_verb_options(rows, verb));
}

void
ctl_write_help(struct buffer *out, const char *words)
{
	buffer_append_text(out,
		"usage: mock-ndes ctl NOUN VERB [WORD ...] [OPTIONS]\n\n"
		"Drives a running server by its control API.\n\n");
	for (size_t i = 0; ctl_verb_at(i); i++)
		if (!words || strcmp(words, ctl_verb_at(i)->words) == 0)
			append_verb(out, ctl_verb_at(i), words != NULL);
	if (!words)
		buffer_append_text(out,
			"\n\"mock-ndes ctl NOUN VERB --help\" lists the options of a verb. Exit "
			"status: 0 done,\n1 a check failed or no server, 2 the command line is "
			"at fault or the server refused\nwhat it was asked.\n");
}

void
ctl_write_manual(struct buffer *out)
{
	struct option_row rows[CTL_OPTIONS_MAX];
	size_t count = 0;

	buffer_append_text(out, ".Bl -tag -width Ds\n");
	for (size_t i = 0; ctl_verb_at(i); i++) {
		BUFFER_CLEANUP struct buffer usage = {0};
		TEXT_CLEANUP char *help = text_format("%s.", ctl_verb_at(i)->help);

		append_usage(&usage, ctl_verb_at(i));
		buffer_append_text(out, ".It ");
		buffer_append_format(out, "Cm %s\n", buffer_text(&usage));
		mdoc_text(out, help);
	}
	buffer_append_text(out, ".El\n.Pp\nTheir options are:\n");
	for (; count < CTL_OPTIONS_MAX && ctl_option_at(count); count++)
		rows[count] = ctl_option_at(count)->row;
	mdoc_options(out, rows, count);
}
