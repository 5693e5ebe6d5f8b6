/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/judge/differences.h"

#include <stdlib.h>

#include "simfs/base/heap.h"

static const char *const kind_names[DIFFERENCE_KINDS] = {
	[DIFFERENCE_OTHER] = "other",
	[DIFFERENCE_LATER] = "later",
	[DIFFERENCE_ZEROS] = "zeros",
	[DIFFERENCE_MISSING] = "missing",
};

const char *difference_kind_name(enum difference_kind kind)
{
	return kind_names[kind];
}

struct differences *differences_create(void)
{
	return heap_new(sizeof(struct differences));
}

void differences_destroy(struct differences *differences)
{
	if (!differences)
		return;
	for (size_t i = 0; i < differences->name_count; i++) {
		free(differences->names[i].path);
		free(differences->names[i].what);
	}
	free(differences->names);
	free(differences->cells);
	free(differences->runs);
	free(differences);
}

enum difference_kind difference_cell_kind(const struct difference_cell *cell)
{
	enum difference_kind most = DIFFERENCE_KINDS;

	for (enum difference_kind kind = 0; kind < DIFFERENCE_KINDS; kind++) {
		if (cell->counts[kind] > (most == DIFFERENCE_KINDS ? 0 : cell->counts[most]))
			most = kind;
	}
	return most;
}

void differences_set_size(struct differences *differences, uint64_t size_bytes)
{
	uint64_t cell_bytes = ORACLE_BLOCK_BYTES;

	while (size_bytes > cell_bytes * DIFFERENCES_CELLS_MAX)
		cell_bytes *= 2;
	free(differences->cells);
	differences->size_bytes = size_bytes;
	differences->cell_bytes = cell_bytes;
	differences->cell_count = (size_t)((size_bytes + cell_bytes - 1) / cell_bytes);
	differences->cells = heap_new((differences->cell_count + 1) * sizeof *differences->cells);
}

void differences_add_run(struct differences *differences, enum difference_kind kind,
	uint64_t begin_bytes, uint64_t end_bytes)
{
	size_t count = differences->run_count;

	if (count == DIFFERENCES_RUNS_MAX) {
		differences->runs_dropped++;
		return;
	}
	differences->runs = heap_grow(differences->runs, count, sizeof *differences->runs);
	differences->runs[differences->run_count++] = (struct difference_run){
		kind,
		begin_bytes,
		end_bytes,
	};
}

void differences_add_name(struct differences *differences, const char *path, const char *what)
{
	if (differences->name_count == DIFFERENCES_NAMES_MAX)
		return;
	differences->names = heap_grow(
		differences->names, differences->name_count, sizeof *differences->names);
	differences->names[differences->name_count++] = (struct difference_name){
		.path = heap_copy(path),
		.what = heap_copy(what),
	};
}

static enum difference_kind kind_of(
	const struct digest *met, const struct digest *live, size_t block, uint64_t zeros)
{
	if (block >= met->block_count)
		return DIFFERENCE_MISSING;
	if (met->hashes[block] == zeros)
		return DIFFERENCE_ZEROS;
	if (live && block < live->block_count && met->hashes[block] == live->hashes[block])
		return DIFFERENCE_LATER;
	return DIFFERENCE_OTHER;
}

struct gathering {
	struct differences *differences;
	struct difference_run run; /* may still grow; empty: none */
};

static void run_end(struct gathering *gathering)
{
	const struct difference_run *run = &gathering->run;

	if (run->end_bytes > run->begin_bytes)
		differences_add_run(
			gathering->differences, run->kind, run->begin_bytes, run->end_bytes);
	gathering->run = (struct difference_run){ 0 };
}

static void block_add(struct gathering *gathering, enum difference_kind kind, size_t block)
{
	struct differences *differences = gathering->differences;
	struct difference_run *run = &gathering->run;
	uint64_t begin_bytes = (uint64_t)block * ORACLE_BLOCK_BYTES;

	if (run->end_bytes != begin_bytes || run->kind != kind) {
		run_end(gathering);
		*run = (struct difference_run){ kind, begin_bytes, begin_bytes };
	}
	run->end_bytes = begin_bytes + ORACLE_BLOCK_BYTES;
	differences->cells[begin_bytes / differences->cell_bytes].counts[kind]++;
	differences->different_count++;
}

struct differences *differences_of_file(const struct digest *expected, const struct digest *met,
	const struct block_set *only, const struct digest *live)
{
	static const unsigned char zeros[ORACLE_BLOCK_BYTES];
	uint64_t zeros_hash = digest_hash(zeros, sizeof zeros);
	struct differences *differences = differences_create();
	struct gathering gathering = { .differences = differences };

	differences_set_size(differences, expected->size_bytes);
	differences->restored_bytes = met->size_bytes;
	for (size_t block = 0; block < expected->block_count; block++) {
		if (only && !block_set_has(only, block))
			continue;
		differences->compared_count++;
		if (!digest_block_fits(expected, met, block))
			block_add(&gathering, kind_of(met, live, block, zeros_hash), block);
	}
	run_end(&gathering);
	if (differences->different_count > 0)
		return differences;
	differences_destroy(differences);
	return NULL;
}
