/* SPDX-License-Identifier: Apache-2.0 */
/* exit_code.h - the exit codes of all our programs. */
#ifndef SNAPRIG_BASE_EXIT_CODE_H
#define SNAPRIG_BASE_EXIT_CODE_H

#include <sys/wait.h>

/* What a program of this suite exits with (docs/architecture.md 11). */
enum exit_code {
	EXIT_MET = 0,	       /* all expectations met */
	EXIT_FINDING = 1,      /* an expectation failed */
	EXIT_USAGE = 2,	       /* usage or scenario error */
	EXIT_INCONCLUSIVE = 3, /* the fault never fired, or the oracle cannot tell */
	EXIT_RIG = 4,	       /* the rig or the machine failed */
	EXIT_SKIPPED = 77,     /* a privilege or a tool is missing */
	EXIT_TIMED_OUT = 124,
	EXIT_CANNOT_RUN = 126, /* a command could not be run; as for env(1) and shells */
	EXIT_NO_PROGRAM = 127, /* a command was not found; likewise */
};

/* The exit code for the STATUS of waitpid(), as shells report it: 128 + N for signal N. */
static inline int exit_code_of_status(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

#endif
