/* SPDX-License-Identifier: Apache-2.0 */
/* measure.h - updates the gauges, and acts on the one that a profile guards. */
#ifndef SNAPRIG_VOLUME_MEASURE_H
#define SNAPRIG_VOLUME_MEASURE_H

#include "faults/gauge.h"

struct snapshot;
struct volume;

/* gauges.c: updates measured values. */
void gauges_measure(struct volume *volume);
void gauge_measure_now(struct volume *volume, enum gauge gauge);

/* Fails SNAPSHOT, for which a write preserves data, if its profile gives up when memory is
 * short. */
void memory_guard(struct snapshot *snapshot);

/* Of memory.used, or NULL. */
const char *volume_memory_source_name(const struct volume *volume);

#endif
