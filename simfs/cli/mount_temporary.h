/* SPDX-License-Identifier: Apache-2.0 */
/* mount_temporary.h - an image and a mount point that exist while a command runs. */
#ifndef SNAPRIG_CLI_MOUNT_TEMPORARY_H
#define SNAPRIG_CLI_MOUNT_TEMPORARY_H

struct mount_temporary {
	char *folder; /* contains the others; NULL: none was needed */
	char *image;
	char *mount_point;
};

/*
 * Creates what is not given: an image of SIZE (as text) if IMAGE is NULL, and a folder to mount on
 * if POINT is NULL.  Returns EXIT_MET, or the exit code after a message.  mount_temporary_deinit()
 * must be called in either case.
 */
int mount_temporary_make(
	const char *image, const char *size, const char *point, struct mount_temporary *ret);

/* Removes what was created.  Nothing may be mounted there any more. */
void mount_temporary_deinit(struct mount_temporary *temporary);

#endif
