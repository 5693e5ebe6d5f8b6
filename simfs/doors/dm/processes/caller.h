/* SPDX-License-Identifier: Apache-2.0 */
/*
 * caller.h - the process that issued a trapped ioctl: its privilege, its memory, its root.
 *
 * It waits in its system call while we answer.  Only a kill ends that wait, so /proc and memory are
 * its own as long as caller_waits() is true.
 */
#ifndef SNAPRIG_DM_CALLER_H
#define SNAPRIG_DM_CALLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

struct caller {
	pid_t pid; /* the calling thread, which has a /proc/PID, too */

	/* Whether it still waits; depends on how it asks us (intercept/). */
	bool (*waits)(const struct caller *caller);
	int fd;
	uint64_t id;
};

/* False soon after it was killed; for functions that wait long on its behalf. */
bool caller_waits(const struct caller *caller);

/*
 * Whether a signal with a handler is pending, which in a kernel would interrupt an interruptible
 * call.
 */
bool caller_is_signalled(const struct caller *caller);

/* Whether it has CAP_SYS_ADMIN, without which the kernel would return EACCES. */
bool caller_is_admin(const struct caller *caller);

/* The process of its thread; the thread's own number if that is unknown. */
pid_t caller_process(const struct caller *caller);

/* LENGTH bytes at ADDRESS in its memory.  Returns 0 or -EFAULT; -ESRCH if it is gone. */
int caller_read(const struct caller *caller, uint64_t address, void *buffer, size_t length);
int caller_write(const struct caller *caller, uint64_t address, const void *data, size_t length);

/* The text at ADDRESS in its memory, truncated at LENGTH - 1 bytes.  Returns 0 or -EFAULT. */
int caller_read_text(const struct caller *caller, uint64_t address, char *buffer, size_t length);

/*
 * Opens PATH with O_PATH as the caller would: in its root, from its current folder, following
 * links.  Returns 0 or -errno.
 */
int caller_find(const struct caller *caller, const char *path, int *ret);

#endif
