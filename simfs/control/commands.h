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
 *	control_server_close(server);	whoever waits for the end sees it now
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
 * What `end` asks for: END is called with CONTEXT; it returns true when the rig goes on,
 * with *RET, where the volume is mounted.
 */
void commands_on_end(struct commands *commands, bool (*end)(void *context, struct mount_entry *ret),
	void *context);

/*
 * Lets go all writes and reads that are held, and touches the volume no more:
 * from now on every command but ping and events is refused with ESHUTDOWN.  Snapshots
 * that are being made or deleted are finished, and answered, by the volume.
 */
void commands_end(struct commands *commands);

/* Answers those who follow the journal, when there is more of it; after each turn of the ring. */
void commands_tell(struct commands *commands);

/*
 * The same for the last time, before the volume is closed; who follows is
 * refused with ESHUTDOWN then.
 */
void commands_end_telling(struct commands *commands);

/* After commands_end(): no process of theirs runs any more. */
bool commands_idle(const struct commands *commands);

/* After the server is gone, and if need be without commands_end(); NULL is fine. */
void commands_destroy(struct commands *commands);

#endif
