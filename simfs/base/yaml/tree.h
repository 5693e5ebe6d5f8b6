/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree.h - a small and strict subset of YAML, as a tree with places.
 *
 * Read are maps, lists and scalars in block or flow style.  Refused are
 * anchors, aliases, tags, directives, a second document, tabs in the
 * indentation, and whatever passes the limits below: such a file is written by
 * people and must read the same to each of them.
 */
#ifndef SNAPRIG_BASE_YAML_TREE_H
#define SNAPRIG_BASE_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "simfs/base/yaml/mistakes.h"
#include "simfs/base/yaml/place.h"

#define YAML_BYTES_MAX (1024 * 1024)
#define YAML_DEPTH_MAX 12
#define YAML_NODES_MAX 20000

enum tree_kind {
	TREE_SCALAR,
	TREE_MAP,
	TREE_LIST,
	TREE_REFUSED, /* its mistake is reported; say no more about it */
};

struct tree_node {
	enum tree_kind kind;
	struct place place;
	char *text;		    /* SCALAR: without quotes */
	bool quoted;		    /* SCALAR: quoted or a block scalar, so it is a text */
	struct tree_entry *entries; /* MAP, LIST */
	size_t entry_count;
};

struct tree_entry {
	struct tree_node *key; /* a SCALAR or REFUSED; NULL in a LIST */
	struct tree_node *value;
};

/*
 * Reads LENGTH bytes at TEXT.  Mistakes are added to MISTAKES.  Returns the
 * tree, with what was refused marked as such; or NULL when the text is empty
 * or so broken that one cannot tell what the rest of it means.
 */
struct tree_node *yaml_tree_read(const char *text, size_t length, struct mistakes *mistakes);
void yaml_tree_destroy(struct tree_node *tree);

/* The value of KEY in the map NODE; NULL when it has none or is no map. */
const struct tree_node *tree_find(const struct tree_node *node, const char *key);

/* "a map", "a list", "a single value": for messages. */
const char *tree_kind_name(enum tree_kind kind);

#endif
