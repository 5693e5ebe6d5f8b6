/* SPDX-License-Identifier: Apache-2.0 */
/* machine.h - what the machine tells, and gives. */
#ifndef SNAPRIG_BASE_MACHINE_H
#define SNAPRIG_BASE_MACHINE_H

#include <stdint.h>

/* Which run of the machine this is; 0 where /proc does not tell. */
uint64_t machine_boot_id(void);

/*
 * Each snapshot has a file open, and the soft limit is made for shells: it becomes the
 * hard one.  Where that fails, a snapshot too many is refused earlier.
 */
void machine_raise_file_limit(void);

#endif
