/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.c - reads the files of a chain when a volume is opened.
 *
 * They come in any order, so they are collected here, and build.c builds the trees once all
 * are there. Before that, intents_finish() finishes a merge whose data were all copied:
 * children get the parent's parent, and the node's file is removed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/log.h"
#include "simfs/volume/chain/bodies.h"
#include "simfs/volume/chain/load.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/chain/space.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/state.h"

static const char *foreign(const struct store_facts *facts, void *context)
{
	const struct volume *volume = context;

	if (facts->volume_id != volume->volume_id ||
		facts->volume_bytes != volume->image.stored_bytes)
		return "node of another volume";
	if (owner_fault(facts))
		return owner_fault(facts);
	if (facts->owner.kind != OWNER_CHAIN_NODE || facts->block_bytes != CHAIN_BLOCK_BYTES)
		return "not a node of a chain";
	return NULL;
}

static void count_units(struct chain *chain, struct node *node)
{
	uint64_t first = 0, count = 0;

	while (store_next_run(node->store, first + count, &first, &count))
		space_allocate(chain, node, first, count);
}

static int node_load(struct volume *volume, const char *file)
{
	struct chain *chain = volume->chain;
	struct store_open_options options = {
		.refuses = foreign,
		.needs_data = state_needs_data,
		.context = volume,
		.boot_id = volume->options.boot_id,
		.durable = true,
		.limits = volume->limits->store,
		.verify_data = volume->options.verify,
		.keeps_damaged_data = true,
	};
	struct store_findings findings = { 0 };
	struct store *store = NULL;
	char expected[64];
	bool is_older = false;
	int error = store_open(volume->folder, file, &options, &store, &findings);

	if (error == -EUCLEAN)
		log_error("node '%s' at offset %" PRIu64 ": %s", file, findings.damage_offset,
			findings.damage);
	if (error == -EUCLEAN && !store)
		return error;
	if (error < 0 && error != -EUCLEAN) {
		log_error_code(error, "cannot open node '%s'", file);
		return error;
	}

	const struct store_facts *facts = store_facts(store);

	/* A damaged node was not closed. */
	if (error == 0 && state_is_older(facts, volume->image.closing_id)) {
		log_error("node '%s' at offset 0: it is older than the last unmount", file);
		is_older = true;
		error = -EUCLEAN;
	}

	struct node *node = node_new(chain, facts->store_id, store);

	if (!node) {
		store_destroy(store);
		return -ENOMEM;
	}
	list_append(&chain->loading, &node->link);
	node->is_damaged = error < 0;
	node->is_older = is_older;
	node->has_damaged_data = error == 0 && findings.damage;
	chain->is_damaged |= node->is_damaged;
	node_file_name(node->id, expected, sizeof expected);
	if (strcmp(file, expected) != 0) {
		log_error("node '%s' at offset 0: it says that it is '%s'", file, expected);
		return -EUCLEAN;
	}
	if (facts->order >= volume->next_order)
		volume->next_order = facts->order + 1;
	state_tell_sums(volume, file, &findings);
	if (!findings.was_clean && !node->is_damaged && !volume->options.quiet)
		log_info("recovered node '%s': %" PRIu64 " blocks, %" PRIu64
			 " unused bytes cut off",
			file, store_blocks(store), findings.torn_bytes);
	count_units(chain, node);
	return 0;
}

static int intent_load(struct chain *chain, enum coalesce_intent kind, uint64_t id)
{
	struct chain_intent *intent = calloc(1, sizeof *intent);

	if (!intent)
		return -ENOMEM;
	intent->kind = kind;
	intent->id = id;
	list_append(&chain->intents, &intent->link);
	return 0;
}

int chain_load(struct volume *volume, const char *file)
{
	enum coalesce_intent kind;
	uint64_t id;

	if (state_has_suffix(file, NODE_SUFFIX))
		return node_load(volume, file);
	if (state_has_suffix(file, STORE_SUFFIX))
		return state_load_snapshot(volume, file, OWNER_CHAIN_SNAPSHOT);
	if (intent_parse(file, &kind, &id))
		return intent_load(volume->chain, kind, id);
	return 0;
}

/* ---- finishing merges ---- */

struct node *loading_find(struct chain *chain, uint64_t id)
{
	list_for_each (at, &chain->loading) {
		struct node *node = CONTAINER_OF(at, struct node, link);

		if (node->id == id)
			return node;
	}
	return NULL;
}

/* Gives STORE's owner another parent, and waits until it is durable. */
static int reparent(struct store *store, uint64_t parent_id)
{
	struct store_facts facts = *store_facts(store);
	int error;

	owner_set_parent(&facts, parent_id);
	error = state_update(store, &facts);
	/* Must be durable before the old parent's file is removed. */
	return error < 0 ? error : blockio_do(store_io(store), BLOCKIO_FLUSH, 0, NULL, 0);
}

/* The data of node ID are all in its parent: replaces it as parent by that. */
static int relink_redo(struct chain *chain, uint64_t id)
{
	struct volume *volume = chain->volume;
	struct node *node = loading_find(chain, id);
	char file[64];
	int error = 0;

	if (!node)
		return 0;

	uint64_t parent_id = owner_of(store_facts(node->store)).parent_id;

	chain_log(chain, "==> Coalesce apparently already done: skipping");
	list_for_each (at, &chain->loading) {
		struct node *child = CONTAINER_OF(at, struct node, link);

		if (error < 0 || owner_of(store_facts(child->store)).parent_id != id)
			continue;
		/* Writing to it now could make it pass for complete. */
		error = child->is_damaged ? -EUCLEAN : reparent(child->store, parent_id);
	}
	list_for_each (at, &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (error == 0 && snapshot->state == SNAPSHOT_ACTIVE &&
			owner_of(store_facts(snapshot->store)).parent_id == id)
			error = reparent(snapshot->store, parent_id);
	}
	if (error < 0)
		return error;
	node_file_name(id, file, sizeof file);
	if (!volume->options.quiet)
		log_info("finished the merge of node '%s' into its parent", file);
	store_drop_sums(node->store);
	list_remove(&node->link);
	node_free(chain, node);
	error = volume->folder->ops->remove(volume->folder, file);
	return error == -ENOENT ? 0 : error;
}

static int intent_finish(struct chain *chain, const struct chain_intent *intent)
{
	bool is_there = loading_find(chain, intent->id) != NULL;
	int error = 0;

	switch (intent->kind) {
	case INTENT_RELINK:
		error = relink_redo(chain, intent->id);
		break;
	case INTENT_LEAF:
		chain_log(chain, "%s",
			is_there ? "*** UNDO LEAF-COALESCE" : "*** FINISH LEAF-COALESCE");
		chain_log(chain, "*** %s successfully",
			is_there ? "leaf-coalesce undo" : "finished leaf-coalesce");
		break;
	case INTENT_COALESCE:
	case INTENT_KINDS:
		break;
	}
	return error < 0 ? error : intent_remove(chain, intent->kind, intent->id);
}

int intents_finish(struct chain *chain)
{
	struct list *link;
	int error = 0;

	while ((link = list_pop(&chain->intents))) {
		struct chain_intent *intent = CONTAINER_OF(link, struct chain_intent, link);

		if (error == 0)
			error = intent_finish(chain, intent);
		free(intent);
	}
	if (error < 0)
		log_error_code(error, "cannot finish a merge of nodes that was interrupted");
	return error;
}
