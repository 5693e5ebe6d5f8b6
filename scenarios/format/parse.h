/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse.h - parses scenarios from memory, and the tables that this uses.
 */
#ifndef SNAPRIG_SCENARIOS_FORMAT_PARSE_H
#define SNAPRIG_SCENARIOS_FORMAT_PARSE_H

#include <stddef.h>

#include "scenarios/format/scenario.h"
#include "simfs/base/yaml/fields.h"
#include "simfs/base/yaml/mistakes.h"

#define PHASES_MAX 64
#define STEPS_MAX  1000 /* of a phase */

/*
 * Reads the scenarios in LENGTH bytes at TEXT: one, or one for each cell of its matrix.  PATH is
 * only stored.  Returns 0, or -EINVAL with every mistake added to MISTAKES, sorted.
 */
int scenarios_parse(const char *path, const char *text, size_t length, struct mistakes *mistakes,
	struct scenario_list *ret);

/*
 * Like scenarios_parse(), from the file at PATH.  Also returns the -errno of reading the file,
 * which is added to MISTAKES, too.
 */
int scenarios_read(const char *path, struct mistakes *mistakes, struct scenario_list *ret);

/*
 * Reads the scenario in TREE, which is a file or a cell.  The caller frees *RET even after
 * -EINVAL: then it is what could be read, and MISTAKES is not empty.
 */
int scenario_parse(const char *path, const struct tree_node *tree, struct mistakes *mistakes,
	struct scenario **ret);

/* All tables of keys of the format, for the test that compares them with scenario.schema.json. */
const struct field_table *const *scenario_tables(size_t *ret_count);

/* Where a chain is stored, the format of its nodes, and when they are merged. */
#define SR_WORDS	  2
#define NODE_FORMAT_WORDS 2
#define COALESCE_WORDS	  1
extern const char *const sr_words[SR_WORDS];
extern const char *const node_format_words[NODE_FORMAT_WORDS];
extern const char *const coalesce_words[COALESCE_WORDS];

/* Reads NODE, a list of steps, into the phase at TARGET. */
field_reader read_steps;

/* struct step: the content of an expect step. */
field_reader read_expectation;

/* struct scenario: what the machine must have; struct environment_texts: the client's
 * environment. */
field_reader read_requires;
field_reader read_env;

/* struct fault_texts: a rule, or a list of rules. */
field_reader read_faults;

/* struct writer_texts: a list of writers; char *: one writer. */
field_reader read_writers;
field_reader read_writer;

/* The tables of steps; the first one is "step". */
extern const struct field_table *const step_tables[];
extern const size_t step_table_count;

#endif
