/* SPDX-License-Identifier: Apache-2.0 */
/* state_rename.c - a snapshot that was being renamed when the rig was killed (lvm/rename.c). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/log.h"
#include "simfs/blockio/faulty.h"
#include "simfs/volume/core.h"
#include "simfs/volume/state.h"

bool state_may_rename(struct blockio_folder *folder, const struct store_facts *facts)
{
	char file[STORE_NAME_BYTES + 16];
	struct blockio *other;
	int error;

	if (!(owner_of(facts).flags & OWNER_NAMED) || snapshot_name_check(facts->name) < 0)
		return false;
	/* If a file has that name already, it stays, and this one is someone's copy. */
	snapshot_file_name(facts->name, file, sizeof file);
	error = folder->ops->open(folder, file, false, &other);
	if (error == 0)
		blockio_destroy(other);
	return error == -ENOENT;
}

int state_settle_name(struct volume *volume, struct store *store, const char *file,
	char name[STORE_NAME_BYTES], char *ret_file, size_t length)
{
	const struct store_facts *facts = store_facts(store);
	int error = 0;

	snprintf(ret_file, length, "%s", file);
	if (strcmp(facts->name, name) == 0)
		return 0;
	snapshot_file_name(facts->name, ret_file, length);
	error = volume->folder->ops->rename(volume->folder, file, ret_file);
	if (error < 0) {
		log_error_code(error, "cannot rename '%s', which belongs to snapshot '%s'", file,
			facts->name);
		return error;
	}
	if (!volume->options.quiet)
		log_info("snapshot '%s' was being renamed: it is '%s'", name, facts->name);
	snprintf(name, STORE_NAME_BYTES, "%s", facts->name);
	faulty_store_rename(store_io(store), name);
	return 0;
}
