/* SPDX-License-Identifier: Apache-2.0 */
/* machine.h - what the machine tells, and gives. */
#ifndef SNAPRIG_BASE_MACHINE_H
#define SNAPRIG_BASE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

/* Which run of the machine this is; 0 where /proc does not tell. */
uint64_t machine_boot_id(void);

/*
 * Each snapshot has a file open, and the soft limit is made for shells: it becomes the
 * hard one.  Where that fails, a snapshot too many is refused earlier.
 */
void machine_raise_file_limit(void);

/*
 * libfuse allocates some 140 bytes for each request, more of which are under way than a thread's
 * cache of free blocks holds (7): what is given back is kept as it is, and not merged with what
 * lies beside it, only to be cut out again.
 */
void machine_keep_small_blocks(void);

/*
 * Whether a volume can be served: /dev/fuse can be opened, and io_uring is neither forbidden nor
 * too old.  If not, *RET_WHY tells that and what helps.
 */
bool machine_can_serve(const char **ret_why);

/* The second of them alone. */
bool machine_has_io_uring(const char **ret_why);

/*
 * Whether this user, who is to mount something, can unmount it again: who is not root asks
 * fusermount3, which looks into /etc/mtab (fusermount.c of libfuse 3.14).  If not, *RET_WHY tells
 * that and what helps.
 */
bool machine_can_unmount(const char **ret_why);

#endif
