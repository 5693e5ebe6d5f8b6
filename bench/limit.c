/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit.c - the limit of the disk: the disk work of a rig, without FUSE and without a rig.
 *
 *	limit read|write|first-touch FILE [KEY=VALUE]...
 *
 * A first touch reads the old block, appends it to a store and writes the new one; each block of
 * FILE is touched at most once.  The store is written in segments: a header block and the blocks
 * that have arrived while the previous segments were in flight.
 *
 *	depth=N		requests in flight (32)
 *	block=BYTES	of a request (4096)
 *	count=N		requests in all (as many as FILE has blocks)
 *	seed=N		which blocks, in which order (1); 0: sequentially
 *	store=FILE	of a first touch; it is created anew
 *	segments=N	of the store that may be in flight (1)
 *	room=zeroed|fallocated|none	space of the store before it is written (zeroed)
 *	direct=0|1	direct I/O (1)
 *
 * Prints one JSON object: seconds, operations, iops, microseconds of an operation at the 50th, 99th
 * and 99.9th percentile, segments, blocks in one.  The space is allocated before the time starts.
 */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "simfs/base/clock.h"
#include "simfs/base/mix.h"

#define DEPTH_MAX    256u
#define SEGMENTS_MAX 16u
#define HEADER_BYTES 4096u
#define NS_PER_US    1000u
#define ROOM_BYTES   (1u << 20) /* of zeros written at once */

enum work { WORK_READ, WORK_WRITE, WORK_FIRST_TOUCH };

/* What a completion belongs to: a slot's read or write, or a segment. */
enum stage { STAGE_READ, STAGE_WRITE, STAGE_SEGMENT };

struct slot {
	char *old, *new;
	uint64_t offset;
	uint64_t begun_ns;
};

struct segment {
	char *header;
	struct iovec parts[DEPTH_MAX + 1];
	unsigned slots[DEPTH_MAX];
	unsigned count;
	bool is_under_way;
};

static struct {
	enum work work;
	uint64_t depth, block, count, seed, segments, direct;
	const char *room, *path, *store_path;

	int file, store;
	struct io_uring ring;
	uint32_t *order; /* of the blocks */
	uint64_t blocks;
	struct slot slots[DEPTH_MAX];
	struct segment parts[SEGMENTS_MAX];
	unsigned waiting[DEPTH_MAX]; /* slots whose old block must be stored */
	unsigned waiting_count;
	uint64_t begun, ended, store_end, segments_written, under_way;
	uint32_t *us; /* of each operation */
} limit;

/* ERROR is an -errno; 0: none. */
_Noreturn static void die(int error, const char *what, const char *subject)
{
	fprintf(stderr, "limit: %s '%s'%s%s\n", what, subject, error < 0 ? ": " : "",
		error < 0 ? strerror(-error) : "");
	exit(error < 0 ? 4 : 2);
}

static void *aligned_bytes(size_t length, uint64_t seed)
{
	void *bytes = aligned_alloc(HEADER_BYTES, length);

	if (!bytes)
		die(-ENOMEM, "cannot begin", limit.path);
	mix_fill(bytes, length, seed, 0);
	return bytes;
}

/* ---- what is asked ---- */

static struct io_uring_sqe *sqe_of(void)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&limit.ring);

	if (!sqe)
		die(-EBUSY, "the ring is full on", limit.path);
	limit.under_way++;
	return sqe;
}

/* Call it after io_uring_prep_*(), which resets the data. */
static void tag(struct io_uring_sqe *sqe, enum stage stage, unsigned index)
{
	io_uring_sqe_set_data64(sqe, (uint64_t)stage << 32 | index);
}

static void ask(enum stage stage, unsigned index)
{
	struct slot *slot = &limit.slots[index];
	struct io_uring_sqe *sqe = sqe_of();

	if (stage == STAGE_READ)
		io_uring_prep_read(sqe, limit.file, slot->old, (unsigned)limit.block, slot->offset);
	else
		io_uring_prep_write(
			sqe, limit.file, slot->new, (unsigned)limit.block, slot->offset);
	tag(sqe, stage, index);
}

static void begin(unsigned index)
{
	struct slot *slot = &limit.slots[index];
	uint64_t at = limit.begun % limit.blocks;

	if (limit.begun == limit.count)
		return;
	slot->offset = (limit.seed ? limit.order[at] : at) * limit.block;
	slot->begun_ns = clock_now_ns();
	limit.begun++;
	ask(limit.work == WORK_WRITE ? STAGE_WRITE : STAGE_READ, index);
}

/* Turns all waiting blocks into a segment, if one is free. */
static void append(void)
{
	unsigned index = 0;

	while (index < limit.segments && limit.parts[index].is_under_way)
		index++;
	if (limit.waiting_count == 0 || index == limit.segments)
		return;

	struct segment *segment = &limit.parts[index];
	uint64_t offset = limit.store_end;
	struct io_uring_sqe *sqe = sqe_of();

	segment->is_under_way = true;
	segment->count = limit.waiting_count;
	segment->parts[0] = (struct iovec){ segment->header, HEADER_BYTES };
	for (unsigned i = 0; i < segment->count; i++) {
		segment->slots[i] = limit.waiting[i];
		segment->parts[i + 1] = (struct iovec){ limit.slots[limit.waiting[i]].old,
			limit.block };
	}
	limit.store_end += HEADER_BYTES + segment->count * limit.block;
	limit.waiting_count = 0;
	limit.segments_written++;
	io_uring_prep_writev(sqe, limit.store, segment->parts, segment->count + 1, offset);
	tag(sqe, STAGE_SEGMENT, index);
}

/* ---- what is done ---- */

static void end(unsigned index)
{
	limit.us[limit.ended++] = (uint32_t)((clock_now_ns() - limit.slots[index].begun_ns) /
					     NS_PER_US);
	begin(index);
}

static uint64_t length_of(enum stage stage, unsigned index)
{
	return stage == STAGE_SEGMENT ? HEADER_BYTES + limit.parts[index].count * limit.block
				      : limit.block;
}

static void completed(const struct io_uring_cqe *cqe)
{
	enum stage stage = (enum stage)(cqe->user_data >> 32);
	unsigned index = (unsigned)cqe->user_data;
	const char *path = stage == STAGE_SEGMENT ? limit.store_path : limit.path;

	limit.under_way--;
	if (cqe->res < 0)
		die(cqe->res, stage == STAGE_READ ? "cannot read" : "cannot write", path);
	if ((uint64_t)cqe->res != length_of(stage, index))
		die(-EIO, "a short request on", path);
	if (stage == STAGE_READ && limit.work == WORK_FIRST_TOUCH) {
		limit.waiting[limit.waiting_count++] = index;
	} else if (stage == STAGE_SEGMENT) {
		limit.parts[index].is_under_way = false;
		for (unsigned i = 0; i < limit.parts[index].count; i++)
			ask(STAGE_WRITE, limit.parts[index].slots[i]);
	} else {
		end(index);
	}
}

static void run(void)
{
	for (unsigned i = 0; i < limit.depth; i++)
		begin(i);
	while (limit.ended < limit.count) {
		struct io_uring_cqe *cqe;
		unsigned head, seen = 0;
		int error = io_uring_submit_and_wait(&limit.ring, limit.under_way > 0);

		if (error < 0 && error != -EINTR)
			die(error, "cannot ask", limit.path);
		io_uring_for_each_cqe(&limit.ring, head, cqe)
		{
			completed(cqe);
			seen++;
		}
		io_uring_cq_advance(&limit.ring, seen);
		append();
	}
}

/* ---- what it begins with ---- */

static uint64_t number_of(const char *text, uint64_t min, uint64_t max)
{
	char *rest;
	unsigned long long value = strtoull(text, &rest, 10);

	if (*rest || rest == text || value < min || value > max)
		die(0, "cannot read the number", text);
	return value;
}

static void read_word(const char *word)
{
	static const struct {
		const char *key;
		uint64_t *value, min, max;
	} numbers[] = {
		{ "depth=", &limit.depth, 1, DEPTH_MAX },
		{ "block=", &limit.block, 512, 1 << 20 },
		{ "count=", &limit.count, 1, UINT32_MAX },
		{ "seed=", &limit.seed, 0, UINT64_MAX },
		{ "segments=", &limit.segments, 1, SEGMENTS_MAX },
		{ "direct=", &limit.direct, 0, 1 },
	};

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		size_t length = strlen(numbers[i].key);

		if (strncmp(word, numbers[i].key, length) == 0) {
			*numbers[i].value = number_of(
				word + length, numbers[i].min, numbers[i].max);
			return;
		}
	}
	if (strncmp(word, "store=", 6) == 0)
		limit.store_path = word + 6;
	else if (strcmp(word, "room=zeroed") == 0 || strcmp(word, "room=fallocated") == 0 ||
		 strcmp(word, "room=none") == 0)
		limit.room = word + 5;
	else
		die(0, "cannot read", word);
}

static void read_words(int argc, char **argv)
{
	static const char *const works[] = { "read", "write", "first-touch" };
	unsigned work = 0;

	if (argc < 3)
		die(0, "try", "limit read|write|first-touch FILE [KEY=VALUE]...");
	while (work < 3 && strcmp(argv[1], works[work]) != 0)
		work++;
	if (work == 3)
		die(0, "cannot read", argv[1]);
	limit.work = (enum work)work;
	limit.path = argv[2];
	limit.depth = 32;
	limit.block = 4096;
	limit.seed = limit.segments = limit.direct = 1;
	limit.room = "zeroed";
	for (int i = 3; i < argc; i++)
		read_word(argv[i]);
	if (work == WORK_FIRST_TOUCH && !limit.store_path)
		die(0, "a first touch needs", "store=FILE");
}

/* In the worst case, each block has its own header. */
static void make_room(void)
{
	uint64_t length = limit.count * (limit.block + HEADER_BYTES);

	if (strcmp(limit.room, "fallocated") == 0) {
		if (fallocate(limit.store, 0, 0, (off_t)length) < 0)
			die(-errno, "cannot allocate", limit.store_path);
	} else if (strcmp(limit.room, "zeroed") == 0) {
		char *zeros = aligned_bytes(ROOM_BYTES, 0);

		memset(zeros, 0, ROOM_BYTES);
		for (uint64_t at = 0; at < length; at += ROOM_BYTES)
			if (pwrite(limit.store, zeros, ROOM_BYTES, (off_t)at) != ROOM_BYTES)
				die(errno ? -errno : -ENOSPC, "cannot write", limit.store_path);
		free(zeros);
	}
	if (fsync(limit.store) < 0)
		die(-errno, "cannot write", limit.store_path);
}

/* Every order of the blocks is equally likely. */
static void shuffle(void)
{
	limit.order = calloc(limit.blocks, sizeof *limit.order);
	if (!limit.order)
		die(-ENOMEM, "cannot begin", limit.path);
	for (uint64_t i = 0; i < limit.blocks; i++) {
		uint64_t other = mix_below(limit.seed, i, i + 1);

		limit.order[i] = limit.order[other];
		limit.order[other] = (uint32_t)i;
	}
}

static void prepare(void)
{
	int direct = limit.direct ? O_DIRECT : 0, error;
	struct stat facts;

	limit.file = open(
		limit.path, (limit.work == WORK_READ ? O_RDONLY : O_RDWR) | O_CLOEXEC | direct);
	if (limit.file < 0 || fstat(limit.file, &facts) < 0)
		die(-errno, "cannot open", limit.path);
	limit.blocks = (uint64_t)facts.st_size / limit.block;
	if (limit.blocks == 0 || limit.blocks > UINT32_MAX)
		die(0, "there are no blocks, or too many, in", limit.path);
	if (limit.count == 0 || (limit.work == WORK_FIRST_TOUCH && limit.count > limit.blocks))
		limit.count = limit.blocks;
	shuffle();
	limit.us = calloc(limit.count, sizeof *limit.us);
	if (!limit.us)
		die(-ENOMEM, "cannot begin", limit.path);
	for (unsigned i = 0; i < limit.depth; i++) {
		limit.slots[i].old = aligned_bytes(limit.block, i);
		limit.slots[i].new = aligned_bytes(limit.block, i + DEPTH_MAX);
	}
	for (unsigned i = 0; i < limit.segments; i++)
		limit.parts[i].header = aligned_bytes(HEADER_BYTES, i);
	if (limit.work == WORK_FIRST_TOUCH) {
		limit.store = open(
			limit.store_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | direct, 0600);
		if (limit.store < 0)
			die(-errno, "cannot make", limit.store_path);
		make_room();
	}
	error = io_uring_queue_init(DEPTH_MAX * 2, &limit.ring,
		IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);
	if (error == -EINVAL)
		error = io_uring_queue_init(DEPTH_MAX * 2, &limit.ring, 0);
	if (error < 0)
		die(error, "cannot make a ring for", limit.path);
}

static int by_size(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

int main(int argc, char **argv)
{
	uint64_t begun_ns;
	double seconds;

	read_words(argc, argv);
	prepare();
	begun_ns = clock_now_ns();
	run();
	seconds = (double)(clock_now_ns() - begun_ns) / NS_PER_S;
	qsort(limit.us, limit.count, sizeof *limit.us, by_size);
	printf("{\"seconds\": %.6f, \"operations\": %ju, \"iops\": %.1f, \"p50_us\": %u, "
	       "\"p99_us\": %u, \"p999_us\": %u, \"segments\": %ju, \"blocks_per_segment\": "
	       "%.2f}\n",
		seconds, (uintmax_t)limit.count, (double)limit.count / seconds,
		limit.us[limit.count / 2], limit.us[limit.count * 99 / 100],
		limit.us[limit.count * 999 / 1000], (uintmax_t)limit.segments_written,
		limit.segments_written ? (double)limit.count / (double)limit.segments_written : 0);
	return fflush(stdout) == 0 ? 0 : 4;
}
