/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sampler.h - samples the rig of a run periodically, for its timeline.
 *
 * A thread with its own connection, which outlives rigs: it finds the one that is mounted.  It
 * only queries, which only rules at control.command can see; a scenario with such a rule has no
 * samples.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_SAMPLER_H
#define SNAPRIG_SCENARIOS_RUN_SAMPLER_H

#include <stdint.h>

#include "scenarios/judge/timeline.h"

struct sampler;

/* Adds samples and events to TIMELINE, from BEGIN_NS of clock_now_ns() on.  Returns NULL if it
 * cannot. */
struct sampler *sampler_start(
	struct timeline *timeline, const char *mount_point, uint64_t begin_ns);

/* Samples once more, and ends.  SAMPLER may be NULL. */
void sampler_stop(struct sampler *sampler);

#endif
