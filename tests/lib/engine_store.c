/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/engine_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/mix.h"

void store_bench_init(
	struct store_bench *bench, uint64_t seed, uint64_t volume_bytes, uint32_t block_bytes)
{
	store_bench_init_limited(bench, seed, volume_bytes, block_bytes, NULL);
}

void store_bench_init_limited(struct store_bench *bench, uint64_t seed, uint64_t volume_bytes,
	uint32_t block_bytes, const struct store_limits *limits)
{
	*bench = (struct store_bench){
		.facts = {
			.name = "s",
			.profile = "plain",
			.volume_id = mix64(seed),
			.store_id = mix64(seed + 1),
			.order = 3,
			.volume_bytes = volume_bytes,
			.limit_bytes = 12345,
			.block_bytes = block_bytes,
			.created_seconds = 1700000000,
		},
		.open_options = { .limits = limits },
	};
	MUST(memory_disk_create(seed, BLOCKIO_ALIGNMENT_MAX, &bench->disk) == 0);
	MUST(memory_folder_create(bench->disk, &bench->folder) == 0);
	MUST(store_create(bench->folder, STORE_BENCH_NAME, &bench->facts,
		     bench->open_options.limits, &bench->store) == 0);
	MUST(store_bench_mark(bench, 0, 0) == 0);
}

void store_bench_deinit(struct store_bench *bench)
{
	if (bench->store)
		store_bench_leave(bench);
	for (unsigned i = 0; i < bench->append_count; i++) {
		free(bench->appends[i]->data);
		free(bench->appends[i]);
	}
	bench->folder->ops->destroy(bench->folder);
	memory_disk_destroy(bench->disk);
}

static void append_done(struct store_waiter *waiter, int error)
{
	struct store_bench_append *append = CONTAINER_OF(waiter, struct store_bench_append, waiter);

	MUST(!append->has_ended);
	append->has_ended = true;
	append->result = error;
}

void store_bench_fill(const struct store_bench *bench, uint64_t block, void *bytes)
{
	mix_fill(bytes, bench->facts.block_bytes, ~bench->facts.store_id,
		block * bench->facts.block_bytes);
}

/* The append is freed when its waiter is released. */
static struct store_bench_append *append_new(struct store_bench *bench, size_t data_bytes)
{
	struct store_bench_append *append = calloc(1, sizeof *append);

	MUST(append && bench->append_count < STORE_BENCH_APPENDS_MAX);
	if (data_bytes > 0)
		MUST(posix_memalign(&append->data, BLOCKIO_ALIGNMENT_MAX, data_bytes) == 0);
	bench->appends[bench->append_count++] = append;
	append->waiter.done = append_done;
	store_waiter_add(&append->waiter);
	return append;
}

struct store_bench_append *store_bench_append(
	struct store_bench *bench, uint64_t first_block, uint64_t count)
{
	size_t block_bytes = bench->facts.block_bytes;
	struct store_bench_append *append = append_new(bench, count * block_bytes);

	for (uint64_t i = 0; i < count; i++)
		store_bench_fill(bench, first_block + i, (char *)append->data + i * block_bytes);
	store_append(bench->store, first_block, count, append->data, &append->waiter);
	store_waiter_release(&append->waiter, 0);
	return append;
}

struct store_bench_append *store_bench_change(
	struct store_bench *bench, uint64_t first_block, uint64_t count)
{
	struct store_bench_append *append = append_new(bench, 0);

	store_append(bench->store, first_block, count, NULL, &append->waiter);
	store_waiter_release(&append->waiter, 0);
	return append;
}

struct store_bench_append *store_bench_rewrite(struct store_bench *bench, uint64_t block,
	uint32_t within_bytes, uint32_t length_bytes, uint64_t stamp)
{
	struct store_bench_append *append = append_new(bench, length_bytes);

	mix_fill(append->data, length_bytes, stamp, 0);
	store_rewrite(
		bench->store, block, within_bytes, append->data, length_bytes, &append->waiter);
	store_waiter_release(&append->waiter, 0);
	return append;
}

void store_bench_settle(struct store_bench *bench)
{
	while (memory_disk_step(bench->disk))
		continue;
}

int store_bench_update(struct store_bench *bench, const struct store_facts *facts)
{
	struct store_bench_append update = { .waiter = { .done = append_done } };

	store_update(bench->store, facts, &update.waiter);
	while (!update.has_ended)
		MUST(memory_disk_step(bench->disk));
	return update.result;
}

int store_bench_mark(struct store_bench *bench, int error, uint64_t overflow_blocks)
{
	struct store_bench_append mark = { .waiter = { .done = append_done } };

	store_mark(bench->store, error, overflow_blocks, &mark.waiter);
	while (!mark.has_ended)
		MUST(memory_disk_step(bench->disk));
	return mark.result;
}

void store_bench_leave(struct store_bench *bench)
{
	store_destroy(bench->store);
	bench->store = NULL;
}

int store_bench_close(struct store_bench *bench)
{
	int error = store_close(bench->store);

	store_bench_leave(bench);
	return error;
}

int store_bench_open(struct store_bench *bench)
{
	MUST(!bench->store);
	return store_open(bench->folder, STORE_BENCH_NAME, &bench->open_options, &bench->store,
		&bench->findings);
}

static bool has_block(struct store_bench *bench, uint64_t block)
{
	size_t block_bytes = bench->facts.block_bytes;
	uint64_t offset = store_offset(bench->store, block);
	uint8_t *wanted = malloc(block_bytes);
	void *found = NULL;

	MUST(wanted && posix_memalign(&found, BLOCKIO_ALIGNMENT_MAX, block_bytes) == 0);
	if (offset != 0) {
		store_bench_fill(bench, block, wanted);
		MUST(blockio_do(store_io(bench->store), BLOCKIO_READ, offset, found, block_bytes) ==
			0);
		MUST(memcmp(wanted, found, block_bytes) == 0);
	}
	free(wanted);
	free(found);
	return offset != 0;
}

bool store_bench_has(struct store_bench *bench, uint64_t first_block, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		if (!has_block(bench, first_block + i))
			return false;
	}
	return true;
}

uint8_t *store_bench_save(struct store_bench *bench, uint64_t *ret_size_bytes)
{
	const uint8_t *bytes = memory_disk_bytes(bench->disk, STORE_BENCH_NAME, ret_size_bytes);
	uint8_t *copy = malloc(*ret_size_bytes);

	MUST(bytes && copy);
	memcpy(copy, bytes, *ret_size_bytes);
	return copy;
}

void store_bench_restore(struct store_bench *bench, const uint8_t *bytes, uint64_t size_bytes)
{
	struct blockio *io;
	uint64_t size_now_bytes;

	MUST(!bench->store);
	MUST(bench->folder->ops->open(bench->folder, STORE_BENCH_NAME, false, &io) == 0);
	MUST(io->ops->resize(io, size_bytes) == 0);
	blockio_destroy(io);
	if (size_bytes > 0)
		memcpy(memory_disk_bytes(bench->disk, STORE_BENCH_NAME, &size_now_bytes), bytes,
			size_bytes);
}
