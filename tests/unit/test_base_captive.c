/* SPDX-License-Identifier: Apache-2.0 */
/* test_base_captive.c - a command ends as its starter is told, and hears what the starter hears. */
#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simfs/base/captive.h"
#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "tests/unit/run_folder.h"

#define PATIENCE_NS (3 * NS_PER_S)

static struct captive start(const char *program, const char *script)
{
	char *command[] = { (char *)program, (char *)"-c", (char *)script, NULL };
	struct captive captive = { .patience_ns = PATIENCE_NS };
	pid_t starter = getpid();

	captive.pid = fork();
	if (captive.pid == 0)
		captive_become(command, starter);
	return captive;
}

/* Waits until it has ended, which is told once. */
static int await(struct captive *captive)
{
	while (!captive_look(captive)) {
		siginfo_t facts;

		sigwaitinfo(captive_signals(), &facts);
	}
	ck_assert_int_eq(captive->pid, 0);
	ck_assert(!captive_look(captive));
	return captive->code;
}

static int code_of(const char *program, const char *script)
{
	struct captive captive = start(program, script);

	return await(&captive);
}

START_TEST(the_exit_code_is_as_a_shell_has_it)
{
	/* A folder of the caller's PATH that this user may not enter would be what is told. */
	ck_assert_int_eq(setenv("PATH", "/usr/bin:/bin", 1), 0);
	captive_begin();
	ck_assert_int_eq(code_of("sh", "exit 0"), 0);
	ck_assert_int_eq(code_of("sh", "exit 7"), 7);
	ck_assert_int_eq(code_of("sh", "kill -KILL $$"), 128 + SIGKILL);
	ck_assert_int_eq(code_of("no-such-program", ""), EXIT_NO_PROGRAM);
	ck_assert_int_eq(code_of("/", ""), EXIT_CANNOT_RUN);
}
END_TEST

START_TEST(the_command_blocks_what_its_starter_blocked_before)
{
	captive_begin();
	/* It would not end of a signal that is blocked. */
	ck_assert_int_eq(code_of("sh", "kill -TERM $$; exit 5"), 128 + SIGTERM);
}
END_TEST

START_TEST(what_the_starter_alone_is_sent_is_handed_on)
{
	struct captive captive;

	captive_begin();
	captive = start("sh", "trap 'exit 9' INT; touch ready; while :; do sleep 0.01; done");
	while (access("ready", F_OK) < 0)
		poll(NULL, 0, 5);
	captive_hand_on(&captive, SIGINT, SI_USER);
	ck_assert_int_eq(await(&captive), 9);
	ck_assert_int_eq(captive.kill_ns, 0);
}
END_TEST

START_TEST(what_a_terminal_sends_is_not_sent_twice)
{
	struct captive captive;

	captive_begin();
	captive = start("sh", "sleep 0.3; exit 3");
	captive_hand_on(&captive, SIGINT, SI_KERNEL);
	captive_hand_on(&captive, SIGTERM, SI_KERNEL);
	ck_assert_int_eq(await(&captive), 3);
}
END_TEST

START_TEST(who_is_asked_to_end_has_so_long_from_the_first_time_on)
{
	struct captive ended = { .patience_ns = PATIENCE_NS };
	uint64_t before_ns = clock_now_ns(), kill_ns;

	captive_hand_on(&ended, SIGINT, SI_USER);
	captive_hand_on(&ended, SIGQUIT, SI_USER);
	ck_assert_int_eq(ended.kill_ns, 0);
	captive_hand_on(&ended, SIGHUP, SI_USER);
	kill_ns = ended.kill_ns;
	ck_assert_uint_ge(kill_ns, before_ns + PATIENCE_NS);
	ck_assert_uint_le(kill_ns, clock_now_ns() + PATIENCE_NS);
	captive_hand_on(&ended, SIGTERM, SI_USER);
	ck_assert_uint_eq(ended.kill_ns, kill_ns);
}
END_TEST

START_TEST(words_are_variables_of_the_command)
{
	static const struct captive_word words[] = { { "A_FOLDER", "" }, { "A_FILE", "x/y" } };
	char *command[] = { (char *)"sh", (char *)"-c",
		(char *)"[ $A_FOLDER = /mnt ] && [ $A_FILE = /mnt/x/y ]", NULL };
	struct captive captive = { 0 };
	pid_t starter = getpid();

	captive_begin();
	captive.pid = fork();
	if (captive.pid == 0) {
		captive_tell("/mnt", words, 2);
		captive_become(command, starter);
	}
	ck_assert_int_eq(await(&captive), 0);
}
END_TEST

START_TEST(who_has_lost_its_starter_does_not_begin)
{
	char *command[] = { (char *)"true", NULL };
	struct captive captive = { 0 };

	captive_begin();
	captive.pid = fork();
	if (captive.pid == 0)
		captive_become(command, getpid());
	ck_assert_int_eq(await(&captive), EXIT_CANNOT_RUN);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("base_captive");
	TCase *tests = tcase_create("captive");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tests, run_folder_setup, run_folder_teardown);
	tcase_add_test(tests, the_exit_code_is_as_a_shell_has_it);
	tcase_add_test(tests, the_command_blocks_what_its_starter_blocked_before);
	tcase_add_test(tests, what_the_starter_alone_is_sent_is_handed_on);
	tcase_add_test(tests, what_a_terminal_sends_is_not_sent_twice);
	tcase_add_test(tests, who_is_asked_to_end_has_so_long_from_the_first_time_on);
	tcase_add_test(tests, words_are_variables_of_the_command);
	tcase_add_test(tests, who_has_lost_its_starter_does_not_begin);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
