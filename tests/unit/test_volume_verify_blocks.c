/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verifying names each damaged block, whose it is and who shows it, and what lies beside
 * the stores: files of sums, and those of snapshots that are lost.
 */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simfs/store/read.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/verify/verify.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/chain_bench.h"
#include "tests/unit/verify_bench.h"

#define VOLUME_BYTES (2u << 20)
#define BLOCKS	     (VOLUME_BYTES / 4096)

static struct engine engine;

static void start(const char *profile)
{
	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES,
			.profile = profile_find(profile),
			.limit = strcmp(profile, "xen") ? "200%" : NULL,
			.no_coalesce = true });
}

static void teardown(void)
{
	verify_bench_boot_id = 0;
	engine_deinit(&engine);
}

static void snapshot(const char *name)
{
	ck_assert_int_eq(engine_snapshot(&engine, name, NULL, NULL), 0);
}

/* Where the bytes of a write of STAMP to the volume's OFFSET lie in FILE. */
static uint64_t place_of(const char *file, uint64_t stamp)
{
	uint64_t size_bytes;
	const uint8_t *bytes = engine_file(&engine, file, &size_bytes);
	uint8_t wanted[4096];

	engine_stamp_fill(wanted, sizeof wanted, stamp);
	for (uint64_t at = 0; at + sizeof wanted <= size_bytes; at += 4096) {
		if (memcmp(bytes + at, wanted, sizeof wanted) == 0)
			return at;
	}
	ck_abort_msg("stamp %d is not in '%s'", (int)stamp, file);
}

static void spoil(const char *file, uint64_t offset)
{
	uint64_t size_bytes;
	uint8_t *bytes = engine_file(&engine, file, &size_bytes);

	ck_assert_uint_lt(offset, size_bytes);
	bytes[offset] ^= 0x20;
}

/* ---- blocks ---- */

START_TEST(every_damaged_block_of_a_store_is_named)
{
	start("plain");
	for (unsigned i = 0; i < 9; i++)
		ck_assert_int_eq(engine_write(&engine, i * 8192, 4096, 100 + i), 0);
	snapshot("s");
	for (unsigned i = 0; i < 9; i++)
		ck_assert_int_eq(engine_write(&engine, i * 8192, 4096, 200 + i), 0);
	ck_assert_int_eq(engine_close(&engine), 0);
	ck_assert_uint_eq(verify_bench(&engine), 0);
	for (unsigned i = 0; i < 9; i += 2)
		spoil("s.store", place_of("s.store", 100 + i) + i * 100);
	/* What is spoilt is no more to be found by its content. */
	ck_assert_uint_eq(verify_bench(&engine), 5);
	for (unsigned i = 0; i < 9; i++) {
		char line[64];

		snprintf(line, sizeof line, ":snapshot 's':block %u is not what was stored\n",
			2 * i);
		ck_assert_int_eq(strstr(verify_bench_text(), line) != NULL, i % 2 == 0);
	}
}
END_TEST

static bool is_header(const uint8_t *unit)
{
	return memcmp(unit, &(uint64_t){ SEGMENT_MAGIC }, sizeof(uint64_t)) == 0;
}

START_TEST(of_very_many_the_first_are_named_and_the_rest_counted)
{
	uint64_t size_bytes;
	uint8_t *bytes;
	unsigned lines = 0;

	start("plain");
	ck_assert_int_eq(engine_write(&engine, 0, 1 << 20, 1), 0);
	snapshot("s");
	ck_assert_int_eq(engine_write(&engine, 0, 1 << 20, 2), 0);
	ck_assert_int_eq(engine_close(&engine), 0);
	bytes = engine_file(&engine, "s.store", &size_bytes);
	size_bytes -= 4096;
	/* At the end is a summary, which is no block's. */
	while (!is_header(bytes + size_bytes))
		size_bytes -= 4096;
	for (uint64_t at = 4096; at < size_bytes; at += 4096) {
		if (!is_header(bytes + at))
			bytes[at + 1000] ^= 1;
	}
	ck_assert_uint_eq(verify_bench(&engine), 256);
	verify_bench_line("s.store@0:snapshot 's':%u more of its blocks are damaged\n",
		256 - VERIFY_BLOCKS_TOLD);
	for (const char *at = verify_bench_text(); (at = strstr(at, ":block ")); at++)
		lines++;
	ck_assert_uint_eq(lines, VERIFY_BLOCKS_TOLD);
}
END_TEST

START_TEST(a_bad_sector_is_named_and_the_others_are_read_on)
{
	start("plain");
	ck_assert_int_eq(engine_write(&engine, 0, 32 << 10, 1), 0);
	snapshot("s");
	ck_assert_int_eq(engine_write(&engine, 0, 32 << 10, 2), 0);
	ck_assert_int_eq(engine_close(&engine), 0);
	spoil("s.store", 8192 + 7 * 4096);
	/* The first reads are of headers; of the data all that follow, then the first alone. */
	for (uint64_t nth = 2;; nth++) {
		ck_assert_uint_lt(nth, 10);
		memory_disk_fail_only(engine.disk, "s.store");
		memory_disk_fail(engine.disk, BLOCKIO_READ, nth, 2, -EIO);
		ck_assert_uint_gt(verify_bench(&engine), 0);
		memory_disk_fail(engine.disk, BLOCKIO_READ, 0, 0, 0);
		if (strstr(verify_bench_text(), "block 0 cannot be read: Input/output error"))
			break;
	}
	verify_bench_line("block 7 is not what was stored");
}
END_TEST

START_TEST(who_shows_a_damaged_block_of_a_node_is_named)
{
	char base[64], leaf[64];

	start("xen");
	ck_assert_int_eq(engine_write(&engine, 0, 4096, 1), 0);
	ck_assert_int_eq(engine_write(&engine, 8192, 4096, 2), 0);
	snapshot("a");
	ck_assert_int_eq(engine_write(&engine, 0, 4096, 3), 0);
	ck_assert_int_eq(engine_write(&engine, 40960, 4096, 4), 0);
	snapshot("b");
	ck_assert_int_eq(chain_bench_make(&engine, SNAPSHOT_CLONED, "b", "c"), 0);
	ck_assert_int_eq(engine_write_to(&engine, "c", 40960, 4096, 5), 0);
	ck_assert_int_eq(engine_write(&engine, 0, 4096, 6), 0);
	ck_assert_int_eq(engine_write(&engine, 40960, 4096, 7), 0);

	const struct node *node = engine.volume->chain->live;

	node_file_name(node->id, leaf, sizeof leaf);
	while (node->parent && store_blocks(node->parent->store) != 2)
		node = node->parent;
	node_file_name(node->parent->id, base, sizeof base);
	ck_assert_int_eq(engine_close(&engine), 0);
	ck_assert_msg(verify_bench(&engine) == 0, "%s", verify_bench_text());
	/* Block 0 of the base copy of b: the clone does not write it, the live view does. */
	spoil(base, place_of(base, 3) + 5);
	spoil(base, place_of(base, 4) + 5);
	spoil(leaf, place_of(leaf, 6) + 5);
	ck_assert_uint_eq(verify_bench(&engine), 3);
	verify_bench_line(
		":a node of the live view:block 0 is not what was stored; shown by snapshot "
		"'b', clone 'c'\n");
	verify_bench_line(
		":a node of the live view:block 10 is not what was stored; shown by snapshot "
		"'b'\n");
	verify_bench_line("%s@", leaf);
	verify_bench_line("block 0 is not what was stored; shown by the live view\n");
}
END_TEST

/* ---- files of sums ---- */

static char sums[STORE_SUMS_NAME_BYTES];

/* A snapshot of which blocks 2 and 3 were written in place, after a summary had their sums. */
static void start_rewritten(void)
{
	start("lvm");
	snapshot("s");
	for (unsigned round = 0; round < 2; round++) {
		if (round > 0)
			ck_assert_int_eq(engine_open(&engine), 0);
		ck_assert_int_eq(engine_write_to(&engine, "s", 8192, 8192, 10 + round), 0);
		ck_assert_int_eq(engine_close(&engine), 0);
	}
	store_sums_name(verify_bench_superblock(&engine, "s.store")->store_id, sums, sizeof sums);
	ck_assert(engine_file_exists(&engine, sums));
	ck_assert_msg(verify_bench(&engine) == 0, "%s", verify_bench_text());
	ck_assert_msg(!strstr(verify_bench_text(), "sums"), "%s", verify_bench_text());
}

START_TEST(a_file_of_sums_that_is_missing_is_named)
{
	start_rewritten();
	ck_assert_int_eq(engine.folder->ops->remove(engine.folder, sums), 0);
	ck_assert_uint_eq(verify_bench(&engine), 1 + 2);
	verify_bench_line(
		"%s@0:snapshot 's':it is missing: what was written in place in 's.store'", sums);
	verify_bench_line(":snapshot 's':block 2 is not what was stored\n");
	verify_bench_line(":snapshot 's':block 3 is not what was stored\n");
}
END_TEST

START_TEST(a_sum_that_does_not_check_is_named_and_so_is_its_block)
{
	uint64_t size_bytes, first = 0;
	const uint8_t *bytes;

	start_rewritten();
	bytes = engine_file(&engine, sums, &size_bytes);
	while (first < size_bytes && bytes[first] == 0)
		first++;
	spoil(sums, first);
	ck_assert_uint_eq(verify_bench(&engine), 1 + 1);
	verify_bench_line("%s@%" PRIu64
			  ":snapshot 's':1 of its sums do not check, this one first\n",
		sums, first / 16 * 16);
	verify_bench_line(":snapshot 's':block 2 is not what was stored\n");
}
END_TEST

START_TEST(the_sums_of_a_store_that_is_gone_are_noted_and_others_are_foreign)
{
	start_rewritten();
	ck_assert_int_eq(engine.folder->ops->remove(engine.folder, "s.store"), 0);
	ck_assert_uint_eq(verify_bench(&engine), 0);
	verify_bench_line(
		"note:%s@0::the checksums of a store that is gone; the next mount removes them",
		sums);
	ck_assert_int_eq(engine.folder->ops->rename(engine.folder, sums, "my.sums"), 0);
	ck_assert_uint_eq(verify_bench(&engine), 0);
	verify_bench_line("note:my.sums@0::it does not seem to be a file of a rig");
}
END_TEST

/* ---- what is lost ---- */

START_TEST(a_lost_snapshot_is_noted_and_a_store_of_its_name_beside_it_is_a_finding)
{
	uint64_t size_bytes;

	start("plain");
	snapshot("s");
	ck_assert_int_eq(engine_write(&engine, 0, 8192, 1), 0);
	ck_assert_int_eq(engine_close(&engine), 0);
	engine_file(&engine, "s.store", &size_bytes)[100] ^= 1;
	ck_assert_int_eq(engine_open(&engine), 0);
	ck_assert_int_eq(engine_close(&engine), 0);
	ck_assert_uint_eq(verify_bench(&engine), 0);
	verify_bench_line("note:s.lost@0::an earlier mount found it damaged");
	ck_assert_int_eq(engine.folder->ops->rename(engine.folder, "s.lost", "s.store"), 0);
	ck_assert_int_eq(engine_open(&engine), 0);
	ck_assert_int_eq(engine_delete(&engine, "s"), 0);
	snapshot("s");
	ck_assert_int_eq(engine_close(&engine), 0);

	struct blockio *io;

	ck_assert_int_eq(engine.folder->ops->open(engine.folder, "s.lost", true, &io), 0);
	blockio_destroy(io);
	ck_assert_uint_eq(verify_bench(&engine), 1);
	verify_bench_line("s.lost@0::'s.store' is there, too: a mount is refused");
	ck_assert_int_eq(engine_open(&engine), -EEXIST);
}
END_TEST

/* ---- what a mount would do ---- */

START_TEST(what_the_next_mount_gives_up_after_a_power_cut_is_a_finding)
{
	start("plain");
	snapshot("s");
	ck_assert_int_eq(engine_write(&engine, 0, 8192, 1), 0);
	engine_kill(&engine);
	verify_bench_boot_id = 0;
	ck_assert_uint_eq(verify_bench(&engine), 0);
	verify_bench_boot_id = 77;
	ck_assert_uint_eq(verify_bench(&engine), 1);
	verify_bench_line(":snapshot 's':the machine went down while it was in use");
}
END_TEST

START_TEST(times_that_do_not_check_are_noted)
{
	start("plain");
	snapshot("s");
	ck_assert_int_eq(engine_close(&engine), 0);
	spoil("times", 20);
	ck_assert_uint_eq(verify_bench(&engine), 0);
	verify_bench_line("note:times@0::its checksum is wrong");
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("verify blocks");
	TCase *tcase = tcase_create("verify");

	(void)argc;
	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_test(tcase, every_damaged_block_of_a_store_is_named);
	tcase_add_test(tcase, of_very_many_the_first_are_named_and_the_rest_counted);
	tcase_add_test(tcase, a_bad_sector_is_named_and_the_others_are_read_on);
	tcase_add_test(tcase, who_shows_a_damaged_block_of_a_node_is_named);
	tcase_add_test(tcase, a_file_of_sums_that_is_missing_is_named);
	tcase_add_test(tcase, a_sum_that_does_not_check_is_named_and_so_is_its_block);
	tcase_add_test(tcase, the_sums_of_a_store_that_is_gone_are_noted_and_others_are_foreign);
	tcase_add_test(
		tcase, a_lost_snapshot_is_noted_and_a_store_of_its_name_beside_it_is_a_finding);
	tcase_add_test(tcase, what_the_next_mount_gives_up_after_a_power_cut_is_a_finding);
	tcase_add_test(tcase, times_that_do_not_check_are_noted);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
