/* SPDX-License-Identifier: Apache-2.0 */
/* mount_places.h - where what is mounted lies, from the root on. */
#ifndef SNAPRIG_CLI_MOUNT_PLACES_H
#define SNAPRIG_CLI_MOUNT_PLACES_H

struct mount_places {
	char *image;
	char *mount_point;
	char *state_folder; /* need not exist */
};

/*
 * Finds what IMAGE, POINT and STORE (NULL: beside the image) name.  Returns EXIT_MET, or
 * the exit code after a message; mount_places_deinit() is due in any case.
 */
int mount_places_find(
	const char *image, const char *point, const char *store, struct mount_places *ret);

/*
 * Whether it can be mounted there: the point is free, or a dead rig's mount was taken
 * away, and nothing that the rig needs (MEMORY_CGROUP, too, unless it is NULL) is below
 * it; and this user can unmount what has such long paths.  Returns EXIT_MET, or the exit
 * code after a message.
 */
int mount_places_check(const struct mount_places *places, const char *memory_cgroup);

void mount_places_deinit(struct mount_places *places);

#endif
