/* SPDX-License-Identifier: Apache-2.0 */
/* An error in a range of a file is bad sectors: what comes to them is read up to them. */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/volume/snapshot_cancel.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/fault_bench.h"

/* The sector of byte 9001. */
#define BAD_FIRST 8704u
#define BAD_END	  9216u

#define AT	  5001u
#define LENGTH	  9000u
#define REACH	  ((size_t)(BAD_FIRST - AT))

static uint8_t bytes[LENGTH];
static size_t done;

static void start(void)
{
	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
				 .profile = profile_find("lvm"),
				 .step_ns = NS_PER_MS },
		true);
	bench_write(0, 65536, 2);
}

static struct snapshot *snapshot(void)
{
	return engine_find(&bench_engine, "s");
}

static int read_at(uint64_t offset, size_t length)
{
	return fault_bench_read(snapshot(), offset, length, bytes, &done);
}

/* A read that fills pages of the kernel. */
static int read_pages(uint64_t offset, size_t length)
{
	struct engine_request *read = engine_read_new(snapshot(), offset, length);
	int result;

	read->request.is_whole = true;
	engine_submit(&bench_engine, read);
	result = engine_wait(&bench_engine, read);
	done = read->request.done_length;
	engine_request_free(read);
	return result;
}

static void expect_read(uint64_t offset, size_t length, size_t wanted)
{
	ck_assert_int_eq(read_at(offset, length), 0);
	ck_assert_uint_eq(done, wanted);
	ck_assert_mem_eq(bytes, bench_content + offset, wanted);
}

static void expect_counts(size_t rule, long long matched, long long fired)
{
	ck_assert_int_eq(fault_bench_count(rule, "matched"), matched);
	ck_assert_int_eq(fault_bench_count(rule, "fired"), fired);
}

static long long counter(const char *name)
{
	json_t *status = volume_status(bench_engine.volume);
	long long value = json_integer_value(
		json_object_get(json_object_get(status, "counters"), name));

	json_decref(status);
	return value;
}

START_TEST(a_read_ends_before_a_bad_sector_and_the_next_one_fails)
{
	fault_bench_add("snapshot.read error=EIO offset=9001..9002");
	expect_read(AT, LENGTH, REACH);
	expect_counts(0, 0, 0);
	ck_assert_int_eq(fault_bench_count(0, "cut"), 1);
	ck_assert_int_eq(read_at(BAD_FIRST, LENGTH), -EIO);
	ck_assert_int_eq(read_at(BAD_FIRST, 1), -EIO);
	ck_assert_int_eq(read_at(BAD_END - 1, LENGTH), -EIO);
	expect_counts(0, 3, 3);
	/* Nothing else of the file is bad, and it stays so. */
	expect_read(BAD_FIRST - 1, LENGTH, 1);
	expect_read(BAD_END, LENGTH, LENGTH);
	expect_read(BAD_FIRST - 100, 100, 100);
	ck_assert_int_eq(read_at(BAD_FIRST, 1), -EIO);
	expect_counts(0, 4, 4);
	ck_assert_int_eq(fault_bench_count(0, "cut"), 2);
}
END_TEST

START_TEST(the_live_view_has_bad_sectors_too)
{
	fault_bench_add("live.read error=ENODATA offset=9001..9002");
	ck_assert_int_eq(fault_bench_read(NULL, AT, LENGTH, bytes, &done), 0);
	ck_assert_uint_eq(done, REACH);
	ck_assert_mem_eq(bytes, bench_live + AT, REACH);
	ck_assert_int_eq(fault_bench_read(NULL, BAD_FIRST, 1, bytes, &done), -ENODATA);
}
END_TEST

/* The first sector ends the read, in whatever order the rules were added. */
START_TEST(a_read_ends_before_the_first_of_several_bad_sectors)
{
	fault_bench_add("snapshot.read error=EIO offset=12000..");
	fault_bench_add("snapshot.read error=EIO offset=9001..9002");
	fault_bench_add("snapshot.read error=EIO offset=10000..10001");
	expect_read(AT, LENGTH, REACH);
	expect_read(AT, BAD_END - AT, REACH);
	ck_assert_int_eq(volume_fault_remove(bench_engine.volume, "2"), 0);
	expect_read(AT, LENGTH, 9728 - AT);
	ck_assert_int_eq(volume_fault_remove(bench_engine.volume, "3"), 0);
	expect_read(AT, LENGTH, 11776 - AT);
	volume_fault_clear(bench_engine.volume);
	expect_read(AT, LENGTH, LENGTH);
}
END_TEST

/* Not the rest of it, but all of it; a range is then to the byte. */
START_TEST(a_whole_read_fails_as_one)
{
	fault_bench_add("snapshot.read error=EIO offset=9001..9002 whole");
	ck_assert_int_eq(read_at(AT, LENGTH), -EIO);
	expect_counts(0, 1, 1);
	expect_read(BAD_FIRST, 9001 - BAD_FIRST, 9001 - BAD_FIRST);
}
END_TEST

START_TEST(an_error_without_a_range_fails_a_read_as_one)
{
	fault_bench_add("snapshot.read error=EIO");
	ck_assert_int_eq(read_at(AT, LENGTH), -EIO);
	expect_counts(0, 1, 1);
}
END_TEST

/* Pages that were filled in part would show zeros, and an end of the file. */
START_TEST(a_read_of_pages_fails_as_one)
{
	fault_bench_add("snapshot.read error=EIO offset=9001..9002");
	ck_assert_int_eq(read_pages(4096, 8192), -EIO);
	ck_assert_int_eq(read_pages(8192, 4096), -EIO);
	expect_counts(0, 2, 2);
	ck_assert_int_eq(read_pages(4096, 4096), 0);
	ck_assert_uint_eq(done, 4096);
	ck_assert_int_eq(read_pages(12288, 4096), 0);
}
END_TEST

START_TEST(a_write_is_whole_or_fails)
{
	fault_bench_add("snapshot.write error=EIO offset=9001..9002");
	ck_assert_int_eq(fault_bench_write(snapshot(), AT, LENGTH, 9, &done), -EIO);
	ck_assert_int_eq(fault_bench_write(snapshot(), BAD_FIRST, 297, 9, &done), 0);
	expect_counts(0, 1, 1);
}
END_TEST

/* ---- which hit it is ---- */

START_TEST(a_sector_is_bad_as_often_as_it_may_be)
{
	fault_bench_add("snapshot.read error=EIO offset=9001..9002 times=2");
	for (unsigned i = 0; i < 2; i++) {
		expect_read(AT, LENGTH, REACH);
		ck_assert_int_eq(read_at(BAD_FIRST, LENGTH), -EIO);
	}
	expect_read(AT, LENGTH, LENGTH);
	expect_read(BAD_FIRST, LENGTH, LENGTH);
}
END_TEST

/* What goes over it meanwhile is not cut, and counts. */
START_TEST(a_sector_is_bad_at_every_second_hit)
{
	fault_bench_add("snapshot.read error=EIO offset=9001..9002 after=1 every=2");
	expect_read(AT, LENGTH, LENGTH);
	expect_read(BAD_FIRST, LENGTH, LENGTH);
	expect_counts(0, 2, 0);
	expect_read(AT, LENGTH, REACH);
	expect_counts(0, 2, 0);
	ck_assert_int_eq(read_at(BAD_FIRST, LENGTH), -EIO);
	expect_read(AT, LENGTH, LENGTH);
	expect_counts(0, 4, 1);
}
END_TEST

START_TEST(chance_tells_for_the_read_that_comes_to_it_what_the_next_one_meets)
{
	unsigned cut = 0;

	fault_bench_add("snapshot.read error=EIO offset=9001..9002 chance=50%");
	for (unsigned i = 0; i < 64; i++) {
		ck_assert_int_eq(read_at(AT, LENGTH), 0);
		if (done == LENGTH)
			continue;
		ck_assert_uint_eq(done, REACH);
		ck_assert_int_eq(read_at(BAD_FIRST, 512), -EIO);
		cut++;
	}
	ck_assert(cut > 16 && cut < 48);
	expect_counts(0, 64, cut);
}
END_TEST

START_TEST(a_rule_that_does_not_hold_has_no_bad_sectors)
{
	fault_bench_add("snapshot.read error=EIO offset=9001..9002 snapshot=other");
	fault_bench_add("snapshot.read error=EIO offset=9001..9002 phase=inject");
	fault_bench_add("snapshot.read error=EIO offset=9001..9002 when=live.written>=1GiB");
	expect_read(AT, LENGTH, LENGTH);
	volume_gauge_feign(bench_engine.volume, GAUGE_LIVE_WRITTEN, 1u << 30);
	expect_read(AT, LENGTH, REACH);
}
END_TEST

/* ---- with what else strikes ---- */

/* What strikes has only the bytes before the sector, and whoever waits reads no more. */
START_TEST(what_else_strikes_is_told_of_what_is_left)
{
	unsigned bits = 0;

	fault_bench_add("snapshot.read flip=8 name=other");
	fault_bench_add("snapshot.read error=EIO offset=9001..9002");
	ck_assert_int_eq(read_at(AT, LENGTH), 0);
	ck_assert_uint_eq(done, REACH);
	for (size_t i = 0; i < REACH; i++)
		bits += (unsigned)__builtin_popcount(bytes[i] ^ bench_content[AT + i]);
	ck_assert_uint_eq(bits, 8);
	fault_bench_add("snapshot.read delay=3ms name=other");
	expect_read(AT, LENGTH, REACH);
	fault_bench_add("snapshot.read short=100 name=other");
	expect_read(AT, LENGTH, 100);
	fault_bench_add("snapshot.read zero offset=9001..9002 name=other");
	expect_read(AT, LENGTH, REACH);
}
END_TEST

START_TEST(a_cut_read_that_waits_can_be_cancelled)
{
	struct engine_request *read = engine_read_new(snapshot(), AT, LENGTH);

	fault_bench_add("snapshot.read hang");
	fault_bench_add("snapshot.read error=EIO offset=9001..9002");
	engine_submit(&bench_engine, read);
	engine_settle(&bench_engine);
	ck_assert(!read->has_ended);
	ck_assert(volume_request_cancel(&read->request));
	ck_assert_int_eq(engine_wait(&bench_engine, read), -EINTR);
	ck_assert_uint_eq(read->request.length, LENGTH);
	ck_assert_ptr_eq(read->request.snapshot, snapshot());
	engine_request_free(read);
	ck_assert_int_eq(engine_delete(&bench_engine, "s"), 0);
}
END_TEST

/* ---- what is counted ---- */

START_TEST(reads_that_a_fault_fails_are_counted)
{
	long long reads = counter("snapshot_reads"), read_bytes = counter("snapshot_read_bytes");

	ck_assert_int_eq(counter("snapshot_read_errors"), 0);
	fault_bench_add("snapshot.read error=EIO offset=9001..9002");
	expect_read(AT, LENGTH, REACH);
	ck_assert_int_eq(read_at(BAD_FIRST, LENGTH), -EIO);
	ck_assert_int_eq(counter("snapshot_read_errors"), 1);
	ck_assert_int_eq(counter("snapshot_reads"), reads + 2);
	ck_assert_int_eq(counter("snapshot_read_bytes"), read_bytes + (long long)REACH);
	ck_assert_int_eq(fault_bench_read(NULL, 0, 1, bytes, &done), 0);
	fault_bench_add("live.read error=EIO");
	ck_assert_int_eq(fault_bench_read(NULL, 0, 1, bytes, &done), -EIO);
	ck_assert_int_eq(counter("snapshot_read_errors"), 1);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("fault sectors");
	TCase *tcase = tcase_create("fault sectors");

	(void)argc;
	tcase_add_checked_fixture(tcase, start, bench_close);
	tcase_add_test(tcase, a_read_ends_before_a_bad_sector_and_the_next_one_fails);
	tcase_add_test(tcase, the_live_view_has_bad_sectors_too);
	tcase_add_test(tcase, a_read_ends_before_the_first_of_several_bad_sectors);
	tcase_add_test(tcase, a_whole_read_fails_as_one);
	tcase_add_test(tcase, an_error_without_a_range_fails_a_read_as_one);
	tcase_add_test(tcase, a_read_of_pages_fails_as_one);
	tcase_add_test(tcase, a_write_is_whole_or_fails);
	tcase_add_test(tcase, a_sector_is_bad_as_often_as_it_may_be);
	tcase_add_test(tcase, a_sector_is_bad_at_every_second_hit);
	tcase_add_test(tcase, chance_tells_for_the_read_that_comes_to_it_what_the_next_one_meets);
	tcase_add_test(tcase, a_rule_that_does_not_hold_has_no_bad_sectors);
	tcase_add_test(tcase, what_else_strikes_is_told_of_what_is_left);
	tcase_add_test(tcase, a_cut_read_that_waits_can_be_cancelled);
	tcase_add_test(tcase, reads_that_a_fault_fails_are_counted);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
