/* SPDX-License-Identifier: Apache-2.0 */
/*
 * caller.h - the process behind a trapped ioctl: what it may, its memory, its root.
 *
 * It waits in its system call while we answer.  Only being killed ends that wait, so what
 * is read here is its own until caller_waits() says no.
 */
#ifndef SNAPRIG_DM_CALLER_H
#define SNAPRIG_DM_CALLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

struct caller {
	pid_t pid; /* the thread that calls; /proc/PID is there for it, too */

	/* Whether it waits still; of the way by which it asks us (intercept/). */
	bool (*waits)(const struct caller *caller);
	int fd;
	uint64_t id;
};

/* Whether it is killed no more than a moment ago; for who waits long on its behalf. */
bool caller_waits(const struct caller *caller);

/*
 * Whether a signal that it has a handler for waits until its system call has ended: a kernel
 * would end a call that can be interrupted.
 */
bool caller_is_signalled(const struct caller *caller);

/* Whether it has CAP_SYS_ADMIN, without which the kernel would say EACCES. */
bool caller_is_admin(const struct caller *caller);

/* The process that its thread is of; its own number when that cannot be told. */
pid_t caller_process(const struct caller *caller);

/* LENGTH bytes at ADDRESS there.  Returns 0 or -EFAULT; -ESRCH when it is gone. */
int caller_read(const struct caller *caller, uint64_t address, void *buffer, size_t length);
int caller_write(const struct caller *caller, uint64_t address, const void *data, size_t length);

/* The text at ADDRESS there, cut off at LENGTH - 1 bytes.  Returns 0 or -EFAULT. */
int caller_read_text(const struct caller *caller, uint64_t address, char *buffer, size_t length);

/*
 * Finds PATH as it would: through its root, relative to its current folder, links included.
 * *RET is a descriptor of O_PATH.  Returns 0 or -errno.
 */
int caller_find(const struct caller *caller, const char *path, int *ret);

#endif
