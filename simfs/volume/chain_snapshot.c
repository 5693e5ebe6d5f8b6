/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain_snapshot.c - takes a snapshot in a chain, and lets one go.
 *
 *   (lock) ─▶ checks ─▶ NAME.store.new, ID.node.new ─▶ barrier drained
 *     ─▶ the snapshot's parent is known and written ─▶ rename ID ─▶ rename NAME ─▶ (unlock)
 *
 * The new leaf is entered before the snapshot.  A rig killed between the two
 * leaves an empty leaf over the same content: a node more, nothing wrong.
 * The other way round a snapshot would hang on a node that is being written.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/volume/chain.h"

/* What the storage manager answers when the files cannot be made (FileSR._snapshot). */
static int clone_failed(struct snapshot_create *create, int error)
{
	static char text[96];

	snprintf(text, sizeof text,
		"SR_BACKEND_FAILURE_81(, Failed to clone VDI [opterr=VDI clone failed error %d], )",
		-error);
	text_log_line(&create->volume->kernel_log, "SM: %s", text);
	return snapshot_refuse(create, error, text);
}

/* VHD: a leaf nobody wrote to stays the live view, and the snapshot hangs where it does. */
static bool leaf_is_reused(const struct chain *chain)
{
	const struct node *live = chain_live(chain);

	return chain->format == CHAIN_VHD && live->store && store_blocks_taken(live->store) == 0;
}

/* The node that a snapshot shows which is taken now. */
static struct node *snapshot_base(const struct chain *chain)
{
	unsigned level = chain->depth - 1;

	/* vhd_util_find_snapshot_target() passes over empty nodes. */
	while (chain->format == CHAIN_VHD && level > 0 &&
		store_blocks_taken(chain->spine[level]->store) == 0)
		level--;
	return chain->spine[level];
}

/* Before anything is changed: 0 or what `done` gets. */
static int check_chain(struct chain *chain, struct snapshot_create *create)
{
	uint64_t demand = space_snapshot_demand_bytes(chain);
	uint64_t free_bytes = space_free_bytes(chain);

	if (chain->depth >= chain->profile->depth_max) {
		text_log_line(&chain->volume->kernel_log, "SM: The snapshot chain is too long");
		return snapshot_refuse(create, -EMLINK,
			"SR_BACKEND_FAILURE_109(, The snapshot chain is too long, )");
	}
	if (demand <= free_bytes)
		return 0;
	if (chain->sr == CHAIN_SR_FILE)
		return clone_failed(create, -ENOSPC);
	text_log_line(&chain->volume->kernel_log,
		"SM: Not enough space! free space: %" PRIu64 ", need: %" PRIu64, free_bytes,
		demand);
	return snapshot_refuse(
		create, -ENOSPC, "SR_BACKEND_FAILURE_44(, There is insufficient space, )");
}

static struct snapshot_create *the_create(struct chain *chain)
{
	return CONTAINER_OF(chain->volume->creating.next, struct snapshot_create, link);
}

static void end(struct snapshot_create *create, int error)
{
	struct chain *chain = create->volume->chain;

	leaf_undo(chain);
	if (error < 0 && !create->refusal)
		clone_failed(create, error);
	snapshot_create_end(create, error);
	chain_unlock(chain);
}

/* The snapshot's superblock is written and names its parent. */
static void parent_written(struct store_waiter *waiter, int error)
{
	struct snapshot_create *create = CONTAINER_OF(waiter, struct snapshot_create, written);
	struct volume *volume = create->volume;
	struct chain *chain = volume->chain;
	char text[NODE_TEXT_BYTES];

	if (error == 0 && !leaf_is_reused(chain))
		error = leaf_push(chain);
	if (error == 0)
		error = snapshot_create_enter(create);
	if (error == 0) {
		create->snapshot->base = create->base;
		text_log_line(&volume->kernel_log, "SM: snapshot of %s",
			node_text(chain, create->base, text, sizeof text));
	}
	if (error < 0 || !create->hold_writes)
		volume_barrier_end(volume, &create->barrier);
	end(create, error);
	hold_check(volume);
}

static void parent_write(struct snapshot_create *create)
{
	struct store *live = chain_live(create->volume->chain)->store;
	struct store_facts facts = *store_facts(create->store);

	/* What of a failed write may turn up in it after a kill must be superseded first. */
	if (live && store_error(live) < 0) {
		int error = store_error(live);

		node_resume(chain_live(create->volume->chain));
		volume_barrier_end(create->volume, &create->barrier);
		end(create, error);
		return;
	}
	create->base = snapshot_base(create->volume->chain);
	facts.parent_id = create->base->id;
	create->written = (struct store_waiter){ .done = parent_written };
	store_update(create->store, &facts, &create->written);
}

static void base_flushed(struct blockio_request *io, int result)
{
	struct snapshot_create *create = CONTAINER_OF(io, struct snapshot_create, io);

	if (result == 0) {
		parent_write(create);
		return;
	}
	volume_barrier_end(create->volume, &create->barrier);
	end(create, result);
}

/* What the snapshot shows must not go back to what it was before. */
static void drained(struct volume_barrier *barrier)
{
	struct snapshot_create *create = CONTAINER_OF(barrier, struct snapshot_create, barrier);
	struct chain *chain = create->volume->chain;

	if (!create->volume->options.durable) {
		parent_write(create);
		return;
	}
	create->io.done = base_flushed;
	blockio_start(node_io(chain, chain_live(chain)), &create->io, BLOCKIO_FLUSH, 0, NULL, 0);
}

static void leaf_made(struct chain *chain, int error)
{
	struct snapshot_create *create = the_create(chain);

	if (error < 0) {
		end(create, error);
		return;
	}
	create->barrier.drained = drained;
	volume_barrier_begin(chain->volume, &create->barrier);
}

static void create_go(struct chain_turn *turn)
{
	struct snapshot_create *create = CONTAINER_OF(turn, struct snapshot_create, turn);
	struct chain *chain = create->volume->chain;
	struct store_facts facts;
	char file[STORE_NAME_BYTES + 16];
	int error = create->has_limit
			    ? snapshot_refuse(create, -EINVAL,
				      "the limit is the SR's, and a snapshot has none of its own")
			    : check_chain(chain, create);

	if (error == 0)
		error = snapshot_choose_facts(create, &facts);
	if (error == 0) {
		facts.limit_bytes = 0;
		facts.role = ROLE_CHAIN_SNAPSHOT;
		snprintf(file, sizeof file, "%s" STORE_SUFFIX NEW_SUFFIX, create->copied_name);
		error = store_create(chain->volume->folder, file, &facts, &create->store);
	}
	if (error < 0) {
		end(create, error);
		return;
	}
	store_set_durable(create->store, chain->volume->options.durable);
	chain->leaf.done = leaf_made;
	leaf_create(chain, chain_live(chain));
}

void chain_snapshot_create(struct snapshot_create *create)
{
	struct chain *chain = create->volume->chain;

	/* Turns come in order of arrival: the first on the list is who holds the lock. */
	list_append(&create->volume->creating, &create->link);
	create->turn.go = create_go;
	chain_lock(chain, &create->turn);
}

void chain_snapshot_deleted(struct snapshot *snapshot)
{
	struct chain *chain = snapshot->volume->chain;

	text_log_line(&chain->volume->kernel_log, "SM: deleted snapshot '%s'", snapshot->name);
	coalesce_kick(chain, false);
}

/* ---- changed blocks: what the nodes above the snapshot's have ---- */

bool chain_changed_next(const struct snapshot *snapshot, uint64_t from_block, uint64_t *ret_first,
	uint64_t *ret_count)
{
	const struct chain *chain = snapshot->volume->chain;
	uint64_t best = UINT64_MAX, end = 0;

	for (unsigned level = snapshot->base->level + 1; level < chain->depth; level++) {
		uint64_t first, count;

		if (!store_next_run(chain->spine[level]->store, from_block, &first, &count))
			continue;
		if (first < best) {
			best = first;
			end = first + count;
		} else if (first <= end && best != UINT64_MAX && first + count > end) {
			end = first + count;
		}
	}
	if (best == UINT64_MAX)
		return false;
	*ret_first = best;
	*ret_count = end - best;
	return true;
}

uint64_t chain_changed_blocks(const struct snapshot *snapshot)
{
	uint64_t blocks = 0, first = 0, count = 0;

	while (chain_changed_next(snapshot, first + count, &first, &count))
		blocks += count;
	return blocks;
}
