/* SPDX-License-Identifier: Apache-2.0 */
/* vhd_bench.h - a disk in memory, and VHDs of it. */
#ifndef SNAPRIG_TESTS_UNIT_VHD_BENCH_H
#define SNAPRIG_TESTS_UNIT_VHD_BENCH_H

#include <stddef.h>
#include <stdint.h>

#include "simfs/doors/xapi/vhd/read.h"
#include "simfs/doors/xapi/vhd/stream.h"
#include "simfs/doors/xapi/vhd/write.h"

#define VHD_BENCH_BLOCK_BYTES 4096u

/* A file in memory, with room for what is written. */
struct vhd_bench_file {
	uint8_t *bytes;
	size_t length;
	size_t room;
	size_t at; /* what a stream has given */
};

void vhd_bench_file_deinit(struct vhd_bench_file *file);
void vhd_bench_source(struct vhd_bench_file *file, struct vhd_source *ret);

/* The VHD of blocks FIRST, FIRST + STEP ... of DISK, of BLOCK_BYTES each; ORDER says the rest. */
void vhd_bench_write(struct vhd_order *order, const uint8_t *disk, uint32_t block_bytes,
	uint32_t first, uint32_t step, struct vhd_bench_file *ret);

/* Random content from SEED; the caller's. */
uint8_t *vhd_bench_disk(size_t length, uint64_t seed);

/* A VHD stream from FILE onto DISK, whatever it was. */
int vhd_bench_stream(
	struct vhd_bench_file *file, uint8_t *disk, size_t length, struct vhd_flaw *flaw);

#endif
