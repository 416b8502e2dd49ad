#include "client/ctl_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/memory.h"
#include "common/percent.h"

#define FILE_MAX (1 << 20)

struct maker {
	struct ctl_request *request;
	const struct ctl_verb *verb;
	const struct options *options;
	struct buffer query;
	char *const *path_words; /* of the {} of the path, in order */
	struct diag *diag;
};

static void
maker_done(struct maker *maker)
{
	buffer_done(&maker->query);
	free((void *)maker->path_words);
}

void
ctl_request_done(struct ctl_request *request)
{
	buffer_done(&request->target);
	buffer_done(&request->raw);
	json_decref(request->body);
}

/* --- members and parameters ----------------------------------------------------------------- */

static json_t *
body_of(struct maker *maker)
{
	if (!maker->request->body)
		maker->request->body = json_object();
	return maker->request->body;
}

/* The object `name` within the body. */
static json_t *
part_of_body(struct maker *maker, const char *name)
{
	json_t *body = body_of(maker);

	if (!json_object_get(body, name))
		json_object_set_new(body, name, json_object());
	return json_object_get(body, name);
}

static void
add_parameter(struct maker *maker, const char *name, const char *value)
{
	buffer_append_byte(&maker->query, maker->query.size ? '&' : '?');
	percent_encode(&maker->query, bytes_text(name), "");
	buffer_append_byte(&maker->query, '=');
	percent_encode(&maker->query, bytes_text(value), "*");
}

static bool
has_body(const struct ctl_verb *verb)
{
	return strcmp(verb->method, "GET") != 0 && strcmp(verb->method, "DELETE") != 0;
}

/* "clock/offset" is a member of the object "clock". */
static void
set_member(struct maker *maker, const char *member, json_t *value)
{
	size_t size = strcspn(member, "/");
	TEXT_CLEANUP char *object = text_copy_size(member, size);

	if (member[size])
		json_object_set_new(part_of_body(maker, object), member + size + 1, value);
	else
		json_object_set_new(body_of(maker), member, value);
}

static int
add_member(struct maker *maker, enum ctl_type type, const char *member, const char *text)
{
	int64_t number = 0;
	json_t *value;

	if (type == CTL_NUMBER &&
		options_number(&number, text, INT64_MIN, INT64_MAX, maker->diag) != DONE)
		return REFUSED;
	value = type == CTL_NUMBER ? json_integer(number)
		: type == CTL_FLAG ? json_true()
				   : json_string(text);
	if (!value)
		return diag_refuse(maker->diag, "", NULL, "UTF-8", "\"%s\"", text);
	set_member(maker, member, value);
	return DONE;
}

/* NAME=VALUE, where the value is what it looks like: true, 7, null, else a text. */
static int
add_setting(struct maker *maker, const char *text)
{
	size_t size = strcspn(text, "=");
	TEXT_CLEANUP char *name = text_copy_size(text, size);
	json_t *value;

	if (text[size] != '=')
		return diag_refuse(
			maker->diag, "", NULL, "NAME=VALUE", "\"%s\" has no \"=\"", text);
	value = json_loads(text + size + 1, JSON_DECODE_ANY, NULL);
	if (!json_is_integer(value) && !json_is_boolean(value) && !json_is_null(value) &&
		!json_is_string(value)) {
		json_decref(value);
		value = json_string(text + size + 1);
	}
	json_object_set_new(part_of_body(maker, "settings"), name, value);
	return DONE;
}

static void
add_match(struct maker *maker, const char *field, const char *glob)
{
	if (has_body(maker->verb))
		json_object_set_new(part_of_body(maker, "match"), field, json_string(glob));
	else
		add_parameter(maker, field, glob);
}

static int
add_where(struct maker *maker, const char *text)
{
	size_t size = strcspn(text, "=");
	TEXT_CLEANUP char *field = text_copy_size(text, size);

	if (text[size] != '=')
		return diag_refuse(
			maker->diag, "", NULL, "FIELD=GLOB", "\"%s\" has no \"=\"", text);
	add_match(maker, field, text + size + 1);
	return DONE;
}

/* --- files ------------------------------------------------------------------------------------ */

static int
read_stream(struct buffer *out, int descriptor)
{
	uint8_t part[4096];
	ssize_t size;

	while ((size = read(descriptor, part, sizeof(part))) > 0 && out->size < FILE_MAX)
		buffer_append(out, BYTES(part, (size_t)size));
	return size < 0 ? errno : size > 0 ? EFBIG : 0;
}

static int
take_file(struct maker *maker, const char *word)
{
	struct buffer *raw = &maker->request->raw;
	int error = 0;

	maker->request->is_raw = true;
	if (word[0] == '{')
		buffer_append_text(raw, word);
	else if (strcmp(word, "-") == 0)
		error = read_stream(raw, STDIN_FILENO);
	else
		error = file_read(raw, word, FILE_MAX);
	if (error == 0)
		return DONE;
	return diag_refuse(
		maker->diag, word, NULL, "a file of YAML or JSON", "%s", strerror(error));
}

static bool
looks_like_file(const char *word)
{
	return word[0] == '{' || strcmp(word, "-") == 0 || strchr(word, '/') ||
		access(word, F_OK) == 0 || (strlen(word) > 5 && strchr(word, '.'));
}

/* --- words -------------------------------------------------------------------------------------- */

static int
take_word(struct maker *maker, enum ctl_place place, enum ctl_type type, const char *member,
	const char *word)
{
	switch (place) {
	case CTL_BODY:
		if (has_body(maker->verb))
			return add_member(maker, type, member, word);
		add_parameter(maker, member, word);
		return DONE;
	case CTL_QUERY:
		add_parameter(maker, member, word);
		return DONE;
	case CTL_MATCH:
		if (!member)
			return add_where(maker, word);
		add_match(maker, member, word);
		return DONE;
	case CTL_SETTING:
		return add_setting(maker, word);
	case CTL_FILE:
		return take_file(maker, word);
	case CTL_FAULT:
		return looks_like_file(word) ? take_file(maker, word)
					     : add_member(maker, CTL_TEXT, member, word);
	case CTL_PATH:
	case CTL_NOWHERE:
		break;
	}
	return DONE;
}

static int
take_options(struct maker *maker)
{
	for (size_t i = 0; i < maker->options->count; i++) {
		const struct option_value *value = &maker->options->values[i];
		const struct ctl_option *option = ctl_option_named(value->row->name);

		if (take_word(maker, option->place, option->type, option->member,
			    value->text ? value->text : "true") == DONE)
			continue;
		if (maker->diag && !maker->diag->object[0])
			snprintf(maker->diag->object, sizeof(maker->diag->object), "--%s",
				value->row->name);
		return REFUSED;
	}
	return DONE;
}

static int
take_positionals(struct maker *maker, char *const *words, size_t count)
{
	const char **path_words = memory_new(count + 1, sizeof(*path_words));
	const struct ctl_positional *positional = maker->verb->positionals;
	size_t used = 0, in_path = 0;

	maker->path_words = (char *const *)path_words;
	for (; positional->name; positional++) {
		if (used == count && !positional->optional)
			return diag_refuse(maker->diag, maker->verb->words, NULL, positional->name,
				"a word is missing");
		for (; used < count; used++) {
			if (positional->place == CTL_PATH)
				path_words[in_path++] = words[used];
			else if (take_word(maker, positional->place, CTL_TEXT, positional->member,
					 words[used]) != DONE)
				return REFUSED;
			if (!positional->repeated) {
				used++;
				break;
			}
		}
	}
	if (used == count)
		return DONE;
	return diag_refuse(maker->diag, words[used], NULL, "no more words", "a word too many");
}

/* Puts site and positionals where they stand in the path. */
static void
make_target(struct maker *maker)
{
	struct buffer *out = &maker->request->target;
	const char *site = options_value(maker->options, "site"), *at = maker->verb->path;
	size_t used = 0;

	while (*at) {
		size_t size = strcspn(at, "{");

		buffer_append(out, BYTES(at, size));
		at += size;
		if (!*at)
			break;
		if (strncmp(at, "{of-site}", 9) == 0) {
			buffer_append_text(out, site ? "/v1/sites/" : "/v1");
			percent_encode(out, bytes_text(site), "");
		} else if (strncmp(at, "{site}", 6) == 0) {
			percent_encode(out, bytes_text(site ? site : "default"), "");
		} else {
			percent_encode(out, bytes_text(maker->path_words[used++]), "");
		}
		at += strcspn(at, "}") + 1;
	}
	buffer_append(out, buffer_bytes(&maker->query));
}

/* Verbs that are about exchanges are about those of the site that was named. */
static void
match_site(struct maker *maker)
{
	const char *site = options_value(maker->options, "site");
	const struct ctl_option *where = ctl_option_named("where");
	struct option_row rows[CTL_OPTIONS_MAX];
	size_t count = ctl_verb_options(rows, maker->verb);

	for (size_t i = 0; site && i < count; i++)
		if (rows[i].name == where->row.name)
			add_match(maker, "site", site);
}

int
ctl_request_make(struct ctl_request *out, const struct ctl_verb *verb,
	const struct options *options, char *const *words, size_t count, struct diag *diag)
{
	__attribute__((cleanup(maker_done))) struct maker maker = {
		.request = out, .verb = verb, .options = options, .diag = diag};

	if (take_options(&maker) != DONE || take_positionals(&maker, words, count) != DONE)
		return REFUSED;
	match_site(&maker);
	make_target(&maker);
	return DONE;
}
