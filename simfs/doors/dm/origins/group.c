/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/origins/group.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/base/own_file.h"
#include "simfs/base/sizes.h"
#include "simfs/control/protocol.h"
#include "simfs/doors/dm/disks/disks.h"
#include "simfs/doors/dm/origins/group_layout.h"
#include "simfs/doors/dm/origins/kept.h"

#define KEPT_NAME	"group.json"
#define FREE_NAME	"free"
#define DEFAULT_VG	"vg0"
#define DEFAULT_LV	"live"
#define LVM_NAME_MAX	127
#define SECTORS_PER_KIB 2u
#define SECTOR_BYTES	((uint64_t)DISK_SECTOR_BYTES)

struct group {
	char *state_path, *live_path;
	int state_fd;
	char *vg, *lv; /* lv is NULL if it has none */
	struct group_layout layout;
	bool is_made; /* the tools have made it */
};

/* ---- the order ---- */

static bool is_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789+_.-";
	size_t length = strlen(name);

	return length > 0 && length <= LVM_NAME_MAX && strspn(name, letters) == length &&
	       name[0] != '-' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int check_name(const char *what, const char *name)
{
	if (!name || is_name(name))
		return 0;
	log_error("'%s' is not a name for a %s (letters, digits, and any of + _ . -)", name, what);
	return -EINVAL;
}

static int free_bytes_of(const struct group_order *order, uint64_t volume_sectors, uint64_t *ret)
{
	char hint[64];

	if (!order->free) {
		*ret = volume_sectors * SECTOR_BYTES;
		return 0;
	}

	int error = size_parse(order->free, ret);

	if (error < 0)
		log_error("'%s' is not a size (try %s)", order->free,
			size_hint(order->free, hint, sizeof hint));
	return error;
}

/* Plans a new group for ORDER. */
static int decide(struct group *group, const struct group_order *order, uint64_t volume_sectors)
{
	uint64_t free_bytes;
	int error = free_bytes_of(order, volume_sectors, &free_bytes);

	if (error < 0)
		return error;
	error = group_layout_make(volume_sectors, free_bytes, order->empty, &group->layout);
	if (error < 0) {
		log_error("a volume group cannot have that many extents");
		return error;
	}
	group->vg = strdup(order->vg ? order->vg : DEFAULT_VG);
	group->lv = order->empty ? NULL : strdup(order->lv ? order->lv : DEFAULT_LV);
	if (!group->vg || (!order->empty && !group->lv))
		return -ENOMEM;
	if (group->layout.padding_sectors > 0)
		log_info("logical volume '%s' has %" PRIu64 " bytes of zeros after the volume, "
			 "to be of whole extents",
			group->lv, group->layout.padding_sectors * SECTOR_BYTES);
	return 0;
}

/* ---- persistent state ---- */

static uint64_t number_of(const json_t *kept, const char *key)
{
	json_int_t value = json_integer_value(json_object_get(kept, key));

	return value > 0 ? (uint64_t)value : 0;
}

static int load(struct group *group, const json_t *kept)
{
	const char *vg = json_string_value(json_object_get(kept, "vg"));
	const char *lv = json_string_value(json_object_get(kept, "lv"));
	struct group_layout *layout = &group->layout;

	*layout = (struct group_layout){
		.extent_sectors = number_of(kept, "extent_sectors"),
		.live_sectors = number_of(kept, "live_sectors"),
		.padding_sectors = number_of(kept, "padding_sectors"),
		.free_sectors = number_of(kept, "free_sectors"),
	};
	if (!vg || !is_name(vg) || (lv && !is_name(lv)) || layout->extent_sectors == 0) {
		log_error("'%s/" KEPT_NAME "' is damaged", group->state_path);
		return -EILSEQ;
	}
	group->vg = strdup(vg);
	group->lv = lv ? strdup(lv) : NULL;
	group->is_made = json_is_true(json_object_get(kept, "made"));
	return group->vg && (!lv || group->lv) ? 0 : -ENOMEM;
}

static int save(const struct group *group)
{
	const struct group_layout *layout = &group->layout;
	json_t *kept = json_pack("{s:i, s:s, s:s?, s:I, s:I, s:I, s:I, s:b}", "schema_version",
		SCHEMA_VERSION, "vg", group->vg, "lv", group->lv, "extent_sectors",
		(json_int_t)layout->extent_sectors, "live_sectors",
		(json_int_t)layout->live_sectors, "padding_sectors",
		(json_int_t)layout->padding_sectors, "free_sectors",
		(json_int_t)layout->free_sectors, "made", group->is_made);
	int error = kept ? kept_write(group->state_fd, KEPT_NAME, kept) : -ENOMEM;

	json_decref(kept);
	if (error < 0)
		log_error_code(error, "cannot write '%s/" KEPT_NAME "'", group->state_path);
	return error;
}

static int refuse_other(const struct group *group, const char *option, const char *is)
{
	log_error("volume group '%s' exists, %s: %s cannot be chosen any more (try without, or "
		  "remove '%s')",
		group->vg, is, option, group->state_path);
	return -EEXIST;
}

/* The group exists: checks that ORDER asks for the same. */
static int compare(
	const struct group *group, const struct group_order *order, uint64_t volume_sectors)
{
	const struct group_layout *layout = &group->layout;
	char is[LVM_NAME_MAX + 64];

	if (order->vg && strcmp(order->vg, group->vg) != 0)
		return refuse_other(group, "--vg", "as it was named");
	if (order->empty && group->lv)
		return refuse_other(group, "--empty", "with the volume in it");
	if (order->lv && !group->lv)
		return refuse_other(group, "--lv", "without the volume in it");
	if (order->lv && strcmp(order->lv, group->lv) != 0) {
		snprintf(is, sizeof is, "with logical volume '%s'", group->lv);
		return refuse_other(group, "--lv", is);
	}
	if (order->free) {
		struct group_layout wanted;
		uint64_t free_bytes;
		int error = free_bytes_of(order, volume_sectors, &free_bytes);

		if (error < 0)
			return error;
		error = group_layout_make(volume_sectors, free_bytes, !group->lv, &wanted);
		if (error < 0 || wanted.free_sectors != layout->free_sectors) {
			size_format(layout->free_sectors * SECTOR_BYTES, is, sizeof is);
			strncat(is, " free", sizeof is - strlen(is) - 1);
			return refuse_other(group, "--free", is);
		}
	}
	if (group->lv && layout->live_sectors != volume_sectors) {
		log_error("volume group '%s' was made for a volume of %" PRIu64
			  " bytes, and this one has %" PRIu64,
			group->vg, layout->live_sectors * SECTOR_BYTES,
			volume_sectors * SECTOR_BYTES);
		return -ERANGE;
	}
	return 0;
}

static int open_group(struct group *group, const struct group_order *order)
{
	struct stat facts;
	json_t *kept = NULL;
	int error;

	if (!group->live_path || !group->state_path)
		return -ENOMEM;
	if (stat(group->live_path, &facts) < 0) {
		error = -errno;
		log_error_code(error, "cannot look at '%s'", group->live_path);
		return error;
	}
	error = kept_folder(AT_FDCWD, group->state_path, &group->state_fd);
	if (error < 0) {
		log_error_code(error, "cannot use folder '%s'", group->state_path);
		return error;
	}

	uint64_t volume_sectors = (uint64_t)facts.st_size / SECTOR_BYTES;

	error = kept_read(group->state_fd, KEPT_NAME, &kept);
	if (error == -ENOENT)
		return decide(group, order, volume_sectors);
	if (error < 0) {
		log_error_code(error, "cannot read '%s/" KEPT_NAME "'", group->state_path);
		return error;
	}
	error = load(group, kept);
	json_decref(kept);
	return error < 0 ? error : compare(group, order, volume_sectors);
}

int group_open(const struct group_order *order, struct group **ret)
{
	int error = check_name("volume group", order->vg);

	if (error == 0)
		error = check_name("logical volume", order->lv);
	if (error < 0)
		return error;

	struct group *group = calloc(1, sizeof *group);

	if (!group)
		return -ENOMEM;
	group->state_fd = -1;
	group->state_path = strdup(order->state);
	if (asprintf(&group->live_path, "%s/" MOUNT_LIVE, order->mount_point) < 0)
		group->live_path = NULL;
	error = open_group(group, order);
	if (error < 0) {
		group_close(group);
		return error;
	}
	*ret = group;
	return 0;
}

void group_close(struct group *group)
{
	if (!group)
		return;
	if (group->state_fd >= 0)
		close(group->state_fd);
	free(group->state_path);
	free(group->live_path);
	free(group->vg);
	free(group->lv);
	free(group);
}

/* ---- its disk ---- */

uint64_t group_size_sectors(const struct group *group)
{
	return group_layout_sectors(&group->layout);
}

uint64_t group_live_sectors(const struct group *group)
{
	return group->lv ? group->layout.live_sectors : 0;
}

uint64_t group_padding_sectors(const struct group *group)
{
	return group->layout.padding_sectors;
}

/*
 * Opens a side file of SECTORS; it is all zeros if it is new, or if the group was never completed.
 */
static int open_side_file(const struct group *group, struct disks *disks, const char *name,
	uint64_t sectors, uint64_t *ret)
{
	AUTO(auto_close) int fd = -1;
	AUTO(auto_free) char *path = NULL;
	off_t bytes = (off_t)(sectors * SECTOR_BYTES);
	struct stat facts;
	int error = own_file_open(group->state_fd, name, O_RDWR | O_CREAT, &fd);

	if (error == 0 && !group->is_made && ftruncate(fd, 0) < 0)
		error = -errno;
	if (error == 0 &&
		(fstat(fd, &facts) < 0 || (facts.st_size < bytes && ftruncate(fd, bytes) < 0)))
		error = -errno;
	if (error == 0 && asprintf(&path, "%s/%s", group->state_path, name) < 0)
		error = -ENOMEM;
	if (error == 0)
		error = disks_file_open(disks, path, false, ret);
	if (error < 0)
		log_error_code(error, "cannot use '%s/%s'", group->state_path, name);
	return error;
}

static void add_piece(struct disk_piece *pieces, size_t *count, uint64_t length,
	enum disk_piece_kind kind, uint64_t file)
{
	uint64_t start = *count == 0 ? 0 : pieces[*count - 1].start + pieces[*count - 1].length;

	if (length == 0)
		return;
	pieces[*count] = (struct disk_piece){ .start = start, .length = length, .kind = kind };
	if (kind == DISK_PIECE_FILE)
		pieces[*count].file.file = file;
	(*count)++;
}

int group_map(struct group *group, struct disks *disks, uint64_t id)
{
	const struct group_layout *layout = &group->layout;
	struct disk_piece pieces[4];
	uint64_t metadata = 0, live = 0, rest = 0;
	size_t count = 0;
	int error = open_side_file(
		group, disks, GROUP_METADATA_FILE, GROUP_METADATA_SECTORS, &metadata);

	if (error == 0 && layout->live_sectors > 0) {
		error = disks_file_open(disks, group->live_path, false, &live);
		if (error < 0)
			log_error_code(error, "cannot open '%s'", group->live_path);
	}
	if (error == 0 && layout->free_sectors > 0)
		error = open_side_file(group, disks, FREE_NAME, layout->free_sectors, &rest);
	if (error < 0)
		return error;

	add_piece(pieces, &count, GROUP_METADATA_SECTORS, DISK_PIECE_FILE, metadata);
	add_piece(pieces, &count, layout->live_sectors, DISK_PIECE_FILE, live);
	add_piece(pieces, &count, layout->padding_sectors, DISK_PIECE_ZERO, 0);
	add_piece(pieces, &count, layout->free_sectors, DISK_PIECE_FILE, rest);
	error = disks_map(disks, id, pieces, count);
	if (error < 0)
		log_error_code(error, "cannot make a disk for volume group '%s'", group->vg);
	return error;
}

/* ---- the tools that make it ---- */

char *group_commands(const struct group *group, const char *pv)
{
	const struct group_layout *layout = &group->layout;
	AUTO(auto_free) char *make_lv = NULL;
	char *commands;

	/* A merge that continues is polled every second, as the world waits for its end. */
	if (group->is_made)
		return strdup("vgchange -q -ay --config activation/polling_interval=1\n");
	if (group->lv && asprintf(&make_lv, "lvcreate -q -y -Zn -Wn -l %" PRIu64 " -n %s %s\n",
				 group_layout_live_extents(layout), group->lv, group->vg) < 0)
		return NULL;
	if (asprintf(&commands,
		    "pvcreate -q -y %s\n"
		    "vgcreate -q -s %" PRIu64 "k %s %s\n"
		    "%s",
		    pv, layout->extent_sectors / SECTORS_PER_KIB, group->vg, pv,
		    make_lv ? make_lv : "") < 0)
		return NULL;
	return commands;
}

int group_made(struct group *group)
{
	if (group->is_made)
		return 0;
	group->is_made = true;
	return save(group);
}

const char *group_vg(const struct group *group)
{
	return group->vg;
}

const char *group_lv(const struct group *group)
{
	return group->lv;
}
