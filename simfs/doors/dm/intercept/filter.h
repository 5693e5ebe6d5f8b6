/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter.h - the seccomp filter that lets a process and its children meet our control node.
 *
 * What is trapped: ioctl with the type of dm's, open of anything for reading and writing
 * alone (the path is compared by who listens), and exit_group, which goes on in any case.
 * 32-bit programs and what io_uring opens are not seen; the node that they find cannot be
 * opened (entry/enter.h).
 */
#ifndef SNAPRIG_DM_FILTER_H
#define SNAPRIG_DM_FILTER_H

/*
 * Puts the calling thread and all that it starts behind the filter.  *RET is the listener.
 * Returns 0; -EBUSY when somebody listens already, a world or a sandbox; -EINVAL or -ENOSYS
 * when the kernel knows no such filter, or not SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
 * without which a signal would repeat what was done; -EPERM or -EACCES when it is forbidden.
 */
int filter_install(int *ret);

/* Whether filter_install() would work, tried by a child: 0 or its error. */
int filter_probe(void);

#endif
