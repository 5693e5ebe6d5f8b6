/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_reference_xo.c - what a job of Xen Orchestra counts in a chain, what becomes of a task
 * by its tasks, how errors are worded, and which backups are old.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/clients/reference_xo_error.h"
#include "scenarios/clients/reference_xo_folder.h"
#include "scenarios/clients/reference_xo_guard.h"
#include "scenarios/clients/reference_xo_log.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/run_folder.h"

/* ---- the chain ---- */

/*
 * A chain as a text: from the root on, a word for each node, "NAME<PARENT:SNAPSHOTS", with a
 * small letter for a hidden one; L is the live view, and C a clone.
 */
static const struct tree_case {
	const char *tree;
	unsigned count;
} trees[] = {
	/* A disk that nobody has taken a snapshot of, and one with a snapshot. */
	{ "L<-:0", 0 },
	{ "a<-:1 L<a:0", 0 },
	/* Of a base copy under the disk alone the leaf is merged, and not everywhere. */
	{ "a<-:0 L<a:0", 0 },
	/* Snapshots were deleted. */
	{ "a<-:0 b<a:0 L<b:0", 1 },
	{ "a<-:0 b<a:0 c<b:0 L<c:0", 2 },
	/* As long as each has its snapshot a chain of any length is well. */
	{ "a<-:1 b<a:1 c<b:1 d<c:1 e<d:1 L<e:0", 0 },
	{ "a<-:1 b<a:0 c<b:1 d<c:0 e<d:1 L<e:0", 2 },
	/* One whose only child is a snapshot, or a clone: it is not on the way. */
	{ "a<-:0 b<a:0 c<a:1 L<b:0", 0 },
	{ "a<-:0 b<a:0 C<b:0 L<b:0", 1 },
	/* Others' nodes do not count. */
	{ "a<-:0 b<a:0 c<a:0 d<c:0 e<d:0 C<e:0 L<b:0", 0 },
};

static json_t *tree_make(const char *text)
{
	json_t *nodes = json_array();

	for (; *text; text += strcspn(text, " "), text += *text == ' ') {
		char name[2] = { text[0] }, parent[2] = { text[2] };
		const char *role = name[0] == 'L' ? "live" : name[0] == 'C' ? "clone" : "base copy";

		json_array_append_new(
			nodes, json_pack("{s:s, s:s*, s:s, s:b, s:i}", "uuid", name, "parent",
				       parent[0] == '-' ? NULL : parent, "role", role, "hidden",
				       name[0] >= 'a', "snapshots", text[4] - '0'));
	}
	return nodes;
}

START_TEST(nodes_that_should_have_been_merged_are_counted)
{
	json_t *nodes = tree_make(trees[_i].tree);

	ck_assert_msg(xo_uncoalesced(nodes) == trees[_i].count, "%s: %u", trees[_i].tree,
		xo_uncoalesced(nodes));
	json_decref(nodes);
}
END_TEST

START_TEST(a_volume_without_nodes_is_well)
{
	json_t *none = json_array(), *round = tree_make("a<b:0 b<a:0 L<b:0");

	ck_assert_uint_eq(xo_uncoalesced(NULL), 0);
	ck_assert_uint_eq(xo_uncoalesced(none), 0);
	/* What contradicts itself does not lead round for ever. */
	ck_assert_uint_le(xo_uncoalesced(round), 3);
	json_decref(none);
	json_decref(round);
}
END_TEST

/* ---- tasks ---- */

/* What of a job with a VM and two tasks in it, by how those end; "-" has succeeded. */
static const struct status_case {
	const char *first, *second;
	const char *status;
} statuses[] = {
	{ "-", "-", "success" },
	{ "-", "unhealthy VDI chain", "skipped" },
	{ "no disks found", "-", "skipped" },
	{ "no VMs match this pattern", "-", "skipped" },
	{ "unhealthy VDI chain", "another", "failure" },
	{ "another", "unhealthy VDI chain", "failure" },
	{ "an unhealthy VDI chain", "-", "failure" },
};

static void task_add(json_t *parent, const char *outcome)
{
	json_t *task = xo_task_begin(parent, "export", NULL);
	json_t *error = xo_error(outcome);

	ck_assert_str_eq(xo_task_status(task), "pending");
	if (strcmp(outcome, "-") == 0)
		xo_task_end(task, NULL);
	else
		xo_task_fail(task, error);
	json_decref(error);
}

START_TEST(a_task_is_what_its_tasks_have_come_to)
{
	json_t *log = xo_log_begin("nightly", "full");
	json_t *vm = xo_task_begin(log, "backup VM", NULL);

	task_add(vm, statuses[_i].first);
	task_add(vm, statuses[_i].second);
	xo_task_end(vm, NULL);
	xo_task_end(log, NULL);
	ck_assert_str_eq(json_string_value(json_object_get(vm, "status")), statuses[_i].status);
	ck_assert_str_eq(json_string_value(json_object_get(log, "status")), statuses[_i].status);
	json_decref(log);
}
END_TEST

START_TEST(what_has_succeeded_when_it_was_tried_again_has_not_failed)
{
	json_t *log = xo_log_begin("nightly", "full");
	json_t *vm = xo_task_begin(log, "backup VM", NULL), *error = xo_error("another");

	task_add(vm, "another");
	ck_assert_str_eq(xo_task_status(vm), "failure");
	/* Another one of that name is not enough: it must have been tried again. */
	task_add(vm, "-");
	ck_assert_str_eq(xo_task_status(vm), "failure");
	xo_task_retry(vm, 1, error);
	ck_assert_str_eq(xo_task_status(vm), "pending");
	xo_task_end(vm, NULL);
	ck_assert_str_eq(xo_task_status(log), "pending");
	ck_assert_str_eq(xo_task_status(vm), "success");
	/* What failed and was not done by another one has failed. */
	xo_task_fail(xo_task_begin(vm, "snapshot", NULL), error);
	ck_assert_str_eq(xo_task_status(vm), "failure");
	json_decref(error);
	json_decref(log);
}
END_TEST

/* ---- errors ---- */

static void is_worded(json_t *error, const char *code, const char *message)
{
	const char *its = json_string_value(json_object_get(error, "code"));

	ck_assert_str_eq(its ? its : "", code);
	ck_assert_str_eq(json_string_value(json_object_get(error, "message")), message);
	json_decref(error);
}

START_TEST(errors_are_in_the_words_of_those_who_make_them)
{
	json_t *error = xo_error_of_snapshot(
		"cannot: SR_BACKEND_FAILURE_109(, The snapshot chain is too long, )", -EMLINK);
	json_t *params = json_object_get(error, "params");

	ck_assert_uint_eq(json_array_size(params), 3);
	ck_assert_str_eq(
		json_string_value(json_array_get(params, 1)), "The snapshot chain is too long");
	ck_assert_str_eq(json_string_value(json_array_get(params, 2)), "");
	is_worded(error, "SR_BACKEND_FAILURE_109",
		"SR_BACKEND_FAILURE_109(, The snapshot chain is too long, )");
	is_worded(xo_error_of_snapshot("nobody knows", -EIO), "SR_BACKEND_FAILURE_82",
		"SR_BACKEND_FAILURE_82(, Failed to snapshot VDI [opterr=Input/output error], )");
	is_worded(xo_error_of_source(), "VDI_IO_ERROR", "VDI_IO_ERROR(Device I/O errors)");
	is_worded(xo_error_of_system(-ENOSPC, "write", NULL), "ENOSPC",
		"ENOSPC: no space left on device, write");
	is_worded(xo_error_of_system(-EIO, "read", NULL), "EIO", "EIO: i/o error, read");
	is_worded(xo_error_of_system(-EEXIST, "open", "a"), "EEXIST",
		"EEXIST: file exists, open 'a'");
	/* A path has any bytes: what cannot be told of it is no success. */
	is_worded(xo_error_of_system(-EEXIST, "open", "a\377"), "EEXIST",
		"EEXIST: file exists, open 'a?'");
	is_worded(xo_error_locked("vm"), "ELOCKED", "Lock file is already being held");
	is_worded(xo_error_short(7, 10), "",
		"stream has ended with not enough data (actual: 7, expected: 10)");
	is_worded(xo_error_not_equal(0, 512), "ERR_ASSERTION",
		"Expected values to be strictly equal:\n\n0 !== 512\n");
}
END_TEST

/* ---- retention ---- */

/* A backup of JOB that began at START_MS and ended with STATUS. */
static void backup_leave(const char *name, const char *job, json_int_t start_ms, const char *status)
{
	json_t *log = json_pack(
		"{s:s, s:s, s:I}", "jobId", job, "status", status, "start", start_ms);
	char path[64];

	run_folder_file(name, 1, 8);
	snprintf(path, sizeof path, "%s.manifest", name);
	run_folder_file(path, 1, 8);
	snprintf(path, sizeof path, "%s.log.json", name);
	ck_assert_int_eq(xo_log_write(log, path), 0);
	json_decref(log);
}

START_TEST(a_log_that_cannot_be_written_leaves_the_one_before)
{
	struct rlimit limit, none;
	json_t *log = json_pack("{s:s}", "status", "interrupted");

	struct stat found;

	backup_leave("a", "nightly", 300, "pending");
	/* It is as private as the image. */
	ck_assert_int_eq(stat("a.log.json", &found), 0);
	ck_assert_uint_eq(found.st_mode & 0777, 0600);
	getrlimit(RLIMIT_FSIZE, &limit);
	none = (struct rlimit){ 0, limit.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &none);
	ck_assert_int_eq(xo_log_write(log, "a.log.json"), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &limit);
	json_decref(log);
	log = json_load_file("a.log.json", 0, NULL);
	ck_assert_str_eq(json_string_value(json_object_get(log, "status")), "pending");
	json_decref(log);
	ck_assert_uint_eq(run_folder_count(), 3);
}
END_TEST

START_TEST(the_oldest_good_backups_of_the_job_go)
{
	/* Neither names nor the order in which they were written say which is the oldest. */
	backup_leave("a", "nightly", 300, "success");
	backup_leave("b", "nightly", 100, "success");
	backup_leave("c", "nightly", 200, "success");
	backup_leave("d", "weekly", 10, "success");
	backup_leave("e", "nightly", 20, "failure");
	ck_assert_int_eq(xo_folder_thin(".", "nightly", 3), 0);
	ck_assert_uint_eq(run_folder_count(), 15);
	ck_assert_int_eq(xo_folder_thin(".", "nightly", 1), 2);
	ck_assert_uint_eq(run_folder_count(), 9);
	ck_assert_int_eq(access("a.manifest", F_OK), 0);
	ck_assert_int_eq(access("d", F_OK), 0);
	ck_assert_int_eq(access("e.log.json", F_OK), 0);
	ck_assert_int_eq(xo_folder_thin(".", "nightly", 0), 1);
	ck_assert_int_lt(access("a.log.json", F_OK), 0);
	ck_assert_int_eq(xo_folder_thin("none", "nightly", 1), -ENOENT);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("reference xo");
	TCase *words = tcase_create("words"), *folder = tcase_create("folder");

	(void)argc;
	tcase_add_loop_test(words, nodes_that_should_have_been_merged_are_counted, 0,
		(int)(sizeof trees / sizeof trees[0]));
	tcase_add_test(words, a_volume_without_nodes_is_well);
	tcase_add_loop_test(words, a_task_is_what_its_tasks_have_come_to, 0,
		(int)(sizeof statuses / sizeof statuses[0]));
	tcase_add_test(words, what_has_succeeded_when_it_was_tried_again_has_not_failed);
	tcase_add_test(words, errors_are_in_the_words_of_those_who_make_them);
	tcase_add_checked_fixture(folder, run_folder_setup, run_folder_teardown);
	tcase_add_test(folder, a_log_that_cannot_be_written_leaves_the_one_before);
	tcase_add_test(folder, the_oldest_good_backups_of_the_job_go);
	suite_add_tcase(suite, words);
	suite_add_tcase(suite, folder);
	return engine_suite_run(suite, argv[0]);
}
