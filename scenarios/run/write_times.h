/* SPDX-License-Identifier: Apache-2.0 */
/* write_times.h - how long each live write took.  Any thread. */
#ifndef SNAPRIG_SCENARIOS_RUN_WRITE_TIMES_H
#define SNAPRIG_SCENARIOS_RUN_WRITE_TIMES_H

#include <stdint.h>

#include "scenarios/judge/measures.h"

struct write_times;

struct write_times *write_times_create(void);
void write_times_destroy(struct write_times *times);

/* TIMES may be NULL: then nothing is recorded. */
void write_times_add(struct write_times *times, uint64_t duration_ns);

/* Returns the latencies of all writes since the previous call. */
struct write_latency write_times_take(struct write_times *times);

#endif
