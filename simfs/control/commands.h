/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands.h - what the commands of protocol.h do to a volume.
 *
 *	commands_create(ring, volume, &commands);
 *	control_server_create(ring, folder_fd, commands_table, commands, &server);
 *	...
 *	commands_end(commands);		nothing is held any more
 *	...run the ring until volume_idle(volume) and commands_idle(commands)...
 *	commands_end_telling(commands);	the journal is complete
 *	...close the volume...
 *	control_server_close(server);	clients that wait for the end see it now
 *	...run the ring until control_server_idle(server)...
 *	control_server_destroy(server);
 *	commands_destroy(commands);
 */
#ifndef SNAPRIG_CONTROL_COMMANDS_H
#define SNAPRIG_CONTROL_COMMANDS_H

#include "simfs/base/mount_table.h"
#include "simfs/control/server.h"
#include "simfs/volume/volume.h"

struct commands;

/* For control_server_create(), with a struct commands as its context. */
extern const struct control_command commands_table[];

/* RING and VOLUME stay the caller's.  Returns 0 or -ENOMEM. */
int commands_create(struct ring *ring, struct volume *volume, struct commands **ret);

/*
 * Sets the function that the command `end` calls.  END returns true if the rig goes on because the
 * volume is still mounted, with the place in *RET.
 */
void commands_on_end(struct commands *commands, bool (*end)(void *context, struct mount_entry *ret),
	void *context);

/*
 * Releases all writes and reads that are held, and no longer touches the volume: from now on every
 * command but ping and events is refused with ESHUTDOWN.  The volume finishes and answers snapshots
 * that are being made or deleted.
 */
void commands_end(struct commands *commands);

/*
 * Answers clients that follow the journal if there is more of it; to be called after each turn of
 * the ring.
 */
void commands_tell(struct commands *commands);

/*
 * The same for the last time, before the volume is closed.  Clients that still wait are refused
 * with ESHUTDOWN.
 */
void commands_end_telling(struct commands *commands);

/* Whether, after commands_end(), no process of the commands is running. */
bool commands_idle(const struct commands *commands);

/* To be called after the server is gone, even without commands_end().  NULL is fine. */
void commands_destroy(struct commands *commands);

#endif
