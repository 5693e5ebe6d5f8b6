/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon_taking.h - acquires what only one rig can have: the image, the state folder, the control
 * socket.
 *
 * The ring of a killed rig holds them until its last I/O completes: for a moment, or for many
 * seconds on a busy disk.  So the attempts are retried: for one second while the holder is alive,
 * and for half a minute if it is dying (base/lock_holder.h).
 */
#ifndef SNAPRIG_DAEMON_TAKING_H
#define SNAPRIG_DAEMON_TAKING_H

#include "simfs/blockio/blockio.h"
#include "simfs/control/commands.h"
#include "simfs/control/server.h"

/* Opens and locks the image PATH.  Returns EXIT_MET, or the exit code after a message. */
int taking_image(struct ring *ring, const char *path, struct blockio **ret);

/*
 * Locks the state folder PATH, open as FOLDER_FD.  Returns the same.  It is locked too because the
 * image may have been replaced by another file of the same name.
 */
int taking_folder(int folder_fd, const char *path);

/* As control_server_create(), for the commands of a volume. */
int taking_socket(
	struct ring *ring, int folder_fd, struct commands *commands, struct control_server **ret);

#endif
