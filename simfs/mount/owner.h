/* SPDX-License-Identifier: Apache-2.0 */
/*
 * owner.h - whose the mounted files are, and who may do what with them.
 *
 * Of `-o`: uid=N and gid=N (who mounts); mode=M of the live view and of the
 * snapshots (0600; one that cannot be written to has no w); umask=M of
 * everything: with it folders have 0777, files 0666 (or 0444) without the bits of M.
 */
#ifndef SNAPRIG_MOUNT_OWNER_H
#define SNAPRIG_MOUNT_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct owner {
	uid_t uid;
	gid_t gid;
	bool has_mode, has_umask;
	mode_t mode;
	mode_t umask;
};

enum owned { OWNED_FOLDER, OWNED_VOLUME, OWNED_READ_ONLY, OWNED_TEXT };

/* Who mounts, and the usual modes. */
void owner_init(struct owner *owner);

/*
 * Takes the option of LENGTH bytes at TEXT, when it is one of these: true, or false; or, when it
 * cannot be read, true with why in MESSAGE (MOUNT_OPTIONS_MESSAGE_BYTES), which is "" else.
 */
bool owner_take(const char *text, size_t length, struct owner *owner, char *message);

/* The name of each of these options; NULL behind the last. */
const char *owner_option_name(size_t at);

mode_t owner_mode(const struct owner *owner, enum owned what);

#endif
