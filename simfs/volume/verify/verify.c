/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/verify/verify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/volume/verify/verifier.h"

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

/* ---- the folder ---- */

static int entry_add(struct verifier *verifier, const char *file, enum verify_kind kind)
{
	struct verify_entry *grown = realloc(
		verifier->entries, (verifier->entry_count + 1) * sizeof *grown);

	if (!grown)
		return -ENOMEM;
	verifier->entries = grown;
	grown[verifier->entry_count] = (struct verify_entry){ .file = strdup(file), .kind = kind };
	return grown[verifier->entry_count].file ? (verifier->entry_count++, 0) : -ENOMEM;
}

static int other_add(struct verifier *verifier, const char *file)
{
	char **grown = realloc(verifier->others, (verifier->other_count + 1) * sizeof *grown);

	if (!grown)
		return -ENOMEM;
	verifier->others = grown;
	grown[verifier->other_count] = strdup(file);
	return grown[verifier->other_count] ? (verifier->other_count++, 0) : -ENOMEM;
}

static int visit(const char *file, void *context)
{
	struct verifier *verifier = context;

	if (state_has_suffix(file, STORE_SUFFIX))
		return entry_add(verifier, file, VERIFY_SNAPSHOT);
	if (state_has_suffix(file, KEPT_SUFFIX))
		return entry_add(verifier, file, VERIFY_KEPT);
	if (state_has_suffix(file, NODE_SUFFIX))
		return entry_add(verifier, file, VERIFY_NODE);
	return other_add(verifier, file);
}

/* Snapshots first: findings in a node name its clone. */
static int by_kind_and_name(const void *left, const void *right)
{
	const struct verify_entry *one = left, *other = right;

	if (one->kind != other->kind)
		return one->kind > other->kind ? 1 : -1;
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
			"it was not unmounted normally, so changes since then cannot be detected");
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

static void verifier_deinit(struct verifier *verifier)
{
	for (size_t i = 0; i < verifier->entry_count; i++) {
		store_destroy(verifier->entries[i].store);
		free(verifier->entries[i].file);
	}
	free(verifier->entries);
	for (size_t i = 0; i < verifier->other_count; i++)
		free(verifier->others[i]);
	free(verifier->others);
}

/* Findings about a block of a node name all views that show it, so all nodes are opened first. */
static int check_stores(struct verifier *verifier)
{
	int error = 0;

	for (size_t i = 0; i < verifier->entry_count && error == 0; i++)
		error = verify_store_open(verifier, &verifier->entries[i]);
	if (error == 0)
		verify_chain_link(verifier);
	for (size_t i = 0; i < verifier->entry_count && error == 0; i++)
		error = verify_store_data(verifier, &verifier->entries[i]);
	return error;
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
	if (error == 0)
		error = check_stores(&verifier);
	if (error == 0) {
		verify_chain(&verifier);
		verify_area(&verifier);
		verify_files(&verifier);
	}
	verifier_deinit(&verifier);
	return error;
}
