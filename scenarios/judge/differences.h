/* SPDX-License-Identifier: Apache-2.0 */
/*
 * differences.h - where a restored content differs from what it must be.
 *
 * For people who read reports; the verdict comes from the comparison itself (oracle.h,
 * manifest.h).  The size is limited: for a file, the first runs of different blocks and a map of
 * the whole file in cells; for a tree, the first names.
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

/* What a wrong block contains. */
enum difference_kind {
	DIFFERENCE_OTHER,
	DIFFERENCE_LATER,   /* what the live view has there: written after the snapshot */
	DIFFERENCE_ZEROS,   /* only zeros */
	DIFFERENCE_MISSING, /* nothing: the restored file ends before it */
	DIFFERENCE_KINDS
};

/* Adjacent blocks of one kind. */
struct difference_run {
	enum difference_kind kind;
	uint64_t begin_bytes, end_bytes;
};

/* How many blocks of each kind are in a cell of the map. */
struct difference_cell {
	uint32_t counts[DIFFERENCE_KINDS];
};

struct difference_name {
	char *path; /* below the tree's folder */
	char *what; /* "is missing" */
};

struct differences {
	size_t compared_count, different_count; /* blocks of a file, or names in a tree */

	/* Of a file: */
	uint64_t size_bytes, restored_bytes; /* of the snapshot, and of the restored file */
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

/* DIFFERENCES may be NULL. */
void differences_destroy(struct differences *differences);

/*
 * Returns where MET differs from EXPECTED, as defined by digest_compare(); NULL if nowhere.  LIVE,
 * the digest of the live view now, may be NULL.
 */
struct differences *differences_of_file(const struct digest *expected, const struct digest *met,
	const struct block_set *only, const struct digest *live);

/* Allocates the cells for a file of SIZE_BYTES. */
void differences_set_size(struct differences *differences, uint64_t size_bytes);

/* Adds a run, which the cells already include; runs must be added in order. */
void differences_add_run(struct differences *differences, enum difference_kind kind,
	uint64_t begin_bytes, uint64_t end_bytes);

/* Adds PATH of a tree, which differs in WHAT. */
void differences_add_name(struct differences *differences, const char *path, const char *what);

/* "other", "later", ...; never NULL. */
const char *difference_kind_name(enum difference_kind kind);

/* The kind of most wrong blocks in CELL; DIFFERENCE_KINDS if there are none. */
enum difference_kind difference_cell_kind(const struct difference_cell *cell);

#endif
