/* SPDX-License-Identifier: Apache-2.0 */
/* A leaf's merge holds its writers up for no longer than its limit, whatever it is at. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/profile/chain.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/chain_bench.h"

#define VOLUME_BYTES (4ul << 20)
#define LEAF_BYTES   (1ul << 20)
#define LIMIT_NS     (profile_xen.chain->leaf_timeout_ns)

static struct engine engine;
static uint8_t live[VOLUME_BYTES];

static void write_live(uint64_t offset, size_t length, uint64_t stamp)
{
	ck_assert_int_eq(engine_write(&engine, offset, length, stamp), 0);
	engine_stamp_fill(live + offset, length, stamp);
}

static void check_live(void)
{
	uint8_t *content = engine_content(&engine, NULL);

	ck_assert(memcmp(content, live, VOLUME_BYTES) == 0);
	free(content);
}

/* A leaf over the image, and nothing else: to be merged. */
static void setup(void)
{
	chain_bench_init(&engine, VOLUME_BYTES,
		&(struct engine_options){ .no_coalesce = true, .jump_ns = 60 * NS_PER_S });
	memset(live, 0, sizeof live);
	write_live(0, LEAF_BYTES, 1);
	chain_bench_take(&engine, 0);
	write_live(8192, LEAF_BYTES / 2, 2);
	write_live(LEAF_BYTES * 2, LEAF_BYTES / 2, 3);
	chain_bench_drop(&engine, 0);
	ck_assert_uint_eq(chain_bench_nodes(&engine), 2);
}

static void teardown(void)
{
	engine_deinit(&engine);
}

/* The disk does nothing for NS. */
static void stall(uint64_t ns)
{
	clock_step_to(clock_now_ns() + ns);
	if (volume_due_ns(engine.volume) <= clock_now_ns())
		volume_tick(engine.volume);
}

/* What waits now is done, later; it must not have come to the disk before. */
static void ends(struct engine_request *request)
{
	ck_assert_int_eq(engine_wait(&engine, request), 0);
	engine_stamp_fill(live + request->request.offset, request->request.length, 77);
	engine_request_free(request);
}

static bool was_logged(const char *text)
{
	return strstr(chain_bench_log(&engine), text) != NULL;
}

/* A write that waits, since the merge has begun; or NULL: the merge ended before. */
static struct engine_request *held_write(int steps)
{
	struct engine_request *request;

	ck_assert_int_eq(volume_coalesce(engine.volume, false), 0);
	for (int i = 0; i < steps; i++) {
		if (!engine_step(&engine) || chain_bench_nodes(&engine) == 1)
			return NULL;
	}
	request = engine_write_new(12288, 4096, 77);
	engine_submit(&engine, request);
	return request;
}

START_TEST(a_merge_that_a_fault_holds_up_lets_its_writers_go)
{
	char message[512];
	uint64_t id, begin_ns;
	struct engine_request *request;

	ck_assert_int_eq(
		volume_fault_add(engine.volume,
			_i == 0 ? "coalesce.copy hang" : "coalesce.relink hang", &id, message),
		0);
	begin_ns = clock_now_ns();
	request = held_write(3);
	ck_assert_ptr_nonnull(request);
	ends(request);
	ck_assert_uint_lt(clock_now_ns() - begin_ns, LIMIT_NS + NS_PER_S);
	ck_assert(was_logged("Timed out: leaf-coalesce"));
	volume_fault_clear(engine.volume);
	engine_settle(&engine);
	check_live();
	chain_bench_coalesce(&engine);
	ck_assert_uint_eq(chain_bench_nodes(&engine), 1);
	check_live();
}
END_TEST

/* At every step of a merge the disk stalls for longer than the limit. */
START_TEST(a_merge_whose_disk_stalls_lets_its_writers_go)
{
	bool was_late = false;

	for (int steps = 1;; steps++) {
		struct engine_request *request = held_write(steps);

		if (!request)
			break;
		stall(LIMIT_NS + 1);
		was_late |= was_logged("Timed out: leaf-coalesce");
		ends(request);
		engine_settle(&engine);
		check_live();
		ck_assert_int_eq(engine_kill_and_open(&engine), 0);
		check_live();
		teardown();
		setup();
	}
	ck_assert(was_late);
}
END_TEST

START_TEST(a_merge_in_its_limit_is_done)
{
	struct engine_request *request = held_write(3);

	ck_assert_ptr_nonnull(request);
	stall(LIMIT_NS / 2);
	ck_assert(!request->has_ended);
	ends(request);
	ck_assert(!was_logged("Timed out"));
	ck_assert_uint_eq(chain_bench_nodes(&engine), 1);
	check_live();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("chain leaf limit");
	TCase *test_case = tcase_create("limit");

	(void)argc;
	tcase_add_checked_fixture(test_case, setup, teardown);
	tcase_set_timeout(test_case, 60);
	tcase_add_loop_test(test_case, a_merge_that_a_fault_holds_up_lets_its_writers_go, 0, 2);
	tcase_add_test(test_case, a_merge_whose_disk_stalls_lets_its_writers_go);
	tcase_add_test(test_case, a_merge_in_its_limit_is_done);
	suite_add_tcase(suite, test_case);
	return engine_suite_run(suite, argv[0]);
}
