/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group.h - the volume group of a world: what its physical volume consists of, and the
 * commands of the real tools that make it, or find it again.
 *
 * The physical volume is [1 MiB of metadata][the user's live view][free extents]: a file in
 * the state folder, MNT/live, another file in the state folder.  With `empty` live is no
 * part of it: it is all free extents, and what the volume contains is left alone.
 * IMAGE.snaprig/lvm/group.json remembers what the group was made with.
 */
#ifndef SNAPRIG_DM_GROUP_H
#define SNAPRIG_DM_GROUP_H

#include <stdbool.h>
#include <stdint.h>

struct disks;
struct group;

struct group_order {
	const char *mount_point; /* of the user's rig */
	const char *state;	 /* IMAGE.snaprig/lvm; made when it is not there */
	const char *vg;		 /* NULL: as it was, or vg0 */
	const char *lv;		 /* NULL: as it was, or live */
	const char *free;	 /* a size, or NULL: as it was, or as much as the volume has */
	bool empty;
};

/*
 * Opens the group of a volume, or decides a new one.  Returns 0, -EEXIST when there is one
 * and the order asks for another, -EINVAL for a name or size that cannot be, -ERANGE when
 * the volume has another size than the group was made for, or another -errno; it has said why.
 */
int group_open(const struct group_order *order, struct group **ret);
void group_close(struct group *group);

/* Of the physical volume; of what in it is live (0: none); of the zeros behind that. */
uint64_t group_size_sectors(const struct group *group);
uint64_t group_live_sectors(const struct group *group);
uint64_t group_padding_sectors(const struct group *group);

/*
 * Makes the physical volume: the content of disk ID, which exists, is the group's from now
 * on.  Opens files for it; once.  0 or -errno after a message.
 */
int group_map(struct group *group, struct disks *disks, uint64_t id);

/*
 * What is to be run inside the world before anything else, with /bin/sh -e -c: the real
 * tools make the group on PV (a node's path) or activate it.  To be free()d.  Its output is
 * for the user only when it fails.
 */
char *group_commands(const struct group *group, const char *pv);

/* Those commands have succeeded: the next world finds the group. */
int group_made(struct group *group);

/* The group's name; the logical volume's that is the whole of live, or NULL. */
const char *group_vg(const struct group *group);
const char *group_lv(const struct group *group);

#endif
