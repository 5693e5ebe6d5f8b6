/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot.c - takes a snapshot or creates a clone in a chain.
 *
 *   (lock) ─▶ checks ─▶ NAME.store.new, ID.node.new ─┬─ snapshot ─▶ rename ID ─▶ barrier drained
 *     ─▶ its file is written ─▶ ID in its tree ─▶ rename NAME ─▶ (unlock)
 *                                                    └─ clone ─▶ its data flushed
 *     ─▶ its file is written ─▶ rename ID ─▶ rename NAME ─▶ ID in its tree ─▶ (unlock)
 *
 * A new leaf gets its name before the snapshot does, and before live writes wait. A rig
 * killed between the two leaves an empty leaf over the same content: one more node, but
 * nothing wrong. In the other order, the snapshot's parent would be a node that is still
 * written to. A clone's node without its snapshot file is garbage, which coalesce removes.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/volume/chain/bodies.h"
#include "simfs/volume/chain/leaf.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/chain/space.h"
#include "simfs/volume/creation.h"
#include "simfs/volume/state.h"
#include "simfs/volume/way.h"

/* The storage manager's answer if the files cannot be created (FileSR._snapshot). */
static int clone_failed(struct snapshot_create *create, int error)
{
	/* In CREATE's own buffer: with writers it is read only after they have thawed. */
	char *text = create->hold.why;

	snprintf(text, sizeof create->hold.why,
		"SR_BACKEND_FAILURE_81(, Failed to clone VDI [opterr=VDI clone failed error %d], )",
		-error);
	text_log_line(&create->volume->kernel_log, "SM: %s", text);
	return snapshot_refuse(create, error, text);
}

/* The node that is written to, and gets a new leaf over it; for a clone, the node it shows. */
static struct node *node_of(const struct snapshot_create *create)
{
	return chain_head(create->volume->chain, create->of);
}

/* VHD: a leaf that was never written to stays the head, and the snapshot gets the same parent. */
static bool leaf_is_reused(const struct chain *chain, const struct node *head)
{
	return chain->format == CHAIN_VHD && head->parent && store_blocks_taken(head->store) == 0;
}

/* The node that a snapshot taken now shows. */
static struct node *snapshot_base(const struct chain *chain, struct node *head)
{
	/* vhd_util_find_snapshot_target() skips empty nodes. */
	while (leaf_is_reused(chain, head))
		head = head->parent;
	return head;
}

/* ---- checks ---- */

static int check_space(struct snapshot_create *create, uint64_t demand_bytes)
{
	struct chain *chain = create->volume->chain;
	uint64_t free_bytes = space_free_bytes(chain);

	if (demand_bytes <= free_bytes)
		return 0;
	if (chain->sr == CHAIN_SR_FILE)
		return clone_failed(create, -ENOSPC);
	text_log_line(&chain->volume->kernel_log,
		"SM: Not enough space! free space: %" PRIu64 ", need: %" PRIu64, free_bytes,
		demand_bytes);
	return snapshot_refuse(
		create, -ENOSPC, "SR_BACKEND_FAILURE_44(, There is insufficient space, )");
}

static int check_depth(struct snapshot_create *create)
{
	const struct chain *chain = create->volume->chain;
	/* Of the leaf: a clone is one more node over the one it shows. */
	unsigned depth = node_depth(node_of(create)) + (create->kind == SNAPSHOT_CLONED);

	if (depth < chain->profile->depth_max)
		return 0;
	text_log_line(&create->volume->kernel_log, "SM: The snapshot chain is too long");
	return snapshot_refuse(
		create, -EMLINK, "SR_BACKEND_FAILURE_109(, The snapshot chain is too long, )");
}

/* Its source may have failed, or be of the wrong kind. */
static int check_source(struct snapshot_create *create)
{
	const struct snapshot *of = create->of;
	bool is_taken = create->kind == SNAPSHOT_TAKEN;

	if (create->has_limit)
		return snapshot_refuse(
			create, -EINVAL, "the SR has a limit, and a snapshot cannot have its own");
	if (is_taken ? of && !of->is_clone : !of || of->is_clone)
		return snapshot_refuse(create, -EINVAL,
			is_taken ? "a snapshot is taken of the live view or of a clone"
				 : "a clone is made of a snapshot");
	if (of && of->state != SNAPSHOT_ACTIVE)
		return snapshot_refuse(create, -EIO, "its source, a snapshot or clone, has failed");
	if (create->volume->chain->node_count >= create->volume->limits->chain_nodes)
		return snapshot_refuse(create, -ENOSPC, "there are too many nodes");
	return 0;
}

static int check_chain(struct snapshot_create *create)
{
	struct chain *chain = create->volume->chain;
	int error = check_source(create);

	if (error == 0 && create->kind != SNAPSHOT_COPIED)
		error = check_depth(create);
	if (error < 0)
		return error;
	return check_space(create, create->kind == SNAPSHOT_TAKEN
					   ? space_snapshot_demand_bytes(chain, node_of(create))
					   : space_clone_demand_bytes(chain));
}

/* ---- the end ---- */

static void end(struct snapshot_create *create, int error)
{
	struct chain *chain = create->volume->chain;
	struct snapshot *of = create->of;

	leaf_undo(&chain->leaf);
	chain->creation = NULL;
	if (error < 0 && !create->refusal)
		clone_failed(create, error);
	snapshot_create_end(create, error);
	if (of)
		snapshot_closed(of);
	chain_unlock(chain);
	read_hold_check(chain->volume);
}

/* Also ends the barrier, which a clone does not have. */
static void end_instant(struct snapshot_create *create, int error)
{
	if (create->kind == SNAPSHOT_TAKEN)
		snapshot_hold_end(create, error);
	end(create, error);
}

static void say_made(struct snapshot_create *create)
{
	char text[NODE_TEXT_BYTES];

	text_log_line(&create->volume->kernel_log, "SM: %s of %s",
		create->kind == SNAPSHOT_TAKEN ? "snapshot" : "clone",
		node_text(create->volume->chain, create->base, text, sizeof text));
}

static void snapshot_entered(struct snapshot_create *create, int error)
{
	if (error == 0) {
		snapshot_hang(create->snapshot, create->base);
		snapshot_hold_made(create);
		say_made(create);
	}
	end_instant(create, error);
}

static void snapshot_enter(struct snapshot_create *create)
{
	struct chain *chain = create->volume->chain;
	struct node *head = node_of(create);

	snapshot_hold_commit(create);
	if (!leaf_is_reused(chain, head))
		leaf_push(&chain->leaf, create->of);
	/* Nothing is appended to it for a long time: the mark makes its last segment known as
	 * acknowledged after a kill. */
	if (head->store)
		store_mark(head->store, 0, 0, NULL);
	snapshot_create_enter(create, snapshot_entered);
}

/* The parent of a clone; NULL: it is a root. */
static struct node *clone_parent(const struct snapshot_create *create)
{
	return create->kind == SNAPSHOT_CLONED ? create->of->base : NULL;
}

/* If its node were in the tree earlier, it would be garbage. */
static void clone_entered(struct snapshot_create *create, int error)
{
	struct chain *chain = create->volume->chain;
	struct node *node = chain->leaf.node;

	if (error == 0) {
		leaf_enter(&chain->leaf, clone_parent(create));
		chain_set_head(chain, create->snapshot, node);
		say_made(create);
	}
	end(create, error);
}

static void clone_named(struct node_create *leaf, int error)
{
	struct snapshot_create *create = leaf->chain->creation;

	if (error < 0)
		end(create, error);
	else
		snapshot_create_enter(create, clone_entered);
}

/* The snapshot's file is complete. */
static void snapshot_file_written(struct store_waiter *waiter, int error)
{
	struct snapshot_create *create = CONTAINER_OF(waiter, struct snapshot_create, written);
	struct chain *chain = create->volume->chain;

	if (error == 0 && create->kind == SNAPSHOT_TAKEN)
		error = snapshot_hold_error(create);
	if (error < 0) {
		end_instant(create, error);
	} else if (create->kind == SNAPSHOT_TAKEN) {
		snapshot_enter(create);
	} else {
		chain->leaf.done = clone_named;
		leaf_name(&chain->leaf, clone_parent(create));
	}
}

static void snapshot_file_write(struct snapshot_create *create)
{
	struct node *node = node_of(create);
	struct store_facts facts = *store_facts(create->store);

	/* Remains of a failed write that a kill may bring back in it must be superseded first. */
	if (create->kind == SNAPSHOT_TAKEN && node->store && store_error(node->store) < 0) {
		int error = store_error(node->store);

		node_resume(node);
		end_instant(create, error);
		return;
	}
	create->base = create->kind == SNAPSHOT_TAKEN ? snapshot_base(create->volume->chain, node)
						      : node;
	owner_set_parent(&facts, create->base->id);
	store_waiter_arm(&create->written, snapshot_file_written);
	store_update(create->store, &facts, &create->written);
}

/* ---- flushing, so that what it shows cannot be undone ---- */

static void base_flush(struct snapshot_create *create);

static void base_flushed(struct blockio_request *io, int result)
{
	struct snapshot_create *create = CONTAINER_OF(io, struct snapshot_create, io);

	if (result < 0) {
		create->base->dirty_since = 1;
		end_instant(create, result);
		return;
	}
	/* The rest of a snapshot's line was flushed when it became base copies. */
	create->base = create->kind == SNAPSHOT_TAKEN ? NULL : create->base->parent;
	base_flush(create);
}

/* From create->base to the root; the trees do not change in the meantime. */
static void base_flush(struct snapshot_create *create)
{
	/* A flush already in flight may not cover everything that has ended by now. */
	while (create->base && create->base->dirty_since == 0 &&
		create->base->requests_under_way == 0)
		create->base = create->base->parent;
	if (!create->base) {
		snapshot_file_write(create);
		return;
	}
	create->base->dirty_since = 0;
	create->io.done = base_flushed;
	blockio_start(node_io(create->volume->chain, create->base), &create->io, BLOCKIO_FLUSH, 0,
		NULL, 0);
}

static void held(struct snapshot_create *create, int result)
{
	if (result < 0) {
		end_instant(create, result);
		return;
	}
	if (!create->volume->options.durable) {
		snapshot_file_write(create);
		return;
	}
	create->base = node_of(create);
	create->base->dirty_since = 1;
	base_flush(create);
}

/* ---- the files ---- */

static void leaf_named(struct node_create *leaf, int error)
{
	struct snapshot_create *create = leaf->chain->creation;

	if (error < 0)
		end(create, error);
	else
		snapshot_hold_begin(create, held);
}

static void leaf_made(struct node_create *leaf, int error)
{
	struct snapshot_create *create = leaf->chain->creation;

	if (error < 0) {
		end(create, error);
	} else if (create->kind == SNAPSHOT_TAKEN) {
		leaf->done = leaf_named;
		leaf_name(leaf, node_of(create));
	} else {
		create->base = node_of(create);
		base_flush(create);
	}
}

static void create_go(struct order_turn *turn)
{
	struct snapshot_create *create = CONTAINER_OF(turn, struct snapshot_create, turn);
	struct chain *chain = create->volume->chain;
	int error = create->is_cancelled ? -EINTR : check_chain(create);

	chain->creation = create;
	if (error == 0)
		error = chain_snapshot_file_create(create);
	if (error < 0) {
		end(create, error);
		return;
	}
	chain->leaf.done = leaf_made;
	leaf_create(chain, &chain->leaf, node_of(create),
		create->kind == SNAPSHOT_TAKEN ? node_lineage(node_of(create))
					       : store_facts(create->store)->order);
}

static void copy_go(struct snapshot_create *create)
{
	struct snapshot *of = create->of;
	int error = check_chain(create);

	if (error == 0) {
		chain_copy_begin(create);
		return;
	}
	snapshot_create_end(create, error);
	if (of)
		snapshot_closed(of);
}

void chain_copy_enter(struct snapshot_create *create)
{
	create->volume->chain->creation = create;
	snapshot_file_write(create);
}

void chain_snapshot_create(struct snapshot_create *create)
{
	list_append(&create->volume->creating, &create->link);
	/* Its source must not be deleted in the meantime. */
	if (create->of)
		snapshot_opened(create->of);
	if (create->kind == SNAPSHOT_COPIED) {
		copy_go(create);
		return;
	}
	create->turn.go = create_go;
	chain_lock(create->volume->chain, &create->turn);
}
