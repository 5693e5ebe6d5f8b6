/* SPDX-License-Identifier: Apache-2.0 */
/* vss_bench.h - a volume under the profile vss, and what its area holds. */
#ifndef SNAPRIG_TESTS_UNIT_VSS_BENCH_H
#define SNAPRIG_TESTS_UNIT_VSS_BENCH_H

#include "tests/lib/engine.h"

#define VSS_BLOCK    16384
#define VSS_BLOCKS   64
#define VSS_NO_LIMIT "100%"

extern struct engine vss_engine;
extern uint64_t vss_stamps[VSS_BLOCKS]; /* of the live view's blocks */

/* Opens a volume whose blocks have been written. */
void vss_start(const char *limit);

/* The same on a disk whose requests end in another order. */
void vss_start_seeded(const char *limit, uint64_t seed);

/* Writes that block of the live view, which must succeed. */
void vss_write(unsigned block, uint64_t stamp);

/* Takes a snapshot, which must succeed. */
void vss_snapshot(const char *name);

/* Each block of OF, the live view when it is NULL, is what a write with that stamp wrote. */
void vss_check(struct snapshot *of, const uint64_t expected[VSS_BLOCKS]);

/* What the status says OF has of the area, and what all have. */
uint64_t vss_used_bytes(struct snapshot *of);
uint64_t vss_area_bytes(void);

#endif
