#include "server/yaml_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "common/memory.h"
#include "server/yaml_scalar.h"

#define NAME_SHOWN_MAX 64 /* bytes of a file's name in a message */

/* A mapping or list that has been opened and not closed. */
struct level {
	json_t *container; /* borrowed from the tree */
	char *key;         /* of a mapping, once read: a value comes next */
};

struct reader {
	yaml_parser_t parser;
	struct bytes text;
	struct yaml_tree *tree;
	struct diag *diag;
	struct level levels[YAML_TREE_DEPTH_MAX];
	size_t depth;
	size_t documents;
};

static void
reader_done(struct reader *reader)
{
	for (size_t i = 0; i < reader->depth; i++)
		free(reader->levels[i].key);
	yaml_parser_delete(&reader->parser);
}

static char *
write_place(char text[YAML_PLACE_SIZE], const char *name, size_t line, size_t column)
{
	size_t size = strlen(name), cut = size > NAME_SHOWN_MAX ? size - NAME_SHOWN_MAX : 0;

	snprintf(text, YAML_PLACE_SIZE, "%s%s:%zu:%zu", cut ? "..." : "", name + cut, line, column);
	return text;
}

/* Refuses what stands at `mark`, which counts from 0. */
static int
refuse(struct reader *reader, yaml_mark_t mark, const char *wanted, const char *found)
{
	char place[YAML_PLACE_SIZE];

	write_place(place, reader->tree->name, mark.line + 1, mark.column + 1);
	return diag_refuse(reader->diag, place, NULL, wanted, "%s", found);
}

/* libyaml reads ahead of its mark, so where a byte is none that YAML allows is counted here. */
static yaml_mark_t
mark_at(struct bytes text, size_t offset)
{
	yaml_mark_t mark = {0};

	for (size_t i = 0; i < offset && i < text.size; i++) {
		if (text.data[i] == '\n') {
			mark.line++;
			mark.column = 0;
		} else if ((text.data[i] & 0xc0) != 0x80) {
			mark.column++;
		}
	}
	return mark;
}

static int
refuse_syntax(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	char found[160];

	if (parser->error == YAML_MEMORY_ERROR)
		memory_exhausted();
	snprintf(found, sizeof(found), "%s%s%s", parser->problem, parser->context ? " " : "",
		parser->context ? parser->context : "");
	return refuse(reader,
		parser->error == YAML_READER_ERROR ? mark_at(reader->text, parser->problem_offset)
						   : parser->problem_mark,
		"YAML", found);
}

static void
add_place(struct reader *reader, const struct level *level, yaml_mark_t mark)
{
	struct yaml_tree *tree = reader->tree;

	/* Doubles at every power of two. */
	if ((tree->place_count & (tree->place_count - 1)) == 0)
		tree->places = memory_resize(tree->places,
			(tree->place_count ? 2 * tree->place_count : 1) * sizeof(*tree->places));
	tree->places[tree->place_count++] = (struct yaml_place){
		.parent = level->container,
		.key = text_copy(level->key),
		.index = level->key ? 0 : json_array_size(level->container),
		.line = mark.line + 1,
		.column = mark.column + 1,
	};
}

/* Takes a scalar where a mapping wants a key. */
static int
take_key(struct reader *reader, struct level *level, const yaml_event_t *event)
{
	const char *key = (const char *)event->data.scalar.value;
	char found[160];

	if (strlen(key) != event->data.scalar.length)
		return refuse(reader, event->start_mark, "a key without NUL characters", "a NUL");
	if (json_object_get(level->container, key)) {
		snprintf(found, sizeof(found), "\"%s\" stands here twice", key);
		return refuse(reader, event->start_mark, "each key once", found);
	}
	level->key = text_copy(key);
	add_place(reader, level, event->start_mark);
	return DONE;
}

/* Puts a new value, which is taken over, into the innermost container. */
static int
put_value(struct reader *reader, json_t *value, yaml_mark_t mark)
{
	struct level *level = reader->depth ? &reader->levels[reader->depth - 1] : NULL;
	int failed = 0;

	if (!value)
		memory_exhausted();
	if (!level) {
		reader->tree->root = value;
	} else if (json_is_array(level->container)) {
		add_place(reader, level, mark);
		failed = json_array_append_new(level->container, value);
	} else {
		failed = json_object_set_new(level->container, level->key, value);
		free(level->key);
		level->key = NULL;
	}
	if (failed) /* libyaml has checked the UTF-8, so only memory can be the reason */
		memory_exhausted();
	return DONE;
}

static bool
wants_key(const struct reader *reader)
{
	const struct level *level = reader->depth ? &reader->levels[reader->depth - 1] : NULL;

	return level && json_is_object(level->container) && !level->key;
}

static int
refuse_anchor_or_tag(
	struct reader *reader, const yaml_event_t *event, const void *anchor, const void *tag)
{
	if (anchor)
		return refuse(reader, event->start_mark, "the value itself", "an anchor");
	if (tag)
		return refuse(reader, event->start_mark, "the value itself", "a tag");
	return DONE;
}

static int
take_scalar(struct reader *reader, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value, *why = NULL;
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	json_t *value;

	if (refuse_anchor_or_tag(reader, event, event->data.scalar.anchor, event->data.scalar.tag))
		return REFUSED;
	if (wants_key(reader))
		return take_key(reader, &reader->levels[reader->depth - 1], event);
	if (strlen(text) != event->data.scalar.length)
		return refuse(reader, event->start_mark, "a text without NUL characters", "a NUL");
	value = plain ? yaml_scalar_resolve(text, &why) : json_string(text);
	if (why)
		return refuse(reader, event->start_mark, "one that fits, or a text in quotes", why);
	return put_value(reader, value, event->start_mark);
}

static int
open_container(struct reader *reader, const yaml_event_t *event, json_t *container,
	const void *anchor, const void *tag)
{
	json_t *owned __attribute__((cleanup(json_decrefp))) = container;
	char wanted[32];

	if (refuse_anchor_or_tag(reader, event, anchor, tag))
		return REFUSED;
	if (wants_key(reader))
		return refuse(reader, event->start_mark, "a text as key", "a mapping or a list");
	if (reader->depth == YAML_TREE_DEPTH_MAX) {
		snprintf(wanted, sizeof(wanted), "at most %d levels", YAML_TREE_DEPTH_MAX);
		return refuse(reader, event->start_mark, wanted, "one level too many");
	}
	put_value(reader, json_incref(owned), event->start_mark);
	reader->levels[reader->depth++] = (struct level){.container = container};
	return DONE;
}

/* Returns DONE, or REFUSED. */
static int
take_event(struct reader *reader, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (reader->documents++)
			return refuse(reader, event->start_mark, "one", "a second document");
		return DONE;
	case YAML_ALIAS_EVENT:
		return refuse(reader, event->start_mark, "the value itself", "an alias");
	case YAML_SCALAR_EVENT:
		return take_scalar(reader, event);
	case YAML_SEQUENCE_START_EVENT:
		return open_container(reader, event, json_array(),
			event->data.sequence_start.anchor, event->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		return open_container(reader, event, json_object(),
			event->data.mapping_start.anchor, event->data.mapping_start.tag);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		reader->depth--;
		return DONE;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
	return DONE;
}

static int
read_events(struct reader *reader)
{
	for (bool end = false; !end;) {
		__attribute__((cleanup(yaml_event_delete))) yaml_event_t event;

		if (!yaml_parser_parse(&reader->parser, &event))
			return refuse_syntax(reader);
		if (take_event(reader, &event) != DONE)
			return REFUSED;
		end = event.type == YAML_STREAM_END_EVENT;
	}
	return DONE;
}

int
yaml_tree_read(struct yaml_tree *out, const char *name, struct bytes text, struct diag *diag)
{
	__attribute__((cleanup(reader_done))) struct reader reader = {
		.text = text, .tree = out, .diag = diag};

	*out = (struct yaml_tree){.name = text_copy(name)};
	if (!yaml_parser_initialize(&reader.parser))
		memory_exhausted();
	if (text.size > YAML_TREE_SIZE_MAX)
		return refuse(
			&reader, (yaml_mark_t){0}, "at most 1 MiB", "a text that is too long");
	yaml_parser_set_input_string(
		&reader.parser, text.data ? text.data : (const uint8_t *)"", text.size);
	if (read_events(&reader) != DONE)
		return REFUSED;
	if (!out->root || json_is_null(out->root))
		out->root = json_object();
	return DONE;
}

char *
yaml_tree_place(char text[YAML_PLACE_SIZE], const struct yaml_tree *tree, const json_t *parent,
	const char *key, size_t index)
{
	for (size_t i = 0; i < tree->place_count; i++) {
		const struct yaml_place *place = &tree->places[i];

		if (place->parent == parent && place->index == index && !place->key == !key &&
			(!key || strcmp(place->key, key) == 0))
			return write_place(text, tree->name, place->line, place->column);
	}
	return write_place(text, tree->name, 1, 1);
}

const char *
yaml_tree_type_name(const json_t *value)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "a mapping",
		[JSON_ARRAY] = "a list",
		[JSON_STRING] = "a text",
		[JSON_INTEGER] = "a whole number",
		[JSON_REAL] = "a number with a fraction",
		[JSON_TRUE] = "true",
		[JSON_FALSE] = "false",
		[JSON_NULL] = "null",
	};

	return names[json_typeof(value)];
}

void
yaml_tree_done(struct yaml_tree *tree)
{
	for (size_t i = 0; i < tree->place_count; i++)
		free(tree->places[i].key);
	free(tree->places);
	free(tree->name);
	json_decref(tree->root);
	*tree = (struct yaml_tree){0};
}
