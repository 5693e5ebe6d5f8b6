/* SPDX-License-Identifier: Apache-2.0 */
/*
 * build.c - builds the trees from the files that were found.
 *
 *	nodes     ─▶ under their parents, from the roots on
 *	lineages  ─▶ the last node of each is the head of the live view or of a clone
 *	snapshots ─▶ under their parents
 *
 * A node that does not identify itself may be the head of the live view: so one whose first
 * block is damaged, or that belongs elsewhere, makes the mount fail. Other damage costs only
 * those who need the data (damage.c). A snapshot without its node, or a clone without
 * its head, is shown as failed.
 */
#include <errno.h>
#include <inttypes.h>

#include "simfs/base/log.h"
#include "simfs/volume/chain/bodies.h"
#include "simfs/volume/chain/load.h"
#include "simfs/volume/chain/nodes.h"

static int node_refuse(const struct node *node, const char *why)
{
	char file[64];

	node_file_name(node->id, file, sizeof file);
	log_error("node '%s' at offset 0: %s", file, why);
	return -EUCLEAN;
}

static uint64_t parent_id_of(const struct node *node)
{
	return owner_of(store_facts(node->store)).parent_id;
}

/* ---- leaves left over from an undo ---- */

static bool has_child(struct chain *chain, uint64_t id)
{
	list_for_each (at, &chain->loading) {
		if (parent_id_of(CONTAINER_OF(at, struct node, link)) == id)
			return true;
	}
	list_for_each (at, &chain->volume->snapshots) {
		const struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (snapshot->store && owner_of(store_facts(snapshot->store)).parent_id == id)
			return true;
	}
	return false;
}

static bool is_sibling(const struct node *node, const struct node *other)
{
	return node != other && parent_id_of(node) == parent_id_of(other) &&
	       node_lineage(node) == node_lineage(other);
}

/* A leaf whose creation was undone, but whose file could not be removed: it has no data. */
static bool is_left_over(struct chain *chain, const struct node *node)
{
	if (store_blocks(node->store) > 0 || node->is_damaged || has_child(chain, node->id))
		return false;
	list_for_each (at, &chain->loading) {
		if (is_sibling(node, CONTAINER_OF(at, struct node, link)))
			return true;
	}
	return false;
}

static int left_overs_remove(struct chain *chain)
{
	struct blockio_folder *folder = chain->volume->folder;
	struct list *link = chain->loading.next;

	while (link != &chain->loading) {
		struct node *node = CONTAINER_OF(link, struct node, link);
		char file[64];
		int error;

		link = link->next;
		if (!is_left_over(chain, node))
			continue;
		node_file_name(node->id, file, sizeof file);
		error = folder->ops->remove(folder, file);
		if (error < 0) {
			log_error_code(error, "cannot remove '%s', which has nothing", file);
			return error;
		}
		list_remove(&node->link);
		node_free(chain, node);
	}
	return 0;
}

/* ---- trees ---- */

static struct node *find(struct chain *chain, uint64_t id)
{
	list_for_each (at, &chain->nodes) {
		struct node *node = CONTAINER_OF(at, struct node, link);

		if (node->id == id)
			return node;
	}
	return NULL;
}

/* Adds the first node whose parent is in a tree already; false if there is none. */
static bool hang_one(struct chain *chain, int *ret_error)
{
	list_for_each (at, &chain->loading) {
		struct node *node = CONTAINER_OF(at, struct node, link);
		bool is_root = parent_id_of(node) == CHAIN_NO_PARENT;
		struct node *parent = is_root ? NULL : find(chain, parent_id_of(node));

		if (!is_root && !parent)
			continue;
		if (chain->node_count >= VOLUME_CHAIN_NODES ||
			(parent && node_depth(parent) >= CHAIN_DEPTH_MAX))
			*ret_error = node_refuse(
				node, "the chain is longer than any that a rig makes");
		list_remove(&node->link);
		node_hang(chain, node, parent);
		return true;
	}
	return false;
}

static int trees_build(struct chain *chain)
{
	int error = 0;

	while (error == 0 && hang_one(chain, &error))
		continue;
	if (error < 0 || list_empty(&chain->loading))
		return error;
	return node_refuse(
		CONTAINER_OF(chain->loading.next, struct node, link), "its parent is missing");
}

/* ---- heads ---- */

static bool has_child_of_its_lineage(const struct chain *chain, const struct node *node)
{
	list_for_each (at, &chain->nodes) {
		const struct node *child = CONTAINER_OF(at, struct node, link);

		if (child->parent == node && node_lineage(child) == node_lineage(node))
			return true;
	}
	return false;
}

/* Sets *RET to the last node of LINEAGE, or NULL: 0, or -EUCLEAN if there are two. */
static int head_find(struct chain *chain, uint64_t lineage, struct node **ret)
{
	*ret = NULL;
	list_for_each (at, &chain->nodes) {
		struct node *node = CONTAINER_OF(at, struct node, link);

		if (node_lineage(node) != lineage || has_child_of_its_lineage(chain, node))
			continue;
		if (*ret)
			return node_refuse(node, "another node is the last of its lineage, too");
		*ret = node;
	}
	return 0;
}

static void lose(struct snapshot *snapshot, const char *why)
{
	log_error("snapshot '%s' is lost: %s", snapshot->name, why);
	snapshot->state = SNAPSHOT_FAILED;
	snapshot->error = -EUCLEAN;
}

/* A number is not reused while a node still has it as lineage. */
static void numbers_keep(struct chain *chain)
{
	list_for_each (at, &chain->nodes) {
		uint64_t lineage = node_lineage(CONTAINER_OF(at, struct node, link));

		if (lineage >= chain->volume->next_order)
			chain->volume->next_order = lineage + 1;
	}
}

static int heads_find(struct chain *chain)
{
	struct node *head;
	int error = head_find(chain, 0, &head);

	if (error < 0)
		return error;
	chain_set_head(chain, NULL, head);
	list_for_each (at, &chain->volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (!snapshot->is_clone || snapshot->state != SNAPSHOT_ACTIVE)
			continue;
		error = head_find(chain, snapshot->id, &head);
		if (error < 0)
			return error;
		if (head)
			chain_set_head(chain, snapshot, head);
		else
			lose(snapshot, "none of its nodes exists");
	}
	return 0;
}

/* ---- snapshots ---- */

static void snapshots_hang(struct chain *chain)
{
	list_for_each (at, &chain->volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (snapshot->is_clone || snapshot->state != SNAPSHOT_ACTIVE)
			continue;
		snapshot_hang(
			snapshot, find(chain, owner_of(store_facts(snapshot->store)).parent_id));
		if (!snapshot->base)
			lose(snapshot, "its parent is missing");
	}
}

/* The node that is written to must not be shown by another view. */
static int heads_check(const struct chain *chain)
{
	list_for_each (at, &chain->nodes) {
		const struct node *node = CONTAINER_OF(at, struct node, link);

		if (node_is_head(chain, node) &&
			(node->child_nodes > 0 || node->child_snapshots > 0))
			return node_refuse(
				node, "it is written to, and the leaf over it is missing");
	}
	return 0;
}

int chain_loaded(struct volume *volume)
{
	struct chain *chain = volume->chain;
	int error = intents_finish(chain);

	if (error == 0)
		error = left_overs_remove(chain);
	if (error == 0)
		error = trees_build(chain);
	if (error < 0)
		return error;
	numbers_keep(chain);
	error = heads_find(chain);
	if (error < 0)
		return error;
	snapshots_hang(chain);
	error = heads_check(chain);
	if (error == 0)
		error = chain_lose_damaged(chain);
	if (error == 0)
		coalesce_kick(chain, false);
	return error;
}
