/* SPDX-License-Identifier: Apache-2.0 */
/* area.c - checks that snapshots that show blocks of newer ones have them (cow/area_life.c). */
#include "simfs/volume/verify/verifier.h"

static bool is_in_area(const struct verify_entry *entry)
{
	const struct profile *profile = entry->has_facts && entry->kind != VERIFY_NODE
						? profile_find(entry->facts.profile)
						: NULL;

	return profile && profile->shares_area;
}

/* The snapshot of the area with the number ID, or NULL. */
static const struct verify_entry *find(const struct verifier *verifier, uint64_t id)
{
	for (size_t i = 0; i < verifier->entry_count; i++) {
		const struct verify_entry *entry = &verifier->entries[i];

		if (is_in_area(entry) && entry->facts.order == id)
			return entry;
	}
	return NULL;
}

/* Checks the newer ones whose blocks ENTRY shows. */
static void check_newer(const struct verifier *verifier, const struct verify_entry *entry)
{
	const struct verify_entry *at = entry;
	char whose[VERIFY_WHOSE_BYTES];

	verify_whose(verifier, entry, whose, sizeof whose);
	for (size_t steps = 0; at->owner.parent_id != 0; steps++) {
		at = steps < verifier->entry_count ? find(verifier, at->owner.parent_id) : NULL;
		if (!at) {
			verify_tell(verifier, false, entry->file, 0, whose,
				"a newer snapshot whose blocks it uses is missing: the next mount "
				"gives it up");
			return;
		}
		if (at->is_damaged || at->facts.failed) {
			verify_tell(verifier, at->facts.failed, entry->file, 0, whose,
				"it shows blocks of '%s', which %s: it is given up with that one",
				at->file, at->facts.failed ? "has failed" : "is damaged");
			return;
		}
	}
}

void verify_area(const struct verifier *verifier)
{
	for (size_t i = 0; i < verifier->entry_count; i++) {
		const struct verify_entry *entry = &verifier->entries[i];

		if (is_in_area(entry) && entry->kind == VERIFY_SNAPSHOT && !entry->facts.failed)
			check_newer(verifier, entry);
	}
}
