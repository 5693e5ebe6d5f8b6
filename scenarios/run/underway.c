/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/underway.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scenarios/run/armed.h"
#include "scenarios/run/client_run.h"
#include "scenarios/run/lvm_world.h"
#include "scenarios/run/run_left.h"
#include "scenarios/run/run_volume.h"
#include "scenarios/run/watch.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

static bool snapshot_has_failed(struct run *run, const char *snapshot_name)
{
	json_t *snapshot = rig_snapshot(run->rig, snapshot_name);
	const char *state = json_string_value(json_object_get(snapshot, "state"));
	bool has_failed = !state || strcmp(state, "active") != 0;

	json_decref(snapshot);
	return has_failed;
}

int volume_check(struct run *run, struct run_backup *backup, const char *who, struct reason *reason)
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

static struct client_order order_of(const struct run *run, const struct underway *underway)
{
	return (struct client_order){
		.what = "backup",
		.template = run->client->backup,
		.backup = &underway->backup,
		.snapshot = underway->given.path,
	};
}

/* The oracle waits for the snapshot that the client takes. */
static int watch_prepare(struct run *run, struct underway *underway, struct reason *reason)
{
	struct journal_facts before;
	int error = journal_look(run, &run->journal_from, &before, reason);

	return error < 0 ? error : watch_begin(run, underway->backup.of, reason, &underway->watch);
}

int underway_begin(
	struct run *run, struct underway *underway, bool in_background, struct reason *reason)
{
	struct run_backup *backup = &underway->backup;
	AUTO(auto_free) char *folder = work_path(run, "out", backup->name);
	int error = 0;

	underway->armed = TAKE_PTR(run->armed);
	backup->points_from = backup->takes ? run->point_count : 0;
	backup->points_until = run->point_count;
	if (mkdir(folder, 0700) < 0)
		return reason_error(reason, -errno, "cannot make '%s'", folder);
	if (backup->takes)
		error = watch_prepare(run, underway, reason);
	if (error < 0)
		return error;
	underway->strikes_from = run->fault_strikes;
	underway->journal_from = run->journal_from;
	underway->lvm_lines_from = run->lvm_lines_beside;
	underway->rigs_gone = run->rigs_gone;
	underway->rigs_crashed = run->rigs_crashed;
	leaks_expect(run);
	error = give_begin(run, backup, &underway->given, &underway->process);
	if (error == 0 && underway->given.path) {
		struct client_order order = order_of(run, underway);

		measure_begin(run, backup, &underway->measuring);
		error = in_background ? client_begin(run, &order, &underway->beside) : 0;
	}
	if (error < 0)
		reason_error(reason, error, "cannot run client '%s'", run->client->name);
	return error;
}

/* Runs the client, or waits for it. */
static int client_end(struct run *run, struct underway *underway)
{
	struct client_order order = order_of(run, underway);

	if (!underway->given.path)
		return 0;
	if (underway->beside)
		return process_beside_end(TAKE_PTR(underway->beside), &underway->process);
	return client_run(run, &order, &underway->process);
}

/* Ends everything that served the client while it ran. */
static int surroundings_end(struct run *run, struct underway *underway, struct reason *reason)
{
	struct watch *watch = TAKE_PTR(underway->watch);
	int error;

	give_end(run, &underway->given);
	error = watch ? watch_end(run, watch, reason) : 0;
	armed_join(run, &underway->armed);
	return error;
}

/* Determines whether anything has struck during the run. */
static void strikes_look(struct run *run, struct underway *underway)
{
	struct run_backup *backup = &underway->backup;

	backup->fault_struck |= run->rigs_crashed > underway->rigs_crashed;
	/* A new rig counts from 0, and so does its journal. */
	if (run->rigs_gone > underway->rigs_gone)
		underway->strikes_from = underway->journal_from = 0;
	/* Called in any case, because it records how often rules have struck so far. */
	backup->fault_struck |= faults_struck(run, underway->strikes_from);
	backup->fault_struck |= target_struck(run, backup->exit_status);
	backup->fault_struck |= lvm_struck(run, underway->lvm_lines_from, backup->exit_status);
	if (!backup->takes)
		backup->fault_struck |= snapshot_has_failed(run, backup->of);
}

/* Takes what the journal says about the backup's time; the run may have read part of it, or
 * more. */
static int journal_take(struct run *run, struct underway *underway, struct reason *reason,
	struct journal_facts *ret)
{
	struct run_backup *backup = &underway->backup;
	struct journal_facts journal;

	if (journal_look(run, &underway->journal_from, &journal, reason) < 0)
		return -EIO;
	run->journal_from = underway->journal_from;
	backup->has_place = journal.has_place;
	backup->place_bytes = journal.place_bytes;
	if (backup->takes) {
		backup->fault_struck |= journal.has_failed;
		*ret = journal;
	}
	return 0;
}

int underway_end(struct run *run, struct underway *underway, struct reason *reason,
	struct journal_facts *ret_journal)
{
	struct run_backup *backup = &underway->backup;
	struct process_result *process = &underway->process;
	struct reason around = { "" };
	int error = client_end(run, underway);
	int around_error = surroundings_end(run, underway, &around);

	if (backup->takes)
		backup->points_until = run->point_count;

	if (error < 0)
		return reason_error(reason, error, "cannot run client '%s'", run->client->name);
	/* The reason why the rig is gone is known better elsewhere. */
	if (around_error == -ECONNRESET)
		rig_await_end(run->rig);
	if (around_error < 0 && rig_alive(run->rig, reason)) {
		*reason = around;
		return around_error;
	}
	backup->exit_status = process->exit_status;
	backup->duration_ns = process->duration_ns;
	measure_end(run, backup, &underway->measuring, process);
	backup->leaks_from = run->result->leak_count;
	error = volume_check(run, backup, "the client", reason);
	if (error < 0)
		return error;
	strikes_look(run, underway);
	error = journal_take(run, underway, reason, ret_journal);
	if (error < 0)
		return error;
	free(backup->left_behind);
	backup->left_behind = left_behind_describe(run, backup);
	leaks_look_at_backup(run, backup, process->left_running);
	return 0;
}

void underway_deinit(struct run *run, struct underway *underway)
{
	struct reason ignored = { "" };

	if (underway->beside) {
		process_beside_stop(underway->beside);
		(void)client_end(run, underway);
	}
	(void)surroundings_end(run, underway, &ignored);
	process_result_deinit(&underway->process);
}
