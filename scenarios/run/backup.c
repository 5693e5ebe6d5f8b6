/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backup.c - runs the client on a snapshot, and finds out what it made.
 */
#include <stdlib.h>
#include <string.h>

#include "scenarios/base/process.h"
#include "scenarios/judge/verdict.h"
#include "scenarios/run/client_run.h"
#include "scenarios/run/fallback.h"
#include "scenarios/run/restore.h"
#include "scenarios/run/retention.h"
#include "scenarios/run/run_left.h"
#include "scenarios/run/run_state.h"
#include "scenarios/run/run_steps.h"
#include "scenarios/run/run_volume.h"
#include "scenarios/run/underway.h"
#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

static bool earlier_not_intact(const struct run *run)
{
	for (size_t i = 0; i < run->backup_count; i++) {
		if (!verdict_is_of_success(run->backups[i].verdict))
			return true;
	}
	return false;
}

/* What was found out about a backup. */
struct findings {
	const struct process_result *process;
	struct restoring restoring;
	struct journal_facts journal;
	bool looks_good;
	char *spoilt; /* an earlier backup that was right, and what is wrong with it now; or NULL */
};

static void findings_deinit(struct findings *findings)
{
	restoring_deinit(&findings->restoring);
	free(findings->spoilt);
}

/* Returns the details that follow the explanation, in one line.  The caller frees it. */
static char *details_make(
	const struct run *run, const struct run_backup *backup, const struct findings *findings)
{
	const char *waited_in = findings->process->waited_in;
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
		.timed_out = findings->process->timed_out,
		.exit_status = findings->process->exit_status,
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

/* Runs the command TEMPLATE of the adapter, if it has one, and clears RET if it fails. */
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

/* Asks the client, which has failed, whether it shows the backup as good. */
static int looks_good(struct run *run, const struct run_backup *backup,
	const struct process_result *process, struct reason *reason, bool *ret)
{
	const struct client *client = run->client;

	*ret = (client->lists || client->verify) && process->exit_status != 0 &&
	       !process->timed_out;

	int error = ask(run, backup, "lists", client->lists, reason, ret);

	return error < 0 ? error : ask(run, backup, "verify", client->verify, reason, ret);
}

/* Earlier backups are checked if something may have spoilt them, or always. */
static bool looks_back(const struct run *run, const struct run_backup *backup)
{
	/* A client that runs at the same time may be changing what they share. */
	return !run->underway && (run->options->looks_back || backup->fault_struck ||
					 backup->exit_status != 0 || earlier_not_intact(run));
}

static int backup_complete(struct run *run, struct underway *underway, struct reason *reason,
	struct differences **ret_differences)
{
	AUTO(findings_deinit)
	struct findings findings = { .restoring = { .restored = RESTORED_NOTHING } };
	struct run_backup *backup = &underway->backup;
	int error = underway_end(run, underway, reason, &findings.journal);

	findings.process = &underway->process;
	if (error == 0)
		fallback_look(run, backup);
	if (error == 0 && !findings.process->timed_out &&
		strcmp(backup->left_behind, LEFT_BEHIND_NOTHING) != 0)
		error = restore_try(run, backup, reason, &findings.restoring);
	if (error == 0)
		error = looks_good(run, backup, findings.process, reason, &findings.looks_good);
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

static struct underway *underway_create(struct run *run, const struct step *step)
{
	struct underway *underway = heap_new(sizeof *underway);

	underway->backup = (struct run_backup){
		.name = step->name,
		.of = step->of,
		.takes = step->takes,
		.left_behind = heap_copy(LEFT_BEHIND_NOTHING),
		.out_path = heap_format("%s/out/%s/%s.backup", run->work, step->name, step->name),
		.log_path = client_log(run, step->name, "backup"),
	};
	return underway;
}

/* The backup is kept, whatever its result: it owns its texts. */
static struct run_backup *underway_destroy(struct run *run, struct underway *underway)
{
	underway_deinit(run, underway);
	span_end(run, TIMELINE_BACKUP, underway->backup.name);
	run->backups = heap_grow(run->backups, run->backup_count, sizeof *run->backups);
	run->backups[run->backup_count] = underway->backup;
	free(underway);
	return &run->backups[run->backup_count++];
}

/* Completes UNDERWAY and frees it. */
static enum outcome backup_finish(struct run *run, struct underway *underway, struct reason *reason)
{
	struct differences *differences = NULL;
	int error = backup_complete(run, underway, reason, &differences);
	const struct run_backup *backup = underway_destroy(run, underway);

	if (error < 0)
		return OUTCOME_ERROR;
	result_add_backup(run->result, backup->name, backup->of, backup->verdict,
		backup->exit_status, backup->reason, backup->duration_ns);
	result_measure_backup(run->result, &backup->measures);
	result_set_differences(run->result, differences);
	if (run->options->backup_over)
		run->options->backup_over(run->options->context, backup);
	return OUTCOME_PASSED;
}

enum outcome run_backup_step(struct run *run, const struct step *step, struct reason *reason)
{
	struct underway *underway = underway_create(run, step);

	span_begin(run, TIMELINE_BACKUP, step->name);
	if (underway_begin(run, underway, step->in_background, reason) < 0) {
		underway_destroy(run, underway);
		return OUTCOME_ERROR;
	}
	if (!step->in_background)
		return backup_finish(run, underway, reason);
	underway->next = run->underway;
	run->underway = underway;
	return OUTCOME_PASSED;
}

enum outcome run_await(struct run *run, const struct step *step, struct reason *reason)
{
	struct underway **at = &run->underway, *underway;

	/* Steps were checked in order: the backup was begun, and is awaited only once. */
	while (*at && strcmp((*at)->backup.name, step->name) != 0)
		at = &(*at)->next;
	MUST(*at);
	underway = *at;
	*at = underway->next;
	return backup_finish(run, underway, reason);
}

void backups_stop(struct run *run)
{
	while (run->underway) {
		struct underway *underway = run->underway;

		run->underway = underway->next;
		underway_destroy(run, underway);
	}
}

bool backups_run(const struct run *run)
{
	for (const struct underway *at = run->underway; at; at = at->next) {
		if (at->beside && !process_beside_is_over(at->beside))
			return true;
	}
	return false;
}
