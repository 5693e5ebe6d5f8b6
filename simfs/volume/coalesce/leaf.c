/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leaf.c - merges a head, the live view's or a clone's, into its parent.
 *
 *	leaf_begin ─┬─ small ─▶ lock, barrier ─▶ merge_begin ─▶ (writers go on)
 *	            └─ large ─▶ lock ─▶ named leaf ─▶ barrier ─▶ push ─▶ merge of the old one
 *	                                             and then a new scan
 *
 * While a small leaf is copied its writers wait. A large one gets a leaf over it, as by an
 * unnamed snapshot, and is merged inline. What is written during that is smaller, or the
 * writers are too fast (struct leaf_tracker).
 */
#include <errno.h>
#include <inttypes.h>

#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/volume/chain/leaf.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/chain/space.h"
#include "simfs/volume/coalesce/merge.h"
#include "simfs/volume/life.h"

static struct coalesce *of(struct chain *chain)
{
	return &chain->coalesce;
}

/* The head of the same clone, or of the live view, even if its node has changed. */
static struct node *the_head(const struct chain *chain)
{
	return chain_head(chain, chain->coalesce.clone);
}

static uint64_t allocated_bytes(const struct chain *chain)
{
	return the_head(chain)->unit_count * chain_unit_bytes(chain->format);
}

bool leaf_is_tracked(const struct chain *chain, const struct node *head)
{
	const struct leaf_tracker *tracker = &chain->coalesce.tracker;

	return tracker->iterations > 0 && tracker->lineage == node_lineage(head);
}

void leaf_release(struct chain *chain)
{
	struct snapshot *clone = of(chain)->clone;

	of(chain)->clone = NULL;
	snapshot_put(clone);
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

/* VDI.canLiveCoalesce(): fast enough by the measured speed, or small if none was measured. */
static bool is_small(struct chain *chain)
{
	uint64_t speed = average_speed(of(chain));
	uint64_t bytes = allocated_bytes(chain);

	if (speed > 0)
		return bytes / speed < chain->profile->leaf_timeout_ns / NS_PER_S / 2;
	return bytes < chain->profile->leaf_live_max_bytes;
}

/* Why another round is useless, or NULL (cleanup.py, CoalesceTracker). */
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

/* Leaves the head as it is: for now, or, if it FAILED, until the next kick. */
static void leaf_leave(struct chain *chain, bool failed)
{
	if (failed)
		the_head(chain)->has_failed_to_coalesce = true;
	leaf_release(chain);
	coalesce_go(chain, COALESCE_SCAN, 0);
}

/* ---- small: merged while its writers wait ---- */

static void live_drained(struct volume_barrier *barrier)
{
	struct chain *chain = CONTAINER_OF(barrier, struct chain, coalesce.barrier);

	merge_begin(chain, the_head(chain), true);
}

static void live_go(struct order_turn *turn)
{
	struct chain *chain = CONTAINER_OF(turn, struct chain, coalesce.turn);

	/* A snapshot may have been taken first. */
	if (coalesce_is_candidate(chain, the_head(chain))) {
		of(chain)->barrier.drained = live_drained;
		volume_barrier_begin(chain->volume, &of(chain)->barrier);
		return;
	}
	chain_unlock(chain);
	leaf_leave(chain, false);
}

/* ---- large: gets another leaf over it ---- */

static void push_end(struct chain *chain, struct node *old, int error)
{
	leaf_undo(&chain->leaf);
	chain_unlock(chain);
	if (error == 0) {
		leaf_release(chain);
		merge_begin(chain, old, false);
		return;
	}
	coalesce_say(chain, "cannot snapshot the leaf to coalesce it: %s", error_name(error));
	leaf_leave(chain, true);
}

static void push_drained(struct volume_barrier *barrier)
{
	struct chain *chain = CONTAINER_OF(barrier, struct chain, coalesce.barrier);
	struct node *old = the_head(chain);

	leaf_push(&chain->leaf, of(chain)->clone);
	volume_barrier_end(chain->volume, barrier);
	push_end(chain, old, 0);
}

static void leaf_named(struct node_create *create, int error)
{
	struct chain *chain = create->chain;

	if (error < 0) {
		push_end(chain, NULL, error);
		return;
	}
	of(chain)->barrier.drained = push_drained;
	volume_barrier_begin(chain->volume, &of(chain)->barrier);
}

static void leaf_made(struct node_create *create, int error)
{
	struct chain *chain = create->chain;

	if (error < 0) {
		push_end(chain, NULL, error);
		return;
	}
	create->done = leaf_named;
	leaf_name(create, the_head(chain));
}

static void push_go(struct order_turn *turn)
{
	struct chain *chain = CONTAINER_OF(turn, struct chain, coalesce.turn);

	struct node *head = the_head(chain);

	if (!coalesce_is_candidate(chain, head)) {
		chain_unlock(chain);
		leaf_leave(chain, false);
		return;
	}
	if (node_depth(head) >= chain->profile->depth_max) {
		push_end(chain, NULL, -EMLINK);
		return;
	}
	if (space_snapshot_demand_bytes(chain, head) > space_free_bytes(chain)) {
		push_end(chain, NULL, -ENOSPC);
		return;
	}
	chain_log(chain, "Single-snapshotting %016" PRIx64, head->id);
	chain->leaf.done = leaf_made;
	leaf_create(chain, &chain->leaf, head, node_lineage(head));
}

void leaf_begin(struct chain *chain, struct node *head)
{
	struct coalesce *coalesce = of(chain);
	const char *why;

	coalesce->state = COALESCE_LEAF_SNAPSHOT;
	coalesce->clone = head->clone;
	snapshot_get(head->clone);
	if (!leaf_is_tracked(chain, head))
		coalesce->tracker = (struct leaf_tracker){ .lineage = node_lineage(head) };
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
		leaf_leave(chain, true);
		return;
	}
	coalesce->tracker.iterations++;
	coalesce->turn.go = push_go;
	chain_lock(chain, &coalesce->turn);
}
