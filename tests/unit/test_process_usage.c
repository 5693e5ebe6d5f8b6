/* SPDX-License-Identifier: Apache-2.0 */
/* What a program has taken is its own and that of all below it, and not ours. */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/base/process.h"
#include "simfs/base/clock.h"
#include "tests/lib/engine_suite.h"

#define MIB ((uint64_t)1 << 20)

struct taken {
	struct process_usage usage;
	uint64_t duration_ns;
};

static struct taken taken_by(const char *line)
{
	const char *argv[] = { "/bin/sh", "-c", line, NULL };
	struct process_order order = { .argv = argv, .output_path = "/dev/null" };
	struct process_result result;

	ck_assert_int_eq(process_run(&order, &result), 0);
	ck_assert_int_eq(result.exit_status, 0);

	struct taken taken = { result.usage, result.duration_ns };

	process_result_deinit(&result);
	return taken;
}

START_TEST(memory_is_that_of_the_largest_and_of_all_together)
{
	struct taken taken = taken_by("dd if=/dev/zero of=/dev/null bs=40M count=1");

	ck_assert_uint_ge(taken.usage.memory_bytes, 40 * MIB);
	ck_assert_uint_lt(taken.usage.memory_bytes, 60 * MIB);
	/* Who wait for what does not come hold it meanwhile; and they are looked at by then. */
	taken = taken_by(
		"mkfifo=$(mktemp -u); mkfifo \"$mkfifo\"; "
		"for i in 1 2 3; do dd if=/dev/zero of=\"$mkfifo\" bs=40M count=1 & "
		"all=\"$all $!\"; done; exec 3<\"$mkfifo\"; for one in $all; do "
		"until [ $(awk '/^VmRSS/ { print $2 }' /proc/$one/status) -ge 40960 ]; do "
		"sleep 0.05; done; done; sleep 2; rm \"$mkfifo\"; cat <&3 >/dev/null; wait");
	ck_assert_uint_ge(taken.usage.memory_bytes, 120 * MIB);
	ck_assert_uint_lt(taken.usage.memory_bytes, 160 * MIB);
}
END_TEST

START_TEST(who_has_not_become_the_program_yet_has_taken_nothing)
{
	struct process_usage usage = { 0 };
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		for (;;)
			pause();
	process_usage_look(pid, &usage);
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_uint_eq(usage.memory_bytes, 0);
}
END_TEST

/* A child of ours that has a sanitizer touches more of its runtime than is allowed for. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
START_TEST(memory_of_ours_is_not_the_programs)
{
	char *ours = malloc(100 * MIB);
	struct taken taken;

	memset(ours, 1, 100 * MIB);
	/* On a busy machine it is looked at, too. */
	taken = taken_by("sleep 1");
	ck_assert_uint_gt(taken.usage.memory_bytes, 0);
	ck_assert_uint_lt(taken.usage.memory_bytes, 50 * MIB);
	free(ours);
}
END_TEST
#endif

START_TEST(processor_time_is_of_all_that_have_ended)
{
	struct taken taken = taken_by("sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'");

	ck_assert_uint_gt(taken.usage.cpu_ns, 20 * NS_PER_MS);
	ck_assert_uint_gt(taken.duration_ns, 20 * NS_PER_MS);
	taken = taken_by("sleep 0.3");
	ck_assert_uint_lt(taken.usage.cpu_ns, 200 * NS_PER_MS);
	ck_assert_uint_ge(taken.duration_ns, 300 * NS_PER_MS);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("process_usage");
	TCase *tcase = tcase_create("process_usage");

	(void)argc;
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, who_has_not_become_the_program_yet_has_taken_nothing);
	tcase_add_test(tcase, memory_is_that_of_the_largest_and_of_all_together);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	tcase_add_test(tcase, memory_of_ours_is_not_the_programs);
#endif
	tcase_add_test(tcase, processor_time_is_of_all_that_have_ended);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
