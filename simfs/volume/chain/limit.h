/* SPDX-License-Identifier: Apache-2.0 */
/* limit.h - changes the size of a chain's SR while it is mounted. */
#ifndef SNAPRIG_VOLUME_CHAIN_LIMIT_H
#define SNAPRIG_VOLUME_CHAIN_LIMIT_H

#include <stdint.h>

struct volume;

/*
 * From now on the SR has room for LIMIT_BYTES; 0: no limit. It may be less than is used: then
 * nothing more fits. The limit is not stored: the next mount has its own. Returns 0, or
 * -EOPNOTSUPP if VOLUME has no chain.
 */
int volume_chain_limit(struct volume *volume, uint64_t limit_bytes);

#endif
