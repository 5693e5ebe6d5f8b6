/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backup.c - runs the client on a snapshot, and finds out what it made.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/base/heap.h"
#include "scenarios/base/process.h"
#include "scenarios/judge/verdict.h"
#include "scenarios/run/armed.h"
#include "scenarios/run/runner_internal.h"
#include "scenarios/run/watch.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/sizes.h"

#define LEFT_NOTHING "nothing"

/* Runs a command of the adapter.  As process_run(). */
static int client_run(struct run *run, const char *template, const struct client_words *words,
	const char *log_path, struct process_result *ret)
{
	AUTO(auto_free) char *command = client_command(template, words);
	AUTO(auto_free) char *temporary = heap_format("TMPDIR=%s/tmp", run->work);
	const char *argv[] = { "/bin/sh", "-c", command, NULL };
	const char *environment[] = { temporary, NULL };
	struct process_order order = {
		.argv = argv,
		.environment = environment,
		.output_path = log_path,
		.folder = run->work,
		.time_limit_ns = run->scenario->time_limit_ns,
		.killed = faults_let_go,
		.context = run,
	};

	return process_run(&order, ret);
}

void restored_compare(const struct run *run, const struct digest *restored,
	const struct snapshot_point *point, struct comparison *ret)
{
	bool is_whole = run->client->compares == CLIENT_COMPARES_WHOLE;

	digest_compare(point->content, restored, is_whole ? NULL : point->used, ret);
}

/* What came of a restore. */
struct restoring {
	enum restored restored;
	struct digest *digest; /* of the file, when it has the volume's size at least */
	char *detail;	       /* what was found, one line */
};

static void restoring_set(struct restoring *restoring, enum restored restored, char *detail)
{
	free(restoring->detail);
	restoring->restored = restored;
	restoring->detail = detail;
}

/* Judges the file that the restore command has made, if any. */
static void restored_look(struct run *run, const char *path, const struct snapshot_point *point,
	struct restoring *ret)
{
	int64_t size = file_size(path);
	struct comparison comparison;

	if (!point) {
		restoring_set(ret, RESTORED_UNKNOWN,
			heap_copy("no snapshot was taken to compare it with"));
		return;
	}
	if (size < 0) {
		restoring_set(ret, RESTORED_NOTHING, heap_copy("the restore made no file"));
		return;
	}
	if ((uint64_t)size < run->scenario->volume_bytes) {
		restoring_set(ret, RESTORED_NOTHING,
			heap_format("the restored file has %" PRId64 " bytes instead of %" PRIu64,
				size, run->scenario->volume_bytes));
		return;
	}
	if (digest_create(path, &ret->digest) < 0) {
		restoring_set(ret, RESTORED_UNKNOWN, heap_copy("the restored file cannot be read"));
		return;
	}
	restored_compare(run, ret->digest, point, &comparison);
	restoring_set(ret, comparison.same ? RESTORED_RIGHT : RESTORED_WRONG,
		comparison_text(&comparison));
}

/*
 * Restores what was left in backup's place and looks at the result.  Returns 0,
 * -EINTR, or the -errno of not being able to run the command, with REASON.
 */
static int restore_try(struct run *run, const struct run_backup *backup, struct reason *reason,
	struct restoring *ret)
{
	AUTO(auto_free) char *image = heap_format("%s/restored/%s.img", run->work, backup->name);
	AUTO(auto_free)
	char *log = heap_format("%s/logs/%s.restore.log", run->work, backup->name);
	AUTO(auto_free)
	char *client_log = heap_format("%s/logs/%s.restore-own.log", run->work, backup->name);
	struct client_words words = {
		.snapshot = "",
		.out = backup->out_path,
		.restored = image,
		.log = client_log,
		.snaprig = run->program,
	};
	struct process_result process;
	int error;

	unlink(image);
	error = client_run(run, run->client->restore, &words, log, &process);
	if (error < 0)
		return reason_error(
			reason, error, "cannot run the restore of '%s'", run->client->name);
	if (process.exit_status != 0) {
		AUTO(auto_free) char *line = file_last_line(log);

		restoring_set(ret, RESTORED_NOTHING,
			heap_format("the restore exited with %d: %s", process.exit_status,
				line ? line : "it said nothing"));
	} else {
		restored_look(run, image, point_find(run, backup->of), ret);
	}
	process_result_deinit(&process);
	if (!run->options->keep)
		unlink(image);
	return 0;
}

/* "b1.backup 32.0 MiB, b1.backup.manifest 417 B"; "nothing". */
static char *left_describe(const struct run *run, const char *name)
{
	AUTO(auto_free) char *folder = work_path(run, "out", name);
	struct folder_listing listing;
	char *text = NULL;

	folder_list(folder, &listing);
	for (size_t i = 0; i < listing.count; i++) {
		AUTO(auto_free) char *before = text;
		char size[32];

		size_format(listing.files[i].bytes, size, sizeof size);
		text = heap_format("%s%s%s %s", before ? before : "", before ? ", " : "",
			listing.files[i].path, size);
	}
	folder_listing_deinit(&listing);
	return text ? text : heap_copy(LEFT_NOTHING);
}

static bool snapshot_has_failed(struct run *run, const char *snapshot_name)
{
	json_t *snapshot = rig_snapshot(run->rig, snapshot_name);
	const char *state = json_string_value(json_object_get(snapshot, "state"));
	bool has_failed = !state || strcmp(state, "active") != 0;

	json_decref(snapshot);
	return has_failed;
}

static bool earlier_not_intact(const struct run *run)
{
	for (size_t i = 0; i < run->backup_count; i++) {
		if (!verdict_is_good(run->backups[i].verdict))
			return true;
	}
	return false;
}

static void backup_judge(struct run *run, struct run_backup *backup,
	const struct process_result *process, const struct restoring *restoring,
	const struct journal_facts *journal)
{
	struct verdict_facts facts = {
		.timed_out = process->timed_out,
		.exit_status = process->exit_status,
		.restored = restoring->restored,
		.earlier_not_intact = earlier_not_intact(run),
		.retried_non_retryable = journal->retried_non_retryable,
	};

	backup->verdict = verdict_judge(&facts);
	if (process->waited_in)
		backup->reason = heap_format("%s: %s", verdict_explain(&facts), process->waited_in);
	else if (restoring->detail)
		backup->reason = heap_format("%s (%s)", verdict_explain(&facts), restoring->detail);
	else
		backup->reason = heap_copy(verdict_explain(&facts));
}

/* As client_run(), of the backup, while the oracle waits for the snapshot that the client takes. */
static int client_run_watched(struct run *run, const struct run_backup *backup,
	const struct client_words *words, struct reason *reason, struct process_result *ret)
{
	struct journal_facts before;
	struct watch *watch = NULL;
	int error = journal_look(run, &before, reason);

	if (error == 0)
		error = watch_begin(run, backup->of, reason, &watch);
	if (error < 0)
		return error;

	int run_error = client_run(run, run->client->backup, words, backup->log_path, ret);

	error = watch_end(run, watch, reason);
	if (run_error < 0)
		return reason_error(reason, run_error, "cannot run client '%s'", run->client->name);
	/* Why the rig is gone is known better elsewhere. */
	return rig_alive(run->rig, reason) ? error : 0;
}

/* Runs the client; then the steps that waited beside it are over, too. */
static int backup_make(struct run *run, struct run_backup *backup, struct reason *reason,
	struct process_result *ret, struct journal_facts *ret_journal)
{
	AUTO(auto_free) char *folder = work_path(run, "out", backup->name);
	AUTO(auto_free)
	char *snapshot = heap_format("%s/snapshots/%s", run->mount_point, backup->of);
	AUTO(auto_free)
	char *client_log = heap_format("%s/logs/%s.own.log", run->work, backup->name);
	struct client_words words = {
		.snapshot = snapshot,
		.out = backup->out_path,
		.restored = "",
		.log = client_log,
		.snaprig = run->program,
	};

	if (mkdir(folder, 0700) < 0)
		return reason_error(reason, -errno, "cannot make '%s'", folder);

	int error = 0;

	if (backup->takes)
		error = client_run_watched(run, backup, &words, reason, ret);
	else if ((error = client_run(run, run->client->backup, &words, backup->log_path, ret)) < 0)
		reason_error(reason, error, "cannot run client '%s'", run->client->name);
	armed_join(run);
	if (error < 0)
		return error;
	/* Without it nothing can be said of the client. */
	if (!rig_alive(run->rig, reason))
		return -EIO;
	backup->exit_status = ret->exit_status;
	backup->duration_ns = ret->duration_ns;
	/* Both are asked: what has fired is counted up to here. */
	backup->fault_struck = faults_struck(run);
	if (!backup->takes)
		backup->fault_struck |= snapshot_has_failed(run, backup->of);
	else if (journal_look(run, ret_journal, reason) < 0)
		return -EIO;
	backup->fault_struck |= ret_journal->has_failed;
	free(backup->left_behind);
	backup->left_behind = left_describe(run, backup->name);
	leaks_look_at_backup(run, backup, ret->left_running);
	return 0;
}

static int backup_clean(struct run *run, const struct run_backup *backup, struct reason *reason)
{
	AUTO(auto_free)
	char *log = heap_format("%s/logs/%s.cleanup.log", run->work, backup->name);
	struct client_words words = {
		.snapshot = "",
		.out = backup->out_path,
		.restored = "",
		.log = log,
		.snaprig = run->program,
	};
	struct process_result process;

	if (!run->client->cleanup || backup->exit_status == 0)
		return 0;

	int error = client_run(run, run->client->cleanup, &words, log, &process);

	if (error < 0)
		return reason_error(
			reason, error, "cannot run the cleanup of '%s'", run->client->name);
	process_result_deinit(&process);
	return 0;
}

/* The restored content is the latest, until there is another. */
static void restored_keep(struct run *run, struct restoring *restoring)
{
	digest_destroy(run->restored);
	run->restored = TAKE_PTR(restoring->digest);
}

static int backup_complete(struct run *run, struct run_backup *backup, struct reason *reason)
{
	struct process_result process = { 0 };
	struct restoring restoring = { .restored = RESTORED_NOTHING };
	struct journal_facts journal = { 0 };
	int error = backup_make(run, backup, reason, &process, &journal);

	if (error == 0 && !process.timed_out && strcmp(backup->left_behind, LEFT_NOTHING) != 0)
		error = restore_try(run, backup, reason, &restoring);
	if (error == 0)
		error = backup_clean(run, backup, reason);
	if (error == 0) {
		backup_judge(run, backup, &process, &restoring, &journal);
		restored_keep(run, &restoring);
	}
	free(restoring.detail);
	digest_destroy(restoring.digest);
	process_result_deinit(&process);
	return error;
}

enum outcome run_backup_step(struct run *run, const struct step *step, struct reason *reason)
{
	struct run_backup backup = {
		.name = step->name,
		.of = step->of,
		.takes = step->takes,
		.left_behind = heap_copy(LEFT_NOTHING),
		.out_path = heap_format("%s/out/%s/%s.backup", run->work, step->name, step->name),
		.log_path = heap_format("%s/logs/%s.backup.log", run->work, step->name),
	};
	int error = backup_complete(run, &backup, reason);

	/* Kept whatever came of it: it owns its texts. */
	run->backups = heap_grow(run->backups, run->backup_count, sizeof *run->backups);
	run->backups[run->backup_count++] = backup;
	if (error < 0)
		return OUTCOME_ERROR;
	result_add_backup(run->result, backup.name, backup.of, backup.verdict, backup.exit_status,
		backup.reason, backup.duration_ns);
	if (run->options->backup_over)
		run->options->backup_over(run->options->context, &backup);
	return OUTCOME_PASSED;
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
	else if (!restoring.digest) {
		reason_set(
			reason, "backup '%s' cannot be restored: %s", step->of, restoring.detail);
		outcome = OUTCOME_FAILED;
	}
	restored_keep(run, &restoring);
	free(restoring.detail);
	return outcome;
}
