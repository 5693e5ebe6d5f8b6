/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_volume_order.c - of two snapshots that are being taken the one that was
 * asked for first can be the younger one.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/volume/volume_faults.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

#define BLOCK  16384u
#define BLOCKS 8u

static struct engine engine;
static const struct profile *const profiles[] = { &profile_plain, &profile_vss };
static unsigned taken;

static void was_taken(struct snapshot_create *create, int result)
{
	(void)create;
	ck_assert_int_eq(result, 0);
	taken++;
}

static void write_all(uint64_t stamp)
{
	for (unsigned i = 0; i < BLOCKS; i++)
		ck_assert_int_eq(engine_write(&engine, (uint64_t)i * BLOCK, BLOCK, stamp), 0);
}

static void check(const char *name, uint64_t stamp)
{
	uint8_t wanted[BLOCK], *found = engine_content(&engine, engine_find(&engine, name));

	engine_stamp_fill(wanted, BLOCK, stamp);
	for (unsigned i = 0; i < BLOCKS; i++)
		ck_assert_msg(memcmp(found + (size_t)i * BLOCK, wanted, BLOCK) == 0,
			"block %u of '%s' is not what it was", i, name);
	free(found);
}

static void check_both(void)
{
	struct snapshot *first = volume_snapshot_next(engine.volume, NULL);
	struct snapshot *second = volume_snapshot_next(engine.volume, first);

	ck_assert_str_eq(snapshot_name(first), "quick");
	ck_assert_str_eq(snapshot_name(second), "slow");
	ck_assert_uint_lt(snapshot_id(first), snapshot_id(second));
	check("quick", 1);
	check("slow", 2);
}

START_TEST(snapshots_are_numbered_in_the_order_of_their_instants)
{
	struct snapshot_create slow = { .name = "slow", .done = was_taken };
	char message[RULE_MESSAGE_BYTES];
	uint64_t id;

	taken = 0;
	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = BLOCKS * BLOCK,
			.profile = profiles[_i],
			.limit = "200%",
			.step_ns = NS_PER_MS,
			.jump_ns = 100 * NS_PER_S });
	write_all(1);
	/* Its store is made, and has its number; then what is written into it takes long. */
	ck_assert_int_eq(volume_fault_add(engine.volume,
				 "store.append delay=1s snapshot=slow times=1", &id, message),
		0);
	volume_snapshot_create(engine.volume, &slow);
	engine_step(&engine);
	ck_assert_int_eq(engine_snapshot(&engine, "quick", NULL, NULL), 0);
	ck_assert_uint_eq(taken, 0);
	write_all(2);
	ck_assert_uint_eq(taken, 0);
	while (taken == 0)
		ck_assert(engine_step(&engine));
	write_all(3);
	check_both();
	ck_assert_int_eq(engine_close(&engine), 0);
	ck_assert_int_eq(engine_open(&engine), 0);
	check_both();
	ck_assert_int_eq(engine_close(&engine), 0);
	engine_deinit(&engine);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("order of snapshots");
	TCase *order = tcase_create("order");

	(void)argc;
	tcase_add_loop_test(order, snapshots_are_numbered_in_the_order_of_their_instants, 0, 2);
	suite_add_tcase(suite, order);
	return engine_suite_run(suite, argv[0]);
}
