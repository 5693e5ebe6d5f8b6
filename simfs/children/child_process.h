/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child_process.h - this program in a child process, as the rig sees it.
 *
 * Work that may block, or takes resources that the rig needs itself, is done by a hidden subcommand
 * that reads stdin and answers on stdout.
 */
#ifndef SNAPRIG_CHILDREN_CHILD_PROCESS_H
#define SNAPRIG_CHILDREN_CHILD_PROCESS_H

struct child_process {
	int pidfd;     /* readable once it is gone; whoever started it reaps it */
	int input_fd;  /* its stdin; -1 after EOF was sent */
	int output_fd; /* its stdout */
};

/*
 * Starts the program with ARGV, which ends with NULL.  It must exit when its stdin ends.  Returns
 * 0, or -errno if it has not started, or has been asked to end.
 */
int child_process_start(struct child_process *process, char *const argv[]);

/* Ends its stdin, if it has not ended. */
void child_process_end_input(struct child_process *process);

/* Closes all descriptors; neither ends nor reaps the process. */
void child_process_close(struct child_process *process);

#endif
