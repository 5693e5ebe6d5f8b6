/* SPDX-License-Identifier: Apache-2.0 */
/* Files that leave keep no descriptor from who opens one. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "simfs/base/fd_reserve.h"
#include "simfs/blockio/file_internal.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/folder_bench.h"

#define FILES 6u

static struct rlimit usual;

static void limit_files(rlim_t count)
{
	struct rlimit few = { .rlim_cur = count, .rlim_max = usual.rlim_max };

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
}

/* The lowest descriptor that is free: with that as the limit none can be opened. */
static rlim_t lowest_free(void)
{
	int fd = open("/", O_PATH | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	close(fd);
	return (rlim_t)fd;
}

/* A file that has no name any more. */
static int open_new(struct blockio **ret)
{
	struct blockio_folder *folder = folder_bench.folder;
	int error = folder->ops->open(folder, "f", true, ret);

	if (error == 0)
		ck_assert_int_eq(folder->ops->remove(folder, "f"), 0);
	return error;
}

static void setup(void)
{
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &usual), 0);
	folder_bench_open();
}

static void teardown(void)
{
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &usual), 0);
	folder_bench_close();
}

/* As many as leave can be opened, whatever has been done to those that leave. */
START_TEST(as_many_files_as_leave_can_be_opened_at_once)
{
	struct blockio *files[FILES];
	struct blockio *more;

	fd_reserve_fill();
	for (unsigned i = 0; i < FILES; i++)
		ck_assert_int_eq(open_new(&files[i]), 0);
	/* The first is emptied in steps, with rests. */
	ck_assert_int_eq(files[0]->ops->resize(files[0], 3 * FILE_LEAVING_STEP_MIN), 0);
	limit_files(lowest_free());
	ck_assert_int_eq(open_new(&more), -EMFILE);
	for (unsigned i = 0; i < FILES; i++)
		files[i]->ops->abandon(files[i]);
	for (int steps = 0; steps < _i && ring_under_way(folder_bench.ring) > 0; steps++)
		ck_assert_int_eq(ring_run_once(folder_bench.ring), 0);
	for (unsigned i = 0; i < FILES; i++)
		ck_assert_int_eq(open_new(&files[i]), 0);
	ck_assert_int_eq(open_new(&more), -EMFILE);
	while (ring_under_way(folder_bench.ring) > 0)
		ck_assert_int_eq(ring_run_once(folder_bench.ring), 0);
	/* What was lent for the one on its way is kept back again, and is nobody's. */
	ck_assert_int_eq(open_new(&more), -EMFILE);
	for (unsigned i = 0; i < FILES; i++)
		files[i]->ops->destroy(files[i]);
}
END_TEST

START_TEST(none_is_given_where_nothing_leaves)
{
	struct blockio *more;

	fd_reserve_fill();
	limit_files(lowest_free());
	ck_assert_int_eq(open_new(&more), -EMFILE);
	fd_reserve_give_all();
	ck_assert_int_eq(open_new(&more), 0);
	more->ops->destroy(more);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("descriptors of leaving files");
	TCase *test_case = tcase_create("descriptors");

	(void)argc;
	tcase_add_checked_fixture(test_case, setup, teardown);
	tcase_add_loop_test(
		test_case, as_many_files_as_leave_can_be_opened_at_once, 0, 2 * FILES + 2);
	tcase_add_test(test_case, none_is_given_where_nothing_leaves);
	suite_add_tcase(suite, test_case);
	return engine_suite_run(suite, argv[0]);
}
