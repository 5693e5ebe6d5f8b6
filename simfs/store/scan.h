/* SPDX-License-Identifier: Apache-2.0 */
/* scan.h - how opening a store reads its file; for the files of store/. */
#ifndef SNAPRIG_STORE_SCAN_H
#define SNAPRIG_STORE_SCAN_H

#include "simfs/store/store_state.h"

#define WINDOW_BYTES (SEGMENT_DATA_MAX_BYTES + STORE_UNIT_BYTES)

/* The part of a file that is in memory. */
struct window {
	struct blockio *io;
	char *bytes; /* WINDOW_BYTES, aligned */
	uint64_t offset;
	uint64_t length; /* 0: nothing read yet */
};

/*
 * Sets *RET to LENGTH bytes of the file at OFFSET, zeros beyond its end. If they must be
 * read, reads AHEAD_BYTES from there, if that is more.
 */
int window_get(struct window *window, uint64_t offset, uint64_t length, uint64_t ahead_bytes,
	const void **ret);

/* Whether HEADER, found at UNIT, is a valid header of this store. */
bool header_checks(const struct store *store, const struct segment_header *header, uint64_t unit);

/* Records in FINDINGS what is wrong at OFFSET; returns -EUCLEAN. */
int damaged(struct store_findings *findings, uint64_t offset, const char *why);

struct scan_options {
	bool summaries; /* check their data */
	bool may_lose;	/* do not search for segments beyond the end */

	/* This many segments were acknowledged, so any fault in one of them is damage. */
	uint64_t acknowledged;
};

/*
 * Enters the segments after the last acknowledged one into the map. Returns 0, -errno, or
 * -EUCLEAN with the place in FINDINGS.
 */
int scan_segments(struct store *store, struct window *window, const struct scan_options *options,
	struct store_findings *findings);

/* ----------------------------------------------------------------- summary.c */

/*
 * Fills the map from the summary at UNIT and its predecessors, and sets the store's end to
 * match. Returns 0, or -errno. If one of them fails its check it also returns 0, with the map
 * empty.
 */
int summary_load(struct store *store, struct window *window, uint64_t unit);

/*
 * Call when a scan reaches the summary with HEADER: its sums replace the earlier ones, as for
 * an opening that uses it. Data that fail their check are ignored. 0 or -errno.
 */
int summary_take_sums(
	struct store *store, struct window *window, const struct segment_header *header);

#endif
