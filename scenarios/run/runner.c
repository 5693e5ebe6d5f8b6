/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/runner.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/base/interrupt.h"
#include "scenarios/base/process.h"
#include "scenarios/clients/share.h"
#include "scenarios/run/armed.h"
#include "scenarios/run/client_run.h"
#include "scenarios/run/content.h"
#include "scenarios/run/fallback.h"
#include "scenarios/run/give.h"
#include "scenarios/run/give_xapi.h"
#include "scenarios/run/lvm_world.h"
#include "scenarios/run/rig_mounts.h"
#include "scenarios/run/run_left.h"
#include "scenarios/run/run_points.h"
#include "scenarios/run/run_state.h"
#include "scenarios/run/run_steps.h"
#include "scenarios/run/run_volume.h"
#include "scenarios/run/sampler.h"
#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/machine.h"

static step_runner *const step_runners[] = {
	[STEP_SNAPSHOT] = run_snapshot,
	[STEP_DELETE] = run_delete,
	[STEP_WRITE] = run_write,
	[STEP_GAUGE] = run_gauge,
	[STEP_RELEASE] = run_release,
	[STEP_WAIT] = run_wait,
	[STEP_COALESCE] = run_coalesce,
	[STEP_FAULT] = run_fault,
	[STEP_FAULT_REMOVE] = run_fault_remove,
	[STEP_WRITER_ADD] = run_writer_add,
	[STEP_WRITER_KILL] = run_writer_kill,
	[STEP_WRITER_REMOVE] = run_writer_remove,
	[STEP_WRITERS_NOTIFY] = run_writers_notify,
	[STEP_REMOUNT] = run_remount,
	[STEP_FILE_SYSTEM] = run_file_system,
	[STEP_CLONE] = run_clone,
	[STEP_DISCARD] = run_discard,
	[STEP_GROW] = run_grow,
	[STEP_FILL] = run_fill,
	[STEP_TARGET] = run_target,
	[STEP_LVM] = run_lvm,
	[STEP_BACKUP] = run_backup_step,
	[STEP_AWAIT] = run_await,
	[STEP_RESTORE] = run_restore_step,
	[STEP_EXPECT] = run_expect,
};

/* Ends the run with OUTCOME for REASON, or because it was interrupted. */
static void run_end(struct run *run, enum outcome outcome, const struct reason *reason)
{
	run->is_over = true;
	if (interrupt_seen())
		result_raise(run->result, OUTCOME_ERROR, "interrupted");
	else
		result_raise(run->result, outcome, reason->text);
}

static bool is_armed_kind(const struct step *step)
{
	return step->start.gauge != NULL;
}

/* Expectations are independent of each other; every other failure ends the run. */
static void step_run(struct run *run, const struct phase *phase, const struct step *step)
{
	struct reason reason = { "" }, death = { "" };
	uint64_t begin_ns = clock_now_ns();

	/* A series was turned into single steps. */
	MUST(step->kind < sizeof step_runners / sizeof step_runners[0] && step_runners[step->kind]);

	enum outcome outcome = step_runners[step->kind](run, step, &reason);

	if (interrupt_seen()) {
		run_end(run, OUTCOME_ERROR, &reason);
		return;
	}
	result_add_step(run->result, phase, step, outcome,
		outcome == OUTCOME_PASSED ? NULL : reason.text, clock_now_ns() - begin_ns);
	if (outcome != OUTCOME_PASSED && step->kind != STEP_EXPECT)
		run->is_over = true;
	if (run->rig && !rig_alive(run->rig, &death) && !rig_ended_beside(run))
		run_end(run, OUTCOME_ERROR, &death);
}

/* Also if it has no time left. */
static bool run_must_end(struct run *run)
{
	struct reason reason = { "" };

	if (!run->is_over && run_is_late(run, &reason))
		run_end(run, OUTCOME_TIMED_OUT, &reason);
	return run->is_over;
}

static void phase_run(struct run *run, const struct phase *phase)
{
	struct reason reason = { "" };
	size_t i = 0;

	span_begin(run, TIMELINE_PHASE, phase->name);
	run->phase = phase;
	run->phase_begin_ns = clock_now_ns();
	if (phase_tell(run, phase, &reason) < 0 && !rig_ended_beside(run))
		run_end(run, OUTCOME_ERROR, &reason);
	while (i < phase->step_count && !run_must_end(run)) {
		size_t first = i;

		while (i < phase->step_count && is_armed_kind(&phase->steps[i]))
			i++;
		if (i == first)
			step_run(run, phase, &phase->steps[i++]);
		else if (armed_begin(run, phase, &phase->steps[first], i - first, &reason) < 0)
			run_end(run, OUTCOME_ERROR, &reason);
		run->steps_over += i - first;
		if (run->options->step_over)
			run->options->step_over(run->options->context, run->steps_over);
	}
	armed_join(run, &run->armed);
	span_end(run, TIMELINE_PHASE, phase->name);
}

static int volume_make(struct run *run, struct reason *reason)
{
	struct content_order order = {
		.spec = &run->scenario->content,
		.volume_bytes = run->scenario->volume_bytes,
		.seed = run->scenario->seed,
		.image_path = run->image,
		.work_folder = run->work,
		.scenario_path = run->scenario->path,
	};
	struct digest *before;
	int error = content_make(&order, reason);

	if (error < 0)
		return error;
	error = digest_create(run->image, &before);
	if (error < 0)
		return reason_error(reason, error, "cannot digest '%s'", run->image);
	run->ledger = ledger_create(before);
	return 0;
}

/* The oracle reads the image, which in a chain is only a part of the live view. */
static int oracle_prepare(struct run *run, struct reason *reason)
{
	json_t *status = NULL;
	int error = rig_call(run->rig, "status", NULL, reason, &status);

	if (error == 0 && json_object_get(status, "chain"))
		error = shadow_make(run, reason);
	json_decref(status);
	return error;
}

int volume_mount(struct run *run, struct reason *reason)
{
	AUTO(auto_free) char *log = work_path(run, "logs", "rig.log");
	struct rig_order order = {
		.image_path = run->image,
		.mount_point = run->mount_point,
		.profile = run->scenario->profile,
		.store = run->store,
		.limit = run->scenario->limit,
		.sr = run->scenario->sr,
		.node_format = run->scenario->node_format,
		.coalesces_when_asked = run->scenario->coalesces_when_asked,
		.seed = run->scenario->seed,
		.writers = run->scenario->writers.texts,
		.writer_count = run->scenario->writers.count,
		.writers_unchecked = run->scenario->writers_unchecked,
		.time_scale = run->scenario->time_scale,
		.log_path = log,
	};

	int error = rig_start(&order, reason, &run->rig);

	return error < 0 ? error : oracle_prepare(run, reason);
}

/* Checks what must exist before anything is made.  False: the run is over. */
static bool requirements_met(struct run *run)
{
	AUTO(auto_free) char *missing = NULL;
	struct reason reason = { "" };
	const char *why;

	if (client_missing(run->client, &missing)) {
		AUTO(auto_free) char *packages = client_packages(run->client);

		reason_set(&reason, "client '%s' is not installed: %s%s", run->client->name,
			missing, packages);
		run_end(run, OUTCOME_SKIPPED, &reason);
		return false;
	}
	for (size_t i = 0; i < run->scenario->need_count; i++) {
		const char *need = run->scenario->needs[i];
		bool is_root = strcmp(need, "root") == 0;

		if (is_root ? geteuid() == 0 : process_program_exists(need))
			continue;
		reason_set(&reason, "what is to happen needs %s%s", is_root ? "" : "the program ",
			need);
		run_end(run, OUTCOME_SKIPPED, &reason);
		return false;
	}
	if (!give_is_possible(run->client, &reason)) {
		run_end(run, OUTCOME_SKIPPED, &reason);
		return false;
	}
	if (!machine_can_serve(&why) || !machine_can_unmount(&why)) {
		reason_set(&reason, "cannot mount: %s", why);
		run_end(run, OUTCOME_SKIPPED, &reason);
		return false;
	}
	return true;
}

static void run_prepare(struct run *run)
{
	struct reason reason = { "" };

	if (!requirements_met(run))
		return;
	run->program = share_program();

	int error = work_create(run, &reason);

	if (error == 0)
		error = client_ready(run, &reason);
	if (error == 0)
		error = volume_make(run, &reason);
	if (error == 0 && run->scenario->disk_bytes > 0)
		error = disk_make(run, &reason);
	if (error == 0)
		error = volume_mount(run, &reason);
	if (error == -ENOPKG || error == -EACCES)
		run_end(run, OUTCOME_SKIPPED, &reason);
	else if (error < 0)
		run_end(run, OUTCOME_ERROR, &reason);
}

static void run_close(struct run *run)
{
	struct reason reason = { "" };

	if (run->rig && !interrupt_seen())
		leaks_look(run);
	if (run->rig && (run->options->keep || run->options->takes_evidence))
		evidence_look(run);
	if (run->rig)
		journal_keep(run);
	xapi_pool_end(run);
	/* So that no device keeps a path to a volume that is gone. */
	if (run->work)
		loops_detach(run->work);
	if (rig_stop(run->rig, &reason) < 0)
		result_raise(run->result, OUTCOME_ERROR, reason.text);
	if (run->options->takes_evidence)
		evidence_take(run);
	work_remove(run);
	for (size_t i = 0; i < run->point_count; i++)
		point_deinit(&run->points[i]);
	for (size_t i = 0; i < run->backup_count; i++) {
		free(run->backups[i].reason);
		fallback_destroy(run->backups[i].fallback);
		free(run->backups[i].left_behind);
		free(run->backups[i].log_path);
		free(run->backups[i].out_path);
	}
	for (size_t i = 0; i < run->rule_count; i++)
		free(run->rules_added[i]);
	free(run->rules_added);
	for (size_t i = 0; i < run->kept_loop_count; i++)
		free(run->kept_loops[i]);
	free(run->kept_loops);
	free(run->points);
	free(run->backups);
	free(run->program);
	digest_destroy(run->restored);
	manifest_destroy(run->restored_tree);
	ledger_destroy(run->ledger);
	write_times_destroy(run->times_before);
	write_times_destroy(run->times_during);
}

static void replay_set(struct run *run)
{
	const struct scenario *scenario = run->scenario;
	AUTO(auto_free)
	char *replay = heap_format("snaprig run %s --seed %" PRIu64 "%s%s%s", scenario->path,
		scenario->seed, scenario->is_one_of_many ? " --filter " : "",
		scenario->is_one_of_many ? scenario->name : "",
		run->options->replay_words ? run->options->replay_words : "");

	result_set_replay(run->result, replay);
}

static void record(struct run *run)
{
	AUTO(auto_free) char *journal = run->journal;
	const char *path = run->options->record_path;
	int error = path ? record_write(path, run->result, journal) : 0;

	if (error < 0) {
		AUTO(auto_free)
		char *message = heap_format(
			"cannot write record '%s': %s", path, error_text(error));

		result_raise(run->result, OUTCOME_ERROR, message);
	}
}

/* A rule at a control command would count the sampler's. */
static bool is_seen_by_a_rule(const struct scenario *scenario)
{
	static const char point[] = "control.command";

	for (size_t i = 0; i < scenario->phase_count; i++) {
		const struct phase *phase = &scenario->phases[i];

		for (size_t j = 0; j < phase->step_count; j++) {
			const struct fault_texts *faults = &phase->steps[j].faults;

			for (size_t k = 0; k < faults->count; k++)
				if (strstr(faults->texts[k], point))
					return true;
		}
	}
	return false;
}

static void timeline_begin(struct run *run)
{
	if (!run->options->keeps_timeline)
		return;
	run->result->timeline = timeline_create();
	if (run->rig && !is_seen_by_a_rule(run->scenario))
		run->sampler = sampler_start(
			run->result->timeline, run->mount_point, run->begin_ns);
}

static void timeline_end(struct run *run)
{
	sampler_stop(run->sampler);
	if (run->result->timeline)
		run->result->timeline->end_ns = clock_now_ns() - run->begin_ns;
}

void run_scenario(const struct scenario *scenario, const struct client *client,
	const struct run_options *options, struct results *results)
{
	struct run run = {
		.scenario = scenario,
		.client = client,
		.options = options,
		.result = results_add(results, scenario),
		.times_before = write_times_create(),
		.times_during = write_times_create(),
		.begin_ns = clock_now_ns(),
	};

	replay_set(&run);
	run_prepare(&run);
	timeline_begin(&run);
	for (size_t i = 0; i < scenario->phase_count && !run_must_end(&run); i++)
		phase_run(&run, &scenario->phases[i]);
	if (!run_must_end(&run)) {
		judge_unjudged(&run);
		faults_check(&run);
	}
	backups_stop(&run);
	timeline_end(&run);
	run_close(&run);
	record(&run);
	run.result->duration_ns = clock_now_ns() - run.begin_ns;
}
