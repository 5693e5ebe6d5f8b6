/* SPDX-License-Identifier: Apache-2.0 */
/* The pump of a world's disks, when more ends at once than its queue has room for. */
#include <check.h>
#include <dlfcn.h>
#include <errno.h>

#include "simfs/base/list.h"
#include "simfs/doors/dm/disks/pump.h"
#include "tests/lib/engine_suite.h"

/* Its queue of completions has 4096 places. */
enum { MANY = 12000 };

static struct many {
	struct pump_op op;
	unsigned done_count;
} ops[MANY];

static struct pump *pump;
static unsigned refused;
static bool is_old;

/* In the place of the library's. Before Linux 5.19 nothing is submitted while completions have no
 * room in their queue. */
int io_uring_submit(struct io_uring *ring)
{
	int (*real)(struct io_uring *);

	if (is_old && io_uring_cq_has_overflow(ring)) {
		io_uring_get_events(ring);
		if (io_uring_cq_has_overflow(ring)) {
			refused++;
			return -EBUSY;
		}
	}
	*(void **)&real = dlsym(RTLD_NEXT, "io_uring_submit");
	return real(ring);
}

static void start(struct many *many)
{
	struct io_uring_sqe *sqe = pump_sqe(pump);

	io_uring_prep_nop(sqe);
	pump_start(sqe, &many->op);
}

/* Each of the first half starts one of the second. */
static void done(struct pump_op *op, int result, uint32_t flags)
{
	struct many *many = CONTAINER_OF(op, struct many, op);

	ck_assert_int_eq(result, 0);
	ck_assert_uint_eq(flags, 0);
	many->done_count++;
	if (many - ops < MANY / 2)
		start(many + MANY / 2);
}

static unsigned done_count(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < MANY; i++) {
		ck_assert_uint_le(ops[i].done_count, 1);
		count += ops[i].done_count;
	}
	return count;
}

START_TEST(more_completions_than_there_is_room_for_are_all_told_once)
{
	is_old = _i;
	ck_assert_int_eq(pump_create(&pump), 0);
	for (unsigned i = 0; i < MANY; i++)
		ops[i] = (struct many){ .op.done = done };
	for (unsigned i = 0; i < MANY / 2; i++)
		start(&ops[i]);
	for (unsigned round = 0; done_count() < MANY && round < MANY; round++)
		ck_assert_int_eq(pump_run(pump), 0);
	ck_assert_uint_eq(done_count(), MANY);
	ck_assert_int_eq(refused > 0, is_old);
	pump_destroy(pump);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dm_pump");
	TCase *all = tcase_create("all");

	(void)argc;
	tcase_add_loop_test(all, more_completions_than_there_is_room_for_are_all_told_once, 0, 2);
	suite_add_tcase(suite, all);
	return engine_suite_run(suite, argv[0]);
}
