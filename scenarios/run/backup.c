/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backup.c - runs the client on a snapshot, and finds out what it made.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scenarios/base/heap.h"
#include "scenarios/base/process.h"
#include "scenarios/judge/verdict.h"
#include "scenarios/run/armed.h"
#include "scenarios/run/client_run.h"
#include "scenarios/run/fallback.h"
#include "scenarios/run/give.h"
#include "scenarios/run/measure.h"
#include "scenarios/run/restore.h"
#include "scenarios/run/retention.h"
#include "scenarios/run/runner_internal.h"
#include "scenarios/run/watch.h"
#include "simfs/base/cleanup.h"

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
		if (!verdict_is_of_success(run->backups[i].verdict))
			return true;
	}
	return false;
}

/* What was found out about a backup that was made. */
struct findings {
	struct process_result process;
	struct restoring restoring;
	struct journal_facts journal;
	bool looks_good;
	char *spoilt; /* an earlier backup that was right, and how it is wrong now; or NULL */
};

static void findings_deinit(struct findings *findings)
{
	restoring_deinit(&findings->restoring);
	process_result_deinit(&findings->process);
	free(findings->spoilt);
}

/* What the facts are made of, behind their explanation: one line, the caller's. */
static char *details_make(
	const struct run *run, const struct run_backup *backup, const struct findings *findings)
{
	const char *waited_in = findings->process.waited_in;
	const char *detail = findings->restoring.detail, *spoilt = findings->spoilt;

	if (backup->verdict == VERDICT_LEAKED)
		return heap_format(": %s", run->result->leaks[backup->leaks_from]);
	if (waited_in && spoilt)
		return heap_format(": %s; what was right is not any more: %s", waited_in, spoilt);
	if (waited_in || spoilt)
		return heap_format(": %s", waited_in ? waited_in : spoilt);
	return detail ? heap_format(" (%s)", detail) : heap_copy("");
}

static void backup_judge(
	struct run *run, struct run_backup *backup, const struct findings *findings)
{
	struct verdict_facts facts = {
		.timed_out = findings->process.timed_out,
		.exit_status = findings->process.exit_status,
		.restored = findings->restoring.restored,
		.fell_back = backup->fallback != NULL,
		.looks_good = findings->looks_good,
		.has_leaked = run->result->leak_count > backup->leaks_from,
		.earlier_not_intact = earlier_not_intact(run),
		.earlier_spoilt = findings->spoilt != NULL,
		.retried_non_retryable = findings->journal.retried_non_retryable,
	};

	backup->verdict = verdict_judge(&facts);

	AUTO(auto_free) char *details = details_make(run, backup, findings);
	AUTO(auto_free) char *fallback = fallback_text(backup);

	backup->reason = heap_format("%s%s%s", verdict_explain(&facts), details, fallback);
}

/* As client_run(), of the backup, with what the client is given of the snapshot. */
static int client_run_given(struct run *run, struct client_order *order, struct process_result *ret)
{
	struct given given;
	int error = give_begin(run, order->backup, &given, ret);

	order->snapshot = given.path;
	if (error == 0 && given.path) {
		measure_begin(run, order->backup);
		error = client_run(run, order, ret);
	}
	order->snapshot = NULL;
	give_end(run, &given);
	return error;
}

/* The same while the oracle waits for the snapshot that the client takes. */
static int client_run_watched(struct run *run, struct client_order *order, struct reason *reason,
	struct process_result *ret)
{
	struct journal_facts before;
	struct watch *watch = NULL;
	int error = journal_look(run, &before, reason);

	if (error == 0)
		error = watch_begin(run, order->backup->of, reason, &watch);
	if (error < 0)
		return error;

	int run_error = client_run_given(run, order, ret);

	error = watch_end(run, watch, reason);
	if (run_error < 0)
		return reason_error(reason, run_error, "cannot run client '%s'", run->client->name);
	/* Why the rig is gone is known better elsewhere. */
	return rig_alive(run->rig, reason) ? error : 0;
}

/* Whoever ends what he reads from has not left it as it was; WHO has run, in words. */
static int volume_check(
	struct run *run, struct run_backup *backup, const char *who, struct reason *reason)
{
	AUTO(auto_free) char *how = NULL;
	enum volume_end end;
	int error = volume_look(run, reason, &end, &how);

	if (error < 0)
		return error;
	backup->fault_struck |= end == VOLUME_CRASHED;
	if (end == VOLUME_ENDED) {
		AUTO(auto_free)
		char *leak = heap_format(
			"no volume, after %s of backup '%s': %s", who, backup->name, how);

		leak_add(run, leak);
	}
	return 0;
}

/* Runs the client; then the steps that waited beside it are over, too. */
static int backup_make(struct run *run, struct run_backup *backup, struct reason *reason,
	struct process_result *ret, struct journal_facts *ret_journal)
{
	AUTO(auto_free) char *folder = work_path(run, "out", backup->name);
	struct client_order order = {
		.what = "backup",
		.template = run->client->backup,
		.backup = backup,
	};

	if (mkdir(folder, 0700) < 0)
		return reason_error(reason, -errno, "cannot make '%s'", folder);

	struct journal_facts journal;
	int error = 0;

	backup->points_from = backup->takes ? run->point_count : 0;
	if (backup->takes)
		error = client_run_watched(run, &order, reason, ret);
	else if ((error = client_run_given(run, &order, ret)) < 0)
		reason_error(reason, error, "cannot run client '%s'", run->client->name);
	armed_join(run);
	backup->points_until = run->point_count;
	if (error < 0)
		return error;
	backup->exit_status = ret->exit_status;
	backup->duration_ns = ret->duration_ns;
	measure_end(run, backup, ret);
	backup->leaks_from = run->result->leak_count;
	error = volume_check(run, backup, "the client", reason);
	if (error < 0)
		return error;
	/* Both are asked: what has fired is counted up to here. */
	backup->fault_struck |= faults_struck(run);
	backup->fault_struck |= target_struck(run, backup->exit_status);
	if (journal_look(run, &journal, reason) < 0)
		return -EIO;
	backup->has_place = journal.has_place;
	backup->place_bytes = journal.place_bytes;
	if (backup->takes)
		*ret_journal = journal;
	else
		backup->fault_struck |= snapshot_has_failed(run, backup->of);
	backup->fault_struck |= ret_journal->has_failed;
	free(backup->left_behind);
	backup->left_behind = left_behind_describe(run, backup);
	leaks_look_at_backup(run, backup, ret->left_running);
	return 0;
}

static int backup_clean(struct run *run, const struct run_backup *backup, struct reason *reason)
{
	struct client_order order = {
		.what = "cleanup",
		.template = run->client->cleanup,
		.backup = backup,
	};
	struct process_result process;

	if (!run->client->cleanup || backup->exit_status == 0)
		return 0;

	int error = client_run(run, &order, &process);

	if (error < 0)
		return reason_error(
			reason, error, "cannot run the cleanup of '%s'", run->client->name);
	process_result_deinit(&process);
	return 0;
}

/* Runs the command TEMPLATE of the adapter, if it has one, and clears RET when it fails. */
static int ask(struct run *run, const struct run_backup *backup, const char *what,
	const char *template, struct reason *reason, bool *ret)
{
	struct client_order order = { .what = what, .template = template, .backup = backup };
	struct process_result process;

	if (!template || !*ret)
		return 0;

	int error = client_run(run, &order, &process);

	if (error < 0)
		return reason_error(
			reason, error, "cannot run '%s' of '%s'", what, run->client->name);
	*ret = process.exit_status == 0;
	process_result_deinit(&process);
	return 0;
}

/* Does the client, which has failed, itself show the backup as a good one? */
static int looks_good(struct run *run, const struct run_backup *backup,
	const struct process_result *process, struct reason *reason, bool *ret)
{
	const struct client *client = run->client;

	*ret = (client->lists || client->verify) && process->exit_status != 0 &&
	       !process->timed_out;

	int error = ask(run, backup, "lists", client->lists, reason, ret);

	return error < 0 ? error : ask(run, backup, "verify", client->verify, reason, ret);
}

/* The earlier ones are looked at when something has happened that may have spoilt them, or
 * always. */
static bool looks_back(const struct run *run, const struct run_backup *backup)
{
	return run->options->looks_back || backup->fault_struck || backup->exit_status != 0 ||
	       earlier_not_intact(run);
}

static int backup_complete(struct run *run, struct run_backup *backup, struct reason *reason,
	struct differences **ret_differences)
{
	AUTO(findings_deinit)
	struct findings findings = { .restoring = { .restored = RESTORED_NOTHING } };
	int error = backup_make(run, backup, reason, &findings.process, &findings.journal);

	if (error == 0)
		fallback_look(run, backup);
	if (error == 0 && !findings.process.timed_out &&
		strcmp(backup->left_behind, LEFT_BEHIND_NOTHING) != 0)
		error = restore_try(run, backup, reason, &findings.restoring);
	if (error == 0)
		error = looks_good(run, backup, &findings.process, reason, &findings.looks_good);
	if (error == 0)
		error = backup_clean(run, backup, reason);
	if (error == 0 && looks_back(run, backup))
		error = retention_look(run, reason, &findings.spoilt);
	if (error == 0)
		error = volume_check(run, backup, "the restore", reason);
	if (error == 0) {
		backup_judge(run, backup, &findings);
		*ret_differences = TAKE_PTR(findings.restoring.differences);
		restored_keep(run, &findings.restoring);
	}
	return error;
}

enum outcome run_backup_step(struct run *run, const struct step *step, struct reason *reason)
{
	struct run_backup backup = {
		.name = step->name,
		.of = step->of,
		.takes = step->takes,
		.left_behind = heap_copy(LEFT_BEHIND_NOTHING),
		.out_path = heap_format("%s/out/%s/%s.backup", run->work, step->name, step->name),
		.log_path = client_log(run, step->name, "backup"),
	};
	struct differences *differences = NULL;
	int error;

	span_begin(run, TIMELINE_BACKUP, step->name);
	error = backup_complete(run, &backup, reason, &differences);
	span_end(run);

	/* Kept whatever came of it: it owns its texts. */
	run->backups = heap_grow(run->backups, run->backup_count, sizeof *run->backups);
	run->backups[run->backup_count++] = backup;
	if (error < 0)
		return OUTCOME_ERROR;
	result_add_backup(run->result, backup.name, backup.of, backup.verdict, backup.exit_status,
		backup.reason, backup.duration_ns);
	result_measure_backup(run->result, &backup.measures);
	result_set_differences(run->result, differences);
	if (run->options->backup_over)
		run->options->backup_over(run->options->context, &backup);
	return OUTCOME_PASSED;
}
