/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon_taking.h - takes what only one rig can have: an image, a state, a control socket.
 *
 * The ring of a rig that was just killed keeps them for as long as its last I/O lasts: a moment, or
 * many seconds on a busy disk.  So they are asked for again: for a second of whoever lives, for
 * half a minute of whoever is dying (base/lock_holder.h).
 */
#ifndef SNAPRIG_DAEMON_TAKING_H
#define SNAPRIG_DAEMON_TAKING_H

#include "simfs/blockio/blockio.h"
#include "simfs/control/commands.h"
#include "simfs/control/server.h"

/* Opens and locks the image PATH.  Returns EXIT_MET, or the exit code after a message. */
int taking_image(struct ring *ring, const char *path, struct blockio **ret);

/* Locks the state folder PATH, which is open as FOLDER_FD.  The same: the image may be another file
 * by now, and its name is not. */
int taking_folder(int folder_fd, const char *path);

/* As control_server_create(), for the commands of a volume. */
int taking_socket(
	struct ring *ring, int folder_fd, struct commands *commands, struct control_server **ret);

#endif
