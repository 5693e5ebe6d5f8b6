/* SPDX-License-Identifier: Apache-2.0 */
/* engine_limits.h - limits of a volume by chance, most often the smallest ones. */
#ifndef SNAPRIG_TESTS_LIB_ENGINE_LIMITS_H
#define SNAPRIG_TESTS_LIB_ENGINE_LIMITS_H

#include <stdint.h>

#include "simfs/volume/volume_limits.h"

/* It points into itself: not to be copied. */
struct engine_limits {
	struct volume_limits volume;
	struct store_limits store;
};

/* The smallest limits, but for the pieces of a zeroing: plain arrays take one for a write, which
 * its pieces together are not. */
const struct volume_limits *engine_limits_smallest(void);

/* The default limits, these, or each anything in between, as SEED decides. */
void engine_limits_choose(struct engine_limits *ret, uint64_t seed);

#endif
