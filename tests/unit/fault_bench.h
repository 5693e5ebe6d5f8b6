/* SPDX-License-Identifier: Apache-2.0 */
/* fault_bench.h - a filled volume with a snapshot "s", and rules for it. */
#ifndef SNAPRIG_TESTS_UNIT_FAULT_BENCH_H
#define SNAPRIG_TESTS_UNIT_FAULT_BENCH_H

#include "tests/unit/volume_bench.h"

/* How often a fault has said crash, which does nothing here. */
extern unsigned fault_bench_crashes;

/* Opens the volume; with a snapshot under PROFILE, or NULL for none. */
void fault_bench_open(const struct engine_options *options, bool with_snapshot);

/* Adds a rule that must be right. */
void fault_bench_add(const char *text);

/* The counter NAME of the rule that was added as number INDEX, from 0. */
long long fault_bench_count(size_t index, const char *name);

/* A read of LENGTH bytes: its result, with the bytes and how many of them are good. */
int fault_bench_read(struct snapshot *snapshot, uint64_t offset, size_t length, uint8_t *bytes,
	size_t *ret_done);

/* A write from STAMP: its result, and how many bytes it says were written. */
int fault_bench_write(struct snapshot *snapshot, uint64_t offset, size_t length, uint64_t stamp,
	size_t *ret_done);

/* The bytes of the image as they lie on the disk. */
const uint8_t *fault_bench_image(void);

#endif
