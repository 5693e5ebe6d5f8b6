/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set.c - leads the writers through a snapshot, and back if it fails.
 *
 *  (1) A step begins when all writers have answered the previous one.
 *  (2) With the check on, the first failure aborts: writers that had not failed are stable
 *      again, none is frozen, and a snapshot that was taken is deleted.
 *  (3) While a snapshot is being taken nothing is given up: a failure is acted on when it is
 *      done, which the limits of holding guarantee.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/base/vss_codes.h"
#include "simfs/volume/creation.h"
#include "simfs/volume/life.h"
#include "simfs/volume/writers/steps.h"

const struct writer_step writer_snapshot_steps[] = {
	{ STEP_TELL, TOLD_IDENTIFY, WRITERS_ALL },
	{ STEP_TELL, TOLD_PREPARE_BACKUP, WRITERS_ALL },
	{ STEP_TELL, TOLD_PREPARE_SNAPSHOT, WRITERS_ALL },
	{ STEP_TELL, TOLD_FREEZE, WRITERS_APPLICATIONS },
	{ STEP_TELL, TOLD_FREEZE, WRITERS_FILE_SYSTEMS },
	{ .kind = STEP_COMMIT },
	{ STEP_TELL, TOLD_THAW, WRITERS_FILE_SYSTEMS },
	{ STEP_TELL, TOLD_THAW, WRITERS_APPLICATIONS },
	{ STEP_TELL, TOLD_POST_SNAPSHOT, WRITERS_ALL },
	{ .kind = STEP_END },
};

static bool is_checked(const struct volume *volume)
{
	return !volume->options.writers.unchecked;
}

/* A set that takes or allows a snapshot: on failure it is aborted, not just answered with an
 * error. */
static bool is_snapshot(const struct writer_set *set)
{
	return set->steps == writer_snapshot_steps;
}

static void note(struct volume *volume, enum journal_event event, json_t *fields)
{
	journal_add(&volume->journal, volume->gauges.measured[GAUGE_OPS], event, fields);
}

/* The snapshot that it is for, if any. */
static json_t *set_fields(const struct writer_set *set)
{
	return set->create ? json_pack("{s:s}", "snapshot", set->create->name) : NULL;
}

/* ---- the end ---- */

static void set_end(struct volume *volume)
{
	struct writer_set *set = &volume->writers.set;
	struct snapshot_create *create = set->create;
	struct writers_command *command = set->command;

	set->phase = SET_IDLE;
	if (set->is_orphaned)
		writer_set_die(volume);
	list_for_each (at, &volume->writers.list)
		CONTAINER_OF(at, struct volume_writer, link)->takes_part = false;
	if (is_snapshot(set) && set->error == 0 && volume->writers.count > 0)
		note(volume, EVENT_WRITERS_THAWED, set_fields(set));
	set->create = NULL;
	set->command = NULL;
	if (create) {
		if (set->why[0])
			create->refusal = set->why;
		snapshot_create_tell(create, set->error);
	} else if (command) {
		command->done(command, set->error, set->why[0] ? set->why : NULL);
	}
}

void writer_set_thawed(struct volume *volume)
{
	if (volume->writers.set.phase != SET_ABORTING || volume->writers.set.is_deleting)
		return;
	list_for_each (at, &volume->writers.list) {
		const struct volume_writer *writer = CONTAINER_OF(at, struct volume_writer, link);

		if (writer->hand_state != HAND_IDLE && !writer->hand_is_late)
			return;
	}
	set_end(volume);
}

static void snapshot_gone(struct snapshot_delete *deletion, int result)
{
	struct writer_set *set = CONTAINER_OF(deletion, struct writer_set, deletion);
	struct volume *volume = CONTAINER_OF(set, struct volume, writers.set);

	if (result < 0)
		log_error_code(result, "cannot delete snapshot '%s', which its writers failed",
			deletion->snapshot->name);
	set->is_deleting = false;
	writer_set_thawed(volume);
}

/* Deletes the snapshot again. If someone else is deleting it, that deletion waits for the
 * reference dropped here. A program that reads it or has it open may do so for ever, and is
 * not waited for: the snapshot is deleted when it is done. */
static void undo(struct volume *volume)
{
	struct writer_set *set = &volume->writers.set;
	struct snapshot *snapshot = TAKE_PTR(set->create->snapshot);

	set->is_made = false;
	if (set->create->hold_writes)
		volume_barrier_end(volume, &set->create->barrier);
	if (snapshot->files_open > 0 || snapshot->references > 1) {
		snapshot_drop(snapshot);
	} else if (!snapshot->deletion) {
		set->is_deleting = true;
		set->deletion = (struct snapshot_delete){ .done = snapshot_gone };
		snapshot_delete_begin(snapshot, &set->deletion);
	}
	snapshot_put(snapshot);
}

static void set_abort(struct volume *volume)
{
	struct writer_set *set = &volume->writers.set;
	const struct vss_code *code = vss_code_exact(set->error);
	const char *why = set->why;
	char text[16];

	set->phase = SET_ABORTING;
	list_for_each (at, &volume->writers.list) {
		struct volume_writer *writer = CONTAINER_OF(at, struct volume_writer, link);

		if (writer->takes_part)
			writer_abort(writer);
	}
	if (!why[0])
		why = set->create && set->create->refusal ? set->create->refusal
							  : error_text(set->error);
	snprintf(text, sizeof text, "0x%08x", code ? code->code : 0);
	note(volume, EVENT_WRITERS_ABORTED,
		json_pack("{s:s, s:s*, s:s}", "error", error_name(set->error), "code",
			code ? text : NULL, "why", why));
	if (set->is_made)
		undo(volume);
	writer_set_thawed(volume);
}

void writer_set_give_up(struct volume *volume, int error, const char *why)
{
	struct writer_set *set = &volume->writers.set;

	set->error = error;
	snprintf(set->why, sizeof set->why, "%s", why);
	set_abort(volume);
}

/* ---- the steps ---- */

static bool any_busy(const struct volume *volume)
{
	list_for_each (at, &volume->writers.list) {
		if (CONTAINER_OF(at, struct volume_writer, link)->is_busy)
			return true;
	}
	return false;
}

/* A writer may fail at once, and end the set. */
static void tell(struct volume *volume, const struct writer_step *step)
{
	const struct writer_set *set = &volume->writers.set;
	uint64_t number = set->number, now_ns = clock_now_ns();

	list_for_each (at, &volume->writers.list) {
		struct volume_writer *writer = CONTAINER_OF(at, struct volume_writer, link);

		if (set->phase != SET_TELLING || set->number != number)
			return;
		if (writer->takes_part && !writer_has_failed(writer) &&
			step->whom & 1u << writer->spec.kind)
			writer_tell(writer, step->event, now_ns);
	}
}

/* As long as any writer could stay frozen: they give up earlier, and there may be none. */
static void hold(struct volume *volume)
{
	struct writer_set *set = &volume->writers.set;
	uint64_t limit_ns = WRITER_LIMIT_NS;

	list_for_each (at, &volume->writers.list) {
		const struct writer_spec *spec =
			&CONTAINER_OF(at, struct volume_writer, link)->spec;

		limit_ns = spec->limit_ns > limit_ns ? spec->limit_ns : limit_ns;
	}
	set->was_held = true;
	set->held_due_ns = clock_now_ns() + limit_ns;
}

static void commit(struct volume *volume)
{
	struct writer_set *set = &volume->writers.set;
	struct writers_command *command = TAKE_PTR(set->command);

	if (volume->writers.count > 0)
		note(volume, EVENT_WRITERS_FROZEN, set_fields(set));
	set->phase = set->create ? SET_COMMITTING : SET_HELD;
	if (set->create)
		snapshot_create_commit(set->create);
	else
		hold(volume);
	if (command)
		command->done(command, 0, NULL);
}

/* Takes the possible steps. A writer may answer while it is being sent an event: this loop
 * continues. */
static void set_go(struct volume *volume)
{
	struct writer_set *set = &volume->writers.set;
	const struct writer_step *step = NULL;

	if (set->is_going)
		return;
	set->is_going = true;
	while (set->phase == SET_TELLING && !any_busy(volume)) {
		step = &set->steps[set->at++];
		if (step->kind != STEP_TELL)
			break;
		tell(volume, step);
		step = NULL;
	}
	set->is_going = false;
	if (step && step->kind == STEP_COMMIT)
		commit(volume);
	else if (step)
		set_end(volume);
}

void writer_set_resume(struct volume *volume)
{
	volume->writers.set.phase = SET_TELLING;
	set_go(volume);
}

void writer_set_answered(struct volume *volume)
{
	set_go(volume);
}

void writer_set_failed(struct volume_writer *writer)
{
	struct volume *volume = writer->volume;
	struct writer_set *set = &volume->writers.set;

	if (set->phase == SET_IDLE || !writer->takes_part)
		return;
	if (set->error == 0 && (is_checked(volume) || !is_snapshot(set))) {
		set->error = writer->error;
		snprintf(set->why, sizeof set->why, "writer '%s': %s: %s (0x%08x)",
			writer->spec.name, writer->why, vss_code_of(writer->error)->name,
			vss_code_of(writer->error)->code);
	}
	if (set->error < 0 && is_snapshot(set) &&
		(set->phase == SET_TELLING || set->phase == SET_HELD))
		set_abort(volume);
	else
		set_go(volume);
}

void writer_set_committed(struct snapshot_create *create, int result)
{
	struct volume *volume = create->volume;
	struct writer_set *set = &volume->writers.set;

	MUST(set->phase == SET_COMMITTING && set->create == create);
	set->is_made = result == 0;
	if (result < 0 && set->error == 0)
		set->error = result;
	if (writer_set_lost_requester(create) || set->error < 0) {
		set_abort(volume);
		return;
	}
	writer_set_resume(volume);
}

/* ---- starting ---- */

void writer_set_start(struct volume *volume, const struct writer_step *steps, bool only_frozen)
{
	struct writer_set *set = &volume->writers.set;

	set->phase = SET_TELLING;
	set->steps = steps;
	set->at = 0;
	set->number++;
	set->was_held = false;
	set->is_made = false;
	set->is_orphaned = false;
	if (is_snapshot(set) && volume->writers.count > 0)
		note(volume, EVENT_WRITERS_BEGUN, set_fields(set));
	set->error = 0;
	set->why[0] = '\0';
	list_for_each (at, &volume->writers.list) {
		struct volume_writer *writer = CONTAINER_OF(at, struct volume_writer, link);

		if (is_snapshot(set))
			writer_reset(writer);
		writer->takes_part = !writer_has_failed(writer) &&
				     (!only_frozen || writer->is_frozen);
	}
	set_go(volume);
}

bool writer_limits_hold(const struct snapshot_create *create)
{
	const struct volume *volume = create->volume;

	return create->with_writers &&
	       (volume->writers.count > 0 || volume->options.profile->log_hold_timeout);
}

bool writer_set_is_wanted(struct snapshot_create *create)
{
	return writer_limits_hold(create) && create->volume->writers.set.phase != SET_HELD;
}

static bool any_hands(const struct volume *volume)
{
	list_for_each (at, &volume->writers.list) {
		if (CONTAINER_OF(at, struct volume_writer, link)->spec.kind != WRITER_SIMULATED)
			return true;
	}
	return false;
}

void writer_set_begin(struct snapshot_create *create)
{
	struct volume *volume = create->volume;
	struct writer_set *set = &volume->writers.set;
	int error = writer_set_check(volume);

	if (error < 0)
		create->refusal = set->busy;
	else if (create->hold_writes && any_hands(volume))
		error = snapshot_refuse(create, -EOPNOTSUPP,
			"writes cannot be held while a hook or a file system thaws, which may "
			"write");
	if (error < 0) {
		snapshot_create_tell(create, error);
		return;
	}
	create->is_in_set = true;
	set->create = create;
	writer_set_start(volume, writer_snapshot_steps, false);
}
