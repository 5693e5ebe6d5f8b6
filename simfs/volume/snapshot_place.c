/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot_place.c - checks whether a requested snapshot is possible. */
#include <errno.h>
#include <string.h>

#include "simfs/volume/core.h"
#include "simfs/volume/creation.h"
#include "simfs/volume/life.h"

bool snapshot_is_being_created(struct volume *volume, const char *name)
{
	list_for_each (at, &volume->creating) {
		struct snapshot_create *create = CONTAINER_OF(at, struct snapshot_create, link);

		if (strcmp(create->copied_name, name) == 0)
			return true;
	}
	return false;
}

int snapshot_refuse(struct snapshot_create *create, int error, const char *why)
{
	create->refusal = why;
	return error;
}

static unsigned count_being_created(struct volume *volume)
{
	unsigned count = 0;

	list_for_each (at, &volume->creating)
		count++;
	return count;
}

static int refuse_another(struct snapshot_create *create)
{
	const struct profile *profile = create->volume->options.profile;
	int error = -ENOSPC;

	if (profile->refuse_snapshot) {
		create->was_logged = true;
		error = profile->refuse_snapshot(&create->volume->kernel_log);
	}
	return snapshot_refuse(create, error,
		profile->snapshots_max == 1
			? "the profile allows one snapshot at a time (delete the other first)"
			: "the profile allows no further snapshot (delete one first)");
}

bool snapshot_keeps_name(const struct snapshot *snapshot)
{
	const struct snapshot_delete *deletion = snapshot->deletion;

	return !snapshot->is_kept || (deletion && deletion->is_syncing && !deletion->is_removed);
}

bool snapshot_has_name(const struct volume *volume, const char *name)
{
	list_for_each (at, &volume->snapshots) {
		const struct snapshot *other = CONTAINER_OF(at, struct snapshot, link);

		if (snapshot_keeps_name(other) && strcmp(other->name, name) == 0)
			return true;
	}
	return false;
}

int snapshot_place_check(struct volume *volume, struct snapshot_create *create)
{
	const struct profile *profile = volume->options.profile;
	unsigned count = volume->snapshot_count + count_being_created(volume);
	int error = snapshot_name_check(create->name);

	if (error == -ENAMETOOLONG)
		return snapshot_refuse(create, error, "a snapshot's name has at most 64 bytes");
	if (error < 0)
		return snapshot_refuse(create, error,
			"a snapshot's name is UTF-8 without '/', control characters and a leading "
			"dot");
	if (volume->origin->is_lossy)
		return snapshot_refuse(create, -EIO, "the image is shorter than the volume's data");
	if (volume->growth)
		return snapshot_refuse(create, -EBUSY, "the volume is being made longer");
	/* After a growth that was undone. */
	if (!volume->image.is_open_on_disk)
		return snapshot_refuse(create, -EIO,
			"its state may say that the volume is longer: mount it again");
	if (create->replaces)
		return 0;
	if (snapshot_has_name(volume, create->name))
		return snapshot_refuse(create, -EEXIST, "it exists already");
	if (snapshot_is_being_created(volume, create->name))
		return snapshot_refuse(create, -EEXIST, "it is being taken already");
	if (volume->driver->place_check)
		error = volume->driver->place_check(create, &count);
	if (error < 0)
		return error;
	if (profile->snapshots_max > 0 && count >= profile->snapshots_max &&
		!profile->log_oldest_dropped)
		return refuse_another(create);
	if (count >= volume->limits->snapshots)
		return snapshot_refuse(create, -ENOSPC, "there are too many snapshots");
	return 0;
}
