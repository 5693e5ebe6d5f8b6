/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands.h - the journal of commands: which processes of a world came to the door.
 *
 * A command is a process that opened the control node or asked something of it.  When it has
 * ended it is one line of JSON, with the keys
 *
 *	schema_version, command (1, 2 ... in the order in which they came), pid, parent,
 *	argv [..], begun (seconds since the world began), seconds, exit (null: killed, or it
 *	cannot be told), signal (null: none),
 *	ioctls, failed [{ioctl, device, error, times}],
 *	before {devices [..]}, after {devices [..]}
 *
 * Any thread may call; nothing blocks on a process.
 */
#ifndef SNAPRIG_DM_COMMANDS_H
#define SNAPRIG_DM_COMMANDS_H

#include <jansson.h>

#include <sys/types.h>

#define COMMANDS_SCHEMA_VERSION 1

struct commands;

/*
 * What the world is like now, as an object that the caller owns; asked before a command's
 * first ioctl and after its end.  NULL: it cannot be told.
 */
typedef json_t *commands_state(void *context);

/* Appends to the file PATH, which is made when it is not there. */
int commands_create(const char *path, commands_state *state, void *context, struct commands **ret);

/* What has not ended is written as it is, with exit null.  NULL is fine. */
void commands_destroy(struct commands *commands);

/* A thread THREAD of a process came to the door; the first time its argv and state are kept. */
void commands_came(struct commands *commands, pid_t thread);

/* One of its ioctls, IOCTL ("dev-remove") of DEVICE ("" for none), was answered ERROR (0, -errno).
 */
void commands_asked(
	struct commands *commands, pid_t thread, const char *ioctl, const char *device, int error);

/* It calls exit_group(CODE).  The line is written when it is gone. */
void commands_exits(struct commands *commands, pid_t thread, int code);

/*
 * Writes the lines of who has ended.  Whoever waits for the world polls commands_fd(), which
 * is readable when there is something to do, and calls it.
 */
int commands_fd(const struct commands *commands);
void commands_reap(struct commands *commands);

#endif
