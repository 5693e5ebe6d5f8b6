/* SPDX-License-Identifier: Apache-2.0 */
/* pressure_place.h - where the cgroup of pressure.h goes, and how large it may be. */
#ifndef SNAPRIG_CHILDREN_PRESSURE_PLACE_H
#define SNAPRIG_CHILDREN_PRESSURE_PLACE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Writes to PATH the path for this process's own cgroup, without creating it, and how much memory
 * is available for it.  Returns 0, or -EPERM (no memory controller) or -ENODATA with the reason in
 * MESSAGE, of PRESSURE_MESSAGE_BYTES.
 */
int pressure_place(char *path, size_t length, uint64_t *ret_available_bytes, char *message);

#endif
