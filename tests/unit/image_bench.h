/* SPDX-License-Identifier: Apache-2.0 */
/* image_bench.h - a volume (volume_bench.h) whose image somebody else changes. */
#ifndef SNAPRIG_TESTS_UNIT_IMAGE_BENCH_H
#define SNAPRIG_TESTS_UNIT_IMAGE_BENCH_H

#include "tests/unit/volume_bench.h"

#define IMAGE_HALF (BENCH_VOLUME_BYTES / 2)

/* From the front on: what was written since the snapshot "s" was taken. */
#define IMAGE_PRESERVED_BYTES 65536

/* A filled volume with the snapshot "s" of bench_content, and a write since; fixtures. */
void image_bench_open(void);
void image_bench_open_chain(void);

/* What a read of a byte of SNAPSHOT (NULL: the live view) answers. */
int image_bench_read(const char *snapshot, uint64_t offset);

uint64_t image_bench_file_bytes(const char *name);

/* Unmounts in order, and mounts. */
void image_bench_reopen(void);

#endif
