/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coalesce_leaf.c - merges the live view itself into its parent.
 *
 *	leaf_begin ─┬─ small ─▶ lock, barrier ─▶ merge_begin ─▶ (writers go on)
 *	            └─ large ─▶ lock ─▶ new leaf ─▶ barrier ─▶ push ─▶ merge of the old one
 *	                                             and from the scan on once more
 *
 * While a small leaf is copied its writers wait.  A large one gets a leaf over
 * it, as by a snapshot without a name, and is merged inline; what was written
 * meanwhile is smaller, or the writers are too fast (struct leaf_tracker).
 */
#include <errno.h>
#include <inttypes.h>

#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/volume/chain.h"

static struct coalesce *of(struct chain *chain)
{
	return &chain->coalesce;
}

static uint64_t allocated_bytes(const struct chain *chain)
{
	return chain_live(chain)->unit_count * chain_unit_bytes(chain->format);
}

static uint64_t average_speed(const struct coalesce *coalesce)
{
	unsigned count = sizeof coalesce->speeds / sizeof coalesce->speeds[0];
	uint64_t sum = 0;

	if (coalesce->speed_count < count)
		count = coalesce->speed_count;
	for (unsigned i = 0; i < count; i++)
		sum += coalesce->speeds[i];
	return count > 0 ? sum / count : 0;
}

/* VDI.canLiveCoalesce(): quick enough by what was seen, or small when nothing was. */
static bool is_small(struct chain *chain)
{
	uint64_t speed = average_speed(of(chain));
	uint64_t bytes = allocated_bytes(chain);

	if (speed > 0)
		return bytes / speed < chain->profile->leaf_timeout_ns / NS_PER_S / 2;
	return bytes < chain->profile->leaf_live_max_bytes;
}

/* Why there is no use in another round, or NULL (cleanup.py, CoalesceTracker). */
static const char *give_up(struct chain *chain)
{
	const struct profile_chain *profile = chain->profile;
	struct leaf_tracker *tracker = &of(chain)->tracker;
	uint64_t bytes = allocated_bytes(chain);

	if (tracker->iterations == 0) {
		tracker->start_bytes = tracker->least_bytes = tracker->last_bytes = bytes;
		return NULL;
	}
	if (tracker->iterations >= profile->leaf_iterations_max)
		return "Max iterations exceeded";
	if (bytes >= tracker->last_bytes) {
		tracker->no_progress++;
		chain_log(chain, "No progress, attempt: %u", tracker->no_progress);
	}
	if (tracker->no_progress > profile->leaf_no_progress_max)
		return "No progress made for 3 iterations";
	if (bytes > tracker->least_bytes / 1000 * profile->leaf_bump_per_mille &&
		++tracker->bumps > profile->leaf_bumps_max)
		return "Unexpected bump in size, compared to minimum achieved";
	if (bytes < tracker->least_bytes)
		tracker->least_bytes = bytes;
	tracker->last_bytes = bytes;
	return NULL;
}

/* The live view stays as it is until the next kick. */
static void leaf_fail(struct chain *chain)
{
	chain_live(chain)->has_failed_to_coalesce = true;
	coalesce_go(chain, COALESCE_SCAN, 0);
}

/* ---- small: merged while its writers wait ---- */

static void live_drained(struct volume_barrier *barrier)
{
	struct chain *chain = CONTAINER_OF(barrier, struct chain, coalesce.barrier);

	merge_begin(chain, chain_live(chain), true);
}

static void live_go(struct chain_turn *turn)
{
	struct chain *chain = CONTAINER_OF(turn, struct chain, coalesce.turn);

	/* A snapshot may have come first. */
	if (coalesce_leaf_is_candidate(chain)) {
		of(chain)->barrier.drained = live_drained;
		volume_barrier_begin(chain->volume, &of(chain)->barrier);
		return;
	}
	chain_unlock(chain);
	coalesce_go(chain, COALESCE_SCAN, 0);
}

/* ---- large: gets another leaf over it ---- */

static void push_end(struct chain *chain, struct node *old, int error)
{
	leaf_undo(chain);
	chain_unlock(chain);
	if (error == 0) {
		merge_begin(chain, old, false);
		return;
	}
	coalesce_say(chain, "cannot snapshot the leaf to coalesce it: %s", error_name(error));
	leaf_fail(chain);
}

static void push_drained(struct volume_barrier *barrier)
{
	struct chain *chain = CONTAINER_OF(barrier, struct chain, coalesce.barrier);
	struct node *old = chain_live(chain);
	int error = leaf_push(chain);

	volume_barrier_end(chain->volume, barrier);
	push_end(chain, old, error);
}

static void leaf_made(struct chain *chain, int error)
{
	if (error < 0) {
		push_end(chain, NULL, error);
		return;
	}
	of(chain)->barrier.drained = push_drained;
	volume_barrier_begin(chain->volume, &of(chain)->barrier);
}

static void push_go(struct chain_turn *turn)
{
	struct chain *chain = CONTAINER_OF(turn, struct chain, coalesce.turn);

	if (!coalesce_leaf_is_candidate(chain)) {
		chain_unlock(chain);
		coalesce_go(chain, COALESCE_SCAN, 0);
		return;
	}
	if (chain->depth >= chain->profile->depth_max) {
		push_end(chain, NULL, -EMLINK);
		return;
	}
	if (space_snapshot_demand_bytes(chain) > space_free_bytes(chain)) {
		push_end(chain, NULL, -ENOSPC);
		return;
	}
	chain_log(chain, "Single-snapshotting %016" PRIx64, chain_live(chain)->id);
	chain->leaf.done = leaf_made;
	leaf_create(chain, chain_live(chain));
}

void leaf_begin(struct chain *chain)
{
	struct coalesce *coalesce = of(chain);
	const char *why;

	coalesce->state = COALESCE_LEAF_SNAPSHOT;
	if (is_small(chain)) {
		coalesce->turn.go = live_go;
		chain_lock(chain, &coalesce->turn);
		return;
	}
	why = give_up(chain);
	if (why) {
		chain_log(chain, "Starting size was %" PRIu64, coalesce->tracker.start_bytes);
		chain_log(chain, "Final size was %" PRIu64, allocated_bytes(chain));
		chain_log(
			chain, "Minimum size achieved was %" PRIu64, coalesce->tracker.least_bytes);
		coalesce_say(chain, "%s: VDI could not be coalesced", why);
		leaf_fail(chain);
		return;
	}
	coalesce->tracker.iterations++;
	coalesce->turn.go = push_go;
	chain_lock(chain, &coalesce->turn);
}
