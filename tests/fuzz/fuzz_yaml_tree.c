/* The YAML reader: a tree whose members all have a place, or a refusal with one. */
#include <stdlib.h>
#include <string.h>

#include "server/yaml_tree.h"
#include "tests/fuzz/fuzz.h"

#define NAME "f.yaml"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	return 0;
}

static void
look_at_root(const struct yaml_tree *tree)
{
	char place[YAML_PLACE_SIZE];
	const char *key;
	json_t *value;

	if (!tree->root || !*yaml_tree_type_name(tree->root))
		abort();
	json_object_foreach(tree->root, key, value)
		if (strncmp(yaml_tree_place(place, tree, tree->root, key, 0), NAME ":",
			    strlen(NAME ":")) != 0)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	YAML_TREE_CLEANUP struct yaml_tree tree = {0};
	struct diag diag = {0};
	int result = yaml_tree_read(&tree, NAME, BYTES(data, size), &diag);

	if (result == DONE)
		look_at_root(&tree);
	else if (result != REFUSED || !*diag.found ||
		strncmp(diag.object, NAME ":", strlen(NAME ":")) != 0)
		abort();
	return 0;
}
