/* SPDX-License-Identifier: Apache-2.0 */
/* chain.c - the nodes of a chain and their order. */
#include "simfs/volume/chain.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/base/mix.h"

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
		first += run / CHAIN_BLOCK_BYTES;
		bytes += run;
	}
}

bool part_end(struct request_part *part, int result)
{
	struct volume_request *request = part->request;

	node_request_end(request->volume->chain, part->node);
	if (result < 0 && request->error == 0)
		request->error = result;
	return --request->parts_under_way == 0;
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
	return node_text_of(chain, node->id, node != chain_live(chain),
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
	node->id = id;
	node->store = store;
	list_init(&node->link);
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

/* ---- turns ---- */

void chain_lock(struct chain *chain, struct chain_turn *turn)
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
		struct chain_turn *turn = CONTAINER_OF(link, struct chain_turn, link);

		turn->go(turn);
	}
}

/* ---- a new leaf ---- */

static void new_file_name(uint64_t id, char *buffer, size_t length)
{
	snprintf(buffer, length, "%016" PRIx64 NODE_SUFFIX NEW_SUFFIX, id);
}

void leaf_undo(struct chain *chain)
{
	struct blockio_folder *folder = chain->volume->folder;
	struct node *node = chain->leaf.node;
	char file[64];

	if (!node)
		return;
	chain->leaf.node = NULL;
	/* What stays behind is removed by the next mount, under either name. */
	node_file_name(node->id, file, sizeof file);
	folder->ops->remove(folder, file);
	new_file_name(node->id, file, sizeof file);
	folder->ops->remove(folder, file);
	node_free(chain, node);
}

static void leaf_flushed(struct blockio_request *io, int result)
{
	struct chain *chain = CONTAINER_OF(io, struct chain, leaf.io);

	if (result < 0)
		leaf_undo(chain);
	chain->leaf.done(chain, result);
}

/* The live view will need the file: its superblock must be there when its name is. */
static void leaf_written(struct store_waiter *waiter, int error)
{
	struct chain *chain = CONTAINER_OF(waiter, struct chain, leaf.written);

	if (error < 0) {
		leaf_undo(chain);
		chain->leaf.done(chain, error);
		return;
	}
	chain->leaf.io.done = leaf_flushed;
	blockio_start(
		store_io(chain->leaf.node->store), &chain->leaf.io, BLOCKIO_FLUSH, 0, NULL, 0);
}

void leaf_create(struct chain *chain, const struct node *parent)
{
	struct volume *volume = chain->volume;
	struct store_facts facts = {
		.volume_id = volume->volume_id,
		.order = volume->next_order++,
		.volume_bytes = volume_bytes(volume),
		.block_bytes = CHAIN_BLOCK_BYTES,
		.created_seconds = clock_wall_seconds(),
		.parent_id = parent->id,
		.boot_id = volume->options.boot_id,
		.role = ROLE_CHAIN_NODE,
	};
	struct store *store;
	char file[64];
	int error;

	MUST(chain->is_locked && !chain->leaf.node);
	facts.store_id = mix64(volume->volume_id ^ mix64(facts.order));
	snprintf(facts.name, sizeof facts.name, "%016" PRIx64, facts.store_id);
	snprintf(facts.profile, sizeof facts.profile, "%s", volume->options.profile->name);
	new_file_name(facts.store_id, file, sizeof file);
	error = store_create(volume->folder, file, &facts, &store);
	if (error < 0) {
		chain->leaf.done(chain, error);
		return;
	}
	chain->leaf.node = node_new(chain, facts.store_id, store);
	if (!chain->leaf.node) {
		store_destroy(store);
		volume->folder->ops->remove(volume->folder, file);
		chain->leaf.done(chain, -ENOMEM);
		return;
	}
	store_set_durable(store, true);
	chain->leaf.written = (struct store_waiter){ .done = leaf_written };
	store_mark(store, 0, 0, &chain->leaf.written);
}

int leaf_push(struct chain *chain)
{
	struct blockio_folder *folder = chain->volume->folder;
	struct node *node = chain->leaf.node;
	char new_file[64], file[64];
	int error;

	if (chain->depth == CHAIN_NODES_MAX)
		return -EMLINK;
	new_file_name(node->id, new_file, sizeof new_file);
	node_file_name(node->id, file, sizeof file);
	error = folder->ops->rename(folder, new_file, file);
	if (error < 0)
		return error;
	/* Writes that are flushed into it must find it again. */
	error = folder->ops->sync(folder);
	if (error < 0) {
		folder->ops->rename(folder, file, new_file);
		return error;
	}
	chain->leaf.node = NULL;
	/* See chain_live_flush(): it is no longer the live view's. */
	chain_live(chain)->dirty_since = 1;
	view_slot_take(chain, node);
	view_move(chain_live(chain), node);
	node->level = chain->depth;
	chain->spine[chain->depth++] = node;
	return 0;
}

/* ---- leaving ---- */

static void node_leave(struct chain *chain, struct node *node);

static void store_is_still(struct store_waiter *waiter, int error)
{
	struct node *node = CONTAINER_OF(waiter, struct node, still);

	/* It only had to end: its file is gone. */
	(void)error;
	node_leave(node->chain, node);
}

/* Nobody reads it any more; but a store also writes of itself, and a mark ends behind that. */
static void node_leave(struct chain *chain, struct node *node)
{
	if (!store_idle(node->store)) {
		node->chain = chain;
		node->still = (struct store_waiter){ .done = store_is_still };
		store_mark(node->store, 0, 0, &node->still);
		return;
	}
	list_remove(&node->link);
	node_free(chain, node);
}

int chain_take_out(struct chain *chain, unsigned level, bool it_must_go)
{
	struct blockio_folder *folder = chain->volume->folder;
	struct node *node = chain->spine[level];
	struct node *parent = chain->spine[level - 1];
	char file[64];
	int error;

	MUST(level > 0 && level < chain->depth);
	node_file_name(node->id, file, sizeof file);
	error = folder->ops->remove(folder, file);
	if (error < 0)
		log_error_code(error, "cannot remove '%s', which nobody needs any more", file);
	if (error < 0 && it_must_go)
		return error;
	/* A power cut that brings a leaf back would hide what is written from now on. */
	if (it_must_go) {
		int synced = folder->ops->sync(folder);

		if (synced < 0)
			log_error_code(synced, "cannot make it durable that '%s' is gone", file);
	}
	for (unsigned i = level; i + 1 < chain->depth; i++) {
		chain->spine[i] = chain->spine[i + 1];
		chain->spine[i]->level = i;
	}
	chain->spine[--chain->depth] = NULL;
	list_for_each (at, &chain->volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (snapshot->base == node)
			snapshot->base = parent;
	}
	view_drop(chain, parent);
	view_move(node, parent);
	view_slot_merge(chain, node, parent);
	list_append(&chain->leaving, &node->link);
	if (node->requests_under_way == 0)
		node_leave(chain, node);
	return error;
}

void node_request_begin(struct node *node)
{
	node->requests_under_way++;
}

void node_request_end(struct chain *chain, struct node *node)
{
	MUST(node->requests_under_way > 0);
	node->requests_under_way--;
	if (node->requests_under_way == 0 && !list_empty(&node->link))
		node_leave(chain, node);
}

unsigned node_snapshots(const struct chain *chain, const struct node *node)
{
	unsigned count = 0;

	list_for_each (at, &chain->volume->snapshots) {
		if (CONTAINER_OF(at, struct snapshot, link)->base == node)
			count++;
	}
	return count;
}
