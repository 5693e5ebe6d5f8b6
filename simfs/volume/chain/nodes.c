/* SPDX-License-Identifier: Apache-2.0 */
/* nodes.c - the nodes of a chain and their trees. */
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/chain/space.h"
#include "simfs/volume/chain/view.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/parts.h"
#include "simfs/volume/state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"

struct blockio *node_io(const struct chain *chain, const struct node *node)
{
	return node->store ? store_io(node->store) : chain->volume->origin;
}

uint64_t node_position(const struct node *node, uint64_t block)
{
	return node->store ? store_offset(node->store, block) : block * CHAIN_BLOCK_BYTES;
}

void node_resume(struct node *node)
{
	if (node->store && store_error(node->store) < 0)
		store_resume(node->store);
}

void node_write(
	struct node *node, uint64_t first, uint64_t count, char *bytes, struct store_waiter *waiter)
{
	struct store *store = node->store;
	uint64_t end = first + count;

	node_resume(node);
	while (first < end) {
		uint64_t left = (end - first) * CHAIN_BLOCK_BYTES;
		uint64_t run = 0;

		if (store_has_data(store, first)) {
			run = store_run_bytes(store, first, left);
			run = run < left ? run : left;
			store_rewrite(store, first, 0, bytes, (uint32_t)run, waiter);
		} else {
			while (run < left &&
				!store_has_data(store, first + run / CHAIN_BLOCK_BYTES))
				run += CHAIN_BLOCK_BYTES;
			store_append(store, first, run / CHAIN_BLOCK_BYTES, bytes, waiter);
		}
		MUST(run >= CHAIN_BLOCK_BYTES);
		first += run / CHAIN_BLOCK_BYTES;
		bytes += run;
	}
}

struct request_part *node_part_begin(
	struct volume_request *request, struct node *node, uint64_t offset, size_t length)
{
	struct request_part *part = part_begin(request, offset, length);

	part->node = node;
	node_request_begin(node);
	return part;
}

void node_part_read(struct volume_request *request, struct node *node, uint64_t offset,
	size_t length, char *bytes)
{
	struct request_part *part = node_part_begin(request, node, offset, length);

	part_read(part, node->store, node_position(node, offset / CHAIN_BLOCK_BYTES), bytes);
}

void node_part_ended(struct request_part *part, int result)
{
	(void)result;
	node_request_end(part->request->volume->chain, part->node);
}

void node_file_name(uint64_t id, char *buffer, size_t length)
{
	snprintf(buffer, length, "%016" PRIx64 NODE_SUFFIX, id);
}

const char *node_text_of(const struct chain *chain, uint64_t id, bool is_hidden, uint64_t sr_bytes,
	char *buffer, size_t length)
{
	static const char *const kinds[] = { [CHAIN_VHD] = "VHD", [CHAIN_QCOW2] = "QCOW2" };

	snprintf(buffer, length, "%s%08x[%s](%.3fG/%.3fM)", is_hidden ? "*" : "",
		(unsigned)(id >> 32), kinds[chain->format],
		(double)volume_bytes(chain->volume) / (1 << 30), (double)sr_bytes / (1 << 20));
	return buffer;
}

const char *node_text(
	const struct chain *chain, const struct node *node, char *buffer, size_t length)
{
	return node_text_of(chain, node->id, !node_is_head(chain, node),
		space_node_bytes(chain, node), buffer, length);
}

struct node *node_new(struct chain *chain, uint64_t id, struct store *store)
{
	uint64_t unit_blocks = chain_unit_bytes(chain->format) / CHAIN_BLOCK_BYTES;
	uint64_t words = (chain->block_count + unit_blocks * 64 - 1) / (unit_blocks * 64);
	struct node *node = calloc(1, sizeof *node);

	if (node)
		node->units = calloc(words, sizeof *node->units);
	if (!node || !node->units) {
		free(node);
		return NULL;
	}
	node->chain = chain;
	node->id = id;
	node->store = store;
	return node;
}

unsigned node_depth(const struct node *node)
{
	unsigned depth = 1;

	while ((node = node->parent))
		depth++;
	return depth;
}

const struct node *node_root(const struct node *node)
{
	while (node->parent)
		node = node->parent;
	return node;
}

void node_free(struct chain *chain, struct node *node)
{
	if (!node)
		return;
	view_drop(chain, node);
	store_destroy(node->store);
	free(node->units);
	free(node);
}

/* ---- the lock ---- */

void chain_lock(struct chain *chain, struct order_turn *turn)
{
	if (chain->is_locked) {
		list_append(&chain->turns, &turn->link);
		return;
	}
	chain->is_locked = true;
	turn->go(turn);
}

void chain_unlock(struct chain *chain)
{
	struct list *link = list_pop(&chain->turns);

	MUST(chain->is_locked);
	chain->is_locked = link != NULL;
	if (link) {
		struct order_turn *turn = CONTAINER_OF(link, struct order_turn, link);

		turn->go(turn);
	}
}

/* ---- trees ---- */

void node_hang(struct chain *chain, struct node *node, struct node *parent)
{
	node->parent = parent;
	if (parent)
		parent->child_nodes++;
	list_append(&chain->nodes, &node->link);
	chain->node_count++;
	view_slot_take(chain, node);
}

void snapshot_hang(struct snapshot *snapshot, struct node *base)
{
	if (snapshot->base)
		snapshot->base->child_snapshots--;
	snapshot->base = base;
	if (base)
		base->child_snapshots++;
}

void chain_set_head(struct chain *chain, struct snapshot *clone, struct node *node)
{
	struct node *head = chain_head(chain, clone);

	if (!clone) {
		chain->live = node;
		return;
	}
	if (head)
		head->clone = NULL;
	node->clone = clone;
	clone->base = node;
}

/* ---- leaving ---- */

static void node_leave(struct chain *chain, struct node *node);

static void store_is_still(struct store_waiter *waiter, int error)
{
	struct node *node = CONTAINER_OF(waiter, struct node, still);

	(void)error;
	node_leave(node->chain, node);
}

/* It has no reads any more, but a store also writes on its own. */
static void node_leave(struct chain *chain, struct node *node)
{
	if (!store_idle(node->store)) {
		store_waiter_arm(&node->still, store_is_still);
		store_quiesce(node->store, &node->still);
		return;
	}
	list_remove(&node->link);
	store_abandon(TAKE_PTR(node->store));
	node_free(chain, node);
}

int node_file_remove(struct chain *chain, const struct node *node)
{
	struct blockio_folder *folder = chain->volume->folder;
	char file[64];
	int error;

	node_file_name(node->id, file, sizeof file);
	error = folder->ops->remove(folder, file);
	if (error < 0) {
		chain->volume->image.has_strays = true;
		log_error_code(error, "cannot remove '%s', which is no longer needed", file);
	}
	return error;
}

void node_discard(struct chain *chain, struct node *node)
{
	node->is_leaving = true;
	list_append(&chain->leaving, &node->link);
	if (node->requests_under_way == 0)
		node_leave(chain, node);
}

static void node_unhang(struct chain *chain, struct node *node)
{
	if (node->parent)
		node->parent->child_nodes--;
	list_remove(&node->link);
	chain->node_count--;
	node_discard(chain, node);
}

static void children_move(struct chain *chain, struct node *node, struct node *parent)
{
	list_for_each (at, &chain->nodes) {
		struct node *child = CONTAINER_OF(at, struct node, link);

		if (child->parent == node) {
			child->parent = parent;
			parent->child_nodes++;
			node->child_nodes--;
		}
	}
	list_for_each (at, &chain->volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (snapshot->base == node)
			snapshot_hang(snapshot, parent);
	}
}

void chain_take_out(struct chain *chain, struct node *node)
{
	struct node *parent = node->parent;

	MUST(parent);
	if (node_is_head(chain, node))
		chain_set_head(chain, node->clone, parent);
	children_move(chain, node, parent);
	view_drop(chain, parent);
	view_move(node, parent);
	view_slot_merge(chain, node, parent);
	node_unhang(chain, node);
}

int chain_remove(struct chain *chain, struct node *node)
{
	int error;

	MUST(node->child_nodes == 0 && node->child_snapshots == 0 && node->store);
	error = node_file_remove(chain, node);
	if (error < 0)
		return error;
	view_drop(chain, node);
	view_slot_merge(chain, node, NULL);
	node_unhang(chain, node);
	return 0;
}

void node_request_begin(struct node *node)
{
	node->requests_under_way++;
}

void node_request_end(struct chain *chain, struct node *node)
{
	MUST(node->requests_under_way > 0);
	node->requests_under_way--;
	if (node->requests_under_way == 0 && node->is_leaving)
		node_leave(chain, node);
}
