/* SPDX-License-Identifier: Apache-2.0 */
/*
 * captive.h - a command that its starter waits for, as env(1) and a shell do.
 *
 * The command is in its starter's process group, so it has the terminal.  Signals from the terminal
 * reach both; a signal sent to the starter alone is passed on.  A command that ignores SIGTERM or
 * SIGHUP should be killed some seconds later.  The command does not outlive its starter.
 *
 * For one thread: the blocked signals are state of the process.
 */
#ifndef SNAPRIG_BASE_CAPTIVE_H
#define SNAPRIG_BASE_CAPTIVE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Blocks SIGCHLD and the signals that ask a process to end, so that from now on the process ends
 * only in an orderly way.
 */
void captive_begin(void);

/*
 * The signals that captive_begin() blocked, to wait for, and the mask before that, which the
 * command gets.
 */
const sigset_t *captive_signals(void);
const sigset_t *captive_signals_before(void);

/* Environment variable NAME gets the value PATH below a folder ("": the folder itself). */
struct captive_word {
	const char *name, *path;
};

/*
 * For the child: sets COUNT variables to paths in FOLDER.  Exits with EXIT_CANNOT_RUN on failure.
 */
void captive_tell(const char *folder, const struct captive_word *words, size_t count);

/*
 * For the child of STARTER: executes COMMAND.  If that fails, exits with EXIT_NO_PROGRAM or
 * EXIT_CANNOT_RUN after a message.
 */
__attribute__((noreturn)) void captive_become(char *const *command, pid_t starter);

struct captive {
	pid_t pid;	      /* 0: it has ended */
	int code;	      /* its exit code, once it has ended */
	uint64_t patience_ns; /* how long it may take to end after it was asked to */
	uint64_t kill_ns;     /* when it should be killed; 0: not yet decided */
};

/* Checks, without waiting, whether the command has ended.  Returns true only once. */
bool captive_look(struct captive *captive);

/*
 * Passes on signal NUMBER (not SIGCHLD), which arrived with CODE (si_code).  The command may have
 * ended already.
 */
void captive_hand_on(struct captive *captive, int number, int code);

#endif
