/* SPDX-License-Identifier: Apache-2.0 */
/* Cgroups of both versions, from folders that hold the files they would. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "simfs/base/cgroup.h"

static const char *const names[] = { "memory.usage_in_bytes", "memory.limit_in_bytes",
	"memory.current", "memory.max", "memory.stat" };

static char folder[64];

static void put(const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", folder, name);

	FILE *file = fopen(path, "we");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

static void set_up(void)
{
	snprintf(folder, sizeof folder, "/tmp/snaprig-unit-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void tear_down(void)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char path[256];

		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		unlink(path);
	}
	ck_assert_int_eq(rmdir(folder), 0);
}

START_TEST(version_1_is_read)
{
	struct cgroup_memory memory;
	enum cgroup_version version;

	put("memory.usage_in_bytes", "10000\n");
	put("memory.limit_in_bytes", "16384\n");
	put("memory.stat", "inactive_file 9999\ntotal_inactive_file 2000\n");
	ck_assert_int_eq(cgroup_detect(folder, &version), 0);
	ck_assert_int_eq(version, CGROUP_V1);
	ck_assert_int_eq(cgroup_read(folder, &memory), 0);
	ck_assert_uint_eq(memory.limit_bytes, 16384);
	ck_assert_uint_eq(memory.used_bytes, 8000);
	ck_assert_uint_eq(cgroup_used_per_million(&memory), 488281);
}
END_TEST

START_TEST(version_2_is_read)
{
	struct cgroup_memory memory;
	enum cgroup_version version;

	put("memory.current", "850000\n");
	put("memory.max", "1000000\n");
	put("memory.stat", "anon 7\ninactive_file 50000\ninactive_file_x 1\n");
	ck_assert_int_eq(cgroup_detect(folder, &version), 0);
	ck_assert_int_eq(version, CGROUP_V2);
	ck_assert_int_eq(cgroup_read(folder, &memory), 0);
	ck_assert_uint_eq(cgroup_used_per_million(&memory), 800000);
}
END_TEST

START_TEST(more_cache_than_usage_is_nothing_used_and_more_than_the_limit_is_all)
{
	struct cgroup_memory memory;

	put("memory.current", "100\n");
	put("memory.max", "1000\n");
	put("memory.stat", "inactive_file 5000\n");
	ck_assert_int_eq(cgroup_read(folder, &memory), 0);
	ck_assert_uint_eq(cgroup_used_per_million(&memory), 0);
	put("memory.stat", "");
	put("memory.current", "2000\n");
	ck_assert_int_eq(cgroup_read(folder, &memory), 0);
	ck_assert_uint_eq(cgroup_used_per_million(&memory), 1000000);
}
END_TEST

START_TEST(a_cgroup_without_a_limit_is_refused)
{
	struct cgroup_memory memory;

	put("memory.current", "100\n");
	put("memory.max", "max\n");
	ck_assert_int_eq(cgroup_read(folder, &memory), -ENODATA);
	put("memory.usage_in_bytes", "100\n");
	put("memory.limit_in_bytes", "9223372036854771712\n");
	ck_assert_int_eq(cgroup_read(folder, &memory), -ENODATA);
}
END_TEST

START_TEST(what_is_no_cgroup_or_no_number_is_refused)
{
	static const char *const bad[] = { "", "-5\n", "much\n", "12", "12 34\n" };
	struct cgroup_memory memory;

	ck_assert_int_eq(cgroup_read(folder, &memory), -ENOENT);
	ck_assert_int_eq(cgroup_read("/nonexistent", &memory), -ENOENT);
	put("memory.max", "1000\n");
	ck_assert_int_eq(cgroup_read(folder, &memory), -ENOENT);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		put("memory.current", bad[i]);
		ck_assert_int_eq(cgroup_read(folder, &memory), -EUCLEAN);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cgroup");
	TCase *tcase = tcase_create("memory");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, version_1_is_read);
	tcase_add_test(tcase, version_2_is_read);
	tcase_add_test(tcase, more_cache_than_usage_is_nothing_used_and_more_than_the_limit_is_all);
	tcase_add_test(tcase, a_cgroup_without_a_limit_is_refused);
	tcase_add_test(tcase, what_is_no_cgroup_or_no_number_is_refused);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? 1 : 0;
}
