/* SPDX-License-Identifier: Apache-2.0 */
/* store.c - checks one store of an unmounted volume, and each of its blocks. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/log.h"
#include "simfs/volume/verify/verifier.h"

/* The clone with the number LINEAGE, or NULL. */
static const struct verify_entry *find_clone(const struct verifier *verifier, uint64_t lineage)
{
	for (size_t i = 0; i < verifier->entry_count; i++) {
		const struct verify_entry *entry = &verifier->entries[i];

		if (entry->kind == VERIFY_SNAPSHOT && entry->has_facts &&
			entry->facts.order == lineage)
			return entry;
	}
	return NULL;
}

const char *verify_whose(const struct verifier *verifier, const struct verify_entry *entry,
	char *buffer, size_t length)
{
	const struct verify_entry *clone;

	if (entry->kind == VERIFY_KEPT) {
		snprintf(buffer, length, "a deleted snapshot, kept for older ones");
		return buffer;
	}
	if (entry->kind == VERIFY_SNAPSHOT) {
		snprintf(buffer, length, "snapshot '%.*s'",
			(int)(strlen(entry->file) - strlen(STORE_SUFFIX)), entry->file);
		return buffer;
	}
	clone = entry->has_facts ? find_clone(verifier, entry->owner.lineage) : NULL;
	if (!entry->has_facts)
		snprintf(buffer, length, "a node of a chain");
	else if (entry->owner.lineage == 0)
		snprintf(buffer, length, "a node of the live view");
	else
		snprintf(buffer, length, "a node of clone '%s'",
			clone ? clone->facts.name : "that is gone");
	return buffer;
}

/* Why a valid store does not belong to this volume, or NULL. */
static const char *misfit(const struct verifier *verifier, const struct verify_entry *entry)
{
	const struct store_facts *facts = &entry->facts;
	size_t length = strlen(entry->file) - strlen(STORE_SUFFIX);
	char expected[64];

	if (verifier->has_record && (facts->volume_id != verifier->record.volume_id ||
					    facts->volume_bytes != verifier->record.volume_bytes))
		return "it belongs to another volume";
	if (verifier->has_record && state_is_older(facts, verifier->record.image.closing_id))
		return "it is older than the last unmount";
	if (owner_fault(facts))
		return owner_fault(facts);
	if ((entry->kind == VERIFY_NODE) != (facts->owner.kind == OWNER_CHAIN_NODE))
		return "it is not of the kind that its name says";
	if (entry->kind == VERIFY_SNAPSHOT)
		return (strlen(facts->name) == length &&
			       !strncmp(facts->name, entry->file, length)) ||
				       state_may_rename(verifier->folder, facts)
			       ? NULL
			       : "it belongs to another snapshot";
	if (entry->kind == VERIFY_KEPT) {
		snprintf(expected, sizeof expected, "%016" PRIx64 KEPT_SUFFIX, facts->order);
		return strcmp(expected, entry->file) == 0 ? NULL : "it belongs to another snapshot";
	}
	node_file_name(facts->store_id, expected, sizeof expected);
	return strcmp(expected, entry->file) == 0 ? NULL : "it is another node";
}

/* A snapshot that a mount gives up, since it is unknown which of its blocks are missing. */
static bool is_given_up(const struct verify_entry *entry, const struct store_findings *findings)
{
	return findings->machine_restarted && !findings->was_durable &&
	       entry->kind != VERIFY_NODE && entry->owner.mode != SNAPSHOT_MODE_CLONE;
}

/* Reports on ID.sums, beside a valid store. */
static void tell_sums(const struct verifier *verifier, struct verify_entry *entry,
	const char *whose, const struct store_findings *findings)
{
	char file[STORE_SUMS_NAME_BYTES];

	store_sums_name(entry->facts.store_id, file, sizeof file);
	entry->is_damaged |= findings->has_lost_sums || findings->bad_sums > 0;
	if (findings->has_lost_sums)
		verify_tell(verifier, false, file, 0, whose,
			"it is missing: what was written in place in '%s' cannot be read",
			entry->file);
	if (findings->bad_sums > 0)
		verify_tell(verifier, false, file, findings->bad_sums_offset, whose,
			"%" PRIu64 " of its sums do not check, this one first", findings->bad_sums);
	if (findings->units_as_found > 0)
		verify_tell(verifier, true, entry->file, 0, whose,
			"the machine went down while it was written in place: %" PRIu64
			" KiB of it are taken as they are",
			findings->units_as_found * STORE_UNIT_BYTES >> 10);
}

/* Reports on a store that could be read. */
static void tell_findings(const struct verifier *verifier, struct verify_entry *entry,
	const char *whose, const struct store_findings *findings)
{
	if (entry->facts.failed) {
		verify_tell(verifier, true, entry->file, 0, whose,
			"it has failed with %s, so it is not shown",
			error_name(entry->facts.error));
		return;
	}
	tell_sums(verifier, entry, whose, findings);
	if (is_given_up(entry, findings)) {
		entry->is_damaged = true;
		verify_tell(verifier, false, entry->file, store_file_bytes(entry->store), whose,
			"the machine went down while it was in use, and it was not durable: "
			"the next mount gives it up");
	} else if (!findings->was_clean) {
		verify_tell(verifier, true, entry->file, store_file_bytes(entry->store), whose,
			"it was not closed normally; %" PRIu64 " bytes behind its end are unused",
			findings->torn_bytes);
	}
}

/* Opens the store of ENTRY: with all its headers, or like a mount, which uses the summaries
 * where possible. */
static int open_store(const struct verifier *verifier, struct verify_entry *entry, bool as_a_mount,
	struct store **ret, struct store_findings *findings)
{
	const struct store_open_options options = {
		.reads_failed = state_reads_failed,
		.needs_data = state_needs_data,
		.boot_id = verifier->verify->boot_id,
		.verify_places = !as_a_mount,
		.verify_up_to_bytes = as_a_mount && entry->kind != VERIFY_NODE
					      ? verifier->verify->verify_up_to_bytes
					      : 0,
		.read_only = true,
	};

	return store_open(verifier->folder, entry->file, &options, ret, findings);
}

static void take_store(struct verify_entry *entry, struct store *store)
{
	store_destroy(entry->store);
	entry->store = store;
	entry->has_facts = true;
	entry->facts = *store_facts(store);
	entry->owner = owner_of(&entry->facts);
}

/* It cannot be opened with all its headers, because of ERROR. If a mount can do without the
 * damaged one, judges what a mount reads: returns 0, with FINDINGS of a mount. */
static int open_as_a_mount(const struct verifier *verifier, struct verify_entry *entry, int error,
	struct store_findings *findings)
{
	struct store_findings mounted;
	struct store *store;
	char whose[VERIFY_WHOSE_BYTES];

	if (open_store(verifier, entry, true, &store, &mounted) < 0) {
		store_destroy(store);
		return error;
	}
	take_store(entry, store);
	verify_tell(verifier, false, entry->file, findings->damage_offset,
		verify_whose(verifier, entry, whose, sizeof whose), "%s; a mount does without it",
		findings->damage ? findings->damage : strerror(-error));
	*findings = mounted;
	return 0;
}

static bool is_of_the_machine(int error)
{
	return error == -ENOMEM || error == -EMFILE || error == -ENFILE || error == -EACCES;
}

/* Reports on a store that a mount would refuse, too. */
static void tell_refused(const struct verifier *verifier, struct verify_entry *entry, int error,
	const char *whose, const struct store_findings *findings)
{
	if (error != -EUCLEAN) {
		verify_tell(verifier, false, entry->file, 0, whose, "it cannot be read: %s",
			strerror(-error));
		return;
	}
	verify_tell(verifier, false, entry->file, findings->damage_offset, whose, "%s",
		findings->damage ? findings->damage : "it does not check");
	if (entry->store)
		tell_sums(verifier, entry, whose, findings);
}

int verify_store_open(const struct verifier *verifier, struct verify_entry *entry)
{
	struct store_findings findings;
	struct store *store;
	char whose[VERIFY_WHOSE_BYTES];
	const char *strange = NULL;
	int error = open_store(verifier, entry, false, &store, &findings);

	verifier->verify->stores++;
	if (is_of_the_machine(error))
		return error;
	if (store)
		take_store(entry, store);
	if (error < 0)
		error = open_as_a_mount(verifier, entry, error, &findings);
	if (entry->store)
		verifier->verify->blocks += store_blocks(entry->store);
	verify_whose(verifier, entry, whose, sizeof whose);
	entry->is_damaged = error < 0;
	if (error < 0)
		tell_refused(verifier, entry, error, whose, &findings);
	else if ((strange = misfit(verifier, entry)))
		verify_tell(verifier, false, entry->file, 0, whose, "%s", strange);
	else
		tell_findings(verifier, entry, whose, &findings);
	if (!strange)
		return 0;
	/* Its references to others are useless then. */
	entry->is_damaged = true;
	entry->has_facts = false;
	store_destroy(entry->store);
	entry->store = NULL;
	return 0;
}

/* ---- its data ---- */

struct found {
	const struct verifier *verifier;
	struct verify_entry *entry;
};

static void tell_block(const struct verifier *verifier, const struct verify_entry *entry,
	const struct store_damage *damage)
{
	char whose[VERIFY_WHOSE_BYTES], shown[256] = "", what[512];
	const struct verify_finding finding = {
		.file = entry->file,
		.offset = damage->offset,
		.whose = verify_whose(verifier, entry, whose, sizeof whose),
		.has_block = true,
		.block = damage->block,
		.what = what,
	};

	if (entry->kind == VERIFY_NODE)
		verify_shown_by(verifier, entry, damage->block, shown, sizeof shown);
	if (damage->error == -EUCLEAN)
		snprintf(what, sizeof what, "block %" PRIu64 " is not what was stored%s",
			damage->block, shown);
	else
		snprintf(what, sizeof what, "block %" PRIu64 " cannot be read: %s%s", damage->block,
			strerror(-damage->error), shown);
	verifier->verify->found(verifier->verify, &finding);
}

static int found_damaged(void *context, const struct store_damage *damage)
{
	const struct found *found = context;
	struct verify_entry *entry = found->entry;

	/* A block of several units is reported once. */
	if (entry->damaged_blocks > 0 && entry->damaged_last == damage->block)
		return 0;
	entry->is_damaged = true;
	entry->damaged_last = damage->block;
	found->verifier->verify->findings++;
	if (entry->damaged_blocks++ < VERIFY_BLOCKS_TOLD)
		tell_block(found->verifier, entry, damage);
	return 0;
}

int verify_store_data(const struct verifier *verifier, struct verify_entry *entry)
{
	struct found found = { .verifier = verifier, .entry = entry };
	char whose[VERIFY_WHOSE_BYTES], what[64];
	int error = entry->store ? store_verify(entry->store, found_damaged, &found) : 0;

	if (error < 0 && error != -EUCLEAN)
		return error;
	if (entry->damaged_blocks <= VERIFY_BLOCKS_TOLD)
		return 0;
	snprintf(what, sizeof what, "%" PRIu64 " more of its blocks are damaged",
		entry->damaged_blocks - VERIFY_BLOCKS_TOLD);
	verifier->verify->found(verifier->verify,
		&(const struct verify_finding){
			.file = entry->file,
			.whose = verify_whose(verifier, entry, whose, sizeof whose),
			.what = what,
		});
	return 0;
}
