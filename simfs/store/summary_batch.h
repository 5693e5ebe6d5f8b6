/* SPDX-License-Identifier: Apache-2.0 */
/*
 * summary_batch.h - enters the runs of many summaries into the map together; for summary.c
 * only.
 *
 * If blocks are scattered, each run touches a part of the map that is not in the CPU's cache,
 * and ten million runs take half a minute. So the runs, as many as there is room for, are
 * first sorted by parts of the volume; runs of the same part then find the map cached.
 */
#ifndef SNAPRIG_STORE_SUMMARY_BATCH_H
#define SNAPRIG_STORE_SUMMARY_BATCH_H

#include "simfs/store/store_state.h"

/* A zeroed one is empty. */
struct summary_batch {
	struct summary_run *runs;
	struct summary_run *in_order;
	uint32_t count;
	uint32_t room;
};

/*
 * Enters RUN, which must be valid, into the map now or later; the store counts its blocks
 * when it does. Returns 0, -EEXIST if a block of it, or of an earlier run, is already known,
 * or -ENOMEM.
 */
int summary_batch_add(
	struct store *store, struct summary_batch *batch, const struct summary_run *run);

/* Enters all runs that were added; returns likewise. */
int summary_batch_enter(struct store *store, struct summary_batch *batch);

void summary_batch_deinit(struct summary_batch *batch);

#endif
