/* SPDX-License-Identifier: Apache-2.0 */
/*
 * captive.h - a command that its starter waits for, as env(1) and a shell would.
 *
 * The command is in the process group of its starter, so it has the terminal.  What a terminal
 * sends reaches both; what somebody sends to the starter alone is handed on, and a command that
 * does not heed SIGTERM or SIGHUP is to be killed some seconds later.  It does not outlive its
 * starter either.
 *
 * One thread uses this: what it blocks is the state of the process.
 */
#ifndef SNAPRIG_BASE_CAPTIVE_H
#define SNAPRIG_BASE_CAPTIVE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * From now on no signal ends this process but in order: those that ask a process to end, and
 * SIGCHLD, are blocked.
 */
void captive_begin(void);

/* Those signals, to be waited for; and what was blocked before, which the command gets. */
const sigset_t *captive_signals(void);
const sigset_t *captive_signals_before(void);

/* Variable NAME of the environment is PATH in FOLDER ("": the folder itself). */
struct captive_word {
	const char *name, *path;
};

/* In the child: it is told COUNT words of FOLDER, or ends with EXIT_CANNOT_RUN. */
void captive_tell(const char *folder, const struct captive_word *words, size_t count);

/*
 * In the child of STARTER: becomes COMMAND.  Where there is none it ends with EXIT_NO_PROGRAM or
 * EXIT_CANNOT_RUN, after a message.
 */
__attribute__((noreturn)) void captive_become(char *const *command, pid_t starter);

struct captive {
	pid_t pid;	      /* 0: it has ended */
	int code;	      /* its exit code then */
	uint64_t patience_ns; /* how long it may take to end when it is asked to */
	uint64_t kill_ns;     /* when it is to be killed; 0: it is not */
};

/* Looks, without waiting, whether it has ended.  True the one time that it has. */
bool captive_look(struct captive *captive);

/* Signal NUMBER, any but SIGCHLD, came with CODE (si_code); the command may have ended. */
void captive_hand_on(struct captive *captive, int number, int code);

#endif
