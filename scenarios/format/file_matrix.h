/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_matrix.h - the key `matrix`, which makes several scenarios of one file.
 *
 *	matrix: [ { client: dd, exit: nonzero }, { client: dd-gzip, exit: zero } ]
 *	matrix: { client: [ dd, dd-gzip ], format: [ vhd, qcow2 ] }
 *
 * A list gives each cell as a map of words; a map is the product of its lists.  For each cell,
 * every {word} in a value of the tree is replaced by the cell's value.  Other braces are left
 * alone: rules, failures and adapters have words of their own.
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

/* All nodes belong to the tree. */
struct file_matrix {
	const struct tree_node *words[MATRIX_WORDS_MAX]; /* keys */
	size_t word_count;
	const struct tree_node **values; /* of each cell, word_count values */
	size_t cell_count;		 /* 1, without words, if the file has no matrix */
};

/* Reads the matrix of TREE, a whole file.  Returns 0; or -EINVAL with every mistake added to
 * MISTAKES. */
int file_matrix_read(
	const struct tree_node *tree, struct mistakes *mistakes, struct file_matrix *ret);
void file_matrix_deinit(struct file_matrix *matrix);

/* Adds a mistake for each word that TREE does not use, and for each use without quotes. */
void file_matrix_check_uses(
	const struct file_matrix *matrix, const struct tree_node *tree, struct mistakes *mistakes);

/*
 * Returns TREE with the values of CELL, or NULL if the copy would take more than *ROOM_BYTES;
 * reduces *ROOM_BYTES by its size.  The caller frees it.  A value that consists of a word has the
 * place of the cell's value, so that mistakes in it are reported there.
 */
struct tree_node *file_matrix_cell(const struct file_matrix *matrix, size_t cell,
	const struct tree_node *tree, size_t *room_bytes);

/* Skips the matrix in a cell's tree; the reader of its key. */
field_reader read_no_matrix;

#endif
