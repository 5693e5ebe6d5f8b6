/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group.h - the volume group of a world: the parts of its physical volume, and the commands of the
 * real tools that create or activate it.
 *
 * The physical volume is [1 MiB of metadata][the user's live view][free extents]: a file in the
 * state folder, MNT/live, another file in the state folder.  With `empty' live is not in it: all
 * extents are free, and the content of the volume is left alone.  IMAGE.snaprig/lvm/group.json
 * records how the group was made.
 */
#ifndef SNAPRIG_DM_GROUP_H
#define SNAPRIG_DM_GROUP_H

#include <stdbool.h>
#include <stdint.h>

struct disks;
struct group;

struct group_order {
	const char *mount_point; /* of the user's rig */
	const char *state;	 /* IMAGE.snaprig/lvm; created if missing */
	const char *vg;		 /* NULL: as it was, or vg0 */
	const char *lv;		 /* NULL: as it was, or live */
	const char *free;	 /* a size, or NULL: as it was, or as much as the volume has */
	bool empty;
};

/*
 * Opens the group of a volume, or plans a new one.  Returns 0; -EEXIST if one exists and the order
 * asks for another; -EINVAL for an impossible name or size; -ERANGE if the volume no longer has the
 * size that the group was made for; or another -errno.  Logs why.
 */
int group_open(const struct group_order *order, struct group **ret);
void group_close(struct group *group);

/* The sizes of the physical volume; of live in it (0: none); of the zeros after that. */
uint64_t group_size_sectors(const struct group *group);
uint64_t group_live_sectors(const struct group *group);
uint64_t group_padding_sectors(const struct group *group);

/*
 * Makes the physical volume: disk ID, which exists, has the group's content from now on.  Opens the
 * files for it; call once.  Returns 0 or -errno after a message.
 */
int group_map(struct group *group, struct disks *disks, uint64_t id);

/*
 * The commands to run first inside the world, with /bin/sh -e -c: the real tools create the group
 * on PV (a node's path) or activate it.  The caller frees them.  Show their output only if they
 * fail.
 */
char *group_commands(const struct group *group, const char *pv);

/* Records that those commands have succeeded: the next world finds the group. */
int group_made(struct group *group);

/* The name of the group; that of the logical volume that is the whole of live, or NULL. */
const char *group_vg(const struct group *group);
const char *group_lv(const struct group *group);

#endif
