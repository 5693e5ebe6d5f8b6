/* SPDX-License-Identifier: Apache-2.0 */
/* limit.h - the size of the SR that a chain lies on, while it is mounted. */
#ifndef SNAPRIG_VOLUME_CHAIN_LIMIT_H
#define SNAPRIG_VOLUME_CHAIN_LIMIT_H

#include <stdint.h>

struct volume;

/*
 * From now on the SR has room for LIMIT_BYTES; 0: it has no limit.  It may be less than what is
 * used: then nothing more fits.  Nobody is told, and the next mount has its own.  0, or
 * -EOPNOTSUPP: VOLUME has no chain.
 */
int volume_chain_limit(struct volume *volume, uint64_t limit_bytes);

#endif
