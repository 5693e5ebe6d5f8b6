/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_matrix.h - the key `matrix`, by which one file is many scenarios.
 *
 *	matrix: [ { client: dd, exit: nonzero }, { client: dd-gzip, exit: zero } ]
 *	matrix: { client: [ dd, dd-gzip ], format: [ vhd, qcow2 ] }
 *
 * A list has a map of words for each cell; a map is the product of its lists.  In the tree of a
 * cell each {word} in a value is what the cell says.  Other braces stay: rules, failures and
 * adapters have words of their own.
 */
#ifndef SNAPRIG_SCENARIOS_FORMAT_FILE_MATRIX_H
#define SNAPRIG_SCENARIOS_FORMAT_FILE_MATRIX_H

#include <stddef.h>

#include "simfs/base/yaml/fields.h"
#include "simfs/base/yaml/mistakes.h"
#include "simfs/base/yaml/tree.h"

#define MATRIX_KEY	 "matrix"
#define MATRIX_CELLS_MAX 1000
#define MATRIX_WORDS_MAX 32

/* All nodes are the tree's. */
struct file_matrix {
	const struct tree_node *words[MATRIX_WORDS_MAX]; /* keys */
	size_t word_count;
	const struct tree_node **values; /* of each cell, as many as there are words */
	size_t cell_count;		 /* 1, without words, when the file has no matrix */
};

/* Reads that of TREE, a whole file: 0; or -EINVAL with every mistake added to MISTAKES. */
int file_matrix_read(
	const struct tree_node *tree, struct mistakes *mistakes, struct file_matrix *ret);
void file_matrix_deinit(struct file_matrix *matrix);

/* Adds to MISTAKES which words TREE uses nowhere, and where one lacks its quotes. */
void file_matrix_check_uses(
	const struct file_matrix *matrix, const struct tree_node *tree, struct mistakes *mistakes);

/*
 * TREE with the words of CELL in it, the caller's, or NULL when it would take more than
 * *ROOM_BYTES, which are then less by what it takes.  A value that is a word and nothing else
 * is at the place where the cell says it: a mistake in it is found there.
 */
struct tree_node *file_matrix_cell(const struct file_matrix *matrix, size_t cell,
	const struct tree_node *tree, size_t *room_bytes);

/* Passes over the matrix in a cell's tree, of the row of its key. */
field_reader read_no_matrix;

#endif
