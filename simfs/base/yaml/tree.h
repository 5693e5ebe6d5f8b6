/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree.h - reads a small, strict subset of YAML into a tree with positions.
 *
 * Accepts maps, lists and scalars in block or flow style.  Refuses anchors, aliases, tags,
 * directives, a second document, tabs in the indentation, and whatever exceeds the limits below:
 * people write these files, and everyone must read the same in them.
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
	TREE_REFUSED, /* its mistake is reported already */
};

struct tree_node {
	enum tree_kind kind;
	struct place place;
	char *text;		    /* SCALAR: without quotes */
	bool quoted;		    /* SCALAR: quoted or a block scalar, so certainly a text */
	struct tree_entry *entries; /* MAP, LIST */
	size_t entry_count;
};

struct tree_entry {
	struct tree_node *key; /* a SCALAR or REFUSED; NULL in a LIST */
	struct tree_node *value;
};

/*
 * Parses LENGTH bytes at TEXT and adds mistakes to MISTAKES.  Returns the tree, in which refused
 * nodes are marked, or NULL if the text is empty or so broken that the rest of it has no clear
 * meaning.
 */
struct tree_node *yaml_tree_read(const char *text, size_t length, struct mistakes *mistakes);
void yaml_tree_destroy(struct tree_node *tree);

/* The value of KEY in the map NODE; NULL if it has none or is not a map. */
const struct tree_node *tree_find(const struct tree_node *node, const char *key);

/* "a map", "a list", "a single value": for messages. */
const char *tree_kind_name(enum tree_kind kind);

#endif
