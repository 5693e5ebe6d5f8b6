/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/format/file_matrix.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/format/repeat.h"
#include "simfs/base/heap.h"

static bool is_word_name(const char *text)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

	return isalpha((unsigned char)text[0]) && text[strspn(text, letters)] == '\0';
}

/* Returns the index of the word TEXT, or the number of words. */
static size_t word_find(const struct file_matrix *matrix, const char *text)
{
	size_t index = 0;

	while (index < matrix->word_count && strcmp(matrix->words[index]->text, text) != 0)
		index++;
	return index;
}

static void word_add(
	struct file_matrix *matrix, const struct tree_node *key, struct mistakes *mistakes)
{
	if (key->kind == TREE_REFUSED)
		return;
	if (!is_word_name(key->text))
		mistakes_add(mistakes, key->place,
			"cannot use '%s' as a word of the matrix (only letters, digits, '_' and "
			"'-', and a letter first)",
			key->text);
	else if (strcmp(key->text, REPEAT_WORD) == 0)
		mistakes_add(mistakes, key->place,
			"cannot use '" REPEAT_WORD "' as a word of the matrix (it is the number in "
			"a repeat)");
	else if (word_find(matrix, key->text) < matrix->word_count)
		mistakes_add(mistakes, key->place,
			"duplicate word '%s' in the matrix (the first is at line %u)", key->text,
			matrix->words[word_find(matrix, key->text)]->place.line);
	else if (matrix->word_count == MATRIX_WORDS_MAX)
		mistakes_add(mistakes, key->place, "the matrix has more than %d words",
			MATRIX_WORDS_MAX);
	else
		matrix->words[matrix->word_count++] = key;
}

static void value_check(
	const struct tree_node *key, const struct tree_node *value, struct mistakes *mistakes)
{
	if (value->kind == TREE_LIST)
		mistakes_add(mistakes, value->place,
			"word '%s' of a cell must be a single value, not a list (for each with "
			"each: matrix: { %s: [ ... ] })",
			key->text, key->text);
	else if (value->kind == TREE_MAP)
		mistakes_add(mistakes, value->place,
			"word '%s' of the matrix must be a single value, not a map", key->text);
}

static void empty_add(const struct tree_node *node, struct mistakes *mistakes)
{
	mistakes_add(mistakes, node->place,
		"the matrix is empty (try - { client: dd }, and client: \"{client}\")");
}

/* ---- a list of cells ---- */

/* The words of the first cell are the words of all cells. */
static void words_collect(
	struct file_matrix *matrix, const struct tree_node *cell, struct mistakes *mistakes)
{
	for (size_t i = 0; i < cell->entry_count; i++)
		word_add(matrix, cell->entries[i].key, mistakes);
}

/* Stores the value of ENTRY, of a cell, in VALUES. */
static void entry_read(const struct file_matrix *matrix, const struct tree_entry *entry,
	const struct tree_node **values, struct mistakes *mistakes)
{
	const char *words[MATRIX_WORDS_MAX];
	struct reading reading = { .mistakes = mistakes };

	/* If there are no words, the first cell was wrong. */
	if (entry->key->kind == TREE_REFUSED || matrix->word_count == 0)
		return;
	for (size_t i = 0; i < matrix->word_count; i++)
		words[i] = matrix->words[i]->text;

	size_t index = word_find(matrix, entry->key->text);

	if (index == matrix->word_count) {
		unknown_add(&reading, entry->key, "word", MATRIX_KEY, words, matrix->word_count);
	} else if (values[index]) {
		mistakes_add(mistakes, entry->key->place, "duplicate word '%s' in the cell",
			entry->key->text);
	} else {
		value_check(entry->key, entry->value, mistakes);
		values[index] = entry->value;
	}
}

static void cell_read(const struct file_matrix *matrix, const struct tree_node *cell, bool is_first,
	const struct tree_node **values, struct mistakes *mistakes)
{
	if (cell->kind == TREE_REFUSED)
		return;
	if (cell->kind != TREE_MAP) {
		mistakes_add(mistakes, cell->place,
			"a cell of the matrix must be a map of words, not %s (try { client: dd })",
			tree_kind_name(cell->kind));
		return;
	}
	for (size_t i = 0; i < cell->entry_count; i++) {
		/* Unknown words of the first cell were reported by words_collect(). */
		if (!is_first || cell->entries[i].key->kind == TREE_REFUSED ||
			word_find(matrix, cell->entries[i].key->text) < matrix->word_count)
			entry_read(matrix, &cell->entries[i], values, mistakes);
	}
	for (size_t i = 0; i < matrix->word_count; i++) {
		if (!values[i])
			mistakes_add(mistakes, cell->place,
				"the cell lacks the word '%s', which the first one has at line %u",
				matrix->words[i]->text, matrix->words[i]->place.line);
	}
}

static void cells_read(
	struct file_matrix *matrix, const struct tree_node *list, struct mistakes *mistakes)
{
	const struct tree_node *first = list->entry_count > 0 ? list->entries[0].value : NULL;

	if (!first || (first->kind == TREE_MAP && first->entry_count == 0)) {
		empty_add(list, mistakes);
		return;
	}
	if (list->entry_count > MATRIX_CELLS_MAX) {
		mistakes_add(mistakes, list->entries[MATRIX_CELLS_MAX].value->place,
			"the matrix has %zu cells (at most %d)", list->entry_count,
			MATRIX_CELLS_MAX);
		return;
	}
	if (first->kind == TREE_MAP)
		words_collect(matrix, first, mistakes);
	matrix->cell_count = list->entry_count;
	matrix->values = heap_new(
		(matrix->cell_count * matrix->word_count + 1) * sizeof *matrix->values);
	for (size_t i = 0; i < list->entry_count; i++)
		cell_read(matrix, list->entries[i].value, i == 0,
			matrix->values + i * matrix->word_count, mistakes);
}

/* ---- a product ---- */

static void factor_check(
	const struct tree_node *key, const struct tree_node *value, struct mistakes *mistakes)
{
	if (key->kind == TREE_REFUSED || value->kind == TREE_REFUSED)
		return;
	if (value->kind != TREE_LIST) {
		mistakes_add(mistakes, value->place,
			"word '%s' of a matrix that is a map must be a list, not %s (try %s: [ ... "
			"], or begin each cell with '- ')",
			key->text, tree_kind_name(value->kind), key->text);
		return;
	}
	if (value->entry_count == 0)
		mistakes_add(
			mistakes, value->place, "word '%s' of the matrix has no values", key->text);
	for (size_t i = 0; i < value->entry_count; i++) {
		if (value->entries[i].value->kind == TREE_LIST ||
			value->entries[i].value->kind == TREE_MAP)
			mistakes_add(mistakes, value->entries[i].value->place,
				"word '%s' of the matrix must be a list of single values, not of "
				"%s",
				key->text, tree_kind_name(value->entries[i].value->kind));
	}
}

/* The last word changes with every cell, the first one least often. */
static void product_fill(struct file_matrix *matrix, const struct tree_node *map)
{
	size_t repeats = 1;

	for (size_t word = matrix->word_count; word-- > 0;) {
		const struct tree_node *list = map->entries[word].value;

		for (size_t cell = 0; cell < matrix->cell_count; cell++)
			matrix->values[cell * matrix->word_count + word] =
				list->entries[cell / repeats % list->entry_count].value;
		repeats *= list->entry_count;
	}
}

static void product_read(
	struct file_matrix *matrix, const struct tree_node *map, struct mistakes *mistakes)
{
	size_t before = mistakes->count, count = 1;

	if (map->entry_count == 0)
		empty_add(map, mistakes);
	for (size_t i = 0; i < map->entry_count; i++) {
		word_add(matrix, map->entries[i].key, mistakes);
		factor_check(map->entries[i].key, map->entries[i].value, mistakes);
		if (count <= MATRIX_CELLS_MAX)
			count *= map->entries[i].value->entry_count;
	}
	/* Each entry is a word with values; otherwise a mistake has been reported. */
	if (mistakes->count > before || matrix->word_count < map->entry_count || count == 0)
		return;
	if (count > MATRIX_CELLS_MAX) {
		mistakes_add(mistakes, map->place, "the matrix has more than %d cells",
			MATRIX_CELLS_MAX);
		return;
	}
	matrix->cell_count = count;
	matrix->values = heap_new(count * matrix->word_count * sizeof *matrix->values);
	product_fill(matrix, map);
}

/* ---- both ---- */

/* A refused cell or value leaves a gap; its mistake has been reported. */
static bool is_whole(const struct file_matrix *matrix)
{
	for (size_t i = 0; i < matrix->cell_count * matrix->word_count; i++) {
		if (!matrix->values[i] || matrix->values[i]->kind != TREE_SCALAR)
			return false;
	}
	return matrix->cell_count > 0;
}

int file_matrix_read(
	const struct tree_node *tree, struct mistakes *mistakes, struct file_matrix *ret)
{
	const struct tree_node *node = tree_find(tree, MATRIX_KEY);
	size_t before = mistakes->count + mistakes->dropped_count;
	struct file_matrix matrix = { .cell_count = node ? 0 : 1 };

	if (node && node->kind == TREE_LIST)
		cells_read(&matrix, node, mistakes);
	else if (node && node->kind == TREE_MAP)
		product_read(&matrix, node, mistakes);
	else if (node && node->kind == TREE_SCALAR && node->text[0] == '\0')
		empty_add(node, mistakes);
	else if (node && node->kind == TREE_SCALAR)
		mistakes_add(mistakes, node->place,
			"the matrix must be a list of cells or a map of lists, not a single value "
			"(try - { client: dd })");
	if (!is_whole(&matrix) || mistakes->count + mistakes->dropped_count > before) {
		file_matrix_deinit(&matrix);
		return -EINVAL;
	}
	*ret = matrix;
	return 0;
}

void file_matrix_deinit(struct file_matrix *matrix)
{
	free(matrix->values);
	*matrix = (struct file_matrix){ 0 };
}

void read_no_matrix(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	(void)reading;
	(void)field;
	(void)node;
	(void)target;
}
