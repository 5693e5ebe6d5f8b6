/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps.c - what a scenario does to the volume.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/base/interrupt.h"
#include "scenarios/run/ext4_map.h"
#include "scenarios/run/load.h"
#include "scenarios/run/lvm_world.h"
#include "scenarios/run/measure.h"
#include "scenarios/run/run_left.h"
#include "scenarios/run/run_points.h"
#include "scenarios/run/run_state.h"
#include "scenarios/run/run_steps.h"
#include "scenarios/run/run_volume.h"
#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"

/* How often a wait checks whether the run was interrupted. */
#define WAIT_SLICE_US (10 * 1000)

struct snapshot_point *point_find(struct run *run, const char *name)
{
	/* The latest one: a name may be reused after its snapshot was deleted. */
	for (size_t i = run->point_count; i-- > 0;) {
		if (strcmp(run->points[i].name, name) == 0)
			return &run->points[i];
	}
	return NULL;
}

struct snapshot_point *point_find_content(struct run *run, const char *name)
{
	struct snapshot_point *point = point_find(run, name);

	return point && point->is_clone ? &run->points[point->original] : point;
}

struct snapshot_point *point_of_backup(struct run *run, const struct run_backup *backup)
{
	for (size_t i = backup->points_until; i-- > backup->points_from;) {
		struct snapshot_point *point = &run->points[i];

		if (strcmp(point->name, backup->of) == 0)
			return point->is_clone ? &run->points[point->original] : point;
	}
	return NULL;
}

void point_deinit(struct snapshot_point *point)
{
	digest_destroy(point->content);
	block_set_destroy(point->used);
	block_set_destroy(point->data);
	manifest_destroy(point->tree);
	if (point->image)
		unlink(point->image);
	free(point->image);
	*point = (struct snapshot_point){ 0 };
}

/* Keeps a copy for slower work that is done after writes are released. */
static int image_keep(const struct run *run, struct snapshot_point *point, struct reason *reason)
{
	AUTO(auto_free) char *path = work_path(run, "oracle", "XXXXXX");
	int fd = mkstemp(path), error;

	if (fd < 0)
		return reason_error(reason, -errno, "cannot make '%s'", path);
	close(fd);
	/* Only its name was needed. */
	unlink(path);
	error = file_copy(truth_path(run), path);
	point->image = TAKE_PTR(path);
	return error < 0 ? reason_error(reason, error, "cannot copy '%s'", truth_path(run)) : 0;
}

int point_read(const struct run *run, struct snapshot_point *point, struct reason *reason)
{
	const char *truth = truth_path(run);
	struct doubts doubts = { 0 };
	int error;

	/* First, because what is settled by now is in the shadow, and nothing is written in
	 * between. */
	if (run->shadow)
		ledger_doubts(run->ledger, &doubts);
	error = digest_create(truth, &point->content);
	if (error < 0) {
		free(doubts.items);
		return reason_error(reason, error, "cannot digest '%s'", truth);
	}
	point->content->doubts = doubts;
	point->data = measure_data(truth);
	if (run->client->compares == CLIENT_COMPARES_USED_BLOCKS)
		error = ext4_used_blocks(truth, reason, &point->used);
	if (run->client->compares == CLIENT_COMPARES_TREE)
		error = image_keep(run, point, reason);
	return error;
}

void point_add(struct run *run, const struct snapshot_point *point)
{
	run->points = heap_grow(run->points, run->point_count, sizeof *run->points);
	run->points[run->point_count++] = *point;
}

/* A chain refuses what it has no room for, or what would make it too long. */
static bool is_of_limit(int error)
{
	return error == -ENOSPC || error == -EMLINK;
}

/* The snapshot could not be taken, with ERROR, which may be the purpose of a failure. */
static enum outcome snapshot_missed(
	struct run *run, const struct step *step, int error, struct reason *reason)
{
	const struct snapshot_point point = { .name = step->name, .never_came = true };
	bool is_failure = step->of_failure &&
			  (faults_struck(run, run->fault_strikes) || is_of_limit(error));
	bool is_meant = step->fails && error == error_from_name(step->fails);

	if (!(is_failure || is_meant) || !rig_alive(run->rig, reason))
		return OUTCOME_ERROR;
	/* A client that reads it nevertheless must report that it does not exist. */
	point_add(run, &point);
	return OUTCOME_PASSED;
}

static enum outcome snapshot_take(struct run *run, const struct step *step, struct reason *reason)
{
	struct snapshot_point point = { .name = step->name };

	json_t *arguments = json_pack("{s:s, s:b}", "name", step->name, "hold_writes", 1);

	if (step->limit)
		json_object_set_new(arguments, "limit", json_string(step->limit));

	int error = rig_call(run->rig, "snapshot.create", arguments, reason, NULL);

	if (error < 0)
		return snapshot_missed(run, step, error, reason);

	error = point_read(run, &point, reason);
	point_add(run, &point);
	if (error < 0)
		return OUTCOME_ERROR;
	error = rig_call(run->rig, "writes.resume", NULL, reason, NULL);
	if (error < 0 || !step->fails)
		return error < 0 ? OUTCOME_ERROR : OUTCOME_PASSED;
	reason_set(reason, "snapshot '%s' was to meet %s, and did not", step->name, step->fails);
	return OUTCOME_INCONCLUSIVE;
}

enum outcome run_snapshot(struct run *run, const struct step *step, struct reason *reason)
{
	enum outcome outcome = hook_run(run, step, "before", step->before, reason);

	if (outcome == OUTCOME_PASSED && step->requester_dies)
		outcome = run_dying_requester(run, step, reason);
	else if (outcome == OUTCOME_PASSED)
		outcome = snapshot_take(run, step, reason);
	if (outcome == OUTCOME_PASSED)
		outcome = hook_run(run, step, "after", step->after, reason);
	return outcome;
}

enum outcome run_clone(struct run *run, const struct step *step, struct reason *reason)
{
	const struct snapshot_point *original = point_find_content(run, step->of);
	struct snapshot_point point = { .name = step->name, .is_clone = true };
	json_t *arguments = json_pack("{s:s, s:s, s:b}", "of", step->of, "name", step->name, "full",
		(int)step->is_full_copy);
	int error = rig_call(run->rig, "snapshot.clone", arguments, reason, NULL);

	if (error < 0)
		return snapshot_missed(run, step, error, reason);
	/* Steps were checked in order: the original was made. */
	MUST(original);
	point.original = (size_t)(original - run->points);
	point_add(run, &point);
	return OUTCOME_PASSED;
}

enum outcome run_delete(struct run *run, const struct step *step, struct reason *reason)
{
	struct snapshot_point *point = point_find(run, step->name);
	json_t *arguments = json_pack("{s:s}", "name", step->name);

	int error = rig_call(run->rig, "snapshot.delete", arguments, reason, NULL);

	if (step->fails && error == error_from_name(step->fails))
		return OUTCOME_PASSED;
	if (step->fails && error == 0) {
		reason_set(reason, "the removal of '%s' was to meet %s, and did not", step->name,
			step->fails);
		return OUTCOME_INCONCLUSIVE;
	}
	/* Some systems delete a failed snapshot. */
	if (error < 0 && !(error == -ENOENT && step->of_failure))
		return OUTCOME_ERROR;
	if (point)
		point->is_deleted = true;
	return OUTCOME_PASSED;
}

static enum outcome write_now(const struct run *run, const struct step *step,
	struct write_times *times, const atomic_bool *stop, struct reason *reason)
{
	struct load_order order = {
		.name = step->name,
		.pattern = step->pattern,
		.bytes = step->bytes,
		.seed = run->scenario->seed,
		.content = run->scenario->content.kind,
		.image_path = truth_path(run),
		.live_path = run->live,
		.shadow_path = run->shadow,
		.ledger = run->ledger,
		.times = times,
		.stop = stop,
	};

	int error = load_carry_out(&order, reason);

	if (step->fails && error == error_from_name(step->fails))
		return OUTCOME_PASSED;
	if (step->fails && error == 0) {
		reason_set(
			reason, "writer '%s' was to meet %s, and did not", step->name, step->fails);
		return OUTCOME_INCONCLUSIVE;
	}
	switch (error) {
	case 0:
		return OUTCOME_PASSED;
	case -EINVAL:
	case -EINTR:
		return OUTCOME_ERROR;
	default:
		/* A snapshot must not harm its source. */
		return OUTCOME_FAILED;
	}
}

static enum outcome gauge_now(
	const struct step *step, struct control_client *control, struct reason *reason)
{
	int error = control_client_call(control, "gauge.set",
		json_pack("{s:s, s:s, s:b}", "gauge", step->name, "value", step->value, "real",
			(int)step->memory_is_real),
		RIG_PATIENCE_NS, NULL);

	if (error == 0)
		return OUTCOME_PASSED;
	if (error == -EPERM && step->memory_is_real) {
		reason_set(reason, "%s", control_client_message(control));
		return OUTCOME_SKIPPED;
	}
	reason_error(reason, error, "cannot set gauge '%s' to %s", step->name, step->value);
	return OUTCOME_ERROR;
}

enum outcome run_at_condition(const struct run *run, const struct step *step,
	struct control_client *control, const atomic_bool *stop, struct reason *reason)
{
	if (step->kind == STEP_LVM)
		return run_lvm_now(run, step, control, reason);
	if (step->kind == STEP_GAUGE)
		return gauge_now(step, control, reason);
	return write_now(run, step, run->times_during, step->start.lets_read ? stop : NULL, reason);
}

enum outcome run_write(struct run *run, const struct step *step, struct reason *reason)
{
	return write_now(run, step, run->times_before, NULL, reason);
}

enum outcome run_gauge(struct run *run, const struct step *step, struct reason *reason)
{
	return gauge_now(step, rig_control(run->rig), reason);
}

/* Returns whether what STEP waits for has happened, or why not. */
static enum outcome wish_look(struct run *run, const struct step *step, struct reason *reason)
{
	enum outcome outcome = check_gauge(run, &step->expectation, reason);

	return outcome == OUTCOME_PASSED ? check_journal(run, &step->expectation, reason) : outcome;
}

/* If every backup that could cause it has ended, it can no longer happen. */
static enum outcome wish_wait(struct run *run, const struct step *step, struct reason *reason)
{
	uint64_t end_ns = clock_now_ns() + run_time_limit_ns(run);
	bool is_for_backups = run->underway != NULL, is_last;
	enum outcome outcome;

	do {
		is_last = clock_now_ns() >= end_ns || interrupt_seen() ||
			  (is_for_backups && !backups_run(run));
		outcome = wish_look(run, step, reason);
		if (outcome == OUTCOME_FAILED && !is_last)
			usleep(WAIT_SLICE_US);
	} while (outcome == OUTCOME_FAILED && !is_last);
	return outcome == OUTCOME_FAILED ? OUTCOME_INCONCLUSIVE : outcome;
}

enum outcome run_wait(struct run *run, const struct step *step, struct reason *reason)
{
	if (step->wait_ns == 0 &&
		(step->expectation.gauge.value || step->expectation.journal.event))
		return wish_wait(run, step, reason);

	uint64_t scale = run->scenario->time_scale ? run->scenario->time_scale : 1;
	uint64_t end_ns = clock_now_ns() + step->wait_ns / scale;

	/* If the time limit is exceeded, that is reported after the step. */
	while (clock_now_ns() < end_ns && !interrupt_seen() && !run_is_late(run, reason))
		usleep(WAIT_SLICE_US);
	return OUTCOME_PASSED;
}

enum outcome run_release(struct run *run, const struct step *step, struct reason *reason)
{
	json_t *arguments = json_pack("{s:s}", "gauge", step->name);
	int error = rig_call(run->rig, "gauge.release", arguments, reason, NULL);

	return error < 0 ? OUTCOME_ERROR : OUTCOME_PASSED;
}
