/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The datto profile, compared with a recording of dattobd 0.12.1 on a volume of 128 MiB
 * (tests/fixtures/dattobd/transcript.txt).
 *
 * Byte for byte, except for what depends on the machine and not on the driver: the uuid, the
 * device's path, the cache, which the recording has reconfigured, and how many blocks its file
 * system had written by then.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/volume/datto/datto.h"
#include "tests/conformance/transcript.h"
#include "tests/lib/engine_suite.h"

#define WRITE_BYTES (1u << 20)

static void replace(char **line, const char *from, const char *to)
{
	char *at = strstr(*line, from), *replaced;

	ck_assert_msg(at != NULL, "no '%s' in '%s'", from, *line);
	MUST(asprintf(&replaced, "%.*s%s%s", (int)(at - *line), *line, to, at + strlen(from)) > 0);
	free(*line);
	*line = replaced;
}

START_TEST(without_a_snapshot_the_info_is_as_recorded)
{
	char *wanted = transcript_info("### no-device"),
	     *found = volume_datto_info(transcript_engine.volume);

	ck_assert_str_eq(found, wanted);
	free(wanted);
	free(found);
}
END_TEST

START_TEST(with_a_new_snapshot_the_info_is_as_recorded)
{
	ck_assert_int_eq(engine_snapshot(&transcript_engine, "s", NULL, NULL), 0);
	transcript_expect_info("### setup-default", true);

	char *found = volume_datto_info(transcript_engine.volume);

	ck_assert_uint_eq(transcript_number(found, "\"max_cache\": "), 314572800);
	ck_assert_ptr_nonnull(strstr(found, "\"block_device\": \"/mount/live\","));
	/* 32 digits, like the driver's. */
	ck_assert_uint_eq(strcspn(strstr(found, "\"uuid\": \"") + 9, "\""), 32);
	ck_assert_uint_eq(strspn(strstr(found, "\"uuid\": \"") + 9, "0123456789abcdef"), 32);
	free(found);
}
END_TEST

START_TEST(a_block_is_counted_once_however_often_it_is_written)
{
	ck_assert_int_eq(engine_snapshot(&transcript_engine, "s", NULL, NULL), 0);
	for (uint64_t i = 0; i < 8; i++)
		ck_assert_int_eq(engine_write(&transcript_engine, i << 20, WRITE_BYTES, i), 0);
	ck_assert_int_eq(engine_write(&transcript_engine, 0, WRITE_BYTES, 9), 0);
	transcript_expect_info("### write-8M", true);

	char *found = volume_datto_info(transcript_engine.volume);

	ck_assert_uint_eq(transcript_number(found, "\"nr_changed_blocks\": "), 2048);
	free(found);
}
END_TEST

static void overflow(void)
{
	ck_assert_int_eq(engine_snapshot(&transcript_engine, "s", NULL, NULL), 0);
	/* "source write exit 0": the writer does not notice. */
	for (uint64_t offset = 0; offset < TRANSCRIPT_VOLUME_BYTES / 4; offset += WRITE_BYTES)
		ck_assert_int_eq(engine_write(&transcript_engine, offset, WRITE_BYTES, offset), 0);
}

START_TEST(after_the_overflow_the_info_is_as_recorded)
{
	overflow();
	transcript_expect_info("### overflow", false);

	char *found = volume_datto_info(transcript_engine.volume);

	ck_assert_uint_eq(transcript_number(found, "\"nr_changed_blocks\": "), 3213);
	free(found);
}
END_TEST

START_TEST(the_overflow_writes_the_recorded_lines_with_the_drivers_arithmetic)
{
	char *lines[TRANSCRIPT_LINES_MAX];
	size_t count = transcript_lines("### overflow", "max size exceeded", lines);

	ck_assert_uint_eq(count, 6);
	overflow();
	/* The driver prints the path that the kernel knows; here, there is no mount. */
	replace(&lines[0], "/mnt/.datto", "/.datto");
	/*
	 * How many blocks of the last write had been handled depends on earlier writes: here 12
	 * writes of 256 blocks, then 140 of the 3212.
	 */
	replace(&lines[3], "crash 552960", "crash 573440");
	transcript_expect_log(lines, count);
}
END_TEST

START_TEST(the_recorded_numbers_follow_from_where_the_write_began)
{
	char *lines[TRANSCRIPT_LINES_MAX];
	size_t count = transcript_lines("### overflow", "max size exceeded", lines);

	/* 552960 bytes are 135 blocks: others have written 5 blocks before. */
	ck_assert_int_eq(engine_snapshot(&transcript_engine, "s", NULL, NULL), 0);
	ck_assert_int_eq(
		engine_write(&transcript_engine, TRANSCRIPT_VOLUME_BYTES / 2, 5 * 4096, 1), 0);
	for (uint64_t offset = 0; offset < TRANSCRIPT_VOLUME_BYTES / 4; offset += WRITE_BYTES)
		ck_assert_int_eq(engine_write(&transcript_engine, offset, WRITE_BYTES, offset), 0);
	replace(&lines[0], "/mnt/.datto", "/.datto");
	transcript_expect_log(lines, count);
}
END_TEST

START_TEST(after_the_overflow_reads_fail_and_the_live_view_does_not)
{
	char *reader = transcript_recorded("### overflow", "$ dd if=/dev/datto0", "exit 1");
	uint8_t bytes[4096], wanted[4096];

	ck_assert_ptr_nonnull(strstr(reader, strerror(EIO)));
	overflow();
	for (uint64_t offset = 0; offset < TRANSCRIPT_VOLUME_BYTES; offset += 1 << 20)
		ck_assert_int_eq(
			engine_read(&transcript_engine, engine_find(&transcript_engine, "s"),
				offset, bytes, sizeof bytes),
			-EIO);
	ck_assert_int_eq(engine_read(&transcript_engine, NULL, 0, bytes, sizeof bytes), 0);
	engine_stamp_fill(wanted, sizeof wanted, 0);
	ck_assert_mem_eq(bytes, wanted, sizeof bytes);
	free(reader);
}
END_TEST

START_TEST(a_second_snapshot_is_refused_as_recorded)
{
	char *lines[TRANSCRIPT_LINES_MAX];
	size_t count = transcript_lines("### setup-default", "already being traced", lines);

	ck_assert_uint_eq(count, 4);
	ck_assert_int_eq(engine_snapshot(&transcript_engine, "s", NULL, NULL), 0);
	ck_assert_int_eq(engine_snapshot(&transcript_engine, "t", NULL, NULL), -EINVAL);
	transcript_expect_log(lines, count);
}
END_TEST

START_TEST(deleted_it_is_as_if_nothing_had_been)
{
	overflow();
	ck_assert_int_eq(engine_delete(&transcript_engine, "s"), 0);

	char *found = volume_datto_info(transcript_engine.volume),
	     *wanted = transcript_info("$ dbdctl destroy 0\nexit 0");

	ck_assert_str_eq(found, wanted);
	free(found);
	free(wanted);
	ck_assert_int_eq(engine_snapshot(&transcript_engine, "s", NULL, NULL), 0);
	transcript_expect_info("### setup-default", true);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dattobd");
	TCase *tcase = tcase_create("transcript");

	(void)argc;
	tcase_add_checked_fixture(tcase, transcript_open, transcript_close);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, without_a_snapshot_the_info_is_as_recorded);
	tcase_add_test(tcase, with_a_new_snapshot_the_info_is_as_recorded);
	tcase_add_test(tcase, a_block_is_counted_once_however_often_it_is_written);
	tcase_add_test(tcase, after_the_overflow_the_info_is_as_recorded);
	tcase_add_test(tcase, the_overflow_writes_the_recorded_lines_with_the_drivers_arithmetic);
	tcase_add_test(tcase, the_recorded_numbers_follow_from_where_the_write_began);
	tcase_add_test(tcase, after_the_overflow_reads_fail_and_the_live_view_does_not);
	tcase_add_test(tcase, a_second_snapshot_is_refused_as_recorded);
	tcase_add_test(tcase, deleted_it_is_as_if_nothing_had_been);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
