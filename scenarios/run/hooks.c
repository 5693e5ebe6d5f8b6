/* SPDX-License-Identifier: Apache-2.0 */
/* hooks.c - an administrator's commands before and after a snapshot is taken. */
#include <errno.h>
#include <stdlib.h>

#include "scenarios/base/files.h"
#include "scenarios/base/process.h"
#include "scenarios/run/run_state.h"
#include "scenarios/run/run_steps.h"
#include "scenarios/run/run_volume.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

static int line_run(struct run *run, const struct step *step, const char *command, const char *log,
	struct process_result *ret)
{
	AUTO(auto_free) char *live = heap_format("SNAPRIG_LIVE=%s", run->live);
	AUTO(auto_free)
	char *snapshot = heap_format(
		"SNAPRIG_SNAPSHOT=%s/snapshots/%s", run->mount_point, step->name);
	AUTO(auto_free) char *mount_point = heap_format("SNAPRIG_MNT=%s", run->mount_point);
	AUTO(auto_free) char *program = heap_format("SNAPRIG=%s", run->program);
	const char *const environment[] = { live, snapshot, mount_point, program, NULL };
	const char *const argv[] = { "/bin/sh", "-c", command, NULL };
	const struct process_order process = {
		.argv = argv,
		.environment = environment,
		.output_path = log,
		.folder = run->work,
		.time_limit_ns = run_time_limit_ns(run),
		.killed = faults_let_go,
		.context = run,
	};

	return process_run(&process, ret);
}

enum outcome hook_run(struct run *run, const struct step *step, const char *when,
	const char *command, struct reason *reason)
{
	AUTO(auto_free) char *log = heap_format("%s/logs/%s.%s.log", run->work, step->name, when);
	struct process_result result;
	enum outcome outcome = OUTCOME_PASSED;
	int error = command ? line_run(run, step, command, log, &result) : 0;

	if (!command)
		return OUTCOME_PASSED;
	if (error < 0) {
		reason_error(
			reason, error, "cannot run the hook %s snapshot '%s'", when, step->name);
		return OUTCOME_ERROR;
	}
	if (result.exit_status != 0) {
		AUTO(auto_free) char *line = file_last_line(log);

		if (result.timed_out)
			reason_set(reason, "the hook %s snapshot '%s' was killed at its time limit",
				when, step->name);
		else
			reason_set(reason, "the hook %s snapshot '%s' exited with %d: %s", when,
				step->name, result.exit_status, line ? line : "it said nothing");
		outcome = result.timed_out ? OUTCOME_TIMED_OUT : OUTCOME_FAILED;
	}
	process_result_deinit(&result);
	return outcome;
}
