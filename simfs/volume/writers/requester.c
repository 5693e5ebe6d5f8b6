/* SPDX-License-Identifier: Apache-2.0 */
/* requester.c - what a program that takes snapshots can tell the writers itself. */
#include <errno.h>
#include <stdio.h>

#include "simfs/volume/core.h"
#include "simfs/volume/writers/steps.h"

/* For writers that a Thaw did not reach. */
static const struct writer_step thaw_steps[] = {
	{ STEP_TELL, TOLD_THAW, WRITERS_FILE_SYSTEMS },
	{ STEP_TELL, TOLD_THAW, WRITERS_APPLICATIONS },
	{ .kind = STEP_END },
};

#define NOTICE(event)                                                                              \
	{                                                                                          \
		{ STEP_TELL, event, WRITERS_ALL },                                                 \
		{                                                                                  \
			.kind = STEP_END                                                           \
		}                                                                                  \
	}

static const struct {
	const char *name;
	struct writer_step steps[2];
} notices[] = {
	[WRITER_IDENTIFY] = { "identify", NOTICE(TOLD_IDENTIFY) },
	[WRITER_BACKUP_COMPLETE] = { "backup-complete", NOTICE(TOLD_BACKUP_COMPLETE) },
	[WRITER_PRE_RESTORE] = { "pre-restore", NOTICE(TOLD_PRE_RESTORE) },
	[WRITER_POST_RESTORE] = { "post-restore", NOTICE(TOLD_POST_RESTORE) },
	[WRITER_BACKUP_SHUTDOWN] = { "backup-shutdown", NOTICE(TOLD_BACKUP_SHUTDOWN) },
	[WRITER_ABORT] = { "abort", { { .kind = STEP_END } } },
};

const char *writer_notice_name(size_t notice)
{
	return notice < sizeof notices / sizeof notices[0] ? notices[notice].name : NULL;
}

static void begin(
	struct volume *volume, const struct writer_step *steps, struct writers_command *command)
{
	struct writer_set *set = &volume->writers.set;
	int error = writer_set_check(volume);

	if (error < 0) {
		command->done(command, error, set->busy);
		return;
	}
	set->command = command;
	writer_set_start(volume, steps, false);
}

static void abort_all(struct volume *volume)
{
	list_for_each (at, &volume->writers.list)
		writer_abort(CONTAINER_OF(at, struct volume_writer, link));
}

void volume_writers_freeze(struct volume *volume, struct writers_command *command)
{
	begin(volume, writer_snapshot_steps, command);
}

void volume_writers_notify(
	struct volume *volume, enum writer_notice notice, struct writers_command *command)
{
	if (notice == WRITER_ABORT && volume->writers.set.phase == SET_DEAD)
		writer_set_end_dead(volume, "it was aborted");
	if (notice == WRITER_ABORT && volume->writers.set.phase == SET_IDLE)
		abort_all(volume);
	begin(volume, notices[notice].steps, command);
}

/* ---- thawing ---- */

static bool any_frozen(const struct volume *volume)
{
	list_for_each (at, &volume->writers.list) {
		if (CONTAINER_OF(at, struct volume_writer, link)->is_frozen)
			return true;
	}
	return false;
}

void volume_writers_thaw(struct volume *volume, struct writers_command *command)
{
	struct writer_set *set = &volume->writers.set;
	bool is_freezing = set->phase == SET_TELLING && !set->create && !set->was_held &&
			   set->steps == writer_snapshot_steps;
	char why[WRITER_REFUSAL_BYTES + 32];

	if (set->phase == SET_HELD) {
		set->command = command;
		writer_set_resume(volume);
	} else if (is_freezing) {
		writer_set_give_up(volume, -ECANCELED, "they were thawed before they had frozen");
		command->done(command, -EINVAL, "they had not frozen yet, and do not any more");
	} else if (set->phase != SET_IDLE) {
		command->done(command, writer_set_check(volume), set->busy);
	} else if (any_frozen(volume)) {
		set->command = command;
		writer_set_start(volume, thaw_steps, true);
	} else {
		snprintf(why, sizeof why, "nothing is frozen%s%s", set->error < 0 ? ": " : "",
			set->error < 0 ? set->why : "");
		command->done(command, -EINVAL, why);
	}
}

/* ---- the end of the volume ---- */

void writers_stop(struct volume *volume)
{
	struct writer_set *set = &volume->writers.set;

	volume->writers.is_stopping = true;
	set->is_orphaned = false;
	if (set->phase == SET_DEAD)
		writer_set_end_dead(volume, "the volume is being unmounted");
	/* A snapshot being taken is done soon, and nothing else is waited for. */
	if (set->phase == SET_TELLING || set->phase == SET_HELD)
		writer_set_give_up(volume, -ECANCELED, "the volume is being unmounted");
	else if (set->phase == SET_IDLE)
		abort_all(volume);
}
