/* SPDX-License-Identifier: Apache-2.0 */
/* machine.h - what /proc tells of the machine. */
#ifndef SNAPRIG_MACHINE_H
#define SNAPRIG_MACHINE_H

#include <stdint.h>

/* Which run of the machine this is; 0 where /proc does not tell. */
uint64_t machine_boot_id(void);

#endif
