/*
 * A YAML text as a tree of jansson values, with a side table that says where in
 * the text each key and each list item stands, so that whoever refuses a value
 * later can still name the line.
 *
 * Strict, since half a configuration is worse than none: one document, no
 * anchors, aliases or tags, no key twice, plain scalars as in the core schema,
 * quoted ones always texts; size and depth are bounded.
 */
#pragma once

#include <jansson.h>

#include "common/buffer.h"
#include "common/diag.h"

#define YAML_TREE_SIZE_MAX  (1 << 20) /* bytes of text */
#define YAML_TREE_DEPTH_MAX 16        /* mappings and lists in one another */

/* Where a member of `parent` stands; lines and columns count from 1. */
struct yaml_place {
	const json_t *parent;
	char *key;    /* of a mapping; NULL: an item of a list */
	size_t index; /* of a list */
	size_t line;
	size_t column;
};

/* All zero is an empty tree. */
struct yaml_tree {
	char *name; /* of the file, for messages */
	json_t *root;
	struct yaml_place *places;
	size_t place_count;
};

#define YAML_TREE_CLEANUP __attribute__((cleanup(yaml_tree_done)))

/*
 * Reads a text; `name` is what messages call it. A text without a document, or with an empty one,
 * is an empty mapping. DONE, or REFUSED with "name:line:column" as the object.
 */
int yaml_tree_read(struct yaml_tree *out, const char *name, struct bytes text, struct diag *diag);

/* Fits the object of a diag. */
#define YAML_PLACE_SIZE 96

/*
 * Writes "name:line:column" of the member `key` of a mapping, or, with a NULL key, of the item
 * `index` of a list; a long name loses its beginning. Returns `text`.
 */
char *yaml_tree_place(char text[YAML_PLACE_SIZE], const struct yaml_tree *tree,
	const json_t *parent, const char *key, size_t index);

/* Returns what a person calls a value of this type: "a list". */
const char *yaml_tree_type_name(const json_t *value);

void yaml_tree_done(struct yaml_tree *tree);
