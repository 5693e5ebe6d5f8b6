/* SPDX-License-Identifier: Apache-2.0 */
/* What the status tells of full copies that are under way. */
#include <check.h>
#include <string.h>

#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/chain_bench.h"

#define MIB	     (1ull << 20)
#define VOLUME_BYTES (4 * MIB + 512)

static struct engine engine;

static void copy_done(struct snapshot_create *create, int result)
{
	ck_assert_int_eq(result, 0);
	create->done = NULL;
}

/* How far the only copy is, as the status tells it. */
static json_int_t copied_bytes(const char *name)
{
	json_t *status = volume_status(engine.volume);
	const json_t *copies = json_object_get(json_object_get(status, "chain"), "copies");
	const json_t *copy = json_array_get(copies, 0);
	json_int_t done = copy ? json_integer_value(json_object_get(copy, "done_bytes")) : -1;

	ck_assert_uint_le(json_array_size(copies), 1);
	if (copy) {
		ck_assert_str_eq(json_string_value(json_object_get(copy, "name")), name);
		ck_assert_int_eq(
			json_integer_value(json_object_get(copy, "total_bytes")), VOLUME_BYTES);
	}
	json_decref(status);
	return done;
}

START_TEST(the_status_tells_how_far_a_copy_is)
{
	struct snapshot_create create = {
		.kind = SNAPSHOT_COPIED, .name = "copy", .done = copy_done
	};
	json_int_t before = -1;
	unsigned stages = 0;

	chain_bench_init(&engine, VOLUME_BYTES, &(struct engine_options){ .no_coalesce = true });
	chain_bench_write(&engine, NULL, 0);
	chain_bench_take(&engine, 0);
	create.of = engine_find(&engine, "s0");
	volume_snapshot_create(engine.volume, &create);
	while (create.done) {
		json_int_t done = copied_bytes("copy");

		/* Once all is copied its file gets its name. */
		ck_assert(done >= before || (done == -1 && before >= (json_int_t)(4 * MIB)));
		stages += done > before;
		before = done > before ? done : before;
		ck_assert(engine_step(&engine));
	}
	ck_assert_int_gt(before, 0);
	ck_assert_uint_gt(stages, 2);
	ck_assert_int_eq(copied_bytes("copy"), -1);
	engine_deinit(&engine);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("chain copies");
	TCase *all = tcase_create("copies");

	(void)argc;
	tcase_add_test(all, the_status_tells_how_far_a_copy_is);
	suite_add_tcase(suite, all);
	return engine_suite_run(suite, argv[0]);
}
