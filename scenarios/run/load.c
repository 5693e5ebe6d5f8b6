/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/load.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/base/interrupt.h"
#include "scenarios/run/ext4_map.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/file_io.h"
#include "simfs/base/heap.h"
#include "simfs/base/mix.h"

/* Adjacent blocks are written together, up to this many. */
#define BLOCKS_PER_WRITE ((size_t)64)

#define STREAM_ORDER	 0x7772697465722d6full
#define STREAM_BYTES	 0x7772697465722d62ull

/* The blocks that may be overwritten, in ascending order. */
struct area {
	uint64_t *blocks;
	size_t count;
};

static void area_deinit(struct area *area)
{
	free(area->blocks);
}

static int area_find(const struct load_order *order, struct reason *reason, struct area *ret)
{
	if (order->content == CONTENT_EXT4)
		return ext4_data_blocks(order->image_path, reason, &ret->blocks, &ret->count);

	int64_t size = file_size(order->image_path);

	if (size < 0)
		return reason_error(reason, -ENOENT, "cannot find '%s'", order->image_path);

	struct area area = { .count = (size_t)(size / ORACLE_BLOCK_BYTES) };

	area.blocks = heap_new((area.count + 1) * sizeof *area.blocks);
	for (size_t i = 0; i < area.count; i++)
		area.blocks[i] = i;
	*ret = area;
	return 0;
}

/* Moves a random choice of COUNT blocks, in random order, to the beginning of the area. */
static void area_shuffle(struct area *area, size_t count, uint64_t stream)
{
	for (size_t i = 0; i < count; i++) {
		size_t other = i + (size_t)mix_below(stream, i, area->count - i);
		uint64_t block = area->blocks[i];

		area->blocks[i] = area->blocks[other];
		area->blocks[other] = block;
	}
}

static int area_check(
	const struct load_order *order, const struct area *area, struct reason *reason)
{
	if (order->bytes % ORACLE_BLOCK_BYTES != 0) {
		reason_set(reason,
			"writer '%s' cannot write %" PRIu64 " bytes (try a multiple of 4KiB)",
			order->name, order->bytes);
		return -EINVAL;
	}
	if (order->bytes / ORACLE_BLOCK_BYTES > area->count) {
		reason_set(reason,
			"writer '%s' cannot write %" PRIu64 " bytes: there is space for %zu%s",
			order->name, order->bytes, area->count * ORACLE_BLOCK_BYTES,
			order->content == CONTENT_EXT4 ? ", the files of the content" : "");
		return -EINVAL;
	}
	return 0;
}

/* Returns how many blocks from FIRST on are adjacent. */
static size_t run_length(const struct area *area, size_t first, size_t end)
{
	size_t length = 1;

	while (first + length < end && length < BLOCKS_PER_WRITE &&
		area->blocks[first + length] == area->blocks[first] + length)
		length++;
	return length;
}

/* The live view; and the shadow, or -1. */
struct targets {
	int live, shadow;
};

/* Writes LENGTH blocks from BLOCK on, and enters them into the ledger. */
static int blocks_write(const struct load_order *order, const struct targets *targets,
	unsigned char *buffer, uint64_t block, size_t length, uint64_t stream)
{
	uint64_t offset = block * ORACLE_BLOCK_BYTES;

	uint64_t writes[BLOCKS_PER_WRITE];

	mix_fill(buffer, length * ORACLE_BLOCK_BYTES, stream, offset);
	for (size_t i = 0; i < length; i++)
		writes[i] = ledger_begin(order->ledger, block + i,
			digest_hash(buffer + i * ORACLE_BLOCK_BYTES, ORACLE_BLOCK_BYTES));

	uint64_t begin_ns = clock_now_ns();
	int error = file_write_all(targets->live, buffer, length * ORACLE_BLOCK_BYTES, offset);
	uint64_t end_ns = clock_now_ns();

	/* Before the acknowledgement, so that every settled block is in the shadow, too. */
	if (error == 0 && targets->shadow >= 0)
		error = file_write_all(
			targets->shadow, buffer, length * ORACLE_BLOCK_BYTES, offset);
	if (error < 0)
		return error;
	write_times_add(order->times, end_ns - begin_ns);
	for (size_t i = 0; i < length; i++)
		ledger_acknowledge(order->ledger, block + i, writes[i]);
	return 0;
}

/* With direct I/O, like a database; through the page cache if that is refused. */
static int live_open(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_DIRECT);

	if (fd < 0 && errno == EINVAL)
		fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static bool is_stopped(const struct load_order *order)
{
	return order->stop && atomic_load(order->stop);
}

static int area_write(const struct load_order *order, const struct area *area, size_t count,
	uint64_t name_hash, struct reason *reason)
{
	uint64_t stream = mix64(order->seed ^ name_hash ^ STREAM_BYTES);
	AUTO(auto_free) unsigned char *buffer = NULL;
	AUTO(auto_close) int live = live_open(order->live_path);
	AUTO(auto_close)
	int shadow = order->shadow_path ? open(order->shadow_path, O_WRONLY | O_CLOEXEC) : -1;
	const struct targets targets = { live, shadow };

	if (live < 0)
		return reason_error(reason, live, "cannot open '%s'", order->live_path);
	if (order->shadow_path && shadow < 0)
		return reason_error(reason, -errno, "cannot open '%s'", order->shadow_path);
	if (posix_memalign((void **)&buffer, ORACLE_BLOCK_BYTES,
		    BLOCKS_PER_WRITE * ORACLE_BLOCK_BYTES) != 0)
		return reason_error(reason, -ENOMEM, "cannot write to '%s'", order->live_path);

	for (size_t i = 0; i < count && (i == 0 || !is_stopped(order));) {
		size_t length = run_length(area, i, count);
		uint64_t block = area->blocks[i];
		int error = blocks_write(order, &targets, buffer, block, length, stream);

		if (error == 0 && interrupt_seen())
			error = -EINTR;
		if (error < 0)
			return reason_error(reason, error,
				"writer '%s' failed at offset %" PRIu64 ", after %zu bytes",
				order->name, block * ORACLE_BLOCK_BYTES, i * ORACLE_BLOCK_BYTES);
		i += length;
	}
	return 0;
}

int load_carry_out(const struct load_order *order, struct reason *reason)
{
	AUTO(area_deinit) struct area area = { 0 };
	int error = area_find(order, reason, &area);

	if (error < 0)
		return error;

	uint64_t name_hash = digest_hash(order->name, strlen(order->name));
	size_t count = (size_t)(order->bytes / ORACLE_BLOCK_BYTES);

	error = area_check(order, &area, reason);
	if (error < 0)
		return error;
	if (order->pattern == PATTERN_RANDOM)
		area_shuffle(&area, count, mix64(order->seed ^ name_hash ^ STREAM_ORDER));
	return area_write(order, &area, count, name_hash, reason);
}
