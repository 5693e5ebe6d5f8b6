/* SPDX-License-Identifier: Apache-2.0 */
/* file_matrix_words.c - {word}s in the values of a tree: which ones exist, and what a cell
 * replaces them with. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/format/file_matrix.h"
#include "simfs/base/heap.h"
#include "simfs/base/suggest.h"

/* Returns where the first {word} in TEXT begins, with its length in *RET_LENGTH; or NULL. */
static const char *braces_find(const char *text, size_t *ret_length)
{
	for (const char *at = strchr(text, '{'); at; at = strchr(at + 1, '{')) {
		size_t length = strcspn(at + 1, "{}");

		if (length > 0 && at[1 + length] == '}') {
			*ret_length = length + 2;
			return at;
		}
	}
	return NULL;
}

/* Returns the index of the word in the LENGTH bytes at BRACES, or the number of words. */
static size_t braces_word(const struct file_matrix *matrix, const char *braces, size_t length)
{
	size_t index = 0;

	for (; index < matrix->word_count; index++) {
		const char *word = matrix->words[index]->text;

		if (strlen(word) == length - 2 && strncmp(word, braces + 1, length - 2) == 0)
			break;
	}
	return index;
}

static bool is_matrix(const struct tree_node *tree, size_t entry)
{
	const struct tree_node *key = tree->entries[entry].key;

	return key && key->kind == TREE_SCALAR && strcmp(key->text, MATRIX_KEY) == 0;
}

/* Returns the word that NODE is if it was written without quotes, which makes it a map: {word}. */
static size_t unquoted_word(const struct file_matrix *matrix, const struct tree_node *node)
{
	const struct tree_entry *entry = node->entries;

	if (node->kind == TREE_MAP && node->entry_count == 1 && entry->key->kind == TREE_SCALAR &&
		entry->value->kind == TREE_SCALAR && entry->value->text[0] == '\0' &&
		!entry->value->quoted) {
		for (size_t i = 0; i < matrix->word_count; i++) {
			if (strcmp(matrix->words[i]->text, entry->key->text) == 0)
				return i;
		}
	}
	return matrix->word_count;
}

/* ---- which there are ---- */

#define STRANGERS_MAX 64

struct uses {
	const struct file_matrix *matrix;
	struct mistakes *mistakes;
	bool is_used[MATRIX_WORDS_MAX];

	/* {words} of rules and failures, or mistyped ones */
	char *strangers[STRANGERS_MAX];
	unsigned lines[STRANGERS_MAX];
	size_t stranger_count;
};

static void text_look(struct uses *uses, const struct tree_node *node)
{
	size_t length;

	for (const char *at = node->text; (at = braces_find(at, &length)); at += length) {
		size_t word = braces_word(uses->matrix, at, length);

		if (word < uses->matrix->word_count) {
			uses->is_used[word] = true;
		} else if (uses->stranger_count < STRANGERS_MAX) {
			uses->lines[uses->stranger_count] = node->place.line;
			uses->strangers[uses->stranger_count++] = heap_format(
				"%.*s", (int)length - 2, at + 1);
		}
	}
}

static void node_look(struct uses *uses, const struct tree_node *node, bool is_top)
{
	size_t word = unquoted_word(uses->matrix, node);

	if (word < uses->matrix->word_count) {
		uses->is_used[word] = true;
		mistakes_add(uses->mistakes, node->place,
			"{%s} is a map of YAML without quotes (write \"{%s}\")",
			uses->matrix->words[word]->text, uses->matrix->words[word]->text);
		return;
	}
	if (node->kind == TREE_SCALAR)
		text_look(uses, node);
	for (size_t i = 0; i < node->entry_count; i++) {
		if (!is_top || !is_matrix(node, i))
			node_look(uses, node->entries[i].value, false);
	}
}

static void unused_add(struct uses *uses, const struct tree_node *word)
{
	const char *near = suggest_near(
		word->text, (const char *const *)uses->strangers, uses->stranger_count);
	size_t stranger = 0;

	if (!near) {
		mistakes_add(uses->mistakes, word->place,
			"word '%s' of the matrix is never used (write \"{%s}\" where it belongs)",
			word->text, word->text);
		return;
	}
	while (uses->strangers[stranger] != near)
		stranger++;
	mistakes_add(uses->mistakes, word->place,
		"word '%s' of the matrix is never used (is it meant by {%s} at line %u?)",
		word->text, near, uses->lines[stranger]);
}

void file_matrix_check_uses(
	const struct file_matrix *matrix, const struct tree_node *tree, struct mistakes *mistakes)
{
	struct uses uses = { .matrix = matrix, .mistakes = mistakes };

	node_look(&uses, tree, true);
	for (size_t i = 0; i < matrix->word_count; i++) {
		if (!uses.is_used[i])
			unused_add(&uses, matrix->words[i]);
	}
	for (size_t i = 0; i < uses.stranger_count; i++)
		free(uses.strangers[i]);
}

/* ---- what a cell makes of them ---- */

struct expansion {
	const struct file_matrix *matrix;
	const struct tree_node *const *values;
	size_t *room_bytes;
	bool is_too_large;
};

/* Takes BYTES of the room; returns false if not enough is left. */
static bool room_take(struct expansion *expansion, size_t bytes)
{
	if (bytes > *expansion->room_bytes)
		expansion->is_too_large = true;
	else
		*expansion->room_bytes -= bytes;
	return !expansion->is_too_large;
}

static size_t text_length(const struct expansion *expansion, const char *text)
{
	size_t total = strlen(text), length;

	for (const char *at = text; (at = braces_find(at, &length)); at += length) {
		size_t word = braces_word(expansion->matrix, at, length);

		if (word < expansion->matrix->word_count)
			total += strlen(expansion->values[word]->text) - length;
	}
	return total;
}

/* Returns the LENGTH bytes of TEXT with the cell's values for the words.  The caller frees it. */
static char *text_expand(const struct expansion *expansion, const char *text, size_t length)
{
	char *expanded = heap_new(length + 1);
	char *end = expanded;
	size_t braces;

	for (const char *at; (at = braces_find(text, &braces)); text = at + braces) {
		size_t word = braces_word(expansion->matrix, at, braces);

		end = mempcpy(end, text, (size_t)(at - text));
		if (word < expansion->matrix->word_count)
			end = stpcpy(end, expansion->values[word]->text);
		else
			end = mempcpy(end, at, braces);
	}
	stpcpy(end, text);
	return expanded;
}

static void scalar_expand(
	struct expansion *expansion, const struct tree_node *node, struct tree_node *copy)
{
	size_t braces, length = text_length(expansion, node->text);
	const char *at = braces_find(node->text, &braces);
	size_t word = at ? braces_word(expansion->matrix, at, braces)
			 : expansion->matrix->word_count;

	if (!room_take(expansion, length))
		return;
	if (word < expansion->matrix->word_count && at == node->text && at[braces] == '\0') {
		copy->place = expansion->values[word]->place;
		copy->quoted = expansion->values[word]->quoted;
	}
	copy->text = text_expand(expansion, node->text, length);
}

static struct tree_node *node_expand(
	struct expansion *expansion, const struct tree_node *node, bool is_top);

static struct tree_node *key_copy(const struct tree_node *key)
{
	struct tree_node *copy;

	if (!key)
		return NULL;
	copy = heap_new(sizeof *copy);
	*copy = (struct tree_node){ .kind = key->kind, .place = key->place, .quoted = key->quoted };
	copy->text = heap_copy(key->text);
	return copy;
}

/* The key of the matrix stays, so that it counts as one of the file's keys; its content goes. */
static void entries_expand(struct expansion *expansion, const struct tree_node *node,
	struct tree_node *copy, bool is_top)
{
	copy->entries = heap_new((node->entry_count + 1) * sizeof *copy->entries);
	for (size_t i = 0; i < node->entry_count && !expansion->is_too_large; i++) {
		struct tree_entry *entry = &copy->entries[copy->entry_count++];

		entry->key = key_copy(node->entries[i].key);
		if (is_top && is_matrix(node, i)) {
			entry->value = heap_new(sizeof *entry->value);
			entry->value->kind = TREE_REFUSED;
		} else {
			entry->value = node_expand(expansion, node->entries[i].value, false);
		}
	}
}

static struct tree_node *node_expand(
	struct expansion *expansion, const struct tree_node *node, bool is_top)
{
	struct tree_node *copy = heap_new(sizeof *copy);

	*copy = (struct tree_node){
		.kind = node->kind, .place = node->place, .quoted = node->quoted
	};
	if (!room_take(expansion, sizeof *copy) ||
		unquoted_word(expansion->matrix, node) < expansion->matrix->word_count)
		copy->kind = TREE_REFUSED;
	else if (node->kind == TREE_SCALAR)
		scalar_expand(expansion, node, copy);
	else
		entries_expand(expansion, node, copy, is_top);
	return copy;
}

struct tree_node *file_matrix_cell(const struct file_matrix *matrix, size_t cell,
	const struct tree_node *tree, size_t *room_bytes)
{
	struct expansion expansion = {
		.matrix = matrix,
		.values = matrix->values ? matrix->values + cell * matrix->word_count : NULL,
		.room_bytes = room_bytes,
	};
	struct tree_node *copy = node_expand(&expansion, tree, true);

	if (!expansion.is_too_large)
		return copy;
	yaml_tree_destroy(copy);
	return NULL;
}
