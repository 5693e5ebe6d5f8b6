/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process_family.h - all that a program has started, wherever it went.
 *
 * This process becomes the parent of whoever below it loses its own
 * (PR_SET_CHILD_SUBREAPER).  So the family of a program is its group, and every
 * child of ours that was not there before it, with all below that one: also who
 * has left the group or the session.  One program at a time has a family.
 */
#ifndef SNAPRIG_SCENARIOS_BASE_PROCESS_FAMILY_H
#define SNAPRIG_SCENARIOS_BASE_PROCESS_FAMILY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct process_family {
	pid_t leader;  /* of the group; the caller sets it, and does not reap it before the end */
	pid_t *before; /* our children that are none of the family */
	size_t before_count;
};

/* Before the program is started. */
void process_family_begin(struct process_family *family);

/*
 * Its living members as "gzip (pid 17), dd (pid 18)", the first few of many, the
 * caller's; or NULL when there are none after up to GRACE_NS.
 */
char *process_family_left(const struct process_family *family, uint64_t grace_ns);

/* As "dd (pid 18) in request_wait_answer, …": the kernel function each member sleeps in. */
char *process_family_waits(const struct process_family *family);

/* Kills every member, also those that come meanwhile; but not for ever. */
void process_family_kill(const struct process_family *family);

/* The leader was reaped: so are the others.  Releases FAMILY. */
void process_family_end(struct process_family *family);

#endif
