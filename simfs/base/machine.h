/* SPDX-License-Identifier: Apache-2.0 */
/* machine.h - facts about the machine, and its limits. */
#ifndef SNAPRIG_BASE_MACHINE_H
#define SNAPRIG_BASE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

/* Identifies this boot of the machine; 0 if /proc does not say. */
uint64_t machine_boot_id(void);

/*
 * Raises the soft limit of open files, which is meant for shells, to the hard limit: each snapshot
 * has a file open.  If that fails, snapshots are refused earlier.
 */
void machine_raise_file_limit(void);

/*
 * Keeps small freed blocks as they are, instead of merging them with their neighbours only to split
 * them again.  libfuse allocates some 140 bytes per request, and more requests are in flight than a
 * thread's cache of free blocks holds (7).
 */
void machine_keep_small_blocks(void);

/*
 * Whether a volume can be served: /dev/fuse can be opened, and io_uring is neither forbidden nor
 * too old.  If not, *RET_WHY says why and what helps.
 */
bool machine_can_serve(const char **ret_why);

/* Checks only io_uring. */
bool machine_has_io_uring(const char **ret_why);

/*
 * Whether this user could unmount a volume again.  Everyone but root needs fusermount3, which reads
 * /etc/mtab (fusermount.c of libfuse 3.14).  If not, *RET_WHY says why and what helps.
 */
bool machine_can_unmount(const char **ret_why);

#endif
