/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain_load.c - builds the chain from its files when a volume is opened.
 *
 * Files come in any order, so they are gathered first (chain_load) and put
 * together when all are there (chain_loaded):
 *
 *	journals ─▶ a merge that was all copied is finished: children get the
 *		    parent's parent, the node's file goes
 *	nodes    ─▶ from the image on, the one whose parent is the last one
 *	snapshots ─▶ hang on their parent
 *
 * The live view needs every node: one that is damaged or does not belong here
 * refuses the mount.  A snapshot without its node is a failed one.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/log.h"
#include "simfs/volume/chain.h"

static const char *foreign(const struct store_facts *facts, void *context)
{
	const struct volume *volume = context;

	if (facts->volume_id != volume->volume_id || facts->volume_bytes != volume_bytes(volume))
		return "node of another volume";
	if (facts->role != ROLE_CHAIN_NODE || facts->block_bytes != CHAIN_BLOCK_BYTES)
		return "not a node of a chain";
	return NULL;
}

static bool needs_data(const struct store_facts *facts, void *context)
{
	(void)facts;
	(void)context;
	return true;
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
		.needs_data = needs_data,
		.context = volume,
		.boot_id = volume->options.boot_id,
		.durable = true,
		.verify_data = volume->options.verify,
	};
	struct store_findings findings = { 0 };
	struct store *store = NULL;
	char expected[64];
	int error = store_open(volume->folder, file, &options, &store, &findings);

	if (error == -EUCLEAN) {
		log_error("node '%s' of the live view at offset %" PRIu64 ": %s", file,
			findings.damage_offset, findings.damage);
		store_destroy(store);
		return error;
	}
	if (error < 0) {
		log_error_code(error, "cannot open node '%s'", file);
		return error;
	}

	const struct store_facts *facts = store_facts(store);
	struct node *node = node_new(chain, facts->store_id, store);

	if (!node) {
		store_destroy(store);
		return -ENOMEM;
	}
	list_append(&chain->loading, &node->link);
	node_file_name(node->id, expected, sizeof expected);
	if (strcmp(file, expected) != 0) {
		log_error("node '%s' at offset 0: it says that it is '%s'", file, expected);
		return -EUCLEAN;
	}
	if (facts->order >= volume->next_order)
		volume->next_order = facts->order + 1;
	if (!findings.was_clean && !volume->options.quiet)
		log_info("recovered node '%s': %" PRIu64 " blocks, %" PRIu64
			 " unused bytes cut off",
			file, store_blocks(store), findings.torn_bytes);
	count_units(chain, node);
	return 0;
}

static int journal_load(struct chain *chain, enum coalesce_journal kind, uint64_t id)
{
	struct chain_journal *journal = calloc(1, sizeof *journal);

	if (!journal)
		return -ENOMEM;
	journal->kind = kind;
	journal->id = id;
	list_append(&chain->journals, &journal->link);
	return 0;
}

int chain_load(struct volume *volume, const char *file)
{
	enum coalesce_journal kind;
	uint64_t id;

	if (state_has_suffix(file, NODE_SUFFIX))
		return node_load(volume, file);
	if (state_has_suffix(file, STORE_SUFFIX))
		return state_load_snapshot(volume, file, ROLE_CHAIN_SNAPSHOT);
	if (journal_parse(file, &kind, &id))
		return journal_load(volume->chain, kind, id);
	return 0;
}

/* ---- putting together ---- */

static struct node *loading_find(struct chain *chain, uint64_t id)
{
	list_for_each (at, &chain->loading) {
		struct node *node = CONTAINER_OF(at, struct node, link);

		if (node->id == id)
			return node;
	}
	return NULL;
}

/* Gives STORE's owner another parent, and waits for it. */
static int reparent(struct store *store, uint64_t parent_id)
{
	struct store_facts facts = *store_facts(store);
	int error;

	facts.parent_id = parent_id;
	error = state_update(store, &facts);
	/* Before the file of the old one goes. */
	return error < 0 ? error : blockio_do(store_io(store), BLOCKIO_FLUSH, 0, NULL, 0);
}

/* All of node ID is in its parent: whatever names it names its parent instead. */
static int relink_redo(struct chain *chain, uint64_t id)
{
	struct volume *volume = chain->volume;
	struct node *node = loading_find(chain, id);
	char file[64];
	int error = 0;

	if (!node)
		return 0;

	uint64_t parent_id = store_facts(node->store)->parent_id;

	chain_log(chain, "==> Coalesce apparently already done: skipping");
	list_for_each (at, &chain->loading) {
		struct node *child = CONTAINER_OF(at, struct node, link);

		if (error == 0 && store_facts(child->store)->parent_id == id)
			error = reparent(child->store, parent_id);
	}
	list_for_each (at, &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (error == 0 && snapshot->state == SNAPSHOT_ACTIVE &&
			store_facts(snapshot->store)->parent_id == id)
			error = reparent(snapshot->store, parent_id);
	}
	if (error < 0)
		return error;
	list_remove(&node->link);
	node_free(chain, node);
	node_file_name(id, file, sizeof file);
	if (!volume->options.quiet)
		log_info("finished the merge of node '%s' into its parent", file);
	error = volume->folder->ops->remove(volume->folder, file);
	return error == -ENOENT ? 0 : error;
}

static int journal_replay(struct chain *chain, const struct chain_journal *journal)
{
	bool is_there = loading_find(chain, journal->id) != NULL;
	int error = 0;

	switch (journal->kind) {
	case JOURNAL_RELINK:
		error = relink_redo(chain, journal->id);
		break;
	case JOURNAL_LEAF:
		chain_log(chain, "%s",
			is_there ? "*** UNDO LEAF-COALESCE" : "*** FINISH LEAF-COALESCE");
		chain_log(chain, "*** %s successfully",
			is_there ? "leaf-coalesce undo" : "finished leaf-coalesce");
		break;
	case JOURNAL_COALESCE:
	case JOURNAL_KINDS:
		break;
	}
	return error < 0 ? error : journal_remove(chain, journal->kind, journal->id);
}

static int journals_replay(struct chain *chain)
{
	struct list *link;
	int error = 0;

	while ((link = list_pop(&chain->journals))) {
		struct chain_journal *journal = CONTAINER_OF(link, struct chain_journal, link);

		if (error == 0)
			error = journal_replay(chain, journal);
		free(journal);
	}
	if (error < 0)
		log_error_code(error, "cannot finish a merge of nodes that was interrupted");
	return error;
}

/* The one node over PARENT_ID, or NULL; sets *RET_COUNT to how many there are. */
static struct node *child_of(struct chain *chain, uint64_t parent_id, unsigned *ret_count)
{
	struct node *found = NULL;

	*ret_count = 0;
	list_for_each (at, &chain->loading) {
		struct node *node = CONTAINER_OF(at, struct node, link);

		if (store_facts(node->store)->parent_id == parent_id) {
			found = node;
			(*ret_count)++;
		}
	}
	return found;
}

static bool has_child(struct chain *chain, uint64_t id)
{
	list_for_each (at, &chain->loading) {
		if (store_facts(CONTAINER_OF(at, struct node, link)->store)->parent_id == id)
			return true;
	}
	list_for_each (at, &chain->volume->snapshots) {
		const struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (snapshot->store && store_facts(snapshot->store)->parent_id == id)
			return true;
	}
	return false;
}

/* A leaf that was taken back, but whose file could not be removed: it has nothing. */
static bool is_left_over(struct chain *chain, const struct node *node)
{
	unsigned siblings = 0;

	child_of(chain, store_facts(node->store)->parent_id, &siblings);
	return siblings > 1 && store_blocks(node->store) == 0 && !has_child(chain, node->id);
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

static int spine_build(struct chain *chain)
{
	struct node *child;
	unsigned count;
	char file[64];

	while ((child = child_of(chain, chain_live(chain)->id, &count))) {
		node_file_name(child->id, file, sizeof file);
		if (count > 1 || chain->depth == CHAIN_NODES_MAX) {
			log_error("node '%s' at offset 0: %s", file,
				count > 1 ? "another node has the same parent"
					  : "the chain is longer than any of ours");
			return -EUCLEAN;
		}
		list_remove(&child->link);
		child->level = chain->depth;
		chain->spine[chain->depth++] = child;
		view_slot_take(chain, child);
	}
	if (list_empty(&chain->loading))
		return 0;
	child = CONTAINER_OF(chain->loading.next, struct node, link);
	node_file_name(child->id, file, sizeof file);
	log_error("node '%s' at offset 0: its parent %016" PRIx64 " is not there", file,
		store_facts(child->store)->parent_id);
	return -EUCLEAN;
}

static void snapshots_hang(struct chain *chain)
{
	list_for_each (at, &chain->volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (snapshot->state != SNAPSHOT_ACTIVE)
			continue;
		for (unsigned level = 0; level < chain->depth && !snapshot->base; level++) {
			if (chain->spine[level]->id == store_facts(snapshot->store)->parent_id)
				snapshot->base = chain->spine[level];
		}
		if (snapshot->base)
			continue;
		log_error("snapshot '%s' is lost: its parent %016" PRIx64 " is not there",
			snapshot->name, store_facts(snapshot->store)->parent_id);
		snapshot->state = SNAPSHOT_FAILED;
		snapshot->error = -EUCLEAN;
	}
}

int chain_loaded(struct volume *volume)
{
	struct chain *chain = volume->chain;
	int error = journals_replay(chain);

	if (error == 0)
		error = left_overs_remove(chain);
	if (error == 0)
		error = spine_build(chain);
	if (error < 0)
		return error;
	snapshots_hang(chain);
	/* The one that is written to must not be what a snapshot shows. */
	if (node_snapshots(chain, chain_live(chain)) > 0) {
		log_error("a snapshot hangs on the live view's node %016" PRIx64
			  ", whose leaf is missing",
			chain_live(chain)->id);
		return -EUCLEAN;
	}
	coalesce_kick(chain, false);
	return 0;
}
