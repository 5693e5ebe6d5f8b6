/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process_family.h - every process that a program has started, wherever it is now.
 *
 * This process becomes the parent of all its descendants that lose their own
 * (PR_SET_CHILD_SUBREAPER).  So a program's family is its process group, plus every child of
 * ours that did not exist before the program, with all descendants, even those that left the
 * group or the session.  Only one program at a time has a family.
 */
#ifndef SNAPRIG_SCENARIOS_BASE_PROCESS_FAMILY_H
#define SNAPRIG_SCENARIOS_BASE_PROCESS_FAMILY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct process_family {
	pid_t leader;  /* of the group; the caller sets it, and does not reap it before the end */
	pid_t *before; /* our children that do not belong to the family */
	size_t before_count;
};

/* Call it before the program is started. */
void process_family_begin(struct process_family *family);

/*
 * Returns the living members as "gzip (pid 17), dd (pid 18)", the first few if there are many;
 * or NULL if none is left after up to GRACE_NS.  The caller frees it.
 */
char *process_family_left(const struct process_family *family, uint64_t grace_ns);

/* As "dd (pid 18) in request_wait_answer, …": the kernel function that each member sleeps in. */
char *process_family_waits(const struct process_family *family);

/* Kills every member, including those forked while it runs; gives up after a number of rounds. */
void process_family_kill(const struct process_family *family);

/* The leader was reaped: reaps the other members, and releases FAMILY. */
void process_family_end(struct process_family *family);

#endif
