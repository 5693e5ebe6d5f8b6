/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal.h - the journal of commands: which processes of a world came to the door.
 *
 * A command is a process that opened the control node or issued an ioctl on it.  When it ends, it
 * becomes one line of JSON, with the keys
 *
 *	schema_version, world (wall-clock seconds when that world began, or more: a later world
 *	has a greater number), command (1, 2 ... in order of arrival), pid,
 *	parent, argv [..], begun (seconds since the world began), seconds,
 *	exit (null: killed, or unknown), signal (null: none, or unknown),
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
 * The present state of the world as PID sees it, as an object that the caller owns; asked for
 * before a command's first ioctl and after its last.  NULL if it is unknown.
 */
typedef json_t *command_journal_state(void *context, pid_t pid);

/* Appends to the file PATH, which is created if missing, from a thread of its own. */
int commands_begin(const char *path, command_journal_state *state, void *context,
	struct command_journal **ret);

/* Commands that still run are written as they are, with exit null.  NULL is fine. */
void commands_close(struct command_journal *journal);

/* Records commands from now on: not those that set up the world. */
void command_journal_watch(struct command_journal *journal);

/* A thread came to the door; the first time, the argv of its process and the state are recorded. */
void command_journal_came(struct command_journal *journal, pid_t thread);

/*
 * An ioctl of the thread's process was answered ERROR (0 or -errno): IOCTL ("dev-remove") of DEVICE
 * ("" for none).
 */
void command_journal_asked(struct command_journal *journal, pid_t thread, const char *ioctl,
	const char *device, int error);

/* The thread's process calls exit_group(CODE), and waits for us. */
void command_journal_exits(struct command_journal *journal, pid_t thread, int code);

#endif
