/* SPDX-License-Identifier: Apache-2.0 */
/* ring_bench.h - a ring of a test's own, and an operation of it that must not end. */
#ifndef SNAPRIG_TESTS_UNIT_RING_BENCH_H
#define SNAPRIG_TESTS_UNIT_RING_BENCH_H

#include <stdint.h>

#include "simfs/blockio/ring.h"

/* Where a ring is forbidden the program ends, and is skipped: it is told by other tests, too. */
struct ring *ring_bench_make(void);

/* The `done` of an operation that goes with its ring. */
void ring_bench_never_done(struct ring_op *op, int result, uint32_t flags);

#endif
