/* SPDX-License-Identifier: Apache-2.0 */
/* Whoever holds a lock: alive, dying, nobody. */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/lock_holder.h"
#include "tests/unit/run_folder.h"

static enum lock_holder holder_of(int fd)
{
	struct stat facts;

	ck_assert_int_eq(fstat(fd, &facts), 0);
	return lock_holder_of(&facts);
}

/* Opens and locks a file in a child, which then does nothing. */
static pid_t child_with_lock(int *ret_fd)
{
	*ret_fd = open("locked", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ge(*ret_fd, 0);

	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		if (flock(*ret_fd, LOCK_EX) == 0)
			pause();
		_exit(0);
	}
	for (int i = 0; i < 1000 && holder_of(*ret_fd) == LOCK_HOLDER_UNSEEN; i++)
		usleep(1000);
	return child;
}

START_TEST(an_unlocked_file_has_no_holder)
{
	int fd = open("unlocked", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(holder_of(fd), LOCK_HOLDER_UNSEEN);
	close(fd);
}
END_TEST

START_TEST(a_zombie_that_held_a_lock_is_dying)
{
	/* The description is shared with the parent, so the lock outlives the child. */
	int fd;
	pid_t child = child_with_lock(&fd);
	siginfo_t ended;

	ck_assert_int_eq(holder_of(fd), LOCK_HOLDER_LIVES);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(holder_of(fd), LOCK_HOLDER_DYING);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert_int_ne(holder_of(fd), LOCK_HOLDER_LIVES);
	close(fd);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lock_holder");
	TCase *tcase = tcase_create("lock_holder");

	tcase_add_checked_fixture(tcase, run_folder_setup, run_folder_teardown);
	tcase_add_test(tcase, an_unlocked_file_has_no_holder);
	tcase_add_test(tcase, a_zombie_that_held_a_lock_is_dying);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? 1 : 0;
}
