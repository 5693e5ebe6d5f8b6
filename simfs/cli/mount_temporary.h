/* SPDX-License-Identifier: Apache-2.0 */
/* mount_temporary.h - an image and a mount point that are there while a command runs. */
#ifndef SNAPRIG_CLI_MOUNT_TEMPORARY_H
#define SNAPRIG_CLI_MOUNT_TEMPORARY_H

struct mount_temporary {
	char *folder; /* of all that follows; NULL: none was needed */
	char *image;
	char *mount_point;
};

/*
 * Makes what is not named: an image of SIZE (as it is typed) when IMAGE is NULL, and a
 * folder to mount on when POINT is NULL.  Returns EXIT_MET, or the exit code after a
 * message; mount_temporary_deinit() is due in any case.
 */
int mount_temporary_make(
	const char *image, const char *size, const char *point, struct mount_temporary *ret);

/* Removes what was made.  Nothing is mounted there any more. */
void mount_temporary_deinit(struct mount_temporary *temporary);

#endif
