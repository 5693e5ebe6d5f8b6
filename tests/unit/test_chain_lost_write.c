/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_chain_lost_write.c - writes to a chain that fail: the one write of a store, under
 * many large writes to the live view, with more than one segment waiting behind it; and
 * what comes after one.
 */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "simfs/volume/chain/chain.h"
#include "simfs/volume/life.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/chain_bench.h"

#define MIB    (1u << 20)
#define WRITES 12

static void check_acknowledged(struct engine *engine, struct engine_request *const *requests)
{
	static uint8_t wanted[MIB], found[MIB];

	for (unsigned i = 0; i < WRITES; i++) {
		ck_assert(requests[i]->has_ended);
		if (requests[i]->result < 0)
			continue;
		ck_assert_int_eq(engine_read(engine, NULL, (uint64_t)i * MIB, found, MIB), 0);
		engine_stamp_fill(wanted, MIB, 100 + i);
		ck_assert_msg(memcmp(found, wanted, MIB) == 0,
			"write %u was acknowledged and is not there", i);
	}
}

START_TEST(a_write_behind_one_that_failed_is_not_acknowledged_unless_it_is_there)
{
	static struct engine engine;
	struct engine_request *requests[WRITES];
	unsigned failed = 0;

	engine_init(&engine, 1,
		&(struct engine_options){
			.volume_bytes = 16 * MIB, .profile = &profile_xen, .no_coalesce = true });
	ck_assert_int_eq(engine_snapshot(&engine, "s0", NULL, NULL), 0);
	for (unsigned i = 0; i < WRITES; i++) {
		requests[i] = engine_write_new((uint64_t)i * MIB, MIB, 100 + i);
		engine_submit(&engine, requests[i]);
	}
	memory_disk_fail(engine.disk, BLOCKIO_WRITE, (uint64_t)_i, 1, -EIO);
	engine_settle(&engine);
	check_acknowledged(&engine, requests);
	for (unsigned i = 0; i < WRITES; i++) {
		failed += requests[i]->result < 0;
		engine_request_free(requests[i]);
	}
	ck_assert_uint_gt(failed, 0);
	ck_assert_int_eq(engine_close(&engine), 0);
	engine_deinit(&engine);
}
END_TEST

START_TEST(a_snapshot_can_be_taken_after_a_write_that_failed)
{
	static struct engine engine;

	engine_init(&engine, 1,
		&(struct engine_options){
			.volume_bytes = MIB, .profile = &profile_xen, .no_coalesce = true });
	ck_assert_int_eq(engine_snapshot(&engine, "s0", NULL, NULL), 0);
	memory_disk_fail(engine.disk, BLOCKIO_WRITE, 1, 1, -EIO);
	ck_assert_int_eq(engine_write(&engine, 0, 4096, 1), -EIO);
	ck_assert_int_eq(engine_snapshot(&engine, "s1", NULL, NULL), 0);
	ck_assert_int_eq(engine_close(&engine), 0);
	engine_deinit(&engine);
}
END_TEST

START_TEST(a_write_to_a_clone_that_has_failed_does_not_act)
{
	static struct engine engine;
	struct snapshot *clone;
	uint64_t blocks;

	chain_bench_init(&engine, MIB, &(struct engine_options){ .no_coalesce = true });
	chain_bench_take(&engine, 0);
	ck_assert_int_eq(chain_bench_make(&engine, SNAPSHOT_CLONED, "s0", "c"), 0);
	ck_assert_int_eq(engine_write_to(&engine, "c", 0, 4096, 2), 0);
	clone = engine_find(&engine, "c");
	snapshot_fail(clone, -EIO, "test");
	engine_settle(&engine);
	blocks = store_blocks(clone->base->store);
	ck_assert_int_eq(engine_write_to(&engine, "c", 4096, 4096, 3), -EIO);
	ck_assert_uint_eq(store_blocks(clone->base->store), blocks);
	engine_deinit(&engine);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("lost write of a chain");
	TCase *writes = tcase_create("writes");

	(void)argc;
	tcase_add_loop_test(writes,
		a_write_behind_one_that_failed_is_not_acknowledged_unless_it_is_there, 1, 6);
	tcase_add_test(writes, a_snapshot_can_be_taken_after_a_write_that_failed);
	tcase_add_test(writes, a_write_to_a_clone_that_has_failed_does_not_act);
	suite_add_tcase(suite, writes);
	return engine_suite_run(suite, argv[0]);
}
