/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child_process.h - this very program in a process of its own, seen from the rig.
 *
 * What may block, or takes what the rig must not be without, is done by a hidden
 * subcommand that reads stdin and answers on stdout.
 */
#ifndef SNAPRIG_CHILDREN_CHILD_PROCESS_H
#define SNAPRIG_CHILDREN_CHILD_PROCESS_H

struct child_process {
	int pidfd;     /* readable once it is gone; to be reaped by whoever started it */
	int input_fd;  /* its stdin; -1 once that was ended */
	int output_fd; /* its stdout */
};

/*
 * Starts it with ARGV, which ends with NULL; it has to end when its stdin does.
 * Returns 0, or -errno: it has not started, or has been told to end.
 */
int child_process_start(struct child_process *process, char *const argv[]);

/* Its stdin ends, if it has not. */
void child_process_end_input(struct child_process *process);

/* Closes everything; neither ends nor reaps it. */
void child_process_close(struct child_process *process);

#endif
