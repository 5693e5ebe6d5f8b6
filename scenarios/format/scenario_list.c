/* SPDX-License-Identifier: Apache-2.0 */
/* scenario_list.c - the scenarios of one file: one, or one for each cell of its matrix. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scenarios/format/file_matrix.h"
#include "scenarios/format/parse.h"
#include "scenarios/format/scenario.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/yaml/file.h"
#include "simfs/base/yaml/mistakes.h"
#include "simfs/base/yaml/tree.h"

#define SECTOR_BYTES 512u

/* Limits on the memory of all cells of a file, and on their steps. */
#define CELLS_BYTES_MAX (64ull << 20)
#define CELLS_STEPS_MAX 100000

void scenario_list_deinit(struct scenario_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		scenario_destroy(list->items[i]);
	free(list->items);
	*list = (struct scenario_list){ 0 };
}

static size_t steps_count(const struct scenario *scenario)
{
	size_t count = 0;

	for (size_t i = 0; i < scenario->phase_count; i++)
		count += scenario->phases[i].step_count;
	return count;
}

/* The cells of a file while they are read. */
struct cells {
	const char *path;
	const struct tree_node *tree;
	const struct file_matrix *matrix;
	struct scenario_list list;
	struct mistakes *mistakes; /* of each cell */
	size_t room_bytes;
	size_t step_count;
};

/* Reads the next cell.  Returns the limit that it exceeds, or NULL. */
static const char *cell_read(struct cells *cells)
{
	size_t cell = cells->list.count;
	struct tree_node *tree = file_matrix_cell(
		cells->matrix, cell, cells->tree, &cells->room_bytes);

	if (!tree)
		return "of 64 MiB in all";
	/* If it has mistakes, they are in cells->mistakes. */
	(void)scenario_parse(cells->path, tree, &cells->mistakes[cell], &cells->list.items[cell]);
	yaml_tree_destroy(tree);
	cells->list.items[cell]->is_one_of_many = cells->matrix->cell_count > 1;
	cells->list.count++;
	cells->step_count += steps_count(cells->list.items[cell]);
	return cells->step_count > CELLS_STEPS_MAX ? "of 100000 steps in all" : NULL;
}

static void namesakes_find(const struct scenario_list *list, struct mistakes *mistakes)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct scenario *scenario = list->items[i];
		size_t other = 0;

		while (other < i && scenario->name &&
			(!list->items[other]->name ||
				strcmp(list->items[other]->name, scenario->name) != 0))
			other++;
		if (other == i || !scenario->name)
			continue;
		mistakes_add(mistakes, scenario->name_place,
			"two scenarios of the matrix are named '%s' (put a word that differs into "
			"the name)",
			scenario->name);
		return;
	}
}

/* Returns the name of a cell in messages.  The caller frees it. */
static char *cell_name(const struct scenario_list *list, size_t cell)
{
	const char *name = list->items[cell]->name;

	return name ? heap_copy(name) : heap_format("cell %zu", cell + 1);
}

/* Reports the mistakes of the cells read so far; a mistake in one may be in all of them. */
static void cells_tell(const struct cells *cells, struct mistakes *mistakes)
{
	size_t count = cells->list.count;
	char **names = heap_new((count + 1) * sizeof *names);

	for (size_t i = 0; i < count; i++)
		names[i] = cell_name(&cells->list, i);
	mistakes_gather(mistakes, cells->mistakes, names, count);
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

/* Reads the scenarios of TREE; those that could be read, if MISTAKES is not empty. */
static void cells_read(const char *path, const struct tree_node *tree,
	const struct file_matrix *matrix, struct mistakes *mistakes, struct scenario_list *ret)
{
	struct cells cells = {
		.path = path,
		.tree = tree,
		.matrix = matrix,
		.list = { heap_new((matrix->cell_count + 1) * sizeof *cells.list.items), 0 },
		.mistakes = heap_new((matrix->cell_count + 1) * sizeof *cells.mistakes),
		.room_bytes = CELLS_BYTES_MAX,
	};
	const struct tree_node *node = tree_find(tree, MATRIX_KEY);
	const char *limit = NULL;

	while (cells.list.count < matrix->cell_count && !limit)
		limit = cell_read(&cells);
	if (limit)
		mistakes_add(mistakes, node ? node->place : tree->place,
			"the scenarios of the file pass the limit %s", limit);
	namesakes_find(&cells.list, mistakes);
	cells_tell(&cells, mistakes);
	for (size_t i = 0; i < cells.list.count; i++)
		mistakes_deinit(&cells.mistakes[i]);
	free(cells.mistakes);
	*ret = cells.list;
}

static void tree_read(const char *path, const struct tree_node *tree, struct mistakes *mistakes,
	struct scenario_list *ret)
{
	struct file_matrix matrix;

	if (!tree) {
		if (mistakes->count == 0)
			mistakes_add(mistakes, (struct place){ 1, 1 },
				"the file is empty (see 'snaprig list scenarios')");
		return;
	}
	if (file_matrix_read(tree, mistakes, &matrix) < 0)
		return;
	file_matrix_check_uses(&matrix, tree, mistakes);
	cells_read(path, tree, &matrix, mistakes, ret);
	file_matrix_deinit(&matrix);
}

int scenarios_parse(const char *path, const char *text, size_t length, struct mistakes *mistakes,
	struct scenario_list *ret)
{
	struct tree_node *tree = yaml_tree_read(text, length, mistakes);
	struct scenario_list list = { 0 };

	tree_read(path, tree, mistakes, &list);
	yaml_tree_destroy(tree);
	mistakes_sort(mistakes);
	if (mistakes->count > 0) {
		scenario_list_deinit(&list);
		return -EINVAL;
	}
	*ret = list;
	return 0;
}

/* A volume without a size has the size of its image; a missing image is reported later. */
static void volume_measure(struct scenario *scenario)
{
	struct stat found;

	if (scenario->volume_bytes > 0 || scenario->content.kind != CONTENT_IMAGE)
		return;

	AUTO(auto_free) char *image = content_image_path(&scenario->content, scenario->path);

	if (stat(image, &found) == 0 && S_ISREG(found.st_mode))
		scenario->volume_bytes = ((uint64_t)found.st_size + SECTOR_BYTES - 1) /
					 SECTOR_BYTES * SECTOR_BYTES;
}

int scenarios_read(const char *path, struct mistakes *mistakes, struct scenario_list *ret)
{
	AUTO(auto_free) char *text = NULL;
	size_t length;
	int error = yaml_file_read(path, "scenario", mistakes, &text, &length);

	if (error == 0)
		error = scenarios_parse(path, text, length, mistakes, ret);
	for (size_t i = 0; error == 0 && i < ret->count; i++)
		volume_measure(ret->items[i]);
	return error;
}

int scenarios_load(const char *path, FILE *messages, struct scenario_list *ret)
{
	struct mistakes mistakes;

	mistakes_init(&mistakes);

	int error = scenarios_read(path, &mistakes, ret);

	mistakes_print(&mistakes, path, messages);
	mistakes_deinit(&mistakes);
	return error;
}
