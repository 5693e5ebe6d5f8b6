/* SPDX-License-Identifier: Apache-2.0 */
/* test_base_cpus.c - how many processors there are to use. */
#include <check.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "simfs/base/cpus.h"
#include "tests/lib/engine_suite.h"

static char folder[] = "/tmp/test-cpus-XXXXXX";

static void make_folder(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void path_of(const char *name, char *path, size_t length)
{
	snprintf(path, length, "%s/%s", folder, name);
}

static void remove_folder(void)
{
	static const char *const names[] = { "cpu.max", "cpu.cfs_quota_us", "cpu.cfs_period_us" };
	char path[128];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		path_of(names[i], path, sizeof path);
		unlink(path);
	}
	rmdir(folder);
}

static void put(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	path_of(name, path, sizeof path);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

START_TEST(a_quota_of_version_2_is_so_many_whole_processors)
{
	static const struct {
		const char *text;
		unsigned cpus;
	} cases[] = {
		{ "max 100000\n", UINT_MAX },
		{ "50000 100000\n", 0 },
		{ "100000 100000\n", 1 },
		{ "199999 100000\n", 1 },
		{ "200000 100000\n", 2 },
		{ "nonsense\n", UINT_MAX },
		{ "1 0\n", UINT_MAX },
	};

	put("cpu.max", cases[_i].text);
	ck_assert_uint_eq(cpus_of_cgroup(folder), cases[_i].cpus);
}
END_TEST

START_TEST(a_quota_of_version_1_has_two_files)
{
	ck_assert_uint_eq(cpus_of_cgroup(folder), UINT_MAX);
	put("cpu.cfs_quota_us", "-1\n");
	put("cpu.cfs_period_us", "100000\n");
	ck_assert_uint_eq(cpus_of_cgroup(folder), UINT_MAX);
	put("cpu.cfs_quota_us", "150000\n");
	ck_assert_uint_eq(cpus_of_cgroup(folder), 1);
	put("cpu.cfs_quota_us", "400000\n");
	ck_assert_uint_eq(cpus_of_cgroup(folder), 4);
}
END_TEST

START_TEST(who_is_bound_to_one_processor_has_one)
{
	cpu_set_t set;
	int cpu = sched_getcpu();

	ck_assert_uint_ge(cpus_usable(), 1);
	ck_assert_int_ge(cpu, 0);
	CPU_ZERO(&set);
	CPU_SET((unsigned)cpu, &set);
	ck_assert_int_eq(sched_setaffinity(0, sizeof set, &set), 0);
	ck_assert_uint_eq(cpus_usable(), 1);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("cpus");
	TCase *test_case = tcase_create("cpus");

	(void)argc;
	tcase_add_checked_fixture(test_case, make_folder, remove_folder);
	tcase_add_loop_test(test_case, a_quota_of_version_2_is_so_many_whole_processors, 0, 7);
	tcase_add_test(test_case, a_quota_of_version_1_has_two_files);
	tcase_add_test(test_case, who_is_bound_to_one_processor_has_one);
	suite_add_tcase(suite, test_case);
	return engine_suite_run(suite, argv[0]);
}
