/* SPDX-License-Identifier: Apache-2.0 */
/*
 * damage.c - nodes that a mount, or a read, has found damaged.
 *
 * In a read: a snapshot that shows the block fails; the live view and clones continue. At a
 * mount:
 *
 *	data only		a snapshot that shows one of those blocks fails; the live view
 *				and clones cannot read that block
 *	the map, too		a block that the node seems to lack may just not have been
 *				found, so what is below it would be wrong: everything above is
 *				lost.  The node's file is left as it is, and coalesce stops.
 *
 * The live view is never given up: a mount without it would show another disk's content. So a
 * node of the live view whose map is damaged makes the mount fail.
 */
#include <errno.h>
#include <inttypes.h>

#include "simfs/base/log.h"
#include "simfs/volume/chain/bodies.h"
#include "simfs/volume/chain/load.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/chain/view.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/life.h"
#include "simfs/volume/state.h"

struct found {
	struct chain *chain;
	struct node *node;
	char file[64];
};

/* Whether SNAPSHOT, which would fail, shows BLOCK with NODE's data. */
static bool snapshot_needs(struct chain *chain, const struct snapshot *snapshot,
	const struct node *node, uint64_t block)
{
	return snapshot->state == SNAPSHOT_ACTIVE && !snapshot->is_clone && snapshot->base &&
	       view_owner(chain, snapshot->base, block) == node;
}

void node_damaged(struct chain *chain, const struct node *node, const struct store_read *read,
	uint64_t first_bytes)
{
	struct volume *volume = chain->volume;
	uint64_t block = damage_volume_offset(read, first_bytes) / CHAIN_BLOCK_BYTES;
	char file[64];

	node_file_name(node->id, file, sizeof file);
	damage_tell(volume, file, read->damage_offset, block);
	list_for_each (at, &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (snapshot_needs(chain, snapshot, node, block))
			snapshot_fail(snapshot, -EUCLEAN, "node.damaged");
	}
}

void chain_part_damaged(struct request_part *part)
{
	node_damaged(
		part->request->volume->chain, part->node, &part->read, part_damage_first(part));
}

/* It fails, for later mounts as well. */
static int fail(struct snapshot *snapshot)
{
	int error = state_mark(snapshot->store, -EUCLEAN);

	snapshot->state = SNAPSHOT_FAILED;
	snapshot->error = -EUCLEAN;
	if (error < 0)
		log_error_code(error, "cannot mark snapshot '%s' as damaged", snapshot->name);
	return error;
}

static int found_damaged(void *context, const struct store_damage *damage)
{
	struct found *found = context;
	struct chain *chain = found->chain;
	int error = 0;

	/* The next mount may be able to read it. */
	if (damage->error != -EUCLEAN)
		return damage->error;
	damage_tell(chain->volume, found->file, damage->offset, damage->block);
	list_for_each (at, &chain->volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (error < 0 || !snapshot_needs(chain, snapshot, found->node, damage->block))
			continue;
		log_error("snapshot '%s' is lost: it shows block %" PRIu64 " of '%s'",
			snapshot->name, damage->block, found->file);
		error = fail(snapshot);
	}
	return error;
}

static int data_lose(struct chain *chain, struct node *node)
{
	struct found found = { .chain = chain, .node = node };
	int error;

	node_file_name(node->id, found.file, sizeof found.file);
	error = store_verify(node->store, found_damaged, &found);
	return error == -EUCLEAN ? 0 : error;
}

static bool is_above(const struct node *view, const struct node *node)
{
	while (view && view != node)
		view = view->parent;
	return view != NULL;
}

/*
 * Nothing that needs NODE can be trusted; its file may be restored. An older one looks valid
 * after a kill, so those who need it are marked as failed for later mounts, too.
 */
static int places_lose(struct chain *chain, const struct node *node)
{
	int error = 0;
	char file[64];

	node_file_name(node->id, file, sizeof file);
	if (is_above(chain->live, node)) {
		log_error("the live view needs '%s', which is damaged: restore a good copy of it "
			  "and of everything else in this folder",
			file);
		return -EUCLEAN;
	}
	list_for_each (at, &chain->volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (snapshot->state != SNAPSHOT_ACTIVE || !is_above(snapshot->base, node))
			continue;
		log_error("snapshot '%s' is lost: it needs '%s'", snapshot->name, file);
		if (node->is_older && error == 0)
			error = fail(snapshot);
		snapshot->state = SNAPSHOT_FAILED;
		snapshot->error = -EUCLEAN;
	}
	return error;
}

int chain_lose_damaged(struct chain *chain)
{
	int error = 0;

	list_for_each (at, &chain->nodes) {
		struct node *node = CONTAINER_OF(at, struct node, link);

		if (error == 0 && node->is_damaged)
			error = places_lose(chain, node);
		else if (error == 0 && node->has_damaged_data)
			error = data_lose(chain, node);
	}
	return error;
}
