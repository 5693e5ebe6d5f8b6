/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot.c - what a snapshot is, and how it fails. */
#include "simfs/volume/core.h"
#include "simfs/volume/life.h"
#include "simfs/volume/state.h"
#include "simfs/volume/way.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"

_Static_assert(VOLUME_SNAPSHOT_NAME_MAX < STORE_NAME_BYTES, "a name fits a superblock");

int snapshot_name_check(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || name[0] == '.')
		return -EINVAL;
	if (length > VOLUME_SNAPSHOT_NAME_MAX)
		return -ENAMETOOLONG;
	for (size_t i = 0; i < length; i++) {
		/* Names are used in messages, file names and JSON. */
		if (name[i] == '/' || (unsigned char)name[i] < ' ' || name[i] == 0x7f)
			return -EINVAL;
	}

	/* JSON text must be UTF-8. */
	json_t *text = json_string(name);

	json_decref(text);
	return text ? 0 : -EINVAL;
}

struct snapshot *snapshot_new(struct volume *volume, const char *name, struct store *store)
{
	struct snapshot *snapshot = calloc(1, sizeof *snapshot);

	if (!snapshot)
		return NULL;
	snapshot->volume = volume;
	snapshot->store = store;
	snapshot->profile = volume->options.profile;
	snprintf(snapshot->name, sizeof snapshot->name, "%s", name);
	list_init(&snapshot->waiting_for_mark);
	snapshot->known_ns = clock_now_ns();
	if (store) {
		const struct store_facts *facts = store_facts(store);
		const struct profile *profile = profile_find(facts->profile);

		if (profile)
			snapshot->profile = profile;
		snapshot->id = facts->order;
		snapshot->state = facts->failed ? SNAPSHOT_FAILED : SNAPSHOT_ACTIVE;
		snapshot->error = facts->error;
		snapshot->overflow_blocks = facts->overflow_blocks;
		snapshot->tracks_only = owner_of(facts).mode == SNAPSHOT_MODE_INCREMENTAL;
		snapshot->is_detached = owner_of(facts).mode == SNAPSHOT_MODE_DETACHED;
		snapshot->is_clone = volume->topology->has_clones &&
				     owner_of(facts).mode == SNAPSHOT_MODE_CLONE;
		if (facts->failed && snapshot->profile->log_found_failed)
			snapshot->profile->log_found_failed(&volume->kernel_log);
	} else {
		snapshot->state = SNAPSHOT_FAILED;
		snapshot->error = -EUCLEAN;
	}
	return snapshot;
}

void snapshot_free(struct snapshot *snapshot)
{
	if (list_is_linked(&snapshot->link))
		list_remove(&snapshot->link);
	ahead_drop(snapshot, 0, UINT64_MAX);
	store_destroy(snapshot->store);
	progress_deinit(&snapshot->progress);
	free(snapshot);
}

bool snapshot_is_stale(const struct snapshot *snapshot)
{
	const struct profile *profile = snapshot->profile;

	return snapshot->state != SNAPSHOT_ACTIVE && snapshot->store && profile->reads_on &&
	       profile->reads_on(snapshot->error);
}

bool snapshot_is_dormant(const struct snapshot *snapshot)
{
	const struct volume_extension *driver = snapshot->volume->driver;

	return driver->is_dormant && driver->is_dormant(snapshot);
}

bool snapshot_expand(struct snapshot *snapshot)
{
	const struct volume_extension *driver = snapshot->volume->driver;

	return driver->expand && driver->expand(snapshot);
}

bool snapshot_traces(const struct snapshot *snapshot, enum volume_kind kind)
{
	const struct topology *topology = snapshot->volume->topology;

	if (topology->receives && !topology->receives(snapshot))
		return false;
	return snapshot->state == SNAPSHOT_ACTIVE && !snapshot->is_detached &&
	       !snapshot_is_dormant(snapshot) &&
	       !(kind == VOLUME_DISCARD && snapshot->profile->ignores_discards);
}

struct profile_snapshot snapshot_for_profile(const struct snapshot *snapshot)
{
	const struct store_facts *facts = snapshot->store ? store_facts(snapshot->store) : NULL;
	uint64_t blocks_taken = facts ? store_blocks_taken(snapshot->store) : 0;
	struct profile_snapshot ret = {
		.volume_bytes = volume_bytes(snapshot->volume),
		.block_bytes = facts ? facts->block_bytes : snapshot->profile->block_bytes,
		.limit_bytes = facts ? facts->limit_bytes : 0,
		.blocks_taken = blocks_taken,
		.area_blocks = blocks_taken,
		.overflow_blocks = snapshot->overflow_blocks,
		.failed = snapshot->state != SNAPSHOT_ACTIVE,
		.error = snapshot->error,
		.tracks_only = snapshot->tracks_only,
		.is_dormant = snapshot_is_dormant(snapshot),
		.label = facts ? owner_label(facts) : "",
	};

	if (snapshot->volume->topology->count)
		snapshot->volume->topology->count(snapshot, &ret);
	return ret;
}

/*
 * The mark could not be written. Without its file the snapshot is missing after the next
 * mount, which is better than wrong.
 */
static void remove_unmarked(struct snapshot *snapshot, int error)
{
	char file[STORE_NAME_BYTES + 16];

	snapshot_file(snapshot, file, sizeof file);

	int removed = snapshot->volume->folder->ops->remove(snapshot->volume->folder, file);

	log_error_code(error, "cannot mark snapshot '%s' as failed (%s)", snapshot->name,
		removed == 0 ? "its file is removed" : "nor remove its file");
}

bool mark_parks(struct volume_request *request)
{
	struct volume *volume = request->volume;

	if (volume->marks_under_way == 0)
		return false;
	list_for_each (at, &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (snapshot->state == SNAPSHOT_FAILING) {
			list_append(&snapshot->waiting_for_mark, &request->link);
			return true;
		}
	}
	return false;
}

static void mark_done(struct store_waiter *waiter, int error)
{
	struct snapshot *snapshot = CONTAINER_OF(waiter, struct snapshot, marked);
	struct volume *volume = snapshot->volume;
	const struct topology *topology = volume->topology;
	struct list waiting;
	struct list *link;

	if (error < 0)
		remove_unmarked(snapshot, error);
	snapshot->state = SNAPSHOT_FAILED;
	MUST(volume->marks_under_way > 0);
	volume->marks_under_way--;
	list_init(&waiting);
	list_splice(&waiting, &snapshot->waiting_for_mark);
	/* From here on SNAPSHOT may be freed: with the last of them, or at once. */
	if (topology->drops && topology->drops(snapshot))
		snapshot_drop(snapshot);
	else
		snapshot_maybe_delete(snapshot);
	while ((link = list_pop(&waiting))) {
		struct volume_request *request = CONTAINER_OF(link, struct volume_request, link);

		request->go(request, 0);
	}
}

void snapshot_fail_one(struct snapshot *snapshot, int error, const char *why)
{
	struct volume *volume = snapshot->volume;

	MUST(snapshot->state == SNAPSHOT_ACTIVE && error < 0);
	snapshot->state = SNAPSHOT_FAILING;
	volume->marks_under_way++;
	range_unit_changed(volume);
	snapshot->error = error;
	if (!snapshot->is_kept)
		journal_add(&volume->journal, volume->gauges.measured[GAUGE_OPS],
			EVENT_SNAPSHOT_FAILED,
			json_pack("{s:s, s:s, s:s}", "snapshot", snapshot->name, "error",
				error_name(error), "why", why));
	store_stop(snapshot->store, error);
	store_waiter_arm(&snapshot->marked, mark_done);
	store_mark(snapshot->store, error, snapshot->overflow_blocks, &snapshot->marked);
	if (!snapshot->is_kept)
		snapshot_changed(snapshot);
}

void snapshot_changed(struct snapshot *snapshot)
{
	const struct volume_options *options = &snapshot->volume->options;

	ahead_drop(snapshot, 0, UINT64_MAX);
	if (options->snapshot_failed)
		options->snapshot_failed(options->context, snapshot);
}

void snapshot_fail(struct snapshot *snapshot, int error, const char *why)
{
	const struct topology *topology = snapshot->volume->topology;

	snapshot_fail_one(snapshot, error, why);
	if (topology->fail_others)
		topology->fail_others(snapshot, error, why);
}

void snapshot_fail_logged(struct snapshot *snapshot, enum profile_failure failure, int error,
	const struct volume_request *write)
{
	static const char *const why[] = {
		[PROFILE_OLD_READ] = "origin.read",
		[PROFILE_STORE_WRITE] = "store.append",
		[PROFILE_READ_ORIGIN] = "origin.read",
		[PROFILE_READ_STORE] = "store.read",
	};
	uint64_t block_bytes = snapshot_block_bytes(snapshot);
	uint64_t write_bytes = 0;

	if (write)
		write_bytes = round_up(write->offset + write->length, block_bytes) -
			      round_down(write->offset, block_bytes);
	if (snapshot->profile->log_failure)
		snapshot->profile->log_failure(
			&snapshot->volume->kernel_log, failure, error, write_bytes);
	snapshot_fail(snapshot, error, why[failure]);
}

const char *snapshot_name(const struct snapshot *snapshot)
{
	return snapshot->name;
}

uint64_t snapshot_id(const struct snapshot *snapshot)
{
	return snapshot->id;
}

int64_t snapshot_created_seconds(const struct snapshot *snapshot)
{
	return snapshot->store ? store_facts(snapshot->store)->created_seconds : 0;
}

bool snapshot_is_writable(const struct snapshot *snapshot)
{
	return snapshot->profile->writable_snapshots || snapshot->is_clone;
}

bool snapshot_is_clone(const struct snapshot *snapshot)
{
	return snapshot->is_clone;
}

void snapshot_opened(struct snapshot *snapshot)
{
	snapshot->files_open++;
}

void snapshot_closed(struct snapshot *snapshot)
{
	MUST(snapshot->files_open > 0);
	if (--snapshot->files_open == 0)
		ahead_close(snapshot);
	snapshot_maybe_delete(snapshot);
}
