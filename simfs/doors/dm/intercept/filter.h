/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter.h - the seccomp filter through which a process and its children get our control node.
 *
 * It traps ioctls of dm's type, opens of any file for reading and writing without further flags
 * (the listener compares the path), and exit_group, which always continues.  It does not see 32-bit
 * programs and opens by io_uring; the node that they find cannot be opened (entry/enter.h).
 */
#ifndef SNAPRIG_DM_FILTER_H
#define SNAPRIG_DM_FILTER_H

/*
 * Installs the filter on the calling thread and all that it starts.  *RET is the listener.  Returns
 * 0; -EBUSY if a listener exists already (a world's or a sandbox's); -EINVAL or -ENOSYS if the
 * kernel lacks such filters, or SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, without which a signal
 * would repeat calls that have been done; -EPERM or -EACCES if it is forbidden.
 */
int filter_install(int *ret);

/* Tries filter_install() in a child.  Returns 0 or its error. */
int filter_probe(void);

#endif
