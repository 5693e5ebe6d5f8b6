/* SPDX-License-Identifier: Apache-2.0 */
/* The trigger `file=`: what may be looked for, and what is never followed. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/clock.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/fault_bench.h"

static void open_plain(void)
{
	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
				 .profile = profile_find("plain") },
		true);
}

START_TEST(a_file_in_the_mount_cannot_be_looked_for)
{
	char message[RULE_MESSAGE_BYTES];
	uint64_t id;

	open_plain();
	/* The engine's live view is /mount/live. */
	ck_assert_int_eq(
		volume_fault_add(bench_engine.volume, "live.read zero file=/mount/x", &id, message),
		-EINVAL);
	ck_assert_str_eq(message, "'file' cannot be inside the mount itself");
	fault_bench_add("live.read zero file=/mountain");
	bench_close();
}
END_TEST

/* Where it leads is not asked: it may be the mount. */
START_TEST(a_file_is_not_looked_for_through_a_link)
{
	char folder[] = "/tmp/snaprig-link.XXXXXX", link[64], rule[128];
	char message[RULE_MESSAGE_BYTES];
	uint64_t id;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(link, sizeof link, "%s/link", folder);
	snprintf(rule, sizeof rule, "live.read error=EIO file=%s/x", link);
	open_plain();
	fault_bench_add(rule);
	ck_assert_int_eq(symlink("/", link), 0);
	bench_expect_live();
	ck_assert_int_eq(volume_fault_add(bench_engine.volume, rule, &id, message), -EINVAL);
	ck_assert_str_eq(message, "'file' contains a symbolic link: use the path that it leads to");
	/* A link is a file itself. */
	snprintf(rule, sizeof rule, "live.read error=EIO file=%s", link);
	fault_bench_add(rule);
	ck_assert_int_eq(engine_read(&bench_engine, NULL, 0, message, 1), -EIO);
	bench_close();
	ck_assert_int_eq(unlink(link), 0);
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

static int read_once(void)
{
	uint8_t byte;

	return engine_read(&bench_engine, NULL, 0, &byte, 1);
}

START_TEST(a_file_that_comes_or_goes_is_seen_within_a_millisecond)
{
	char path[] = "/tmp/snaprig-file.XXXXXX", rule[128];
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	snprintf(rule, sizeof rule, "live.read error=EIO file=%s", path);
	clock_step_to(NS_PER_S);
	open_plain();
	fault_bench_add(rule);
	ck_assert_int_eq(read_once(), -EIO);
	ck_assert_int_eq(unlink(path), 0);
	/* Nobody is made to wait for a disk at each read. */
	ck_assert_int_eq(read_once(), -EIO);
	clock_step_to(clock_now_ns() + NS_PER_MS - 1);
	ck_assert_int_eq(read_once(), -EIO);
	clock_step_to(clock_now_ns() + 1);
	ck_assert_int_eq(read_once(), 0);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(read_once(), 0);
	clock_step_to(clock_now_ns() + NS_PER_MS);
	ck_assert_int_eq(read_once(), -EIO);
	bench_close();
	ck_assert_int_eq(unlink(path), 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("fault file");
	TCase *all = tcase_create("file");

	(void)argc;
	tcase_add_test(all, a_file_in_the_mount_cannot_be_looked_for);
	tcase_add_test(all, a_file_is_not_looked_for_through_a_link);
	tcase_add_test(all, a_file_that_comes_or_goes_is_seen_within_a_millisecond);
	suite_add_tcase(suite, all);
	return engine_suite_run(suite, argv[0]);
}
