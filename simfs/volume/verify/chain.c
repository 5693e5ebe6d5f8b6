/* SPDX-License-Identifier: Apache-2.0 */
/* chain.c - checks that the stores of a volume are consistent: parents, lineages, numbers. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simfs/volume/verify/verifier.h"

static bool is_of_chain(const struct verify_entry *entry)
{
	return entry->kind == VERIFY_NODE ||
	       (entry->has_facts && entry->facts.owner.kind == OWNER_CHAIN_SNAPSHOT);
}

static bool is_root(uint64_t parent_id)
{
	return parent_id == 0 || parent_id == CHAIN_NO_PARENT;
}

static void tell(const struct verifier *verifier, const struct verify_entry *entry,
	const char *before, uint64_t id, const char *after)
{
	char whose[VERIFY_WHOSE_BYTES], file[64];

	node_file_name(id, file, sizeof file);
	verify_tell(verifier, false, entry->file, 0,
		verify_whose(verifier, entry, whose, sizeof whose), "%s '%s'%s", before, file,
		after);
}

/* ---- links ---- */

/* The node ID, by the name of its file, or NULL. */
static const struct verify_entry *find_node(const struct verifier *verifier, uint64_t id)
{
	char file[64];

	node_file_name(id, file, sizeof file);
	for (size_t i = 0; i < verifier->entry_count; i++) {
		const struct verify_entry *entry = &verifier->entries[i];

		if (entry->kind == VERIFY_NODE && strcmp(entry->file, file) == 0)
			return entry;
	}
	return NULL;
}

static bool is_of_lineage(const struct verify_entry *entry, uint64_t lineage)
{
	return entry->kind == VERIFY_NODE && entry->has_facts && entry->owner.lineage == lineage;
}

static bool has_child_of_its_lineage(
	const struct verifier *verifier, const struct verify_entry *node)
{
	for (size_t i = 0; i < verifier->entry_count; i++) {
		const struct verify_entry *child = &verifier->entries[i];

		if (child->parent == node && is_of_lineage(child, node->owner.lineage))
			return true;
	}
	return false;
}

/* Whether it has any node or snapshot as child. */
static bool has_child(const struct verifier *verifier, const struct verify_entry *node)
{
	for (size_t i = 0; i < verifier->entry_count; i++) {
		if (verifier->entries[i].parent == node)
			return true;
	}
	return false;
}

/* A leaf whose creation was undone, without data: the next mount removes it. */
static bool is_left_over(const struct verifier *verifier, const struct verify_entry *node)
{
	if (!node->store || node->is_damaged || store_blocks(node->store) > 0 ||
		has_child(verifier, node))
		return false;
	for (size_t i = 0; i < verifier->entry_count; i++) {
		const struct verify_entry *other = &verifier->entries[i];

		if (other != node && is_of_lineage(other, node->owner.lineage) &&
			other->owner.parent_id == node->owner.parent_id)
			return true;
	}
	return false;
}

void verify_chain_link(struct verifier *verifier)
{
	for (size_t i = 0; i < verifier->entry_count; i++) {
		struct verify_entry *entry = &verifier->entries[i];

		if (is_of_chain(entry) && entry->has_facts && !is_root(entry->owner.parent_id))
			entry->parent = find_node(verifier, entry->owner.parent_id);
	}
	for (size_t i = 0; i < verifier->entry_count; i++) {
		struct verify_entry *entry = &verifier->entries[i];

		entry->is_head = entry->kind == VERIFY_NODE && entry->has_facts &&
				 !has_child_of_its_lineage(verifier, entry) &&
				 !is_left_over(verifier, entry);
	}
}

/* ---- who shows a block ---- */

#define VIEWS_NAMED 3u

struct shown {
	char *buffer;
	size_t length;
	uint64_t count;
};

static void add_view(struct shown *shown, const char *what, const char *name)
{
	size_t used = strlen(shown->buffer);

	if (shown->count++ < VIEWS_NAMED)
		snprintf(shown->buffer + used, shown->length - used, "%s%s%s%s%s",
			shown->count == 1 ? "" : ", ", what, name ? " '" : "", name ? name : "",
			name ? "'" : "");
}

/* The last node of LINEAGE, or NULL. */
static const struct verify_entry *find_head(const struct verifier *verifier, uint64_t lineage)
{
	for (size_t i = 0; i < verifier->entry_count; i++) {
		const struct verify_entry *entry = &verifier->entries[i];

		if (entry->is_head && is_of_lineage(entry, lineage))
			return entry;
	}
	return NULL;
}

/* Whether a view from node AT on shows NODE's data at BLOCK. */
static bool shows(const struct verifier *verifier, const struct verify_entry *at,
	const struct verify_entry *node, uint64_t block)
{
	/* An unreadable node may have it, and hides what is below. */
	for (size_t steps = 0; at && at->store && steps <= verifier->entry_count; steps++) {
		if (store_has_data(at->store, block))
			return at == node;
		at = at->parent;
	}
	return false;
}

const char *verify_shown_by(const struct verifier *verifier, const struct verify_entry *node,
	uint64_t block, char *buffer, size_t length)
{
	struct shown shown = { .buffer = buffer, .length = length };
	size_t used;

	snprintf(buffer, length, "; shown by ");
	if (shows(verifier, find_head(verifier, 0), node, block))
		add_view(&shown, "the live view", NULL);
	for (size_t i = 0; i < verifier->entry_count; i++) {
		const struct verify_entry *entry = &verifier->entries[i];
		bool is_clone = entry->owner.mode == SNAPSHOT_MODE_CLONE;
		const struct verify_entry *at = entry->parent;

		if (entry->kind != VERIFY_SNAPSHOT || !entry->has_facts || entry->facts.failed)
			continue;
		if (is_clone)
			at = find_head(verifier, entry->facts.order);
		if (shows(verifier, at, node, block))
			add_view(&shown, is_clone ? "clone" : "snapshot", entry->facts.name);
	}
	used = strlen(buffer);
	if (shown.count == 0)
		snprintf(buffer, length, "; nobody shows it");
	else if (shown.count > VIEWS_NAMED)
		snprintf(buffer + used, length - used, " and %" PRIu64 " more",
			shown.count - VIEWS_NAMED);
	return buffer;
}

/* ---- inconsistencies ---- */

/* Follows the parents up to the root, through valid superblocks. */
static void check_parents(const struct verifier *verifier, const struct verify_entry *entry)
{
	const struct verify_entry *at = entry;

	for (size_t steps = 0; at && at->has_facts && !is_root(at->owner.parent_id); steps++) {
		if (!at->parent && at == entry)
			tell(verifier, entry, "its parent", at->owner.parent_id, " is not there");
		if (steps > verifier->entry_count) {
			tell(verifier, entry, "its parents go in a circle, by way of",
				at->owner.parent_id, "");
			return;
		}
		at = at->parent;
	}
}

/* Whether a node or a snapshot shows the data of NODE. */
static bool is_shown(const struct verifier *verifier, const struct verify_entry *node)
{
	for (size_t i = 0; i < verifier->entry_count; i++) {
		const struct verify_entry *entry = &verifier->entries[i];

		if (entry->parent == node && !entry->facts.failed &&
			entry->owner.mode != SNAPSHOT_MODE_CLONE)
			return true;
	}
	return false;
}

/* Whether the live view, or a clone that has not failed, writes to the head of LINEAGE. */
static bool is_written_to(const struct verifier *verifier, uint64_t lineage)
{
	for (size_t i = 0; i < verifier->entry_count && lineage != 0; i++) {
		const struct verify_entry *entry = &verifier->entries[i];

		if (entry->kind == VERIFY_SNAPSHOT && entry->has_facts &&
			entry->facts.order == lineage)
			return entry->owner.mode == SNAPSHOT_MODE_CLONE && !entry->facts.failed;
	}
	return lineage == 0;
}

/* If two nodes are each the last of a lineage, it is unknown which one is written to; and a
 * node that is written to must not be shown by another view. */
static void check_head(const struct verifier *verifier, const struct verify_entry *node)
{
	char whose[VERIFY_WHOSE_BYTES];

	if (!node->is_head)
		return;
	if (is_shown(verifier, node) && is_written_to(verifier, node->owner.lineage))
		verify_tell(verifier, false, node->file, 0,
			verify_whose(verifier, node, whose, sizeof whose),
			"it is written to, and the leaf over it is missing");
	for (const struct verify_entry *other = verifier->entries; other < node; other++) {
		if (other->is_head && is_of_lineage(other, node->owner.lineage))
			tell(verifier, node, "it and", other->facts.store_id,
				" are both the last of one lineage");
	}
}

static bool has_node_of(const struct verifier *verifier, uint64_t lineage)
{
	for (size_t i = 0; i < verifier->entry_count; i++) {
		const struct verify_entry *entry = &verifier->entries[i];

		/* A node that cannot be identified may be it. */
		if (entry->kind == VERIFY_NODE &&
			(!entry->has_facts || entry->owner.lineage == lineage))
			return true;
	}
	return false;
}

static void check_snapshot(const struct verifier *verifier, const struct verify_entry *entry)
{
	char whose[VERIFY_WHOSE_BYTES];

	verify_whose(verifier, entry, whose, sizeof whose);
	for (const struct verify_entry *other = verifier->entries; other < entry; other++) {
		if (other->kind != VERIFY_NODE && other->has_facts &&
			other->facts.order == entry->facts.order)
			verify_tell(verifier, false, entry->file, 0, whose,
				"it has the number of '%s'", other->file);
	}
	if (entry->facts.failed || !is_of_chain(entry))
		return;
	if (entry->owner.mode != SNAPSHOT_MODE_CLONE)
		check_parents(verifier, entry);
	else if (!has_node_of(verifier, entry->facts.order))
		verify_tell(verifier, false, entry->file, 0, whose, "none of its nodes exists");
}

void verify_chain(const struct verifier *verifier)
{
	bool has_chain = false, has_cow = false;

	for (size_t i = 0; i < verifier->entry_count; i++) {
		const struct verify_entry *entry = &verifier->entries[i];

		has_chain |= is_of_chain(entry);
		has_cow |= entry->has_facts && entry->facts.owner.kind == OWNER_COW_SNAPSHOT;
	}
	if (has_chain && has_cow)
		verify_tell(verifier, false, VOLUME_FILE, 0, NULL,
			"there are copy-on-write snapshots beside those of a chain");
	for (size_t i = 0; i < verifier->entry_count; i++) {
		const struct verify_entry *entry = &verifier->entries[i];

		if (!entry->has_facts)
			continue;
		if (entry->kind != VERIFY_NODE) {
			check_snapshot(verifier, entry);
			continue;
		}
		check_parents(verifier, entry);
		check_head(verifier, entry);
	}
}
