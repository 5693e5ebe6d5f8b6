/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_enter.c - a snapshot that was made comes on the list, or goes again;
 * and whoever asked for it is told.
 */
#include <stdio.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/volume/volume_internal.h"

void snapshot_new_file_name(const struct snapshot_create *create, char *buffer, size_t length)
{
	snprintf(buffer, length, "%s.store.new", create->copied_name);
}

void snapshot_create_tell(struct snapshot_create *create, int result)
{
	struct snapshot *snapshot = create->snapshot;

	if (result < 0)
		create->snapshot = NULL;
	create->done(create, result);
	snapshot_put(snapshot);
}

/* A set with writers is not over yet. */
void snapshot_create_answer(struct snapshot_create *create, int result)
{
	if (create->is_in_set)
		writer_set_committed(create, result);
	else
		snapshot_create_tell(create, result);
}

void snapshot_create_end(struct snapshot_create *create, int result)
{
	struct volume *volume = create->volume;
	char file[STORE_NAME_BYTES + 16];

	list_remove(&create->link);
	if (result < 0) {
		snapshot_new_file_name(create, file, sizeof file);
		store_destroy(create->store);
		volume->folder->ops->remove(volume->folder, file);
	}
	snapshot_create_answer(create, result);
}

int snapshot_create_enter(struct snapshot_create *create)
{
	struct volume *volume = create->volume;
	char new_file[STORE_NAME_BYTES + 16], file[STORE_NAME_BYTES + 16];
	struct snapshot *snapshot = snapshot_new(volume, create->copied_name, create->store);
	int error;

	if (!snapshot)
		return -ENOMEM;
	/* Of what is gone there is no snapshot. */
	image_look_now(volume);
	if (volume->origin->is_lossy) {
		snapshot->store = NULL; /* snapshot_create_end() destroys it */
		snapshot_free(snapshot);
		return -EIO;
	}
	snapshot_new_file_name(create, new_file, sizeof new_file);
	snapshot_file_name(create->copied_name, file, sizeof file);
	error = volume->folder->ops->rename(volume->folder, new_file, file);
	if (error == 0 && (volume->options.durable || create->kind != SNAPSHOT_TAKEN)) {
		error = volume->folder->ops->sync(volume->folder);
		/* Without the other one, or when it cannot be taken back: better than none. */
		if (error < 0 && (create->replaces ||
					 volume->folder->ops->remove(volume->folder, file) < 0)) {
			log_error_code(error, "snapshot '%s' may not outlive a power cut",
				create->copied_name);
			error = 0;
		}
	}
	if (error < 0) {
		snapshot->store = NULL; /* snapshot_create_end() destroys it */
		snapshot_free(snapshot);
		return error;
	}
	if (create->replaces) {
		/* The rename has put the one in place of the other. */
		volume->snapshot_count--;
		store_abandon(TAKE_PTR(create->replaces->store));
		snapshot_free(TAKE_PTR(create->replaces));
	}
	create->store = NULL;
	create->snapshot = snapshot;
	/* From here on it can be deleted: that waits until CREATE was told of it. */
	snapshot_get(snapshot);
	list_append(&volume->snapshots, &snapshot->link);
	volume->snapshot_count++;
	surface_list_changed(volume);
	area_recount(volume);
	journal_add(&volume->journal, volume->gauges.measured[GAUGE_OPS], EVENT_SNAPSHOT_CREATED,
		json_pack("{s:s}", "snapshot", snapshot->name));
	return 0;
}
