/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/restore.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/run/client_run.h"
#include "scenarios/run/fallback.h"
#include "scenarios/run/give.h"
#include "scenarios/run/run_points.h"
#include "scenarios/run/run_steps.h"
#include "scenarios/run/run_volume.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

void restoring_deinit(struct restoring *restoring)
{
	digest_destroy(restoring->digest);
	manifest_destroy(restoring->tree);
	differences_destroy(restoring->differences);
	free(restoring->detail);
}

static void restoring_set(struct restoring *restoring, enum restored restored, char *detail)
{
	free(restoring->detail);
	restoring->restored = restored;
	restoring->detail = detail;
}

/* ---- a file ---- */

static bool file_compare(const struct run *run, const struct snapshot_point *point,
	const struct digest *met, char **ret_text)
{
	bool is_whole = run->client->compares == CLIENT_COMPARES_WHOLE;
	struct comparison comparison;

	digest_compare(point->content, met, is_whole ? NULL : point->used, &comparison);
	*ret_text = comparison_text(&comparison);
	return comparison.same;
}

/* Returns where MET is wrong, compared with the live view, too, if that can be read. */
static struct differences *file_differences(
	const struct run *run, const struct snapshot_point *point, const struct digest *met)
{
	bool is_whole = run->client->compares == CLIENT_COMPARES_WHOLE;
	struct digest *live = NULL;
	struct differences *differences;

	if (digest_create(truth_path(run), &live) < 0)
		live = NULL;
	differences = differences_of_file(point->content, met, is_whole ? NULL : point->used, live);
	digest_destroy(live);
	return differences;
}

/* A file that is too short is not a backup, but the report shows what it contains. */
static void short_file_look(const struct run *run, const char *path,
	const struct snapshot_point *point, struct restoring *ret)
{
	struct digest *met;

	if (digest_create(path, &met) < 0)
		return;
	ret->differences = file_differences(run, point, met);
	digest_destroy(met);
}

/* Judges the file at PATH, if the restore has created it. */
static void file_look(struct run *run, const char *path, const struct snapshot_point *point,
	struct restoring *ret)
{
	int64_t size = file_size(path);
	char *text;

	if (size < 0) {
		restoring_set(
			ret, RESTORED_NOTHING, heap_copy("the restored object is not a file"));
		return;
	}
	if ((uint64_t)size < point->content->size_bytes) {
		restoring_set(ret, RESTORED_NOTHING,
			heap_format("the restored file has %" PRId64 " bytes instead of %" PRIu64,
				size, point->content->size_bytes));
		short_file_look(run, path, point, ret);
		return;
	}
	if (digest_create(path, &ret->digest) < 0) {
		restoring_set(ret, RESTORED_UNKNOWN, heap_copy("the restored file cannot be read"));
		return;
	}

	bool is_same = file_compare(run, point, ret->digest, &text);

	restoring_set(ret, is_same ? RESTORED_RIGHT : RESTORED_WRONG, text);
	if (!is_same)
		ret->differences = file_differences(run, point, ret->digest);
}

/* ---- a tree ---- */

/* Returns whether the file system of the folder PATH supports extended attributes, or might. */
static bool may_have_attributes(const char *path)
{
	static const char name[] = "user.snaprig";

	if (setxattr(path, name, "", 0, 0) < 0)
		return errno != ENOTSUP;
	removexattr(path, name);
	return true;
}

static int tree_look(struct run *run, const char *path, struct snapshot_point *point,
	struct reason *reason, struct restoring *ret)
{
	struct tree_comparison comparison;
	AUTO(auto_free) char *where = NULL;
	int error = tree_of_point(run, point, reason);

	if (error < 0)
		return error;
	if (manifest_create(path, &ret->tree, &where) < 0) {
		restoring_set(ret, RESTORED_UNKNOWN,
			heap_format(
				"'%s' of the restored tree cannot be read", where ? where : path));
		return 0;
	}

	struct differences *names = differences_create();
	struct tree_losses losses = run->client->loses;
	bool is_blind = !losses.attributes && manifest_has_attributes(point->tree) &&
			!may_have_attributes(path);

	losses.attributes |= is_blind;

	char *text = manifest_compare(point->tree, ret->tree, &losses, names, &comparison);

	if (comparison.same && is_blind) {
		free(text);
		differences_destroy(names);
		restoring_set(ret, RESTORED_UNKNOWN,
			heap_format("the file system of '%s' has no extended attributes, as the "
				    "snapshot has (--work FOLDER or TMPDIR names another place)",
				run->work));
		return 0;
	}
	if (comparison.same)
		differences_destroy(names);
	else
		ret->differences = names;
	if (comparison.same)
		restoring_set(ret, RESTORED_RIGHT, text);
	else
		restoring_set(
			ret, comparison.looks_complete ? RESTORED_WRONG : RESTORED_NOTHING, text);
	return 0;
}

/* ---- both ---- */

/* Judges what is at PATH by POINT.  Returns 0, or -errno with REASON if the oracle cannot. */
static int point_look(struct run *run, const char *path, struct snapshot_point *point,
	struct reason *reason, struct restoring *ret)
{
	bool wants_folder = run->client->compares == CLIENT_COMPARES_TREE;
	struct stat found;
	bool is_there = lstat(path, &found) == 0;

	if (is_there && point->never_came) {
		restoring_set(ret, RESTORED_WRONG,
			heap_copy("there was no snapshot of which it could be"));
		return 0;
	}
	/* That is a mistake in the adapter, and says nothing about the backup. */
	if (is_there && wants_folder != S_ISDIR(found.st_mode)) {
		restoring_set(ret, RESTORED_UNKNOWN,
			heap_copy(wants_folder
					  ? "the restore made no folder, and the adapter has "
					    "'compares: tree'"
					  : "the restore made a folder, and the adapter compares a "
					    "file (try 'compares: tree')"));
		return 0;
	}
	if (!is_there)
		restoring_set(ret, RESTORED_NOTHING,
			heap_format("the restore made no %s", wants_folder ? "folder" : "file"));
	else if (wants_folder)
		return tree_look(run, path, point, reason, ret);
	else
		file_look(run, path, point, ret);
	return 0;
}

/* The same, by what BACKUP should contain. */
static int restored_look(struct run *run, const char *path, const struct run_backup *backup,
	struct reason *reason, struct restoring *ret)
{
	struct snapshot_point *point = point_of_backup(run, backup);
	int error;

	if (point)
		return point_look(run, path, point, reason, ret);
	if (!backup->fallback) {
		restoring_set(ret, RESTORED_UNKNOWN,
			heap_copy("no snapshot was taken to compare it with"));
		return 0;
	}
	error = point_look(run, path, &backup->fallback->live, reason, ret);
	if (error == 0)
		fallback_judge(backup->fallback, ret);
	return error;
}

/* Removes what is at PATH; for a tree, creates the empty folder to restore into. */
static int place_clear(const struct run *run, const char *path, struct reason *reason)
{
	if (unlink(path) < 0)
		folder_remove(path);
	if (run->client->compares != CLIENT_COMPARES_TREE || mkdir(path, 0700) == 0)
		return 0;
	return reason_error(reason, -errno, "cannot make '%s'", path);
}

static int restored_judge(struct run *run, const struct client_order *order, int exit_status,
	struct reason *reason, struct restoring *ret)
{
	const struct run_backup *backup = order->backup;

	if (exit_status == 0)
		return restored_look(run, order->restored, backup, reason, ret);

	AUTO(auto_free) char *log = client_log(run, backup->name, order->what);
	AUTO(auto_free) char *line = file_last_line(log);

	restoring_set(ret, RESTORED_NOTHING,
		heap_format("the restore exited with %d: %s", exit_status,
			line ? line : "it said nothing"));
	return 0;
}

int restore_try(struct run *run, const struct run_backup *backup, struct reason *reason,
	struct restoring *ret)
{
	bool is_tree = run->client->compares == CLIENT_COMPARES_TREE;
	AUTO(auto_free)
	char *path = heap_format(
		"%s/restored/%s%s", run->work, backup->name, is_tree ? "" : ".img");
	struct client_order order = {
		.what = "restore",
		.template = run->client->restore,
		.backup = backup,
		.restored = path,
	};
	struct process_result process;
	int error = place_clear(run, path, reason);

	if (error < 0)
		return error;
	error = client_run(run, &order, &process);
	if (error < 0)
		return reason_error(
			reason, error, "cannot run the restore of '%s'", run->client->name);
	error = restored_judge(run, &order, process.exit_status, reason, ret);
	process_result_deinit(&process);
	if (!run->options->keep && unlink(path) < 0)
		folder_remove(path);
	return error;
}

int restored_compare(struct run *run, struct snapshot_point *point, struct reason *reason,
	bool *ret_same, char **ret_text)
{
	struct tree_comparison comparison;
	int error;

	if (!run->restored_tree) {
		*ret_same = file_compare(run, point, run->restored, ret_text);
		return 0;
	}
	error = tree_of_point(run, point, reason);
	if (error < 0)
		return error;
	*ret_text = manifest_compare(
		point->tree, run->restored_tree, &run->client->loses, NULL, &comparison);
	*ret_same = comparison.same;
	return 0;
}

void restored_keep(struct run *run, struct restoring *restoring)
{
	digest_destroy(run->restored);
	manifest_destroy(run->restored_tree);
	run->restored = TAKE_PTR(restoring->digest);
	run->restored_tree = TAKE_PTR(restoring->tree);
}

/* A restore must not touch the volume. */
static enum outcome ended_check(struct run *run, enum outcome outcome, struct reason *reason)
{
	AUTO(auto_free) char *how = NULL;
	enum volume_end end;

	if (volume_look(run, reason, &end, &how) < 0)
		return OUTCOME_ERROR;
	if (end != VOLUME_ENDED)
		return outcome;
	reason_set(reason, "the restore has left no volume: %s", how);
	return OUTCOME_FAILED;
}

enum outcome run_restore_step(struct run *run, const struct step *step, struct reason *reason)
{
	struct restoring restoring = { .restored = RESTORED_NOTHING };
	const struct run_backup *backup = NULL;
	enum outcome outcome = OUTCOME_PASSED;

	for (size_t i = 0; i < run->backup_count; i++) {
		if (strcmp(run->backups[i].name, step->of) == 0)
			backup = &run->backups[i];
	}
	if (!backup) {
		reason_set(reason, "there is no backup '%s'", step->of);
		return OUTCOME_ERROR;
	}
	if (restore_try(run, backup, reason, &restoring) < 0)
		outcome = OUTCOME_ERROR;
	else if (!restoring.digest && !restoring.tree) {
		reason_set(
			reason, "backup '%s' cannot be restored: %s", step->of, restoring.detail);
		outcome = OUTCOME_FAILED;
	}
	restored_keep(run, &restoring);
	restoring_deinit(&restoring);
	return outcome == OUTCOME_ERROR ? outcome : ended_check(run, outcome, reason);
}
