/* SPDX-License-Identifier: Apache-2.0 */
/* fault_moment.c - a volume's fault plane, and faults at moments at which no bytes are moved. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/log.h"
#include "simfs/base/plain_path.h"
#include "simfs/blockio/faulty.h"
#include "simfs/volume/acting.h"
#include "simfs/volume/core.h"
#include "simfs/volume/life.h"
#include "simfs/volume/measure.h"
#include "simfs/volume/state.h"

/* ---- the plane ---- */

static void measure(void *context, enum gauge gauge)
{
	gauge_measure_now(context, gauge);
}

/* The fault is in the journal on disk before the process dies. */
static void crash(void *context)
{
	struct volume *volume = context;

	event_file_write_now(&volume->event_file);
	if (volume->options.faults.crash)
		volume->options.faults.crash(volume->options.context);
	else
		kill(getpid(), SIGKILL);
}

/* NAME.store and ID.node, also while they are being created. */
static bool is_store(const char *file, char *snapshot, size_t snapshot_bytes)
{
	const char *suffix = strstr(file, STORE_SUFFIX);

	for (const char *next = suffix; next; next = strstr(next + 1, STORE_SUFFIX))
		suffix = next;
	snapshot[0] = '\0';
	if (suffix)
		snprintf(snapshot, snapshot_bytes, "%.*s", (int)(suffix - file), file);
	return suffix || strstr(file, NODE_SUFFIX);
}

int faults_open(struct volume *volume, struct blockio *origin, struct blockio_folder *folder)
{
	const struct volume_fault_options *options = &volume->options.faults;
	struct fault_site *site = &volume->faults;
	char message[RULE_MESSAGE_BYTES];
	uint64_t id;
	int error = 0;

	site->crash = crash;
	site->context = volume;
	site->plane = (struct fault_plane){
		.seed = volume->options.seed,
		.gauges = &volume->gauges,
		.journal = &volume->journal,
		.measure = measure,
		.context = volume,
	};
	fault_plane_init(&site->plane);
	fault_site_init(site);
	for (size_t i = 0; i < options->rule_count && error == 0; i++) {
		error = volume_fault_add(volume, options->rules[i], &id, message);
		if (error < 0)
			log_error("fault rule '%s': %s", options->rules[i], message);
	}
	if (error < 0)
		return -EINVAL;
	error = faulty_image_create(site, &volume->io.image, origin, &volume->origin);
	if (error == 0)
		error = faulty_folder_create(
			site, &volume->io.stores, folder, is_store, &volume->folder);
	return error;
}

void faults_close(struct volume *volume)
{
	faulty_forget(&volume->faults);
	blockio_destroy(volume->origin);
	if (volume->folder)
		volume->folder->ops->destroy(volume->folder);
	fault_plane_deinit(&volume->faults.plane);
}

/* ---- moments ---- */

void fault_fail_snapshot(struct snapshot *snapshot)
{
	if (snapshot && snapshot->state == SNAPSHOT_ACTIVE)
		snapshot_fail(snapshot, snapshot->profile->overflow_error, "fault");
}

static void moment_go(struct fault_wait *wait)
{
	struct volume_moment *moment = CONTAINER_OF(wait, struct volume_moment, wait);

	moment->go(moment, 0);
}

static void moment_in(struct volume *volume, enum fault_point point,
	const struct fault_context *context, struct snapshot *snapshot,
	struct volume_moment *moment)
{
	struct fault_decision decision;

	switch (fault_site_meet(
		&volume->faults, point, context, &moment->wait, moment_go, &decision)) {
	case FAULT_WAITS:
		moment->has_waited = true;
		return;
	case FAULT_ANSWERS:
		moment->is_dropped = decision.error == 0;
		break;
	case FAULT_GOES_ON:
	case FAULT_DIES:
		break;
	}
	if (fault_act_at(decision.action)->fails_snapshot)
		fault_fail_snapshot(snapshot);
	moment->decision = decision;
	moment->go(moment, decision.error);
}

void fault_moment(struct volume *volume, enum fault_point point, const char *name,
	struct snapshot *snapshot, struct volume_moment *moment)
{
	struct fault_context context = { .snapshot = name };

	moment_in(volume, point, &context, snapshot, moment);
}

void fault_writer(struct volume *volume, enum fault_point point, const char *writer,
	struct volume_moment *moment)
{
	const struct snapshot_create *create = volume->writers.set.create;
	struct fault_context context = {
		.snapshot = create ? create->name : NULL,
		.writer = writer,
	};

	moment_in(volume, point, &context, NULL, moment);
}

void volume_snapshot_seek(struct volume *volume, struct snapshot *snapshot, uint64_t first,
	uint64_t last, struct volume_moment *moment)
{
	struct fault_context context = {
		.snapshot = snapshot->name,
		.offset = first,
		.length = last - first + 1,
	};

	moment_in(volume, FAULT_SNAPSHOT_SEEK, &context, snapshot, moment);
}

void volume_command(struct volume *volume, struct volume_moment *moment)
{
	fault_moment(volume, FAULT_CONTROL_COMMAND, NULL, NULL, moment);
}

void volume_door_strike(struct volume *volume, enum fault_point point,
	const struct fault_context *context, struct volume_moment *moment)
{
	MUST(fault_point_at(point)->traits & POINT_OF_DOOR);
	moment_in(volume, point, context, NULL, moment);
}

void volume_door_note(struct volume *volume, const char *door, const char *note, json_t *data)
{
	json_t *fields = json_pack("{s:s, s:s}", "door", door, "note", note);

	if (data)
		json_object_set_new(fields, "data", data);
	journal_add(&volume->journal, volume->gauges.measured[GAUGE_OPS], EVENT_DOOR_NOTE, fields);
}

static void open_go(struct volume_moment *moment, int result)
{
	struct snapshot_open *open = CONTAINER_OF(moment, struct snapshot_open, moment);
	struct snapshot *snapshot = volume_snapshot_by_id(open->volume, open->snapshot_id);

	if (result == 0 && !snapshot)
		result = -ENOENT;
	if (result == 0)
		snapshot_opened(snapshot);
	open->done(open, snapshot, result);
}

bool snapshot_is_going(const struct snapshot *snapshot)
{
	return snapshot->deletion || snapshot->is_kept;
}

void volume_snapshot_open(
	struct volume *volume, struct snapshot *snapshot, struct snapshot_open *open)
{
	open->volume = volume;
	open->snapshot_id = snapshot->id;
	volume_moment_arm(&open->moment, open_go);
	fault_moment(volume, FAULT_SNAPSHOT_OPEN, snapshot->name, snapshot, &open->moment);
}

/* ---- the rules ---- */

/*
 * Why the file of the rule TEXT must not be watched, or NULL. Checking a file in the mount
 * would send a request to the very thread that checks.
 */
static const char *file_flaw(const struct volume *volume, const char *text)
{
	const char *live = volume->options.live_path;
	const char *end = live ? strrchr(live, '/') : NULL;
	char message[RULE_MESSAGE_BYTES];
	struct fault_rule rule;

	if (rule_parse(text, &rule, message) < 0 || !rule.file[0])
		return NULL;
	if (end && strncmp(rule.file, live, (size_t)(end - live) + 1) == 0)
		return "'file' cannot be inside the mount itself";
	if (plain_path_look(rule.file) == -ELOOP)
		return "'file' contains a symbolic link: use the path that it leads to";
	return NULL;
}

int volume_fault_add(struct volume *volume, const char *text, uint64_t *ret_id, char *message)
{
	const char *flaw = file_flaw(volume, text);
	int error;

	if (flaw) {
		snprintf(message, RULE_MESSAGE_BYTES, "%s", flaw);
		return -EINVAL;
	}
	error = fault_add(&volume->faults.plane, text, ret_id, message);
	if (error == 0)
		fault_site_release_orphans(&volume->faults);
	return error;
}

int volume_fault_remove(struct volume *volume, const char *name_or_id)
{
	int error = fault_remove(&volume->faults.plane, name_or_id);

	fault_site_release_orphans(&volume->faults);
	return error;
}

unsigned volume_fault_clear(struct volume *volume)
{
	unsigned count = fault_clear(&volume->faults.plane);

	fault_site_release_orphans(&volume->faults);
	return count;
}

unsigned volume_fault_release(struct volume *volume)
{
	return fault_site_release(&volume->faults);
}

int volume_fault_struck(struct volume *volume, const struct fault_strike *strike)
{
	int error = fault_struck(&volume->faults.plane, strike);

	journal_tell(&volume->journal);
	return error;
}

json_t *volume_fault_list(const struct volume *volume)
{
	return fault_list(&volume->faults.plane);
}

int volume_phase_set(struct volume *volume, const char *phase)
{
	return fault_phase_set(&volume->faults.plane, phase);
}

const char *volume_phase(const struct volume *volume)
{
	return volume->faults.plane.phase;
}
