/* SPDX-License-Identifier: Apache-2.0 */
/*
 * room.c - allocates disk space for the whole limit when a snapshot is taken.
 *
 * Some drivers do so, to keep the disk from filling up before the limit is reached. If it
 * fails, the profile says what they log. With -EOPNOTSUPP the snapshot is taken anyway.
 */
#include <errno.h>

#include "simfs/base/log.h"
#include "simfs/volume/core.h"
#include "simfs/volume/cow/bodies.h"

static bool is_wanted(const struct profile *profile, const struct store_facts *facts)
{
	return profile->log_no_room && facts->limit_bytes > 0;
}

/* If the file system cannot allocate, the driver writes zeros; here none are written. */
static void taken(struct blockio_request *io, int result)
{
	struct snapshot_create *create = CONTAINER_OF(io, struct snapshot_create, io);
	struct volume *volume = create->volume;

	if (result < 0)
		volume->options.profile->log_no_room(&volume->kernel_log,
			owner_label(store_facts(create->store)), result, !create->replaces);
	if (result == -EOPNOTSUPP)
		result = 0;
	if (result < 0) {
		create->was_logged = true;
		create->refusal = "there is not enough space for its whole limit";
	}
	create->has_room(create, result);
}

void room_take(
	struct snapshot_create *create, void (*go)(struct snapshot_create *create, int result))
{
	const struct store_facts *facts = store_facts(create->store);

	if (!is_wanted(create->volume->options.profile, facts)) {
		go(create, 0);
		return;
	}
	create->has_room = go;
	create->io.done = taken;
	blockio_start(store_io(create->store), &create->io, BLOCKIO_ALLOCATE, 0, NULL,
		facts->limit_bytes);
}

void room_take_again(struct snapshot *snapshot)
{
	const struct store_facts *facts = store_facts(snapshot->store);
	int error;

	/* An incremental stores no data. */
	if (!is_wanted(snapshot->profile, facts) || snapshot->tracks_only)
		return;
	error = blockio_do(
		store_io(snapshot->store), BLOCKIO_ALLOCATE, 0, NULL, facts->limit_bytes);
	if (error < 0 && error != -EOPNOTSUPP && !snapshot->volume->options.quiet)
		log_info("snapshot '%s' may fill its disk before it reaches its limit: there is "
			 "not enough space",
			snapshot->name);
}
