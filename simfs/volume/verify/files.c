/* SPDX-License-Identifier: Apache-2.0 */
/* files.c - checks whether the other files in a state folder belong there. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "simfs/volume/event_file.h"
#include "simfs/volume/verify/verifier.h"

static bool is_one_of_ours(const char *file)
{
	static const char *const known[] = { VOLUME_FILE, EVENT_FILE, EVENT_FILE_OLD, "rig.log",
		"rig.old.log", "control.sock" };

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (strcmp(file, known[i]) == 0)
			return true;
	}
	return false;
}

static const struct verify_entry *find(const struct verifier *verifier, const char *file)
{
	for (size_t i = 0; i < verifier->entry_count; i++) {
		if (strcmp(verifier->entries[i].file, file) == 0)
			return &verifier->entries[i];
	}
	return NULL;
}

static void check_sums(const struct verifier *verifier, const char *file)
{
	bool is_sure = true;

	/* What was read of it was reported with its store. */
	for (size_t i = 0; i < verifier->entry_count; i++) {
		const struct verify_entry *entry = &verifier->entries[i];
		char owned[STORE_SUMS_NAME_BYTES];

		is_sure &= entry->has_facts;
		store_sums_name(entry->facts.store_id, owned, sizeof owned);
		if (entry->has_facts && strcmp(owned, file) == 0)
			return;
	}
	/* It may belong to a store that could not be identified. */
	verify_tell(verifier, true, file, 0, NULL, "%s",
		is_sure ? "the checksums of a store that is gone; the next mount removes them"
			: "the checksums of a store that is gone or cannot be read");
}

static void check_lost(const struct verifier *verifier, const char *file)
{
	char store[NAME_MAX + 1];

	snprintf(store, sizeof store, "%.*s" STORE_SUFFIX,
		(int)(strlen(file) - strlen(LOST_SUFFIX)), file);
	if (find(verifier, store))
		verify_tell(verifier, false, file, 0, NULL,
			"'%s' is there, too: a mount is refused until one of them is gone", store);
	else
		verify_tell(verifier, true, file, 0, NULL,
			"an earlier mount found it damaged, so it is not shown");
}

static void check_file(const struct verifier *verifier, const char *file)
{
	enum coalesce_intent kind;
	uint64_t id;

	if (strcmp(file, TIMES_FILE) == 0) {
		if (!surface_checks(verifier->folder))
			verify_tell(verifier, true, file, 0, NULL,
				"its checksum is wrong: the next mount uses other times for the "
				"files");
	} else if (is_one_of_ours(file)) {
		return;
	} else if (state_is_sums(file)) {
		check_sums(verifier, file);
	} else if (state_has_suffix(file, LOST_SUFFIX)) {
		check_lost(verifier, file);
	} else if (intent_parse(file, &kind, &id)) {
		verify_tell(verifier, true, file, 0, NULL,
			"a merge of nodes was interrupted; the next mount ends it");
	} else if (state_has_suffix(file, NEW_SUFFIX)) {
		verify_tell(verifier, true, file, 0, NULL,
			"left over from what was interrupted; the next mount removes it");
	} else {
		verify_tell(
			verifier, true, file, 0, NULL, "it does not seem to be a file of a rig");
	}
}

void verify_files(const struct verifier *verifier)
{
	for (size_t i = 0; i < verifier->other_count; i++)
		check_file(verifier, verifier->others[i]);
}
