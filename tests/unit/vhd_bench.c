/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/vhd_bench.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/mix.h"

void vhd_bench_file_deinit(struct vhd_bench_file *file)
{
	free(file->bytes);
	*file = (struct vhd_bench_file){ 0 };
}

static void append(struct vhd_bench_file *file, const void *bytes, size_t length)
{
	if (file->length + length > file->room) {
		file->room = 2 * file->room + length;
		file->bytes = realloc(file->bytes, file->room);
		MUST(file->bytes);
	}
	memcpy(file->bytes + file->length, bytes, length);
	file->length += length;
}

/* ---- writing ---- */

struct writing {
	struct vhd_bench_file *file;
	const uint8_t *disk;
};

static int sink_bytes(void *context, enum vhd_part part, uint8_t *bytes, size_t length)
{
	struct writing *writing = context;

	(void)part;
	append(writing->file, bytes, length);
	/* They are ours, and so may be anything afterwards. */
	memset(bytes, 0xee, length);
	return 0;
}

static int sink_data(void *context, uint64_t offset, uint32_t length)
{
	struct writing *writing = context;

	append(writing->file, writing->disk + offset, length);
	return 0;
}

void vhd_bench_write(struct vhd_order *order, const uint8_t *disk, uint32_t block_bytes,
	uint32_t first, uint32_t step, struct vhd_bench_file *ret)
{
	struct writing writing = { ret, disk };
	const struct vhd_sink sink = { sink_bytes, sink_data, &writing };
	struct vhd_blocks blocks;
	uint64_t length;

	*ret = (struct vhd_bench_file){ 0 };
	MUST(vhd_blocks_init(&blocks, order->disk_bytes, block_bytes) == 0);
	for (uint64_t block = first; block < blocks.count; block += step)
		vhd_blocks_add(&blocks, block * block_bytes, 1);
	order->blocks = &blocks;
	MUST(vhd_write(order, &sink) == 0);
	MUST(vhd_length(order, &length) == 0 && length == ret->length);
	order->blocks = NULL;
	vhd_blocks_deinit(&blocks);
}

uint8_t *vhd_bench_disk(size_t length, uint64_t seed)
{
	uint8_t *disk = malloc(length);

	MUST(disk);
	mix_fill(disk, length, seed, 0);
	return disk;
}

/* ---- reading ---- */

static int source_read(void *context, uint64_t offset, void *bytes, size_t length)
{
	const struct vhd_bench_file *file = context;

	MUST(offset <= file->length && length <= file->length - offset);
	memcpy(bytes, file->bytes + offset, length);
	return 0;
}

void vhd_bench_source(struct vhd_bench_file *file, struct vhd_source *ret)
{
	*ret = (struct vhd_source){ source_read, file->length, file };
}

struct streaming {
	struct vhd_bench_file *file;
	uint8_t *disk;
	size_t length;
};

static int stream_pull(void *context, void *bytes, size_t length)
{
	struct streaming *streaming = context;
	struct vhd_bench_file *file = streaming->file;

	if (length > file->length - file->at)
		return -ENODATA;
	memcpy(bytes, file->bytes + file->at, length);
	file->at += length;
	return 0;
}

static int stream_pull_tail(void *context, void *bytes, size_t length)
{
	struct streaming *streaming = context;
	struct vhd_bench_file *file = streaming->file;

	if (length > file->length - file->at)
		return -ENODATA;
	file->at = file->length - length;
	return stream_pull(context, bytes, length);
}

static int stream_put(void *context, uint64_t offset, const void *bytes, size_t length)
{
	struct streaming *streaming = context;

	MUST(offset <= streaming->length && length <= streaming->length - offset);
	memcpy(streaming->disk + offset, bytes, length);
	return 0;
}

static int stream_zero(void *context, uint64_t offset, uint64_t length)
{
	struct streaming *streaming = context;

	MUST(length > 0 && offset <= streaming->length && length <= streaming->length - offset);
	memset(streaming->disk + offset, 0, length);
	return 0;
}

int vhd_bench_stream(
	struct vhd_bench_file *file, uint8_t *disk, size_t length, struct vhd_flaw *flaw)
{
	struct streaming streaming = { file, disk, length };
	const struct vhd_stream stream = {
		.pull = stream_pull,
		.pull_tail = stream_pull_tail,
		.put = stream_put,
		.zero = stream_zero,
		.context = &streaming,
		.disk_bytes = length,
	};

	file->at = 0;
	return vhd_stream_read(&stream, flaw);
}
