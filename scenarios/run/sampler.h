/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sampler.h - looks at the rig of a run, again and again, for its timeline.
 *
 * A thread with a connection of its own, which outlives rigs: it finds the one that is
 * mounted.  It only asks; that it asks is seen by rules at control.command alone, and a
 * scenario with one of those has no samples.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_SAMPLER_H
#define SNAPRIG_SCENARIOS_RUN_SAMPLER_H

#include <stdint.h>

#include "scenarios/judge/timeline.h"

struct sampler;

/* Adds samples and events to TIMELINE, from BEGIN_NS of clock_now_ns() on; or NULL. */
struct sampler *sampler_start(
	struct timeline *timeline, const char *mount_point, uint64_t begin_ns);

/* Looks once more, and ends.  NULL is fine. */
void sampler_stop(struct sampler *sampler);

#endif
