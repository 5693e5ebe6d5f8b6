/* SPDX-License-Identifier: Apache-2.0 */
/*
 * differences.h - where what was restored is not what it must be.
 *
 * For people who look at it; the verdict comes from the comparison itself (oracle.h,
 * manifest.h).  It is bounded: of a file the first runs of different blocks and a map of it
 * all in cells, of a tree the first names.
 */
#ifndef SNAPRIG_SCENARIOS_JUDGE_DIFFERENCES_H
#define SNAPRIG_SCENARIOS_JUDGE_DIFFERENCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenarios/judge/oracle.h"

#define DIFFERENCES_CELLS_MAX 512
#define DIFFERENCES_RUNS_MAX  64
#define DIFFERENCES_NAMES_MAX 64

/* What a block holds that does not hold what it must. */
enum difference_kind {
	DIFFERENCE_OTHER,
	DIFFERENCE_LATER,   /* what the live view holds there: it was written after the snapshot */
	DIFFERENCE_ZEROS,   /* nothing but zeros */
	DIFFERENCE_MISSING, /* nothing: what was restored ends before it */
	DIFFERENCE_KINDS
};

/* Blocks of one kind, one behind the other. */
struct difference_run {
	enum difference_kind kind;
	uint64_t begin_bytes, end_bytes;
};

/* So many blocks of each kind lie in a cell of the map. */
struct difference_cell {
	uint32_t counts[DIFFERENCE_KINDS];
};

struct difference_name {
	char *path; /* below the tree's folder */
	char *what; /* "is missing" */
};

struct differences {
	size_t compared_count, different_count; /* blocks of a file, or names of a tree */

	/* Of a file: */
	uint64_t size_bytes, restored_bytes; /* of the snapshot, and what was restored */
	uint64_t cell_bytes;
	struct difference_cell *cells;
	size_t cell_count; /* 0: it is a tree */
	struct difference_run *runs;
	size_t run_count, runs_dropped;

	/* Of a tree: */
	struct difference_name *names;
	size_t name_count;
};

struct differences *differences_create(void);

/* NULL is fine. */
void differences_destroy(struct differences *differences);

/*
 * How MET is not what is EXPECTED, as digest_compare() knows it; LIVE, of the live view by now,
 * may be NULL.  NULL when nothing is different.
 */
struct differences *differences_of_file(const struct digest *expected, const struct digest *met,
	const struct block_set *only, const struct digest *live);

/* Makes room for the cells of a file of SIZE_BYTES. */
void differences_set_size(struct differences *differences, uint64_t size_bytes);

/* Adds a run, which the cells know already; they come in their order. */
void differences_add_run(struct differences *differences, enum difference_kind kind,
	uint64_t begin_bytes, uint64_t end_bytes);

/* PATH, of a tree, differs in WHAT. */
void differences_add_name(struct differences *differences, const char *path, const char *what);

/* "other", "later", ...; never NULL. */
const char *difference_kind_name(enum difference_kind kind);

/* The kind of most of the blocks in CELL; DIFFERENCE_KINDS when there are none. */
enum difference_kind difference_cell_kind(const struct difference_cell *cell);

#endif
