/* SPDX-License-Identifier: Apache-2.0 */
/* engine_limits.h - random limits of a volume, usually the smallest ones. */
#ifndef SNAPRIG_TESTS_LIB_ENGINE_LIMITS_H
#define SNAPRIG_TESTS_LIB_ENGINE_LIMITS_H

#include <stdint.h>

#include "simfs/volume/volume_limits.h"

/* Must not be copied, because it points into itself. */
struct engine_limits {
	struct volume_limits volume;
	struct store_limits store;
};

/* The smallest limits, except for the pieces of a zeroing: plain arrays treat a zeroing as one
 * write, which several pieces are not. */
const struct volume_limits *engine_limits_smallest(void);

/* The default limits, the smallest, or random values in between, as SEED decides. */
void engine_limits_choose(struct engine_limits *ret, uint64_t seed);

#endif
