/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_lost.c - snapshots whose store was found damaged.
 *
 * No data are preserved for such a snapshot, so no later mount must use its store: neither
 * one that can read the damaged part again, nor one that does not check the data. A store
 * whose first block cannot be read cannot be marked, but any file can be renamed. Its bytes
 * stay as they were found.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/log.h"
#include "simfs/volume/core.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/life.h"
#include "simfs/volume/state.h"

static void mark_lost(struct snapshot *snapshot)
{
	snapshot->state = SNAPSHOT_FAILED;
	snapshot->error = -EUCLEAN;
	snapshot->is_lost = true;
}

bool state_is_closed(const struct snapshot *snapshot)
{
	const struct store *store = snapshot->store;

	/* A failed snapshot has its mark, unless its data are lost elsewhere, and may become
	 * whole again; a damaged store is left as it was found. */
	return snapshot->state == SNAPSHOT_ACTIVE ||
	       (store && !snapshot->is_lost && !store_facts(store)->failed &&
		       store_error(store) == 0);
}

int state_lose(struct snapshot *snapshot, const char *file)
{
	struct blockio_folder *folder = snapshot->volume->folder;
	char lost[STORE_NAME_BYTES + 16];
	int error;

	mark_lost(snapshot);
	snprintf(lost, sizeof lost, "%s" LOST_SUFFIX, snapshot->name);
	error = folder->ops->rename(folder, file, lost);
	/* A power cut must not bring it back after live writes that were not preserved for it. */
	if (error == 0)
		error = folder->ops->sync(folder);
	if (error < 0)
		log_error_code(error, "cannot rename '%s' of a snapshot that is lost", file);
	return error;
}

int state_load_lost(struct volume *volume, const char *file)
{
	char name[STORE_NAME_BYTES] = "";
	size_t length = strlen(file) - strlen(LOST_SUFFIX);
	struct snapshot *snapshot;

	if (length > VOLUME_SNAPSHOT_NAME_MAX)
		return 0;
	memcpy(name, file, length);
	snapshot = snapshot_new(volume, name, NULL);
	if (!snapshot)
		return -ENOMEM;
	mark_lost(snapshot);
	if (!volume->options.quiet)
		log_info("snapshot '%s' is lost: an earlier mount found its store damaged", name);
	state_insert(volume, snapshot);
	return 0;
}
