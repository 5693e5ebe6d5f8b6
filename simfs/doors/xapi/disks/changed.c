/* SPDX-License-Identifier: Apache-2.0 */
/* changed.c - the blocks that differ between two VDIs of one chain. */
#include <errno.h>

#include "simfs/doors/xapi/disks/internal.h"
#include "simfs/doors/xapi/disks/names.h"

/* Passes one answer of the rig to EACH; *NEXT is where the next answer begins. */
static int tell(json_t *answer, int (*each)(void *context, uint64_t offset, uint64_t length),
	void *context, json_int_t *next)
{
	json_t *extent, *more = json_object_get(answer, "next");
	int error = 0;
	size_t i;

	json_array_foreach(json_object_get(answer, "extents"), i, extent)
	{
		json_int_t offset = json_integer_value(json_array_get(extent, 0));
		json_int_t length = json_integer_value(json_array_get(extent, 1));

		if (error == 0)
			error = each(context, (uint64_t)offset, (uint64_t)length);
	}
	/* An answer that makes no progress is not a rig's. */
	if (error == 0 && json_is_integer(more) && json_integer_value(more) <= *next)
		return -EPROTO;
	*next = json_is_integer(more) ? json_integer_value(more) : -1;
	return error;
}

static int ask_all(struct disk *disk, const char *from, const char *until,
	int (*each)(void *context, uint64_t offset, uint64_t length), void *context)
{
	json_int_t next = 0;
	int error = 0;

	while (error == 0 && next >= 0) {
		json_t *answer = NULL;
		json_t *arguments = json_pack(
			"{s:s, s:I, s:s*}", "name", from, "from", next, "until", until);

		error = disk_rig_call(disk->rig, "snapshot.changed", arguments, &answer, NULL);
		if (error == 0)
			error = tell(answer, each, context, &next);
		json_decref(answer);
	}
	return error;
}

static int ask_named(struct disk *disk, const char *from, const char *until,
	int (*each)(void *context, uint64_t offset, uint64_t length), void *context)
{
	char from_name[POOL_UUID_BYTES], until_name[POOL_UUID_BYTES];

	disk_name_of(disk, from, from_name);
	if (until)
		disk_name_of(disk, until, until_name);
	return ask_all(disk, from_name, until ? until_name : NULL, each, context);
}

int disks_changed(struct disks *disks, const char *from, const char *until,
	int (*each)(void *context, uint64_t offset, uint64_t length), void *context)
{
	enum disk_kind kind_from, kind_until;
	struct disk *disk = disk_get(disks, from, &kind_from);
	struct disk *other = disk_get(disks, until, &kind_until);
	int error;

	if (!disk || !other)
		error = -ENOENT;
	else if (disk != other || kind_from != DISK_SNAPSHOT || kind_until == DISK_BASE_COPY)
		error = -EXDEV;
	else
		error = ask_named(
			disk, from, kind_until == DISK_LEAF ? NULL : until, each, context);
	disk_put(disk);
	disk_put(other);
	return error;
}
