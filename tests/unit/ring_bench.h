/* SPDX-License-Identifier: Apache-2.0 */
/* ring_bench.h - a ring of a test's own, and operations of it: counted, or never done. */
#ifndef SNAPRIG_TESTS_UNIT_RING_BENCH_H
#define SNAPRIG_TESTS_UNIT_RING_BENCH_H

#include <stdint.h>

#include "simfs/blockio/ring.h"

/* Where a ring is forbidden the program ends, and is skipped: it is told by other tests, too. */
struct ring *ring_bench_make(void);

/* The `done` of an operation that goes with its ring. */
void ring_bench_never_done(struct ring_op *op, int result, uint32_t flags);

/* An operation that counts how often it is done; the caller's. */
struct ring_bench_counted {
	struct ring_op op;
	unsigned done_count;
	char byte;
};

/* The `done` of one. */
void ring_bench_count_done(struct ring_op *op, int result, uint32_t flags);

/* It reads a byte of FD, which ends when somebody writes one. */
void ring_bench_start_read(struct ring *ring, struct ring_bench_counted *counted, int fd);

/* Writes it to FD, and runs RING until COUNTED is done, which is not taken for a leak then. */
void ring_bench_end_read(struct ring *ring, struct ring_bench_counted *counted, int fd);

#endif
