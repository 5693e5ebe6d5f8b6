/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_store.c - how long a store with many blocks takes to open.
 *
 *	bench_store FOLDER BLOCKS PER_SEGMENT scattered|sequential
 *
 * Makes a store of a 1 TiB volume in FOLDER with real headers and summaries;
 * the blocks are zeros and stay holes, so that 40 GB need no room.  Opens it as
 * a kill leaves it, as a close leaves it, and as a kill leaves it without its
 * summaries, and looks blocks up.  One line each: what, value, unit.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/base/mix.h"
#include "simfs/blockio/file.h"
#include "simfs/store/store_internal.h"
#include "simfs/store/store_state.h"

#define VOLUME_BLOCKS (1ull << 28)
#define BLOCK_BYTES   4096u
#define PER_MAX	      256u
#define STORE_NAME    "bench.store"

/* The file below, but for the data of blocks. */
struct holes {
	struct blockio io;
	struct blockio *below;
};

static struct ring *ring;
static void *zeros;
static unsigned waits;

static void holes_submit(struct blockio *io, struct blockio_request *request)
{
	struct holes *holes = CONTAINER_OF(io, struct holes, io);

	if (request->kind == BLOCKIO_WRITE && request->iov_count > 1 &&
		request->iov[1].iov_base == zeros)
		request->iov_count = 1;
	blockio_pass(holes->below, request);
}

static int holes_resize(struct blockio *io, uint64_t size_bytes)
{
	struct holes *holes = CONTAINER_OF(io, struct holes, io);
	int error = holes->below->ops->resize(holes->below, size_bytes);

	io->size_bytes = holes->below->size_bytes;
	return error;
}

static void holes_step(struct blockio *io)
{
	struct holes *holes = CONTAINER_OF(io, struct holes, io);

	holes->below->ops->step(holes->below);
}

static void holes_destroy(struct blockio *io)
{
	blockio_destroy(CONTAINER_OF(io, struct holes, io)->below);
}

static const struct blockio_ops holes_ops = {
	.name = "holes",
	.submit = holes_submit,
	.resize = holes_resize,
	.step = holes_step,
	.destroy = holes_destroy,
};

static void appended(struct store_waiter *waiter, int error)
{
	(void)waiter;
	MUST(error == 0);
	waits--;
}

static uint64_t block_at(uint64_t index, bool is_scattered)
{
	/* An odd factor goes once over all of them. */
	return is_scattered ? index * 0x9e3779b1u % VOLUME_BLOCKS : index;
}

static struct store *make_store(
	struct blockio_folder *folder, uint64_t count, uint64_t per_segment, bool is_scattered)
{
	static struct holes holes;
	static struct store_waiter waiters[PER_MAX];
	struct store_facts facts = {
		.name = "bench",
		.profile = "plain",
		.volume_id = 1,
		.store_id = 2,
		.order = 1,
		.volume_bytes = VOLUME_BLOCKS * BLOCK_BYTES,
		.block_bytes = BLOCK_BYTES,
	};
	struct blockio *below;
	struct store *store;

	MUST(folder->ops->open(folder, STORE_NAME, true, &below) == 0);
	holes = (struct holes){
		.io = { .ops = &holes_ops, .alignment_bytes = below->alignment_bytes },
		.below = below,
	};
	MUST(store_new(folder, &holes.io, &facts, NULL, &store) == 0);
	MUST(superblock_do(store, 0) == 0);
	for (uint64_t at = 0; at < count;) {
		/* The first goes at once, and those behind it share a segment. */
		for (uint64_t i = 0; i < per_segment && at < count; i++, at++) {
			store_waiter_arm(&waiters[i], appended);
			waits++;
			store_append(store, block_at(at, is_scattered), 1, zeros, &waiters[i]);
		}
		while (waits > 0 || !store_idle(store))
			MUST(ring_run_once(ring) == 0);
	}
	return store;
}

static void say(const char *what, double value, const char *unit)
{
	printf("%-28s %12.3f %s\n", what, value, unit);
	fflush(stdout);
}

static struct store *open_store(struct blockio_folder *folder, const char *what, uint64_t count)
{
	struct store_findings findings;
	struct store *store;
	uint64_t start_ns = clock_now_ns();
	int error = store_open(folder, STORE_NAME, NULL, &store, &findings);

	if (error < 0) {
		fprintf(stderr, "bench_store: cannot open store: %s at %" PRIu64 ": %s\n",
			strerror(-error), findings.damage_offset,
			findings.damage ? findings.damage : "no damage");
		exit(4);
	}
	say(what, (double)(clock_now_ns() - start_ns) / NS_PER_S, "s");
	MUST(store_blocks(store) == count);
	return store;
}

static void look_up(const struct store *store, uint64_t count, bool is_scattered)
{
	const uint64_t rounds = 5000000;
	uint64_t found = 0, start_ns = clock_now_ns();

	for (uint64_t i = 0; i < rounds; i++)
		found += store_map_get(&store->map,
				 block_at(mix_below(3, i, count), is_scattered)) != MAP_ABSENT;
	MUST(found == rounds);
	say("lookup", (double)(clock_now_ns() - start_ns) / (double)rounds, "ns");
}

/* Leaves the store as if all of its summaries were spoilt: the superblock names none. */
static void forget_summaries(struct blockio_folder *folder)
{
	struct store_superblock *superblock = zeros;
	struct blockio *io;

	MUST(folder->ops->open(folder, STORE_NAME, false, &io) == 0);
	MUST(blockio_do(io, BLOCKIO_READ, 0, superblock, STORE_UNIT_BYTES) == 0);
	superblock->summary_unit = 0;
	superblock->hash = superblock_hash(superblock);
	MUST(blockio_do(io, BLOCKIO_WRITE, 0, superblock, STORE_UNIT_BYTES) == 0);
	blockio_destroy(io);
}

static void measure(
	struct blockio_folder *folder, uint64_t count, uint64_t per_segment, bool is_scattered)
{
	uint64_t start_ns = clock_now_ns();
	struct store *store = make_store(folder, count, per_segment, is_scattered);

	say("made", (double)(clock_now_ns() - start_ns) / NS_PER_S, "s");
	say("memory", (double)store_map_bytes(&store->map) / (double)count, "bytes/block");
	look_up(store, count, is_scattered);
	store_destroy(store);
	store = open_store(folder, "open after a kill", count);
	MUST(store_close(store) == 0);
	store_destroy(store);
	store_destroy(open_store(folder, "open after a close", count));
	forget_summaries(folder);
	store_destroy(open_store(folder, "open without summaries", count));
	MUST(folder->ops->remove(folder, STORE_NAME) == 0);
}

int main(int argc, char **argv)
{
	struct blockio_folder *folder;
	int fd = argc == 5 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	uint64_t count = argc == 5 ? strtoull(argv[2], NULL, 10) : 0;
	uint64_t per_segment = argc == 5 ? strtoull(argv[3], NULL, 10) : 0;

	if (fd < 0 || count == 0 || count > VOLUME_BLOCKS || per_segment == 0 ||
		per_segment > PER_MAX) {
		fprintf(stderr,
			"usage: bench_store FOLDER BLOCKS PER_SEGMENT scattered|sequential\n");
		return 2;
	}
	MUST(posix_memalign(&zeros, BLOCKIO_ALIGNMENT_MAX, BLOCK_BYTES) == 0);
	memset(zeros, 0, BLOCK_BYTES);
	MUST(ring_create(&ring) == 0 && file_folder_create(ring, fd, &folder) == 0);
	measure(folder, count, per_segment, strcmp(argv[4], "scattered") == 0);
	folder->ops->destroy(folder);
	ring_destroy(ring);
	free(zeros);
	return 0;
}
