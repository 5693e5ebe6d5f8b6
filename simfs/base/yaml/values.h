/* SPDX-License-Identifier: Apache-2.0 */
/*
 * values.h - readers of single values, for the rows of a field table.
 */
#ifndef SNAPRIG_BASE_YAML_VALUES_H
#define SNAPRIG_BASE_YAML_VALUES_H

#include "simfs/base/yaml/fields.h"

/* The longest name of a scenario, phase, snapshot, backup, writer, profile or client. */
#define NAME_MAX_BYTES 64

/* char *: any text that is not empty.  What YAML takes for a number or a boolean must be quoted. */
field_reader read_text;

/* char *: letters, digits, '.', '_' and '-', beginning with a letter or digit. */
field_reader read_name;

/* uint64_t: bytes, within min and max. */
field_reader read_size;

/* char *: a size, or a share of at most 100 %, more than 0; kept as written. */
field_reader read_limit;

/* uint64_t: nanoseconds, more than 0. */
field_reader read_duration;

/* uint64_t and uint32_t: a whole number, decimal or 0x…, within min and max. */
field_reader read_number;
field_reader read_number_32;

/* enum: the index of the word in choices, in which NULL entries match nothing. */
field_reader read_choice;

/* char *: as read_choice(), but the word itself. */
field_reader read_word;

/* bool: true for the only choice. */
field_reader read_wish;

/* The table's struct, at the field's offset. */
field_reader read_table;

/* Whether every YAML reader takes NODE (a SCALAR) for a text. */
bool scalar_is_text(const struct tree_node *node);

/* Parses TEXT as a number, as read_number() does.  Returns 0, -EINVAL or -ERANGE. */
int number_parse(const char *text, uint64_t *ret);

#endif
