/* SPDX-License-Identifier: Apache-2.0 */
/* Verifying snapshots that share an area: what is kept of one that was deleted is theirs, too. */
#include <check.h>
#include <string.h>

#include "tests/lib/engine_suite.h"
#include "tests/unit/verify_bench.h"
#include "tests/unit/vss_bench.h"

START_TEST(a_block_of_several_units_is_named_once)
{
	vss_start(VSS_NO_LIMIT);
	vss_snapshot("s");
	vss_write(3, 300);
	vss_write(9, 301);
	ck_assert_int_eq(engine_close(&vss_engine), 0);

	uint64_t size_bytes;
	uint8_t *bytes = engine_file(&vss_engine, "s.store", &size_bytes);

	for (uint64_t at = 4096 + 4096; at < 4096 + 4096 + VSS_BLOCK; at += 4096)
		bytes[at] ^= 1;
	ck_assert_uint_eq(verify_bench(&vss_engine), 1);
	verify_bench_line("s.store@8192:snapshot 's':block 3 is not what was stored\n");
	engine_deinit(&vss_engine);
}
END_TEST

#define KEPT "0000000000000002.kept"

/* Snapshots s0 and s2; s1 between them was deleted, and is kept for s0. */
static void start_kept(void)
{
	vss_start(VSS_NO_LIMIT);
	vss_snapshot("s0");
	vss_write(3, 300);
	vss_snapshot("s1");
	vss_write(9, 301);
	vss_snapshot("s2");
	vss_write(20, 302);
	ck_assert_int_eq(engine_delete(&vss_engine, "s1"), 0);
	ck_assert_int_eq(engine_close(&vss_engine), 0);
	ck_assert(engine_file_exists(&vss_engine, KEPT));
	ck_assert_msg(verify_bench(&vss_engine) == 0, "%s", verify_bench_text());
	ck_assert_ptr_null(strstr(verify_bench_text(), KEPT));
}

START_TEST(a_kept_store_is_read_and_who_needs_it_is_told)
{
	uint64_t size_bytes;

	start_kept();
	engine_file(&vss_engine, KEPT, &size_bytes)[8192 + 77] ^= 1;
	ck_assert_uint_eq(verify_bench(&vss_engine), 2);
	verify_bench_line(
		KEPT "@8192:a deleted snapshot, kept for older ones:block 9 is not what was "
		     "stored\n");
	verify_bench_line(
		"s0.store@0:snapshot 's0':it shows blocks of '" KEPT "', which is damaged");
	engine_deinit(&vss_engine);
}
END_TEST

START_TEST(a_kept_store_that_is_missing_or_another_is_named)
{
	struct blockio_folder *folder;

	start_kept();
	folder = vss_engine.folder;
	ck_assert_int_eq(folder->ops->rename(folder, KEPT, "0000000000000007.kept"), 0);
	verify_bench_expect(&vss_engine, "0000000000000007.kept@0:a deleted snapshot, kept for "
					 "older ones:it belongs to another snapshot\n");
	ck_assert_int_eq(folder->ops->remove(folder, "0000000000000007.kept"), 0);
	ck_assert_uint_eq(verify_bench(&vss_engine), 1);
	verify_bench_line("s0.store@0:snapshot 's0':a newer snapshot whose blocks it uses is "
			  "missing");
	engine_deinit(&vss_engine);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("verify kept");
	TCase *vss = tcase_create("kept");

	(void)argc;
	tcase_add_test(vss, a_block_of_several_units_is_named_once);
	tcase_add_test(vss, a_kept_store_is_read_and_who_needs_it_is_told);
	tcase_add_test(vss, a_kept_store_that_is_missing_or_another_is_named);
	suite_add_tcase(suite, vss);
	return engine_suite_run(suite, argv[0]);
}
