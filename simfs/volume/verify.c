/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/verify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/log.h"
#include "simfs/volume/verify_internal.h"

void verify_tell(const struct verifier *verifier, bool is_note, const char *file, uint64_t offset,
	const char *whose, const char *what, ...)
{
	char text[256];
	struct verify_finding finding = {
		.is_note = is_note, .file = file, .offset = offset, .whose = whose, .what = text
	};
	va_list arguments;

	va_start(arguments, what);
	vsnprintf(text, sizeof text, what, arguments);
	va_end(arguments);
	if (!is_note)
		verifier->verify->findings++;
	verifier->verify->found(verifier->verify, &finding);
}

/* The clone whose number is LINEAGE, or NULL. */
static const struct verify_entry *find_clone(const struct verifier *verifier, uint64_t lineage)
{
	for (size_t i = 0; i < verifier->entry_count; i++) {
		const struct verify_entry *entry = &verifier->entries[i];

		if (!entry->is_node && entry->has_facts && entry->facts.order == lineage)
			return entry;
	}
	return NULL;
}

const char *verify_whose(const struct verifier *verifier, const struct verify_entry *entry,
	char *buffer, size_t length)
{
	const struct verify_entry *clone;

	if (!entry->is_node) {
		snprintf(buffer, length, "snapshot '%.*s'",
			(int)(strlen(entry->file) - strlen(STORE_SUFFIX)), entry->file);
		return buffer;
	}
	clone = entry->has_facts ? find_clone(verifier, entry->facts.lineage) : NULL;
	if (!entry->has_facts)
		snprintf(buffer, length, "a node of a chain");
	else if (entry->facts.lineage == 0)
		snprintf(buffer, length, "a node of the live view");
	else
		snprintf(buffer, length, "a node of clone '%s'",
			clone ? clone->facts.name : "that is gone");
	return buffer;
}

/* ---- one store ---- */

static bool needs_data(const struct store_facts *facts, void *context)
{
	(void)context;
	return facts->role == ROLE_CHAIN_NODE || facts->mode != SNAPSHOT_MODE_INCREMENTAL;
}

/* Why a store that checks is none of this volume's, or NULL. */
static const char *misfit(const struct verifier *verifier, const struct verify_entry *entry)
{
	const struct store_facts *facts = &entry->facts;
	size_t length = strlen(entry->file) - strlen(STORE_SUFFIX);
	char expected[64];

	if (verifier->has_record && (facts->volume_id != verifier->record.volume_id ||
					    facts->volume_bytes != verifier->record.volume_bytes))
		return "it is of another volume";
	if (entry->is_node != (facts->role == ROLE_CHAIN_NODE))
		return "it is of another kind than its name says";
	if (!entry->is_node)
		return strlen(facts->name) == length && !strncmp(facts->name, entry->file, length)
			       ? NULL
			       : "it is of another snapshot";
	node_file_name(facts->store_id, expected, sizeof expected);
	return strcmp(expected, entry->file) == 0 ? NULL : "it is another node";
}

static int check_store(struct verifier *verifier, struct verify_entry *entry)
{
	const struct store_open_options options = {
		.needs_data = needs_data, .verify_data = true, .read_only = true
	};
	struct store_findings findings;
	struct store *store = NULL;
	char whose[VERIFY_WHOSE_BYTES];
	const char *strange = NULL;
	int error = store_open(verifier->folder, entry->file, &options, &store, &findings);

	verifier->verify->stores++;
	if (store) {
		entry->has_facts = true;
		entry->facts = *store_facts(store);
		verifier->verify->blocks += store_blocks(store);
	}
	verify_whose(verifier, entry, whose, sizeof whose);
	if (error == -EUCLEAN)
		verify_tell(verifier, false, entry->file, findings.damage_offset, whose, "%s",
			findings.damage ? findings.damage : "it does not check");
	else if (error == -ENOMEM || error == -EMFILE || error == -ENFILE || error == -EACCES)
		return error;
	else if (error < 0)
		verify_tell(verifier, false, entry->file, 0, whose, "it cannot be read: %s",
			strerror(-error));
	else if ((strange = misfit(verifier, entry)))
		verify_tell(verifier, false, entry->file, 0, whose, "%s", strange);
	else if (entry->facts.failed)
		verify_tell(verifier, true, entry->file, 0, whose,
			"it has failed with %s, and nothing of it is shown",
			error_name(entry->facts.error));
	else if (!findings.was_clean)
		verify_tell(verifier, true, entry->file, store_file_bytes(store), whose,
			"it was not closed in order; %" PRIu64 " bytes behind its end are unused",
			findings.torn_bytes);
	/* What it says of others is then of no use. */
	entry->has_facts &= strange == NULL;
	store_destroy(store);
	return 0;
}

/* ---- the folder ---- */

static int entry_add(struct verifier *verifier, const char *file, bool is_node)
{
	struct verify_entry *grown = realloc(
		verifier->entries, (verifier->entry_count + 1) * sizeof *grown);

	if (!grown)
		return -ENOMEM;
	verifier->entries = grown;
	grown[verifier->entry_count] = (struct verify_entry){ .file = strdup(file),
		.is_node = is_node };
	return grown[verifier->entry_count].file ? (verifier->entry_count++, 0) : -ENOMEM;
}

/* Notes what is no store and stays behind. */
static void note_other(struct verifier *verifier, const char *file)
{
	static const char *const known[] = { VOLUME_FILE, TIMES_FILE, EVENT_FILE, EVENT_FILE_OLD,
		"rig.log", "rig.old.log", "control.sock" };
	enum coalesce_journal kind;
	uint64_t id;

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (strcmp(file, known[i]) == 0)
			return;
	}
	/* Read with its store. */
	if (state_has_suffix(file, STORE_SUMS_SUFFIX))
		return;
	if (journal_parse(file, &kind, &id)) {
		verify_tell(verifier, true, file, 0, NULL,
			"a merge of nodes was interrupted; the next mount ends it");
	} else if (state_has_suffix(file, LOST_SUFFIX)) {
		verify_tell(verifier, true, file, 0, NULL,
			"an earlier mount found it damaged, and nothing of it is shown");
	} else if (state_has_suffix(file, NEW_SUFFIX)) {
		verify_tell(verifier, true, file, 0, NULL,
			"left over from what was interrupted; the next mount removes it");
	} else {
		verify_tell(verifier, true, file, 0, NULL, "no file of a rig's, as it seems");
	}
}

static int visit(const char *file, void *context)
{
	struct verifier *verifier = context;

	if (state_has_suffix(file, STORE_SUFFIX))
		return entry_add(verifier, file, false);
	if (state_has_suffix(file, NODE_SUFFIX))
		return entry_add(verifier, file, true);
	note_other(verifier, file);
	return 0;
}

/* Snapshots first: what is said of a node names its clone. */
static int by_kind_and_name(const void *left, const void *right)
{
	const struct verify_entry *one = left, *other = right;

	if (one->is_node != other->is_node)
		return one->is_node ? 1 : -1;
	return strcmp(one->file, other->file);
}

/* ---- the record, and the image ---- */

static void check_image(struct verifier *verifier)
{
	const struct state_record *record = &verifier->record;
	struct blockio *origin = verifier->origin;
	struct blockio_facts facts;
	char differs[48];

	if (record->volume_bytes != origin->size_bytes) {
		verify_tell(verifier, false, NULL, 0, NULL,
			"the state is of %" PRIu64 " bytes, and it has %" PRIu64,
			record->volume_bytes, origin->size_bytes);
		return;
	}
	if (!record->image.is_clean) {
		verify_tell(verifier, true, NULL, 0, NULL,
			"it was not unmounted in order, so that nothing tells whether it was "
			"changed since");
		return;
	}
	if (!origin->ops->look || origin->ops->look(origin, &facts) < 0)
		return;
	image_difference(&record->image.facts, &facts, differs, sizeof differs);
	if (differs[0] != '\0')
		verify_tell(verifier, record->image.sharers == 0, NULL, 0, NULL,
			"changed since the last unmount: %s", differs);
}

static int check_record(struct verifier *verifier)
{
	int error = state_record_read(verifier->folder, &verifier->record);

	verifier->has_record = error == 0;
	if (error == 0)
		check_image(verifier);
	else if (error == -EUCLEAN)
		verify_tell(verifier, false, VOLUME_FILE, 0, NULL, "it does not check");
	else if (error == -ENOENT && verifier->entry_count > 0)
		verify_tell(verifier, false, VOLUME_FILE, 0, NULL,
			"it is missing, and no snapshot is believed without it");
	else if (error != -ENOENT)
		return error;
	return 0;
}

int volume_verify(struct blockio *origin, struct blockio_folder *folder, struct verify *verify)
{
	struct verifier verifier = { .verify = verify, .origin = origin, .folder = folder };
	int error;

	verify->stores = verify->blocks = verify->findings = 0;
	error = folder->ops->list(folder, visit, &verifier);
	if (error == 0 && verifier.entry_count > 0)
		qsort(verifier.entries, verifier.entry_count, sizeof *verifier.entries,
			by_kind_and_name);
	if (error == 0)
		error = check_record(&verifier);
	for (size_t i = 0; i < verifier.entry_count && error == 0; i++)
		error = check_store(&verifier, &verifier.entries[i]);
	if (error == 0)
		verify_relations(&verifier);
	for (size_t i = 0; i < verifier.entry_count; i++)
		free(verifier.entries[i].file);
	free(verifier.entries);
	return error;
}
