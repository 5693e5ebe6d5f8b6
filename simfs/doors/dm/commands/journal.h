/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal.h - the journal of commands: which processes of a world came to the door.
 *
 * A command is a process that opened the control node or asked something of it.  When it has
 * ended it is one line of JSON, with the keys
 *
 *	schema_version, world (wall-clock seconds when that world began, or more: a later one
 *	has a greater number), command (1, 2 ... in the order in which they came), pid,
 *	parent, argv [..], begun (seconds since the world began), seconds,
 *	exit (null: killed, or it cannot be told), signal (null: none, or it cannot be told),
 *	ioctls (how many), failed [{ioctl, device, error, times}],
 *	before and after (states: see state.h)
 *
 * Any thread may call.
 */
#ifndef SNAPRIG_DM_JOURNAL_H
#define SNAPRIG_DM_JOURNAL_H

#include <jansson.h>

#include <sys/types.h>

#define COMMANDS_SCHEMA_VERSION 1

struct command_journal;

/*
 * What the world is like now, as PID sees it, as an object that the caller owns; asked before
 * a command's first ioctl and after its last.  NULL: it cannot be told.
 */
typedef json_t *command_journal_state(void *context, pid_t pid);

/* Appends to the file PATH, which is made when it is not there, by a thread of its own. */
int commands_begin(const char *path, command_journal_state *state, void *context,
	struct command_journal **ret);

/* What has not ended is written as it is, with exit null.  NULL is fine. */
void commands_close(struct command_journal *journal);

/* From now on commands are kept: not those that made the world. */
void command_journal_watch(struct command_journal *journal);

/* A thread of a process came to the door; the first time its argv and state are kept. */
void command_journal_came(struct command_journal *journal, pid_t thread);

/*
 * An ioctl of its process was answered ERROR (0 or -errno): IOCTL ("dev-remove") of DEVICE
 * ("" for none).
 */
void command_journal_asked(struct command_journal *journal, pid_t thread, const char *ioctl,
	const char *device, int error);

/* It calls exit_group(CODE), and waits for us. */
void command_journal_exits(struct command_journal *journal, pid_t thread, int code);

#endif
