/* SPDX-License-Identifier: Apache-2.0 */
/* A large file without a name is given back a little at a time, with rests between. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/clock.h"
#include "simfs/blockio/file_folder.h"
#include "simfs/blockio/file_internal.h"
#include "tests/lib/engine_suite.h"

#define STEP_BYTES ((uint64_t)FILE_LEAVING_STEP_MIN)
#define STEPS	   6u

struct leaver_of_test {
	struct file_leaver leaver;
	int watch_fd; /* of the same file */
	unsigned gone;
};

static struct ring *ring;
static struct file_leaving leaving;
static struct leaver_of_test large, small;

static void gone(struct file_leaver *leaver)
{
	CONTAINER_OF(leaver, struct leaver_of_test, leaver)->gone++;
}

static void leaver_make(struct leaver_of_test *own, size_t bytes, int flags)
{
	char path[] = "/var/tmp/test_leaving.XXXXXX";
	char *zeros = calloc(1, bytes);

	*own = (struct leaver_of_test){ .watch_fd = mkstemp(path) };
	ck_assert_int_ge(own->watch_fd, 0);
	ck_assert_int_eq(write(own->watch_fd, zeros, bytes), bytes);
	ck_assert_int_eq(fsync(own->watch_fd), 0);
	own->leaver = (struct file_leaver){
		.gone = gone, .fd = open(path, flags | O_CLOEXEC), .is_ready = true
	};
	ck_assert_int_ge(own->leaver.fd, 0);
	unlink(path);
	free(zeros);
}

static uint64_t allocated(const struct leaver_of_test *own)
{
	struct stat facts;

	ck_assert_int_eq(fstat(own->watch_fd, &facts), 0);
	return (uint64_t)facts.st_blocks * 512;
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void setup(void)
{
	clock_step_to(NS_PER_S);
	ck_assert_int_eq(ring_create(&ring), 0);
	file_leaving_init(&leaving, ring);
	leaving.step_bytes = leaving.step_bytes_max = STEP_BYTES;
	leaver_make(&large, STEPS * STEP_BYTES, O_RDWR);
	leaver_make(&small, STEP_BYTES, O_RDWR);
}

static void teardown(void)
{
	ring_destroy(ring);
	file_leaving_deinit(&leaving);
	close(large.watch_fd);
	close(small.watch_fd);
}

static void step(void)
{
	ck_assert_int_eq(ring_run_once(ring), 0);
}

START_TEST(no_step_gives_back_more_than_its_share)
{
	uint64_t before = allocated(&large);
	unsigned steps = 0;

	ck_assert_uint_ge(before, STEPS * STEP_BYTES);
	file_leaving_add(&leaving, &large.leaver);
	while (leaving.state == FILE_LEAVING_EMPTYING) {
		step();
		ck_assert_int_eq(leaving.state, FILE_LEAVING_RESTING);

		uint64_t now = allocated(&large);

		ck_assert_uint_lt(now, before);
		ck_assert_uint_le(before - now, STEP_BYTES);
		before = now;
		steps++;
		step();
	}
	ck_assert_uint_eq(steps, STEPS - 1);
	ck_assert_int_eq(leaving.state, FILE_LEAVING_CLOSING);
	ck_assert_uint_eq(large.gone, 0);
	step();
	ck_assert_uint_eq(large.gone, 1);
	ck_assert(!is_open(large.leaver.fd));
	step();
	ck_assert_int_eq(leaving.state, FILE_LEAVING_IDLE);
	ck_assert_uint_eq(ring_under_way(ring), 0);
	file_leaving_add(&leaving, &small.leaver);
	while (ring_under_way(ring) > 0)
		step();
	ck_assert_uint_eq(small.gone, 1);
}
END_TEST

static uint64_t rest_ns(void)
{
	return (uint64_t)leaving.rest.tv_sec * NS_PER_S + (uint64_t)leaving.rest.tv_nsec;
}

/* A step takes MS milliseconds: how long is rested then, and how large is the next one? */
static void check_pace(uint64_t ms, uint64_t step_before, uint64_t step_after)
{
	leaving.step_bytes = step_before;
	leaving.step_bytes_max = 2 * STEP_BYTES;
	file_leaving_add(&leaving, &large.leaver);
	ck_assert_int_eq(leaving.state, FILE_LEAVING_EMPTYING);
	clock_step_to(clock_now_ns() + ms * NS_PER_MS);
	step();
	ck_assert_uint_eq(
		rest_ns(), ms > 10 ? FILE_LEAVING_REST_NS_MAX : 8 * clock_wait_ns(ms * NS_PER_MS));
	ck_assert_uint_eq(leaving.step_bytes, step_after);
}

START_TEST(a_step_is_followed_by_a_rest_of_eight_times_its_length)
{
	check_pace(1, STEP_BYTES, STEP_BYTES);
	file_leaving_add(&leaving, &small.leaver);
}
END_TEST

/* Files that wait, and are not ready. */
static struct leaver_of_test others[FILE_LEAVING_REST_FACTOR];

static void others_wait(unsigned count)
{
	leaving.haste_bytes = STEP_BYTES;
	for (unsigned i = 0; i < count; i++) {
		leaver_make(&others[i], STEP_BYTES, O_RDWR);
		others[i].leaver.is_ready = false;
		file_leaving_add(&leaving, &others[i].leaver);
	}
}

static void others_end(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		close(others[i].watch_fd);
}

START_TEST(the_more_waits_the_shorter_are_the_rests)
{
	others_wait((unsigned)_i);
	file_leaving_add(&leaving, &large.leaver);
	ck_assert_int_eq(leaving.state, FILE_LEAVING_EMPTYING);
	clock_step_to(clock_now_ns() + NS_PER_MS);
	step();
	ck_assert_uint_eq(
		rest_ns(), (FILE_LEAVING_REST_FACTOR - (unsigned)_i) * clock_wait_ns(NS_PER_MS));
	file_leaving_add(&leaving, &small.leaver);
	others_end((unsigned)_i);
}
END_TEST

START_TEST(when_much_waits_files_are_closed_as_a_whole_and_without_rests)
{
	others_wait(FILE_LEAVING_REST_FACTOR);
	file_leaving_add(&leaving, &large.leaver);
	ck_assert_int_eq(leaving.state, FILE_LEAVING_CLOSING);
	clock_step_to(clock_now_ns() + NS_PER_MS);
	step();
	ck_assert_uint_eq(large.gone, 1);
	ck_assert_uint_eq(rest_ns(), 0);
	file_leaving_add(&leaving, &small.leaver);
	others_end(FILE_LEAVING_REST_FACTOR);
}
END_TEST

static uint64_t as_much_as_leaves(int fd)
{
	(void)fd;
	return STEPS * STEP_BYTES;
}

START_TEST(a_file_is_closed_as_a_whole_when_the_disk_has_no_more_room_than_it_takes)
{
	leaving.disk_bytes = as_much_as_leaves;
	file_leaving_add(&leaving, &large.leaver);
	ck_assert_int_eq(leaving.state, FILE_LEAVING_CLOSING);
	file_leaving_add(&leaving, &small.leaver);
}
END_TEST

static int answer;
static unsigned answers;

static void answered(struct blockio_request *request, int result)
{
	(void)request;
	answer = result;
	answers++;
}

/* Onto a disk that is full whatever goes. */
static struct blockio *full_disk(void)
{
	struct blockio *io;

	ck_assert_int_eq(
		file_blockio_wrap_text(ring, open("/dev/full", O_RDWR | O_CLOEXEC), &io), 0);
	CONTAINER_OF(io, struct file_blockio, io)->leaving = &leaving;
	answers = 0;
	return io;
}

START_TEST(who_finds_no_room_waits_for_what_leaves_and_is_told_when_nothing_does)
{
	struct blockio *full = full_disk();
	struct blockio_request request = { .done = answered };
	char byte = 1;

	file_leaving_add(&leaving, &large.leaver);
	file_leaving_add(&leaving, &small.leaver);
	ck_assert_int_eq(leaving.state, FILE_LEAVING_EMPTYING);
	blockio_start(full, &request, BLOCKIO_WRITE, 0, &byte, 1);
	while (ring_under_way(ring) > 0) {
		step();
		/* Both must have gone, in the time of a few steps. */
		ck_assert(answers == 0 || small.gone == 1);
	}
	ck_assert_uint_eq(large.gone, 1);
	ck_assert_uint_eq(answers, 1);
	ck_assert_int_eq(answer, -ENOSPC);
	ck_assert_uint_eq(leaving.gone_count, 2);
	blockio_start(full, &request, BLOCKIO_WRITE, 0, &byte, 1);
	while (ring_under_way(ring) > 0)
		step();
	ck_assert_uint_eq(answers, 2);
	blockio_destroy(full);
}
END_TEST

START_TEST(whose_write_failed_before_the_last_file_went_asks_again)
{
	struct blockio *full = full_disk();
	struct blockio_request request = { .done = answered };
	char byte = 1;

	blockio_start(full, &request, BLOCKIO_WRITE, 0, &byte, 1);
	leaving.gone_count++;
	step();
	ck_assert_uint_eq(answers, 0);
	step();
	ck_assert_uint_eq(answers, 1);
	ck_assert_int_eq(answer, -ENOSPC);
	blockio_destroy(full);
	file_leaving_add(&leaving, &large.leaver);
	file_leaving_add(&leaving, &small.leaver);
}
END_TEST

START_TEST(room_that_leaves_counts_while_it_does)
{
	file_leaving_add(&leaving, &large.leaver);
	file_leaving_add(&leaving, &small.leaver);
	ck_assert_uint_ge(leaving.room_bytes, (STEPS + 1) * STEP_BYTES);
	while (ring_under_way(ring) > 0)
		step();
	ck_assert_uint_eq(leaving.room_bytes, 0);
}
END_TEST

START_TEST(a_long_step_is_followed_by_smaller_ones)
{
	check_pace(150, 2 * STEP_BYTES, STEP_BYTES);
	file_leaving_add(&leaving, &small.leaver);
}
END_TEST

START_TEST(the_smallest_step_becomes_no_smaller)
{
	check_pace(150, STEP_BYTES, STEP_BYTES);
	file_leaving_add(&leaving, &small.leaver);
}
END_TEST

START_TEST(a_short_step_is_followed_by_larger_ones_up_to_the_most)
{
	check_pace(0, STEP_BYTES, 2 * STEP_BYTES);
	step();
	step();
	ck_assert_uint_eq(leaving.step_bytes, 2 * STEP_BYTES);
	file_leaving_add(&leaving, &small.leaver);
}
END_TEST

/* A descriptor that cannot be written stands for a file system that cannot punch. */
START_TEST(a_file_that_cannot_be_emptied_is_closed)
{
	struct leaver_of_test fixed;

	leaver_make(&fixed, STEPS * STEP_BYTES, O_RDONLY);
	file_leaving_add(&leaving, &fixed.leaver);
	step();
	step();
	ck_assert_int_eq(leaving.state, FILE_LEAVING_CLOSING);
	step();
	ck_assert_uint_eq(fixed.gone, 1);
	close(fixed.watch_fd);
	file_leaving_add(&leaving, &large.leaver);
	file_leaving_add(&leaving, &small.leaver);
}
END_TEST

START_TEST(one_that_is_not_ready_holds_up_nobody)
{
	large.leaver.is_ready = false;
	file_leaving_add(&leaving, &large.leaver);
	ck_assert_int_eq(leaving.state, FILE_LEAVING_IDLE);
	file_leaving_add(&leaving, &small.leaver);
	while (ring_under_way(ring) > 0)
		step();
	ck_assert_uint_eq(small.gone, 1);
	ck_assert_uint_eq(large.gone, 0);
	file_leaving_ready(&leaving, &large.leaver);
	ck_assert_int_eq(leaving.state, FILE_LEAVING_EMPTYING);
}
END_TEST

START_TEST(what_is_left_when_the_ring_goes_is_closed_once)
{
	bool is_closing;

	large.leaver.is_ready = _i % 2 == 0;
	file_leaving_add(&leaving, &large.leaver);
	file_leaving_add(&leaving, &small.leaver);
	for (int i = 0; i < _i && ring_under_way(ring) > 0; i++)
		step();
	is_closing = leaving.state == FILE_LEAVING_CLOSING;
	ring_destroy(ring);
	file_leaving_deinit(&leaving);
	ck_assert_uint_eq(large.gone, 1);
	ck_assert_uint_eq(small.gone, 1);
	/* The kernel may not have come to what was asked of it. */
	ck_assert(is_closing || (!is_open(large.leaver.fd) && !is_open(small.leaver.fd)));
	ck_assert_int_eq(ring_create(&ring), 0);
	file_leaving_init(&leaving, ring);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("leaving files");
	TCase *test_case = tcase_create("leaving");

	(void)argc;
	tcase_add_checked_fixture(test_case, setup, teardown);
	tcase_add_test(test_case, no_step_gives_back_more_than_its_share);
	tcase_add_test(test_case, a_step_is_followed_by_a_rest_of_eight_times_its_length);
	tcase_add_loop_test(
		test_case, the_more_waits_the_shorter_are_the_rests, 0, FILE_LEAVING_REST_FACTOR);
	tcase_add_test(test_case, when_much_waits_files_are_closed_as_a_whole_and_without_rests);
	tcase_add_test(test_case,
		a_file_is_closed_as_a_whole_when_the_disk_has_no_more_room_than_it_takes);
	tcase_add_test(
		test_case, who_finds_no_room_waits_for_what_leaves_and_is_told_when_nothing_does);
	tcase_add_test(test_case, whose_write_failed_before_the_last_file_went_asks_again);
	tcase_add_test(test_case, room_that_leaves_counts_while_it_does);
	tcase_add_test(test_case, a_long_step_is_followed_by_smaller_ones);
	tcase_add_test(test_case, the_smallest_step_becomes_no_smaller);
	tcase_add_test(test_case, a_short_step_is_followed_by_larger_ones_up_to_the_most);
	tcase_add_test(test_case, a_file_that_cannot_be_emptied_is_closed);
	tcase_add_test(test_case, one_that_is_not_ready_holds_up_nobody);
	tcase_add_loop_test(
		test_case, what_is_left_when_the_ring_goes_is_closed_once, 0, 2 * STEPS + 6);
	suite_add_tcase(suite, test_case);
	return engine_suite_run(suite, argv[0]);
}
