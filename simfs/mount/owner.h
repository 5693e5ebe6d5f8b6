/* SPDX-License-Identifier: Apache-2.0 */
/*
 * owner.h - the owner and the modes of the mounted files.
 *
 * Options of `-o`: uid=N and gid=N (default: those of the mounting user); mode=M for the live view
 * and the snapshots (default 0600; files that cannot be written to lose w); umask=M for everything:
 * folders then have 0777, and files 0666 (or 0444), without the bits of M.
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

/* The mounting user, and the default modes. */
void owner_init(struct owner *owner);

/*
 * Reads the option of LENGTH bytes at TEXT.  Returns false if it is not one of these.  If it is
 * invalid, returns true with the reason in MESSAGE (MOUNT_OPTIONS_MESSAGE_BYTES), which is
 * otherwise "".
 */
bool owner_take(const char *text, size_t length, struct owner *owner, char *message);

/* The names of these options; NULL after the last. */
const char *owner_option_name(size_t at);

mode_t owner_mode(const struct owner *owner, enum owned what);

#endif
