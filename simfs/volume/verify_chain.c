/* SPDX-License-Identifier: Apache-2.0 */
/* verify_chain.c - whether the stores of a volume belong together: parents, lineages, numbers. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simfs/volume/verify_internal.h"

static bool is_of_chain(const struct verify_entry *entry)
{
	return entry->is_node || (entry->has_facts && entry->facts.role == ROLE_CHAIN_SNAPSHOT);
}

/* The node ID among the entries, or NULL. */
static const struct verify_entry *find_node(const struct verifier *verifier, uint64_t id)
{
	for (size_t i = 0; i < verifier->entry_count; i++) {
		const struct verify_entry *entry = &verifier->entries[i];
		char file[64];

		node_file_name(id, file, sizeof file);
		if (entry->is_node && strcmp(entry->file, file) == 0)
			return entry;
	}
	return NULL;
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

/* Up to the root, by way of superblocks that check. */
static void check_parents(const struct verifier *verifier, const struct verify_entry *entry)
{
	const struct verify_entry *at = entry;

	for (size_t steps = 0; at && at->has_facts && !is_root(at->facts.parent_id); steps++) {
		const struct verify_entry *parent = find_node(verifier, at->facts.parent_id);

		if (!parent && at == entry)
			tell(verifier, entry, "its parent", at->facts.parent_id, " is not there");
		if (steps > verifier->entry_count) {
			tell(verifier, entry, "its parents go in a circle, by way of",
				at->facts.parent_id, "");
			return;
		}
		at = parent;
	}
}

static bool has_child_of_its_lineage(
	const struct verifier *verifier, const struct verify_entry *node)
{
	for (size_t i = 0; i < verifier->entry_count; i++) {
		const struct verify_entry *child = &verifier->entries[i];

		if (child->is_node && child->has_facts &&
			child->facts.parent_id == node->facts.store_id &&
			child->facts.lineage == node->facts.lineage)
			return true;
	}
	return false;
}

/* Of two nodes that are each the last one of a lineage, nobody knows which is written to. */
static void check_head(const struct verifier *verifier, const struct verify_entry *node)
{
	if (has_child_of_its_lineage(verifier, node))
		return;
	for (const struct verify_entry *other = verifier->entries; other < node; other++) {
		if (other->is_node && other->has_facts &&
			other->facts.lineage == node->facts.lineage &&
			!has_child_of_its_lineage(verifier, other))
			tell(verifier, node, "it and", other->facts.store_id,
				" are both the last of one lineage");
	}
}

static bool has_node_of(const struct verifier *verifier, uint64_t lineage)
{
	for (size_t i = 0; i < verifier->entry_count; i++) {
		const struct verify_entry *entry = &verifier->entries[i];

		/* One that does not say may be it. */
		if (entry->is_node && (!entry->has_facts || entry->facts.lineage == lineage))
			return true;
	}
	return false;
}

static void check_snapshot(const struct verifier *verifier, const struct verify_entry *entry)
{
	char whose[VERIFY_WHOSE_BYTES];

	verify_whose(verifier, entry, whose, sizeof whose);
	for (const struct verify_entry *other = verifier->entries; other < entry; other++) {
		if (!other->is_node && other->has_facts && other->facts.order == entry->facts.order)
			verify_tell(verifier, false, entry->file, 0, whose,
				"it has the number of '%s'", other->file);
	}
	if (entry->facts.failed || !is_of_chain(entry))
		return;
	if (entry->facts.mode != SNAPSHOT_MODE_CLONE)
		check_parents(verifier, entry);
	else if (!has_node_of(verifier, entry->facts.order))
		verify_tell(verifier, false, entry->file, 0, whose, "no node of it is there");
}

void verify_relations(const struct verifier *verifier)
{
	bool has_chain = false, has_cow = false;

	for (size_t i = 0; i < verifier->entry_count; i++) {
		const struct verify_entry *entry = &verifier->entries[i];

		has_chain |= is_of_chain(entry);
		has_cow |= entry->has_facts && entry->facts.role == ROLE_COW_SNAPSHOT;
	}
	if (has_chain && has_cow)
		verify_tell(verifier, false, VOLUME_FILE, 0, NULL,
			"snapshots by copy-on-write lie beside those of a chain");
	for (size_t i = 0; i < verifier->entry_count; i++) {
		const struct verify_entry *entry = &verifier->entries[i];

		if (!entry->has_facts)
			continue;
		if (!entry->is_node) {
			check_snapshot(verifier, entry);
			continue;
		}
		check_parents(verifier, entry);
		check_head(verifier, entry);
	}
}
