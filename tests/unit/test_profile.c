/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles: the arithmetic and the texts of the drivers they imitate. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/profile/datto.h"
#include "simfs/profile/profile.h"
#include "tests/lib/engine_suite.h"

#define TRANSCRIPT_VOLUME_BYTES (128ull << 20)
#define SEED_000_VOLUME_BYTES	(104931328ull * 512)

/* How many blocks PROFILE takes into a store of a volume of VOLUME_BYTES. */
static struct profile_snapshot fill(const struct profile *profile, uint64_t volume_bytes)
{
	struct profile_snapshot snapshot = {
		.volume_bytes = volume_bytes,
		.block_bytes = profile->block_bytes,
	};

	ck_assert_int_eq(
		profile_limit_bytes(profile, &profile->limit, volume_bytes, &snapshot.limit_bytes),
		0);
	while (profile->admits(&snapshot))
		snapshot.blocks_taken++;
	return snapshot;
}

START_TEST(datto_fits_3212_blocks_into_the_recorded_volume)
{
	struct profile_snapshot snapshot = fill(&profile_datto, TRANSCRIPT_VOLUME_BYTES);

	ck_assert_uint_eq(snapshot.limit_bytes, 13421772);
	ck_assert_uint_eq(datto_data_offset_bytes(TRANSCRIPT_VOLUME_BYTES), 266240);
	ck_assert_uint_eq(snapshot.blocks_taken, 3212);
	ck_assert_uint_eq(profile_datto.used_bytes(&snapshot), 13422592);
	snapshot.overflow_blocks = 1;
	ck_assert_uint_eq(datto_changed_blocks(&snapshot), 3213);
}
END_TEST

START_TEST(actiphy_has_the_numbers_of_the_vendors_log)
{
	struct profile_snapshot snapshot = fill(&profile_actiphy, SEED_000_VOLUME_BYTES);

	ck_assert_uint_eq(snapshot.limit_bytes, 5372483993);
	ck_assert_uint_eq(profile_actiphy.used_bytes(&snapshot), 5372485632);
	ck_assert_uint_eq(snapshot.blocks_taken, 1286017);
}
END_TEST

START_TEST(the_index_has_a_section_for_each_4096_blocks_begun)
{
	ck_assert_uint_eq(datto_data_offset_bytes(512), 4096 + 32768);
	ck_assert_uint_eq(datto_data_offset_bytes(16 << 20), 4096 + 32768);
	ck_assert_uint_eq(datto_data_offset_bytes((16 << 20) + 512), 4096 + 2 * 32768);
}
END_TEST

START_TEST(datto_writes_the_six_lines_in_order)
{
	struct profile_snapshot snapshot = fill(&profile_datto, TRANSCRIPT_VOLUME_BYTES);
	struct profile_overflow overflow = {
		.snapshot = &snapshot,
		.write_bytes = 1 << 20,
		.blocks_done = 135,
	};
	static const char lines[] =
		"datto: cow file '/.datto' max size exceeded (13422592/13421772): -27\n"
		"datto: error writing cow data: -27\n"
		"datto: error writing cow data and mapping: -27\n"
		"datto: memory demands 4294967296, memory saved before crash 552960: -27\n"
		"datto: error handling write bio: -27\n"
		"datto: error handling write bio in kernel thread: -27\n";
	struct text_log log = { 0 };

	profile_datto.log_overflow(&log, &overflow);
	ck_assert_uint_eq(log.length, strlen(lines));
	ck_assert_mem_eq(log.text, lines, log.length);
	text_log_deinit(&log);
}
END_TEST

START_TEST(datto_refuses_a_second_snapshot_with_the_drivers_lines)
{
	static const char lines[] = "datto: block device is already being traced: -22\n"
				    "datto: error setting up base block device: -22\n"
				    "datto: error setting up tracer as active snapshot: -22\n"
				    "datto: error during setup ioctl handler: -22\n";
	struct text_log log = { 0 };

	ck_assert_uint_eq(profile_datto.snapshots_max, 1);
	ck_assert_int_eq(profile_datto.refuse_snapshot(&log), -EINVAL);
	ck_assert_uint_eq(log.length, strlen(lines));
	ck_assert_mem_eq(log.text, lines, log.length);
	text_log_deinit(&log);
}
END_TEST

START_TEST(datto_shows_a_failure_as_an_error_in_state_3)
{
	struct profile_snapshot snapshot = { .volume_bytes = 1 << 20, .block_bytes = 4096 };
	char native[128];

	profile_datto.native(&snapshot, native, sizeof native);
	ck_assert_str_eq(native, "\"state\": 3");
	snapshot.failed = true;
	snapshot.error = -EFBIG;
	profile_datto.native(&snapshot, native, sizeof native);
	ck_assert_str_eq(native, "\"error\": -27, \"state\": 3");
}
END_TEST

START_TEST(actiphy_guards_a_fifth_of_memory_and_says_so_in_one_line)
{
	static const char line[] = "datto: physical memory usage has exceeded 80% threshold. "
				   "cow file update is stopped\n";
	struct text_log log = { 0 };

	ck_assert_uint_eq(profile_actiphy.memory_available_min_per_million, 200000);
	ck_assert_int_eq(profile_actiphy.memory_error, -ENOMEM);
	ck_assert_uint_eq(profile_datto.memory_available_min_per_million, 0);
	profile_actiphy.log_memory(&log);
	ck_assert_uint_eq(log.length, strlen(line));
	ck_assert_mem_eq(log.text, line, log.length);
	text_log_deinit(&log);
}
END_TEST

START_TEST(plain_has_no_limit_unless_one_is_given)
{
	struct profile_snapshot snapshot = { .block_bytes = 16384, .blocks_taken = 1000000 };
	char native[128];

	ck_assert(profile_plain.admits(&snapshot));
	snapshot.limit_bytes = 4 * 16384 + 16383;
	snapshot.blocks_taken = 3;
	ck_assert(profile_plain.admits(&snapshot));
	profile_plain.native(&snapshot, native, sizeof native);
	ck_assert_str_eq(native, "49152/81919");
	snapshot.blocks_taken = 4;
	ck_assert(!profile_plain.admits(&snapshot));
}
END_TEST

START_TEST(a_limit_is_something_and_at_most_twice_the_volume)
{
	static const struct {
		const char *text;
		int error;
		uint64_t bytes;
	} rows[] = {
		{ "10%", 0, 104857 },
		{ "200%", 0, 2 << 20 },
		{ "200.0001%", -EINVAL, 0 },
		{ "300%", -EINVAL, 0 },
		{ "0%", -EINVAL, 0 },
		{ "0.0001%", 0, 1 },
		{ "0", -EINVAL, 0 },
		{ "1", 0, 1 },
		{ "2MiB", 0, 2 << 20 },
		{ "3MiB", -EINVAL, 0 },
		{ "9223372036854775807", -EINVAL, 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct size_or_share limit;
		uint64_t bytes = 0;

		ck_assert_int_eq(size_or_share_parse(rows[i].text, &limit), 0);
		ck_assert_msg(profile_limit_bytes(&profile_plain, &limit, 1 << 20, &bytes) ==
				      rows[i].error,
			"'%s'", rows[i].text);
		ck_assert_uint_eq(bytes, rows[i].bytes);
	}
}
END_TEST

START_TEST(an_area_for_all_snapshots_may_be_larger_than_twice_the_volume)
{
	static const char *const texts[] = { "400%", "4MiB" };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct size_or_share limit;
		uint64_t bytes = 0;

		ck_assert_int_eq(size_or_share_parse(texts[i], &limit), 0);
		ck_assert_int_eq(profile_limit_bytes(&profile_vss, &limit, 1 << 20, &bytes), 0);
		ck_assert_uint_eq(bytes, 4 << 20);
	}
}
END_TEST

/* A COW volume is a whole number of sectors, and a share of an odd volume is none. */
START_TEST(share_of_lvm_is_whole_sectors)
{
	const struct size_or_share limit = { .is_share = true, .per_million = 900000 };
	uint64_t bytes = 0;

	ck_assert_int_eq(profile_limit_bytes(&profile_lvm, &limit, 8389632, &bytes), 0);
	ck_assert_uint_eq(bytes, 7550464);
	ck_assert_ptr_null(profile_lvm.refuse_limit(bytes, 4096));
	ck_assert_int_eq(profile_limit_bytes(&profile_datto, &limit, 8389632, &bytes), 0);
	ck_assert_uint_eq(bytes, 7550668);
}
END_TEST

START_TEST(every_profile_is_found_by_its_name)
{
	size_t count = 0;

	for (const struct profile *profile; (profile = profile_at(count)); count++) {
		ck_assert_ptr_eq(profile_find(profile->name), profile);
		ck_assert(profile->used_bytes && profile->admits && profile->native);
		ck_assert_int_lt(profile->overflow_error, 0);
		ck_assert_int_lt(profile->memory_error, 0);
	}
	ck_assert_uint_ge(count, 4);
	ck_assert_ptr_null(profile_find("Datto"));
	ck_assert_ptr_null(profile_find(""));
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("profile");
	TCase *datto = tcase_create("datto and actiphy");
	TCase *others = tcase_create("limits and plain");

	(void)argc;
	tcase_add_test(datto, datto_fits_3212_blocks_into_the_recorded_volume);
	tcase_add_test(datto, actiphy_has_the_numbers_of_the_vendors_log);
	tcase_add_test(datto, the_index_has_a_section_for_each_4096_blocks_begun);
	tcase_add_test(datto, datto_writes_the_six_lines_in_order);
	tcase_add_test(datto, datto_refuses_a_second_snapshot_with_the_drivers_lines);
	tcase_add_test(datto, datto_shows_a_failure_as_an_error_in_state_3);
	tcase_add_test(datto, actiphy_guards_a_fifth_of_memory_and_says_so_in_one_line);
	tcase_add_test(others, plain_has_no_limit_unless_one_is_given);
	tcase_add_test(others, a_limit_is_something_and_at_most_twice_the_volume);
	tcase_add_test(others, an_area_for_all_snapshots_may_be_larger_than_twice_the_volume);
	tcase_add_test(others, every_profile_is_found_by_its_name);
	tcase_add_test(others, share_of_lvm_is_whole_sectors);
	suite_add_tcase(suite, datto);
	suite_add_tcase(suite, others);
	return engine_suite_run(suite, argv[0]);
}
