/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/model/sysfs.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "simfs/doors/dm/model/internal.h"
#include "simfs/doors/dm/model/sysfs_builder.h"

/* The queue files of base disks. */
static const struct {
	const char *name, *text;
} queue_files[] = {
	{ "logical_block_size", "512\n" },
	{ "physical_block_size", "512\n" },
	{ "hw_sector_size", "512\n" },
	{ "minimum_io_size", "512\n" },
	{ "optimal_io_size", "0\n" },
	{ "rotational", "0\n" },
	{ "discard_granularity", "4096\n" },
	{ "discard_max_bytes", "4294966784\n" },
	{ "discard_zeroes_data", "0\n" },
	{ "read_ahead_kb", "128\n" },
	{ "scheduler", "none\n" },
	{ "nr_requests", "128\n" },
	{ "add_random", "0\n" },
	{ "dax", "0\n" },
	{ "zoned", "none\n" },
	{ "chunk_sectors", "0\n" },
	{ "max_sectors_kb", "1280\n" },
	{ "write_same_max_bytes", "0\n" },
};
#define QUEUE_FILES (sizeof queue_files / sizeof *queue_files)

/* The name of a whole disk or of a partition, as a folder of block/. */
#define NAME_MAX_BYTES	 (DM_BASE_NAME_MAX + 16)
#define FOLDER_MAX_BYTES (2 * NAME_MAX_BYTES + 16)
/* Disks around partitions are numbered like SCSI disks. */
#define PARENT_MAJOR  8
#define PARENT_MINORS 16

#define add_file(builder, folder, name, ...)                                                       \
	dm_sysfs_add_text(builder, DM_SYSFS_FILE, folder, name, __VA_ARGS__)
#define add_link(builder, folder, name, ...)                                                       \
	dm_sysfs_add_text(builder, DM_SYSFS_LINK, folder, name, __VA_ARGS__)

/* ---- base disks ------------------------------------------------------------ */

/* "sda3" is partition 3 of "sda", "nvme0n1p3" of "nvme0n1"; 0 for a whole disk. */
static unsigned int partition_of(const char *name, char *whole)
{
	size_t length = strlen(name), digits = 0;

	while (digits < length && isdigit((unsigned char)name[length - digits - 1]))
		digits++;
	size_t stem = length - digits;
	dm_copy_text(whole, NAME_MAX_BYTES, name);
	if (!digits || !stem || digits > 4)
		return 0;
	/* If a disk's own name ends with a digit, a p precedes the partition's number. */
	if (stem > 1 && name[stem - 1] == 'p' && isdigit((unsigned char)name[stem - 2]))
		stem--;
	else if (strncmp(name, "nvme", 4) == 0 || strncmp(name, "mmcblk", 6) == 0 ||
		 strncmp(name, "loop", 4) == 0)
		return 0;
	whole[stem] = '\0';
	return (unsigned int)strtoul(name + length - digits, NULL, 10);
}

static void base_folder(const struct dm_base *base, char *folder)
{
	char whole[NAME_MAX_BYTES];

	if (partition_of(base->name, whole))
		snprintf(folder, FOLDER_MAX_BYTES, "block/%s/%s", whole, base->name);
	else
		snprintf(folder, FOLDER_MAX_BYTES, "block/%s", base->name);
}

static void device_folder(const struct dm_device *device, char *folder)
{
	snprintf(folder, FOLDER_MAX_BYTES, "block/dm-%u", device->minor);
}

static void add_queue(struct dm_sysfs_builder *builder, const char *folder)
{
	char queue[FOLDER_MAX_BYTES + 8];

	snprintf(queue, sizeof queue, "%s/queue", folder);
	dm_sysfs_add_folder(builder, "%s", queue);
	for (size_t i = 0; i < QUEUE_FILES; i++)
		add_file(builder, queue, queue_files[i].name, "%s", queue_files[i].text);

	snprintf(queue, sizeof queue, "%s/bdi", folder);
	dm_sysfs_add_folder(builder, "%s", queue);
	add_file(builder, queue, "read_ahead_kb", "128\n");
}

/* The files of disks and partitions. */
static void add_common(struct dm_sysfs_builder *builder, const char *folder, const char *name,
	const char *type, unsigned int major, unsigned int minor, uint64_t sectors, bool read_only)
{
	dm_sysfs_add_folder(builder, "%s", folder);
	add_file(builder, folder, "dev", "%u:%u\n", major, minor);
	add_file(builder, folder, "size", "%llu\n", (unsigned long long)sectors);
	add_file(builder, folder, "ro", "%d\n", read_only);
	add_file(builder, folder, "alignment_offset", "0\n");
	add_file(builder, folder, "discard_alignment", "0\n");
	add_file(builder, folder, "stat", "%s\n",
		"       0        0        0        0        0        0        0        0        0"
		"        0        0        0        0        0        0        0        0");
	add_file(builder, folder, "inflight", "       0        0\n");
	add_file(builder, folder, "uevent", "MAJOR=%u\nMINOR=%u\nDEVNAME=%s\nDEVTYPE=%s\n", major,
		minor, name, type);
	dm_sysfs_add_folder(builder, "%s/holders", folder);
}

static void add_whole(struct dm_sysfs_builder *builder, const char *folder)
{
	add_file(builder, folder, "removable", "0\n");
	add_file(builder, folder, "hidden", "0\n");
	add_file(builder, folder, "ext_range", "256\n");
	add_file(builder, folder, "range", "1\n");
	add_file(builder, folder, "capability", "0\n");
	dm_sysfs_add_folder(builder, "%s/slaves", folder);
}

/* Whether BASE is a partition of WHOLE. */
static bool is_part_of(const struct dm_base *base, const char *whole)
{
	char name[NAME_MAX_BYTES];
	return partition_of(base->name, name) && strcmp(name, whole) == 0;
}

static bool is_before(
	const struct dm_model *model, const struct dm_base *one, const struct dm_base *other)
{
	const struct dm_base *at = dm_model_next_base(model, NULL);

	while (at != one && at != other)
		at = dm_model_next_base(model, at);
	return at == one;
}

/* Adds the disk around a partition, once, before the first of its partitions. */
static void add_parent(struct dm_sysfs_builder *builder, const struct dm_model *model,
	const struct dm_base *base, const char *whole)
{
	char folder[FOLDER_MAX_BYTES];
	unsigned int position = 0, mine = 0;

	for (const struct dm_base *at = NULL; (at = dm_model_next_base(model, at)); position++) {
		if (strcmp(at->name, whole) == 0)
			return;
		if (at == base)
			mine = position;
		else if (is_part_of(at, whole) && is_before(model, at, base))
			return;
	}
	snprintf(folder, sizeof folder, "block/%s", whole);
	add_common(builder, folder, whole, "disk", PARENT_MAJOR, PARENT_MINORS * mine,
		base->sectors, false);
	add_whole(builder, folder);
	add_queue(builder, folder);
}

static void add_base(
	struct dm_sysfs_builder *builder, const struct dm_model *model, const struct dm_base *base)
{
	char whole[NAME_MAX_BYTES], folder[FOLDER_MAX_BYTES];
	unsigned int partition = partition_of(base->name, whole);

	base_folder(base, folder);
	if (partition)
		add_parent(builder, model, base, whole);
	add_common(builder, folder, base->name, partition ? "partition" : "disk", base->major,
		base->minor, base->sectors, false);
	if (!partition) {
		add_whole(builder, folder);
		add_queue(builder, folder);
		return;
	}
	add_file(builder, folder, "partition", "%u\n", partition);
	add_file(builder, folder, "start", "0\n");
}

/* ---- devices --------------------------------------------------------------- */

/*
 * These are the loop device's own, outside the covered folders: libdevmapper sets the read-ahead by
 * writing there.
 */
static void add_real(struct dm_sysfs_builder *builder, const char *folder, const char *name,
	const struct dm_device *device)
{
	add_link(builder, folder, name, "../../devices/virtual/block/loop%u/%s", device->minor,
		name);
}

static void add_device(struct dm_sysfs_builder *builder, const struct dm_device *device)
{
	char folder[FOLDER_MAX_BYTES], name[NAME_MAX_BYTES], dm[FOLDER_MAX_BYTES + 8];

	device_folder(device, folder);
	snprintf(name, sizeof name, "dm-%u", device->minor);
	add_common(builder, folder, name, "disk", DM_MAJOR, device->minor, dm_device_size(device),
		device->read_only);
	add_whole(builder, folder);
	add_real(builder, folder, "queue", device);
	add_real(builder, folder, "bdi", device);

	snprintf(dm, sizeof dm, "%s/dm", folder);
	dm_sysfs_add_folder(builder, "%s", dm);
	add_file(builder, dm, "name", "%s\n", device->name);
	add_file(builder, dm, "uuid", "%s\n", device->uuid);
	add_file(builder, dm, "suspended", "%d\n", device->suspended);
	add_file(builder, dm, "rq_based_seq_io_merge_deadline", "0\n");
	add_file(builder, dm, "use_blk_mq", "0\n");
}

/* Appends the way from a folder in folder FROM up to that of sysfs. */
static void add_up(char *text, size_t size, const char *from)
{
	size_t length = 0;

	for (const char *at = from; at; at = strchr(at + 1, '/'))
		length += (size_t)snprintf(text + length, size - length, "../");
}

/* UPPER lies on the device in folder LOWER: links each to the other. */
static void add_holder(struct dm_sysfs_builder *builder, const char *upper, const char *lower)
{
	char up[64], folder[FOLDER_MAX_BYTES + 16];

	snprintf(folder, sizeof folder, "%s/holders", lower);
	add_up(up, sizeof up, folder);
	add_link(builder, folder, strrchr(upper, '/') + 1, "%s%s", up, upper);
	snprintf(folder, sizeof folder, "%s/slaves", upper);
	add_up(up, sizeof up, folder);
	add_link(builder, folder, strrchr(lower, '/') + 1, "%s%s", up, lower);
}

static const struct dm_table *table_at(const struct list *link)
{
	return CONTAINER_OF(link, struct dm_table, link);
}

/* Whether a table of DEVICE before the one at LINK lies on the same disk. */
static bool is_held_before(const struct dm_device *device, const struct list *link, uint64_t disk)
{
	for (const struct list *at = device->tables.next; at != link; at = at->next)
		for (unsigned int i = 0; i < table_at(at)->ref_count; i++)
			if (table_at(at)->refs[i].disk == disk)
				return true;
	return false;
}

/* Of all tables, since each of them has its devices open. */
static void add_holders(struct dm_sysfs_builder *builder, const struct dm_device *device)
{
	char upper[FOLDER_MAX_BYTES], lower[FOLDER_MAX_BYTES];

	device_folder(device, upper);
	list_for_each (at, &device->tables) {
		const struct dm_table *table = table_at(at);
		for (unsigned int i = 0; i < table->ref_count; i++) {
			if (is_held_before(device, at, table->refs[i].disk))
				continue;
			if (table->refs[i].device && !table->refs[i].device->loaded)
				continue;
			if (table->refs[i].device)
				device_folder(table->refs[i].device, lower);
			else
				base_folder(table->refs[i].base, lower);
			add_holder(builder, upper, lower);
		}
	}
}

/* ---- by number, and by class ----------------------------------------------- */

/* Links FOLDER of block/ by number, and by class. */
static void add_links(struct dm_sysfs_builder *builder, const char *folder, unsigned int major,
	unsigned int minor)
{
	char number[32];

	snprintf(number, sizeof number, "%u:%u", major, minor);
	add_link(builder, "dev/block", number, "../../%s", folder);
	add_link(builder, "class/block", strrchr(folder, '/') + 1, "../../%s", folder);
}

/* The disks around partitions have numbers of their own, which are taken from their files. */
static void add_parent_links(struct dm_sysfs_builder *builder)
{
	for (size_t i = 0; i < builder->view.count; i++) {
		const struct dm_sysfs_entry *entry = &builder->view.entries[i];
		char folder[FOLDER_MAX_BYTES];
		unsigned int major, minor;
		const char *tail = strrchr(entry->path, '/');

		if (strncmp(entry->path, "block/", 6) != 0 || strcmp(tail, "/dev") != 0 ||
			sscanf(entry->text, "%u:%u", &major, &minor) != 2)
			continue;
		snprintf(folder, sizeof folder, "%.*s", (int)(tail - entry->path), entry->path);
		add_links(builder, folder, major, minor);
		if (builder->error)
			return;
	}
}

int dm_sysfs_view(const struct dm_model *model, struct dm_sysfs *ret)
{
	struct dm_sysfs_builder builder = { .error = 0 };
	struct dm_device *device = NULL;
	const struct dm_base *base = NULL;

	dm_sysfs_add_folder(&builder, "block");
	while ((base = dm_model_next_base(model, base)))
		add_base(&builder, model, base);
	/* As in the kernel, a disk exists once the type of its tables is known. */
	while ((device = dm_model_next(model, device)))
		if (device->loaded)
			add_device(&builder, device);
	while ((device = dm_model_next(model, device)))
		if (device->loaded)
			add_holders(&builder, device);

	dm_sysfs_add_folder(&builder, "dev");
	dm_sysfs_add_folder(&builder, "dev/block");
	dm_sysfs_add_folder(&builder, "class");
	dm_sysfs_add_folder(&builder, "class/block");
	add_parent_links(&builder);
	if (builder.error) {
		dm_sysfs_deinit(&builder.view);
		return builder.error;
	}
	*ret = builder.view;
	return 0;
}
