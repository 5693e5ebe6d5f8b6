/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_reference.c - the reference client publishes what is whole, and nothing else.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/clients/reference.h"
#include "scenarios/clients/reference_manifest.h"
#include "scenarios/judge/oracle.h"
#include "simfs/base/exit_code.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/run_folder.h"

/* Three chunks and a part of one. */
#define SNAPSHOT_BYTES (3 * REFERENCE_CHUNK_BYTES + 4608)

/* How large a file the client may make; 0: as large as it likes. */
static rlim_t file_bytes_max;

/* Runs a command in a process of its own, with what it says in the file "log". */
static int run(const struct command_line *command, const char *from, const char *to)
{
	char *argv[] = { (char[]){ "command" }, strdup(from), strdup(to), NULL };
	int status;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		struct rlimit limit = { file_bytes_max, file_bytes_max };
		int log = open("../log", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

		signal(SIGXFSZ, SIG_IGN);
		if (log < 0 || dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0 ||
			(file_bytes_max && setrlimit(RLIMIT_FSIZE, &limit) < 0))
			_exit(99);

		int exit_code = command->run(command, 3, argv);

		fflush(stdout);
		_exit(exit_code);
	}
	free(argv[1]);
	free(argv[2]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static bool said(const char *text)
{
	char *log = file_text("../log");
	bool is_there = log && strstr(log, text);

	free(log);
	return is_there;
}

static void setup(void)
{
	run_folder_setup();
	/* The log lies above, so that what is in the folder can be counted. */
	ck_assert_int_eq(system("mkdir inner"), 0);
	ck_assert_int_eq(chdir("inner"), 0);
	run_folder_file("snapshot", 3, SNAPSHOT_BYTES);
	file_bytes_max = 0;
}

static void teardown(void)
{
	ck_assert_int_eq(chdir(".."), 0);
	run_folder_teardown();
}

START_TEST(backup_can_be_restored)
{
	struct digest *before, *after;
	struct comparison comparison;

	ck_assert_int_eq(run(&backup_command, "snapshot", "out"), 0);
	ck_assert(said("Pipeline start\n"));
	ck_assert(said("OOOW: No\n"));
	ck_assert(said("Pipeline end, exit code: 0\n"));
	ck_assert_int_eq(run(&restore_command, "out", "image"), 0);
	ck_assert_uint_eq(run_folder_count(), 4);
	ck_assert_int_eq(digest_create("snapshot", &before), 0);
	ck_assert_int_eq(digest_create("image", &after), 0);
	digest_compare(before, after, NULL, &comparison);
	ck_assert(comparison.same);
	digest_destroy(before);
	digest_destroy(after);
}
END_TEST

START_TEST(snapshot_that_cannot_be_opened_is_a_read_error)
{
	ck_assert_int_eq(run(&backup_command, "missing", "out"), 198);
	ck_assert(said("ReadFile failed Level = ERROR[2]\n"));
	ck_assert(said("###### something wrong during run pipe line\n"));
	ck_assert(said("Pipeline end, exit code: -314\n"));
	ck_assert_uint_eq(run_folder_count(), 1);
}
END_TEST

START_TEST(full_target_is_said_and_leaves_nothing)
{
	file_bytes_max = 10 << 20;
	ck_assert_int_eq(run(&backup_command, "snapshot", "out"), REFERENCE_EXIT_TARGET);
	ck_assert(said("cannot write backup 'out': File too large"));
	ck_assert(said("Pipeline end, exit code: 1\n"));
	ck_assert_uint_eq(run_folder_count(), 1);
}
END_TEST

START_TEST(what_is_published_is_never_replaced)
{
	ck_assert_int_eq(run(&backup_command, "snapshot", "out"), 0);
	run_folder_flip("snapshot", 17);
	ck_assert_int_eq(run(&backup_command, "snapshot", "out"), REFERENCE_EXIT_TARGET);
	ck_assert(said("File exists"));
	ck_assert_int_eq(run(&restore_command, "out", "snapshot"), REFERENCE_EXIT_TARGET);
	ck_assert_int_eq(run(&restore_command, "out", "image"), 0);
	ck_assert_uint_eq(run_folder_count(), 4);
}
END_TEST

static const size_t damaged_offsets[] = { 0, REFERENCE_CHUNK_BYTES - 1, REFERENCE_CHUNK_BYTES,
	SNAPSHOT_BYTES - 1 };

START_TEST(damaged_backup_is_refused)
{
	ck_assert_int_eq(run(&backup_command, "snapshot", "out"), 0);
	run_folder_flip("out", damaged_offsets[_i]);
	ck_assert_int_eq(run(&restore_command, "out", "image"), REFERENCE_EXIT_DAMAGED);
	ck_assert(said("is damaged: chunk"));
	/* The snapshot and the backup's two files. */
	ck_assert_uint_eq(run_folder_count(), 3);
}
END_TEST

START_TEST(backup_of_another_size_is_refused)
{
	ck_assert_int_eq(run(&backup_command, "snapshot", "out"), 0);
	ck_assert_int_eq(truncate("out", SNAPSHOT_BYTES + _i), 0);
	ck_assert_int_eq(run(&restore_command, "out", "image"), REFERENCE_EXIT_DAMAGED);
	ck_assert(said("its size differs"));
}
END_TEST

static void text_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static const char *const bad_manifests[] = {
	"",
	"[]",
	"{}",
	"{\"schema_version\": 1",
	"{\"schema_version\": 2, \"size_bytes\": 0, \"chunk_bytes\": 8, \"checksum\": \"xxh3-64\", "
	"\"chunks\": []}",
	"{\"schema_version\": 1, \"size_bytes\": 8, \"chunk_bytes\": 8, \"checksum\": \"xxh3-64\", "
	"\"chunks\": []}",
	"{\"schema_version\": 1, \"size_bytes\": 8, \"chunk_bytes\": 0, \"checksum\": \"xxh3-64\", "
	"\"chunks\": []}",
	"{\"schema_version\": 1, \"size_bytes\": -8, \"chunk_bytes\": 8, \"checksum\": "
	"\"xxh3-64\", "
	"\"chunks\": []}",
	"{\"schema_version\": 1, \"size_bytes\": 8, \"chunk_bytes\": 8, \"checksum\": \"crc32\", "
	"\"chunks\": [\"0123456789abcdef\"]}",
	"{\"schema_version\": 1, \"size_bytes\": 8, \"chunk_bytes\": 8, \"checksum\": \"xxh3-64\", "
	"\"chunks\": [\"0123456789abcdeg\"]}",
	"{\"schema_version\": 1, \"size_bytes\": 8, \"chunk_bytes\": 8, \"checksum\": \"xxh3-64\", "
	"\"chunks\": [7]}",
};

START_TEST(manifest_that_contradicts_itself_is_refused)
{
	struct manifest manifest;

	text_write("m", bad_manifests[_i]);
	ck_assert_int_eq(manifest_read("m", &manifest), -EBADMSG);
}
END_TEST

START_TEST(backup_without_a_manifest_is_none)
{
	ck_assert_int_eq(run(&backup_command, "snapshot", "out"), 0);
	ck_assert_int_eq(unlink("out.manifest"), 0);
	ck_assert_int_eq(run(&restore_command, "out", "image"), REFERENCE_EXIT_TARGET);
	ck_assert(said("cannot read manifest 'out.manifest'"));
	ck_assert_uint_eq(run_folder_count(), 2);
}
END_TEST

START_TEST(wrong_usage_is_told)
{
	char *argv[] = { (char[]){ "backup" }, NULL };

	ck_assert_int_eq(backup_command.run(&backup_command, 1, argv), EXIT_USAGE);
	ck_assert_int_eq(restore_command.run(&restore_command, 1, argv), EXIT_USAGE);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

int main(int argc, char **argv)
{
	Suite *suite = suite_create("reference");
	TCase *tests = tcase_create("reference");

	(void)argc;

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, backup_can_be_restored);
	tcase_add_test(tests, snapshot_that_cannot_be_opened_is_a_read_error);
	tcase_add_test(tests, full_target_is_said_and_leaves_nothing);
	tcase_add_test(tests, what_is_published_is_never_replaced);
	tcase_add_loop_test(tests, damaged_backup_is_refused, 0, COUNT(damaged_offsets));
	tcase_add_loop_test(tests, backup_of_another_size_is_refused, -1, 0);
	tcase_add_loop_test(tests, backup_of_another_size_is_refused, 1, 2);
	tcase_add_loop_test(
		tests, manifest_that_contradicts_itself_is_refused, 0, COUNT(bad_manifests));
	tcase_add_test(tests, backup_without_a_manifest_is_none);
	tcase_add_test(tests, wrong_usage_is_told);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
