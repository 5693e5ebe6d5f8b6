/* SPDX-License-Identifier: Apache-2.0 */
/* scan.h - how the opening of a store reads its file; for the files of store/. */
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
 * *RET points to LENGTH bytes of the file at OFFSET, zeros behind its end; when
 * they have to be read, then AHEAD_BYTES from there on, if that is more.
 */
int window_get(struct window *window, uint64_t offset, uint64_t length, uint64_t ahead_bytes,
	const void **ret);

/* Whether HEADER, found at UNIT, is a header of this store that checks. */
bool header_checks(const struct store *store, const struct segment_header *header, uint64_t unit);

/* Says in FINDINGS what is wrong at OFFSET; returns -EUCLEAN. */
int damaged(struct store_findings *findings, uint64_t offset, const char *why);

struct scan_options {
	bool summaries; /* are checked */
	bool may_lose;	/* nobody looks for segments behind the end */

	/* So many segments were acknowledged: what is wrong with one of them is damage. */
	uint64_t acknowledged;
};

/*
 * Enters the segments behind the last acknowledged one into the map: 0, -errno,
 * or -EUCLEAN and FINDINGS say where.
 */
int scan_segments(struct store *store, struct window *window, const struct scan_options *options,
	struct store_findings *findings);

/* ----------------------------------------------------------------- summary.c */

/*
 * Fills the map from the summary at UNIT and those before it, and sets where
 * that ends.  Returns 0, also when one of them does not check and nothing was
 * done, or -errno.
 */
int summary_load(struct store *store, struct window *window, uint64_t unit);

/*
 * A scan has come to the summary with HEADER: its sums hold from here on, as for who goes
 * by it.  Data that do not check say nothing.  0 or -errno.
 */
int summary_take_sums(
	struct store *store, struct window *window, const struct segment_header *header);

#endif
