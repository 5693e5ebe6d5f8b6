/* SPDX-License-Identifier: Apache-2.0 */
/*
 * summary_batch.h - enters the runs of many summaries into the map together; for summary.c only.
 *
 * Where blocks are scattered, each run is of a place in the map that is in no cache, and ten
 * million of them take half a minute.  So as many as there is room for are put in order first, by
 * parts of the volume: those of one part find it where the one before has left it.
 */
#ifndef SNAPRIG_STORE_SUMMARY_BATCH_H
#define SNAPRIG_STORE_SUMMARY_BATCH_H

#include "simfs/store/store_state.h"

/* Zeros are an empty one. */
struct summary_batch {
	struct summary_run *runs;
	struct summary_run *in_order;
	uint32_t count;
	uint32_t room;
};

/*
 * RUN, which checks, enters the map now or later; the store counts its blocks when it does. Returns
 * 0, -EEXIST when a block of it, or of one that came before, is known already, or -ENOMEM.
 */
int summary_batch_add(
	struct store *store, struct summary_batch *batch, const struct summary_run *run);

/* All that were added have entered it then: likewise. */
int summary_batch_enter(struct store *store, struct summary_batch *batch);

void summary_batch_deinit(struct summary_batch *batch);

#endif
