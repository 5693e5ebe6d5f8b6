/* SPDX-License-Identifier: Apache-2.0 */
/* Many requests at once, while disks are held and get other maps. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/mix.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/disks_bench.h"

#define LOOPS	12u
#define READS	64u
#define WRITERS 4u
#define BLOCK	(16u * S)
#define REGION	(BELOW_SECTORS / WRITERS)
#define CHANGES 300u

START_TEST(many_that_wait_do_not_keep_others_from_going_on)
{
	AUTO(auto_free) char *buffer = aligned_alloc(4096, 4096);
	struct io_uring_cqe *cqe;
	struct io_uring ring;
	int loops[LOOPS];

	ck_assert_int_eq(io_uring_queue_init(LOOPS * READS, &ring, 0), 0);
	make_disk(0, piece_file(0, BELOW_SECTORS, below_file, 0));
	make_disk(99, piece_file(0, BELOW_SECTORS, below_file, 0));
	for (unsigned i = 0; i < LOOPS; i++) {
		make_disk(i + 1, piece_disk(0, BELOW_SECTORS, 0, 0));
		loops[i] = loop_on(i + 1);
	}
	ck_assert_int_eq(disks_hold(disks, 0), 0);
	for (unsigned i = 0; i < LOOPS * READS; i++) {
		struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);

		/* Far from each other, or they would become one. */
		io_uring_prep_read(sqe, loops[i % LOOPS], buffer, S, i / LOOPS * 16 * S);
	}
	ck_assert_int_eq(io_uring_submit(&ring), LOOPS * READS);

	AUTO(auto_close) int other = loop_on(99);

	ck_assert_int_eq(write_all(other, 0, BELOW_SECTORS, 'o'), 0);
	is_all(other, 0, BELOW_SECTORS, 'o');
	ck_assert_int_eq(io_uring_peek_cqe(&ring, &cqe), -EAGAIN);
	ck_assert_int_eq(disks_release(disks, 0), 0);
	for (unsigned i = 0; i < LOOPS * READS; i++) {
		ck_assert_int_eq(io_uring_wait_cqe(&ring, &cqe), 0);
		ck_assert_int_eq(cqe->res, S);
		io_uring_cqe_seen(&ring, cqe);
	}
	io_uring_queue_exit(&ring);
	for (unsigned i = 0; i < LOOPS; i++)
		close(loops[i]);
}
END_TEST

struct writer {
	pthread_t thread;
	unsigned number, runs;
	int fd;
	const char *wrong;
};

static _Atomic bool is_over;

/* Writes its region in blocks that say what and when, and reads them again. */
static void *write_and_read(void *context)
{
	struct writer *writer = context;
	char *data = aligned_alloc(4096, BLOCK), *found = aligned_alloc(4096, BLOCK);
	uint64_t begin = (uint64_t)writer->number * REGION * S, end = begin + REGION * S;

	for (; !is_over && !writer->wrong; writer->runs++) {
		uint64_t seed = (uint64_t)writer->number << 32 | writer->runs;

		for (uint64_t at = begin; at < end; at += BLOCK) {
			mix_fill(data, BLOCK, seed, at);
			if (pwrite(writer->fd, data, BLOCK, (off_t)at) != BLOCK)
				writer->wrong = "a write fails";
		}
		if (writer->runs % 4 == 0 && fsync(writer->fd) < 0)
			writer->wrong = "a flush fails";
		for (uint64_t at = begin; at < end; at += BLOCK) {
			mix_fill(data, BLOCK, seed, at);
			if (pread(writer->fd, found, BLOCK, (off_t)at) != BLOCK)
				writer->wrong = "a read fails";
			else if (memcmp(data, found, BLOCK) != 0)
				writer->wrong = "a read gets what was not written";
		}
	}
	free(data);
	free(found);
	return NULL;
}

/* Disk 2 is what it was, on another way. */
static void change_way(uint64_t seed, uint64_t i)
{
	static const struct disk_place whole = { 1, 0 };
	uint64_t cut = 16 * (1 + mix_below(seed, i, BELOW_SECTORS / 16 - 2));
	struct disk_piece straight = piece_file(0, BELOW_SECTORS, below_file, 0);
	struct disk_piece cut_pieces[] = { piece_disk(0, cut, 1, 0),
		piece_file(cut, BELOW_SECTORS - cut, below_file, cut) };
	struct disk_piece striped = {
		.length = BELOW_SECTORS,
		.kind = DISK_PIECE_STRIPED,
		.striped = { .stripes = &whole, .count = 1, .chunk = 16 },
	};
	struct disk_piece patch = piece_disk(cut, 16, 1, cut);

	switch (mix_below(seed, i + CHANGES, 4)) {
	case 0:
		ck_assert_int_eq(disks_map(disks, 2, &straight, 1), 0);
		break;
	case 1:
		ck_assert_int_eq(disks_map(disks, 2, cut_pieces, 2), 0);
		break;
	case 2:
		ck_assert_int_eq(disks_map(disks, 2, &striped, 1), 0);
		break;
	default:
		ck_assert_int_eq(disks_patch(disks, 2, &patch), 0);
		break;
	}
}

START_TEST(what_was_written_is_read_while_disks_are_held_and_get_other_maps)
{
	struct writer writers[WRITERS];
	uint64_t seed = engine_seed();

	make_disk(1, piece_file(0, BELOW_SECTORS, below_file, 0));
	make_disk(2, piece_disk(0, BELOW_SECTORS, 1, 0));

	AUTO(auto_close) int loop = loop_on(2);

	for (unsigned i = 0; i < WRITERS; i++) {
		writers[i] = (struct writer){ .number = i, .fd = loop };
		ck_assert_int_eq(
			pthread_create(&writers[i].thread, NULL, write_and_read, &writers[i]), 0);
	}
	for (uint64_t i = 0; i < CHANGES; i++) {
		uint64_t disk = 1 + mix_below(seed, i + 2 * CHANGES, 2);
		uint64_t start = mix_below(seed, i + 3 * CHANGES, BELOW_SECTORS - 8);
		bool is_range = mix_below(seed, i + 4 * CHANGES, 2);

		ck_assert_int_eq(is_range ? disks_hold_range(disks, disk, start, 8)
					  : disks_hold(disks, disk),
			0);
		change_way(seed, i);
		usleep((useconds_t)mix_below(seed, i + 5 * CHANGES, 5000));
		ck_assert_int_eq(is_range ? disks_release_range(disks, disk, start, 8)
					  : disks_release(disks, disk),
			0);
	}
	is_over = true;
	for (unsigned i = 0; i < WRITERS; i++) {
		ck_assert_int_eq(pthread_join(writers[i].thread, NULL), 0);
		ck_assert_ptr_null(writers[i].wrong);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, many_that_wait_do_not_keep_others_from_going_on);
	tcase_add_test(tests, what_was_written_is_read_while_disks_are_held_and_get_other_maps);
}

int main(int argc, char **argv)
{
	(void)argc;
	return disks_main("dm_disks_load", argv[0], add_tests);
}
