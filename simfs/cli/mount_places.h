/* SPDX-License-Identifier: Apache-2.0 */
/* mount_places.h - the absolute paths of a mount. */
#ifndef SNAPRIG_CLI_MOUNT_PLACES_H
#define SNAPRIG_CLI_MOUNT_PLACES_H

struct mount_places {
	char *image;
	char *mount_point;
	char *state_folder; /* need not exist */
};

/*
 * Finds the paths for IMAGE, POINT and STORE (NULL: beside the image).  Returns EXIT_MET, or the
 * exit code after a message.  mount_places_deinit() must be called in either case.
 */
int mount_places_find(
	const char *image, const char *point, const char *store, struct mount_places *ret);

/*
 * Whether the volume can be mounted there: the point is free, or a dead rig's mount was removed
 * from it; nothing that the rig needs (including MEMORY_CGROUP, unless NULL) lies below it; and the
 * paths are short enough for this user to unmount it.  Returns EXIT_MET, or the exit code after a
 * message.
 */
int mount_places_check(const struct mount_places *places, const char *memory_cgroup);

void mount_places_deinit(struct mount_places *places);

#endif
