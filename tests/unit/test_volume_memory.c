/* SPDX-License-Identifier: Apache-2.0 */
/* The memory guard of the actiphy profile: source writes without memory discard the snapshot. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES (1u << 20)

static struct engine engine;
static uint8_t live[VOLUME_BYTES], content[VOLUME_BYTES];

static void close_engine(void)
{
	engine_deinit(&engine);
}

static void write_live(uint64_t offset, size_t length, uint64_t stamp)
{
	ck_assert_int_eq(engine_write(&engine, offset, length, stamp), 0);
	engine_stamp_fill(live + offset, length, stamp);
}

static void expect_live(void)
{
	uint8_t *found = engine_content(&engine, NULL);

	ck_assert_mem_eq(found, live, VOLUME_BYTES);
	free(found);
}

static void expect_failed(const char *name, int error)
{
	struct snapshot *snapshot = engine_find(&engine, name);
	uint8_t bytes[8192];
	int found;

	ck_assert(engine_has_failed(snapshot, &found));
	ck_assert_int_eq(found, error);
	for (uint64_t offset = 0; offset < VOLUME_BYTES; offset += sizeof bytes)
		ck_assert_int_eq(engine_read(&engine, snapshot, offset, bytes, sizeof bytes), -EIO);
}

static void expect_whole(const char *name)
{
	struct snapshot *snapshot = engine_find(&engine, name);
	uint8_t *found;

	ck_assert(!engine_has_failed(snapshot, NULL));
	found = engine_content(&engine, snapshot);
	ck_assert_mem_eq(found, content, VOLUME_BYTES);
	free(found);
}

static uint32_t memory_used_per_million;

static uint32_t memory_used(void)
{
	return memory_used_per_million;
}

static void open_actiphy(void)
{
	memory_used_per_million = 800000;
	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES,
			.profile = &profile_actiphy,
			.limit = "100%",
			.memory_used = memory_used });
	ck_assert_int_eq(engine_write(&engine, 0, VOLUME_BYTES, 1), 0);
	engine_stamp_fill(live, VOLUME_BYTES, 1);
	memcpy(content, live, VOLUME_BYTES);
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
}

static size_t kernel_lines(void)
{
	const struct text_log *log = volume_kernel_log(engine.volume);
	size_t lines = 0;

	for (size_t i = 0; i < log->length; i++)
		lines += log->text[i] == '\n';
	return lines;
}

START_TEST(at_eighty_percent_of_memory_nothing_happens)
{
	write_live(0, 4096, 2);
	expect_whole("s");
	ck_assert_uint_eq(kernel_lines(), 0);
}
END_TEST

START_TEST(above_it_a_source_write_discards_the_snapshot_with_one_line)
{
	uint8_t byte;

	ck_assert_int_eq(volume_gauge_feign(engine.volume, GAUGE_MEMORY_USED, 800001), 0);
	/* Reads do not ask. */
	ck_assert_int_eq(engine_read(&engine, NULL, 0, &byte, 1), 0);
	expect_whole("s");
	write_live(0, 4096, 2);
	expect_failed("s", -ENOMEM);
	ck_assert_uint_eq(kernel_lines(), 1);
	write_live(0, 4096, 3);
	ck_assert_uint_eq(kernel_lines(), 1);
	volume_gauge_release(engine.volume, GAUGE_MEMORY_USED);
	expect_failed("s", -ENOMEM);
	ck_assert_int_eq(engine_kill_and_open(&engine), 0);
	expect_failed("s", -ENOMEM);
	expect_live();
}
END_TEST

START_TEST(measured_memory_counts_as_feigned_does)
{
	memory_used_per_million = 810000;
	ck_assert_int_eq(engine_close(&engine), 0);
	ck_assert_int_eq(engine_open(&engine), 0);
	write_live(0, 4096, 2);
	expect_failed("s", -ENOMEM);
}
END_TEST

START_TEST(actiphy_takes_one_snapshot_at_a_time)
{
	ck_assert_int_eq(engine_snapshot(&engine, "t", NULL, NULL), -EINVAL);
	ck_assert_uint_eq(kernel_lines(), 4);
	ck_assert_int_eq(engine_delete(&engine, "s"), 0);
	ck_assert_int_eq(engine_snapshot(&engine, "t", NULL, NULL), 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("volume memory");
	TCase *tcase = tcase_create("memory guard");

	(void)argc;
	tcase_add_checked_fixture(tcase, open_actiphy, close_engine);
	tcase_add_test(tcase, at_eighty_percent_of_memory_nothing_happens);
	tcase_add_test(tcase, above_it_a_source_write_discards_the_snapshot_with_one_line);
	tcase_add_test(tcase, measured_memory_counts_as_feigned_does);
	tcase_add_test(tcase, actiphy_takes_one_snapshot_at_a_time);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
