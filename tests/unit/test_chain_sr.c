/* SPDX-License-Identifier: Apache-2.0 */
/* The size of a chain's SR changes while it is mounted. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "simfs/volume/chain/limit.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/chain_bench.h"
#include "tests/unit/commands_bench.h"

#define VOLUME_BYTES (16ul << 20)
#define BLOCK_BYTES  (2ul << 20)

static struct engine engine;

static void setup(void)
{
	chain_bench_init(&engine, VOLUME_BYTES, &(struct engine_options){ .no_coalesce = true });
}

static void teardown(void)
{
	engine_deinit(&engine);
}

static uint64_t sr_number(const char *name)
{
	json_t *status = volume_status(engine.volume);
	json_t *sr = json_object_get(json_object_get(status, "chain"), "sr");
	uint64_t value = (uint64_t)json_integer_value(json_object_get(sr, name));

	json_decref(status);
	return value;
}

START_TEST(a_smaller_sr_refuses_what_a_larger_one_takes)
{
	uint64_t used;

	chain_bench_take(&engine, 0);
	ck_assert_int_eq(engine_write(&engine, 0, 4096, 1), 0);
	used = sr_number("used_bytes");
	ck_assert_int_eq(volume_chain_limit(engine.volume, used + BLOCK_BYTES), 0);
	ck_assert_uint_eq(sr_number("free_bytes"), BLOCK_BYTES);
	/* A block and its bitmap are more than that. */
	ck_assert_int_eq(engine_write(&engine, BLOCK_BYTES, 4096, 2), -ENOSPC);
	ck_assert_int_eq(engine_write(&engine, 4096, 4096, 3), 0);
	ck_assert_int_eq(volume_chain_limit(engine.volume, 1), 0);
	ck_assert_uint_eq(sr_number("free_bytes"), 0);
	ck_assert_int_eq(chain_bench_make(&engine, SNAPSHOT_TAKEN, NULL, "full"), -ENOSPC);
	ck_assert_ptr_nonnull(strstr(chain_bench_log(&engine), "VDI clone failed error 28"));
	ck_assert_int_eq(volume_chain_limit(engine.volume, used + 8 * BLOCK_BYTES), 0);
	ck_assert_int_eq(engine_write(&engine, BLOCK_BYTES, 4096, 4), 0);
	chain_bench_take(&engine, 1);

	/* And it may have none. */
	ck_assert_int_eq(volume_chain_limit(engine.volume, 1), 0);
	ck_assert_int_eq(volume_chain_limit(engine.volume, 0), 0);
	chain_bench_take(&engine, 2);
}
END_TEST

START_TEST(a_volume_without_a_chain_refuses_it)
{
	json_t *answer;

	served_set_up();
	answer = served_ask_by(served_peer, "{'command':'chain.limit','limit':'64MiB'}");
	ck_assert_str_eq(json_string_value(json_object_get(answer, "error")), "EOPNOTSUPP");
	ck_assert_str_eq(json_string_value(json_object_get(answer, "message")),
		"profile 'plain' has no chain");
	json_decref(answer);
	answer = served_ask_by(served_peer, "{'command':'chain.limit','limit':'-1'}");
	ck_assert_str_eq(json_string_value(json_object_get(answer, "error")), "EINVAL");
	json_decref(answer);
	answer = served_ask_by(served_peer, "{'command':'chain.limit','limit':'64 MB'}");
	ck_assert_str_eq(json_string_value(json_object_get(answer, "message")),
		"cannot read the limit '64 MB' (try 64MiB)");
	json_decref(answer);
	served_tear_down();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("size of an SR");
	TCase *tests = tcase_create("chain"), *control = tcase_create("control");

	(void)argc;
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_smaller_sr_refuses_what_a_larger_one_takes);
	suite_add_tcase(suite, tests);
	tcase_add_test(control, a_volume_without_a_chain_refuses_it);
	suite_add_tcase(suite, control);
	return engine_suite_run(suite, argv[0]);
}
