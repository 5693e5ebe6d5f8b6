/* SPDX-License-Identifier: Apache-2.0 */
/* Files that leave keep no descriptor from who opens one. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "simfs/base/fd_reserve.h"
#include "simfs/blockio/file_folder.h"
#include "simfs/blockio/file_internal.h"
#include "tests/lib/engine_suite.h"

#define FILES 6u

static struct ring *ring;
static struct blockio_folder *folder;
static struct rlimit usual;
static char path[] = "/var/tmp/test_leaving_descriptors.XXXXXX";
static int folder_fd;

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

static int open_new(unsigned number, struct blockio **ret)
{
	char name[16];

	snprintf(name, sizeof name, "f%u", number);
	return folder->ops->open(folder, name, true, ret);
}

static void setup(void)
{
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &usual), 0);
	ck_assert_ptr_nonnull(mkdtemp(path));
	folder_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(folder_fd, 0);
	ck_assert_int_eq(ring_create(&ring), 0);
	ck_assert_int_eq(file_folder_create(ring, folder_fd, &folder), 0);
}

static void teardown(void)
{
	char command[sizeof path + 16];

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &usual), 0);
	ring_destroy(ring);
	folder->ops->destroy(folder);
	close(folder_fd);
	snprintf(command, sizeof command, "rm -r %s", path);
	ck_assert_int_eq(system(command), 0);
}

/* As many as leave can be opened, whatever has been done to those that leave. */
START_TEST(as_many_files_as_leave_can_be_opened_at_once)
{
	struct blockio *files[FILES];
	struct blockio *more;

	fd_reserve_fill();
	for (unsigned i = 0; i < FILES; i++)
		ck_assert_int_eq(open_new(i, &files[i]), 0);
	/* The first is emptied in steps, with rests. */
	ck_assert_int_eq(files[0]->ops->resize(files[0], 3 * FILE_LEAVING_STEP_MIN), 0);
	limit_files(lowest_free());
	ck_assert_int_eq(open_new(FILES, &more), -EMFILE);
	for (unsigned i = 0; i < FILES; i++)
		files[i]->ops->abandon(files[i]);
	for (int steps = 0; steps < _i && ring_under_way(ring) > 0; steps++)
		ck_assert_int_eq(ring_run_once(ring), 0);
	for (unsigned i = 0; i < FILES; i++)
		ck_assert_int_eq(open_new(FILES + i, &files[i]), 0);
	ck_assert_int_eq(open_new(2 * FILES, &more), -EMFILE);
	while (ring_under_way(ring) > 0)
		ck_assert_int_eq(ring_run_once(ring), 0);
	/* What was lent for the one on its way is kept back again, and is nobody's. */
	ck_assert_int_eq(open_new(2 * FILES, &more), -EMFILE);
	for (unsigned i = 0; i < FILES; i++)
		files[i]->ops->destroy(files[i]);
}
END_TEST

START_TEST(none_is_given_where_nothing_leaves)
{
	struct blockio *more;

	fd_reserve_fill();
	limit_files(lowest_free());
	ck_assert_int_eq(open_new(0, &more), -EMFILE);
	fd_reserve_give_all();
	ck_assert_int_eq(open_new(0, &more), 0);
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
