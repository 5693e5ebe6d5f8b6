/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leaf.c - creates a new node.
 *
 *   leaf_create ─▶ ID.node.new ─▶ superblock ─▶ flushed
 *   leaf_name   ─▶ ID.node ─▶ the folder is synced
 *   leaf_enter  ─▶ in its tree
 *
 * All waiting for the disk happens before anything waits for the leaf, while its parent may
 * still be written to. A rig killed before the rename leaves a .new file, which the next
 * mount removes; after the rename, an empty leaf over its parent's content, or garbage.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/mix.h"
#include "simfs/volume/chain/leaf.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/chain/view.h"
#include "simfs/volume/state.h"

static void new_file_name(uint64_t id, char *buffer, size_t length)
{
	snprintf(buffer, length, "%016" PRIx64 NODE_SUFFIX NEW_SUFFIX, id);
}

void leaf_undo(struct node_create *create)
{
	struct node *node = create->node;
	struct blockio_folder *folder;
	char file[64], new_file[64];
	int error;

	if (!node)
		return;
	create->node = NULL;
	folder = create->chain->volume->folder;
	node_file_name(node->id, file, sizeof file);
	new_file_name(node->id, new_file, sizeof new_file);
	error = folder->ops->remove(folder, file);
	/* Under this name the next mount removes the leftover file, whatever happens to its
	 * parent. */
	if (error < 0 && error != -ENOENT && folder->ops->rename(folder, file, new_file) < 0)
		create->chain->volume->image.has_strays = true;
	folder->ops->remove(folder, new_file);
	node_discard(create->chain, node);
}

static void leaf_flushed(struct blockio_request *io, int result)
{
	struct node_create *create = CONTAINER_OF(io, struct node_create, io);

	if (result < 0)
		leaf_undo(create);
	create->done(create, result);
}

/* The head will need the file: its superblock must be on disk before its name. */
static void leaf_written(struct store_waiter *waiter, int error)
{
	struct node_create *create = CONTAINER_OF(waiter, struct node_create, written);

	if (error < 0) {
		leaf_undo(create);
		create->done(create, error);
		return;
	}
	create->io.done = leaf_flushed;
	blockio_start(store_io(create->node->store), &create->io, BLOCKIO_FLUSH, 0, NULL, 0);
}

void leaf_create(struct chain *chain, struct node_create *create, const struct node *parent,
	uint64_t lineage)
{
	struct volume *volume = chain->volume;
	struct store_facts facts = {
		.volume_id = volume->volume_id,
		.order = volume->next_order++,
		.volume_bytes = volume_bytes(volume),
		.block_bytes = CHAIN_BLOCK_BYTES,
		.created_seconds = clock_wall_seconds(),
		.boot_id = volume->options.boot_id,
	};
	const struct owner owner = {
		.parent_id = parent ? parent->id : CHAIN_NO_PARENT,
		.lineage = lineage,
	};
	struct store *store;
	char file[64];
	int error;

	MUST(!create->node);
	create->chain = chain;
	owner_put(&facts, OWNER_CHAIN_NODE, &owner);
	facts.store_id = mix64(volume->volume_id ^ mix64(facts.order));
	snprintf(facts.name, sizeof facts.name, "%016" PRIx64, facts.store_id);
	snprintf(facts.profile, sizeof facts.profile, "%s", volume->options.profile->name);
	new_file_name(facts.store_id, file, sizeof file);
	error = store_create(volume->folder, file, &facts, volume->limits->store, &store);
	if (error < 0) {
		create->done(create, error);
		return;
	}
	create->node = node_new(chain, facts.store_id, store);
	if (!create->node) {
		store_destroy(store);
		volume->folder->ops->remove(volume->folder, file);
		create->done(create, -ENOMEM);
		return;
	}
	store_set_durable(store, true);
	store_waiter_arm(&create->written, leaf_written);
	store_mark(store, 0, 0, &create->written);
}

static void leaf_synced(struct blockio_request *io, int result)
{
	struct node_create *create = CONTAINER_OF(io, struct node_create, io);

	if (result < 0)
		leaf_undo(create);
	create->done(create, result);
}

static int leaf_rename(struct node_create *create, const struct node *parent)
{
	struct chain *chain = create->chain;
	struct blockio_folder *folder = chain->volume->folder;
	char new_file[64], file[64];

	if (chain->node_count >= chain->volume->limits->chain_nodes ||
		(parent && node_depth(parent) >= CHAIN_DEPTH_MAX))
		return -EMLINK;
	new_file_name(create->node->id, new_file, sizeof new_file);
	node_file_name(create->node->id, file, sizeof file);
	return folder->ops->rename(folder, new_file, file);
}

void leaf_name(struct node_create *create, const struct node *parent)
{
	struct blockio_folder *folder = create->chain->volume->folder;
	int error = leaf_rename(create, parent);

	if (error < 0) {
		leaf_undo(create);
		create->done(create, error);
		return;
	}
	/* Flushed writes in it must not lose it. */
	create->io.done = leaf_synced;
	folder->ops->start_sync(folder, &create->io);
}

void leaf_enter(struct node_create *create, struct node *parent)
{
	node_hang(create->chain, TAKE_PTR(create->node), parent);
}

void leaf_push(struct node_create *create, struct snapshot *clone)
{
	struct chain *chain = create->chain;
	struct node *node = create->node, *head = chain_head(chain, clone);

	leaf_enter(create, head);
	/* See chain_flush(): it is no longer the node that is written to. */
	head->dirty_since = 1;
	view_move(head, node);
	chain_set_head(chain, clone, node);
}
