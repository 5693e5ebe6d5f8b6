/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fields.h - fills a struct from a map of the tree, by a table of keys.
 *
 * Each thing that a file may say is one row: its key, how its value is read, and where the result
 * goes.  Unknown, missing and duplicate keys are found here, once for all tables.
 */
#ifndef SNAPRIG_BASE_YAML_FIELDS_H
#define SNAPRIG_BASE_YAML_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simfs/base/yaml/tree.h"

struct field;

/* One file being read.  A caller that needs more embeds this struct in its own. */
struct reading {
	struct mistakes *mistakes;
};

/*
 * Reads NODE, the value of FIELD, into TARGET, which is the object plus the field's offset and
 * holds what calloc() left there.  On a mistake, adds it to READING and leaves TARGET alone.
 */
typedef void field_reader(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target);

struct field {
	const char *key;
	field_reader *read;
	size_t offset;
	bool required;

	const char *const *choices; /* read_choice(): the result is the index */
	size_t choice_count;
	const struct field_table *table; /* read_table() */
	uint64_t min;			 /* read_size(), read_number(): the smallest value ... */
	uint64_t max;			 /* ... and the largest; 0: that of its type */
};

struct field_table {
	const char *name; /* for messages, and in the JSON Schema */
	const struct field *fields;
	size_t count;
};

#define FIELD_TABLE(table_name, rows)                                                              \
	{                                                                                          \
		.name = (table_name), .fields = (rows), .count = sizeof(rows) / sizeof(rows)[0]    \
	}

/* Reads the map NODE into OBJECT.  Any other node is a mistake. */
void fields_read(struct reading *reading, const struct field_table *table,
	const struct tree_node *node, void *object);

/*
 * The only entry of NODE, which must be a map with a single key that names one of TABLE's fields,
 * with that field in *RET_FIELD.  Returns NULL after adding a mistake.
 */
const struct tree_entry *single_field(struct reading *reading, const struct field_table *table,
	const struct tree_node *node, const struct field **ret_field);

/*
 * Adds "unknown WHAT 'TEXT' for 'OF_KEY'" (OF_KEY may be NULL), with the nearest of WORDS, or all
 * of them, as a hint.
 */
void unknown_add(struct reading *reading, const struct tree_node *node, const char *what,
	const char *of_key, const char *const *words, size_t word_count);

/* Whether NODE is a single value.  If not, adds that FIELD must be WHAT ("a size"). */
bool is_scalar(struct reading *reading, const struct field *field, const struct tree_node *node,
	const char *what);

#endif
