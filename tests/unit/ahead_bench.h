/* SPDX-License-Identifier: Apache-2.0 */
/* ahead_bench.h - a filled volume with a snapshot "s" that is read ahead of its readers. */
#ifndef SNAPRIG_TESTS_UNIT_AHEAD_BENCH_H
#define SNAPRIG_TESTS_UNIT_AHEAD_BENCH_H

#include "tests/unit/fault_bench.h"

#define BLOCK  4096u
#define WINDOW (64u << 10)

/* Of the volume that is open; and bytes that were read of files since, for anybody. */
extern struct volume_limits ahead_limits;
extern uint64_t ahead_file_bytes;

/* Opens it with a window of AHEAD_BYTES. */
void ahead_open(uint32_t ahead_bytes);

/* The snapshot. */
struct snapshot *ahead_view(void);

/* Starts a read; whether it has ended within that. */
bool ahead_start_read(struct engine_request **ret, uint64_t offset, size_t length);

/* Waits for READ, which finds what the snapshot has to hold, and frees it. */
void ahead_expect(struct engine_request *read);

/* Whether a read of what it should be was answered at once; all is quiet behind it. */
bool ahead_read_one(uint64_t offset, size_t length);

#endif
