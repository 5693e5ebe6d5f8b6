/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/acting.h"
#include "simfs/volume/closing.h"
#include "simfs/volume/core.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/grow.h"
#include "simfs/volume/io.h"
#include "simfs/volume/life.h"
#include "simfs/volume/parts.h"
#include "simfs/volume/state.h"
#include "simfs/volume/way.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"

/* FORGET: the backend has dropped what was in flight. */
static void volume_free(struct volume *volume, bool forget)
{
	while (!list_empty(&volume->snapshots))
		snapshot_free(CONTAINER_OF(volume->snapshots.next, struct snapshot, link));
	if (volume->topology->deinit)
		volume->topology->deinit(volume, forget);
	extensions_close(volume);
	zero_forget_all(volume);
	scratch_free_all(volume);
	common_blocks_deinit(volume);
	parts_rooms_free(volume);
	ahead_deinit(volume);
	progress_deinit(&volume->reads_gone.progress);
	faults_close(volume);
	text_log_deinit(&volume->kernel_log);
	event_file_deinit(&volume->event_file);
	journal_deinit(&volume->journal);
	free(volume);
}

int volume_open(struct blockio *origin, struct blockio_folder *folder,
	const struct volume_options *options, struct volume **ret)
{
	if (origin->size_bytes == 0 || origin->size_bytes % 512 != 0) {
		log_error("image '%s' has %" PRIu64
			  " bytes, which is not a multiple of 512 above 0",
			options->image ? options->image : "", origin->size_bytes);
		return -EINVAL;
	}

	struct volume *volume;
	int error = state_check_versions(folder);

	if (error < 0)
		return error;
	volume = calloc(1, sizeof *volume);
	if (!volume)
		return -ENOMEM;
	volume->options = *options;
	volume->limits = options->limits ? options->limits : &volume_limits_default;
	volume->size_bytes = origin->size_bytes;
	volume->alignment_bytes = origin->alignment_bytes;
	volume->turn_bytes = origin->alignment_bytes;
	volume->topology = options->profile->chain ? &topology_chain : &topology_cow;
	volume->next_order = 1;
	list_init(&volume->snapshots);
	list_init(&volume->creating);
	list_init(&volume->entering);
	list_init(&volume->ranges);
	list_init(&volume->barriers);
	list_init(&volume->watches);
	list_init(&volume->parked_writes);
	list_init(&volume->zeros);
	list_init(&volume->read_holds);
	list_init(&volume->held_reads);
	list_init(&volume->scratch_spare);
	parts_rooms_init(volume);
	ahead_init(volume);
	list_init(&volume->writers.list);
	journal_init(&volume->journal, volume->limits->journal_bytes);
	volume->journal.noted_max = volume->limits->journal_noted;
	event_file_init(
		&volume->event_file, folder, &volume->journal, volume->limits->event_batch_bytes);

	error = faults_open(volume, origin, folder);
	if (error == 0)
		blockio_know(volume->origin, volume->size_bytes);
	if (error == 0 && volume->topology->init)
		error = volume->topology->init(volume);
	if (error == 0)
		error = extensions_open(volume);
	if (error == 0)
		error = state_load(volume);
	if (error == 0)
		error = surface_open(volume);

	if (error < 0) {
		volume_free(volume, false);
		return error;
	}
	/* Not earlier: a folder that is refused belongs to another volume. */
	event_file_start(&volume->event_file);
	journal_add(&volume->journal, 0, EVENT_MOUNTED,
		json_pack("{s:s, s:I, s:i}", "profile", options->profile->name, "size_bytes",
			(json_int_t)volume->size_bytes, "snapshots", (int)volume->snapshot_count));
	fault_site_open(&volume->faults);
	io_begin(volume);
	*ret = volume;
	return 0;
}

int volume_close(struct volume *volume)
{
	struct closing closing = { .io = volume->origin };
	char what[STORE_NAME_BYTES + 16];
	int first_error;

	MUST(volume_idle(volume));
	/* Even if volume_stop() was not called: the following must not be delayed by faults. */
	fault_site_close(&volume->faults);
	state_choose_closing_id(volume);
	closing.closing_id = volume->image.closing_id;
	list_for_each (at, &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (!state_is_closed(snapshot))
			continue;
		snprintf(what, sizeof what, "snapshot '%s'", snapshot->name);
		closing_add(&closing, snapshot->store, what);
	}
	if (volume->topology->close)
		volume->topology->close(volume, &closing);
	first_error = closing_end(&closing);

	int error = blockio_do(volume->origin, BLOCKIO_FLUSH, 0, NULL, 0);

	if (error < 0) {
		log_error_code(error, "cannot flush the image");
		if (first_error == 0)
			first_error = error;
	}
	error = surface_close(volume);
	if (error < 0 && first_error == 0)
		first_error = error;
	/* Last of the state: it says that the state and the image are complete. */
	if (first_error == 0) {
		first_error = state_record_close(volume);
		if (first_error < 0)
			log_error_code(first_error, "cannot record what the image is like");
	}
	/* Closing may have added events. */
	event_file_finish(&volume->event_file);
	volume_free(volume, false);
	return first_error;
}

void volume_forget(struct volume *volume)
{
	list_for_each (at, &volume->snapshots)
		store_forget(TAKE_PTR(CONTAINER_OF(at, struct snapshot, link)->store));
	list_for_each (at, &volume->creating) {
		struct snapshot_create *create = CONTAINER_OF(at, struct snapshot_create, link);

		store_forget(create->store);
		if (create->entering)
			snapshot_free(create->entering);
	}
	ranges_forget(volume);
	growth_forget(volume->growth);
	volume_free(volume, true);
}

bool volume_idle(const struct volume *volume)
{
	if (volume->writes_under_way > 0 || volume->reads_under_way > 0 ||
		!list_empty(&volume->parked_writes) || !list_empty(&volume->creating) ||
		!list_empty(&volume->zeros) || volume->growth || !extensions_idle(volume) ||
		!fault_site_idle(&volume->faults) || !event_file_idle(&volume->event_file))
		return false;
	list_for_each (at, &volume->snapshots) {
		const struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if ((snapshot->deletion && snapshot->files_open == 0) ||
			(snapshot->store && !store_idle(snapshot->store)))
			return false;
	}
	return !volume->topology->idle || volume->topology->idle(volume);
}

void volume_stop(struct volume *volume)
{
	fault_site_close(&volume->faults);
	extensions_stop(volume);
	if (volume->topology->stop)
		volume->topology->stop(volume);
}

static uint64_t topology_due_ns(const struct volume *volume)
{
	return volume->topology->due_ns ? volume->topology->due_ns(volume) : UINT64_MAX;
}

static void topology_tick(struct volume *volume)
{
	volume->topology->tick(volume);
}

static uint64_t faults_due_ns(const struct volume *volume)
{
	return fault_site_due_ns(&volume->faults);
}

static void faults_tick(struct volume *volume)
{
	fault_site_tick(&volume->faults);
}

/* Everything with a due time. */
static const struct {
	uint64_t (*due_ns)(const struct volume *volume);
	void (*tick)(struct volume *volume);
} timed[] = {
	{ faults_due_ns, faults_tick },
	{ extensions_due_ns, extensions_tick },
	{ snapshot_hold_due_ns, snapshot_hold_tick },
	{ topology_due_ns, topology_tick },
};

#define TIMED_COUNT (sizeof timed / sizeof timed[0])

/* Which of those not in the bit set DONE is due first, and when. */
static size_t due_first(const struct volume *volume, unsigned done, uint64_t *ret_ns)
{
	size_t first = TIMED_COUNT;

	*ret_ns = UINT64_MAX;
	for (size_t i = 0; i < TIMED_COUNT; i++) {
		uint64_t due_ns = done >> i & 1 ? UINT64_MAX : timed[i].due_ns(volume);

		if (due_ns < *ret_ns) {
			*ret_ns = due_ns;
			first = i;
		}
	}
	return first;
}

uint64_t volume_due_ns(const struct volume *volume)
{
	uint64_t due_ns;

	due_first(volume, 0, &due_ns);
	return volume->journal.is_untold ? 0 : due_ns;
}

/* Ticks in order of due time, however late all of them are: a limit of 10 s comes before a
 * delay of 11 s, even if the rig got no CPU in between. */
void volume_tick(struct volume *volume)
{
	uint64_t due_ns;
	unsigned done = 0;
	size_t first;

	while ((first = due_first(volume, done, &due_ns)) < TIMED_COUNT &&
		due_ns <= clock_now_ns()) {
		done |= 1u << first;
		timed[first].tick(volume);
	}
	/* Last: includes faults that fired in the ticks above. */
	journal_tell(&volume->journal);
}

int volume_coalesce(struct volume *volume, bool abort)
{
	if (!volume->topology->coalesce)
		return -EOPNOTSUPP;
	volume->topology->coalesce(volume, abort);
	return 0;
}

uint64_t volume_bytes(const struct volume *volume)
{
	return volume->size_bytes;
}

void request_start(struct volume_request *request)
{
	static void (*const start[])(struct volume_request *) = {
		[VOLUME_READ] = live_read_start,
		[VOLUME_WRITE] = write_start,
		[VOLUME_FLUSH] = live_flush_start,
		[VOLUME_DISCARD] = zero_start,
		[VOLUME_ZERO] = zero_start,
	};
	static void (*const start_of_snapshot[])(struct volume_request *) = {
		[VOLUME_READ] = snapshot_read_start,
		[VOLUME_WRITE] = snapshot_write_start,
		[VOLUME_FLUSH] = snapshot_flush_start,
	};

	struct volume *volume = request->volume;

	if (request->snapshot) {
		start_of_snapshot[request->kind](request);
		return;
	}
	/* Afterwards REQUEST is its caller's again, if it was answered. */
	start[request->kind](request);
	read_hold_check(volume);
}

void volume_submit(struct volume *volume, struct volume_request *request)
{
	enum fault_point point = request_point(request);

	request->volume = volume;
	request->done_length = request->length;
	image_look(volume);
	if (request->kind != VOLUME_FLUSH) {
		MUST(request->length > 0);
		MUST(request->kind > VOLUME_FLUSH || request->length <= VOLUME_REQUEST_MAX_BYTES);
		MUST(request->offset + request->length <= volume_bytes(volume));
		MUST(((uintptr_t)request->buffer & (BLOCKIO_ALIGNMENT_MAX - 1)) == 0);
		volume->gauges.measured[GAUGE_OPS]++;
	}
	MUST(!request->snapshot || request->kind <= VOLUME_FLUSH);
	MUST(!request->snapshot || !request->snapshot->deletion);
	request->is_counted = request->snapshot && request->kind == VOLUME_READ;
	if (request->is_counted)
		read_counts_begin(&request->snapshot->reads, request->offset, request->length);
	if (fault_is_armed(&volume->faults.plane, point) && fault_takes(request, point))
		return;
	request_start(request);
}

struct snapshot *volume_snapshot_find(struct volume *volume, const char *name)
{
	struct snapshot *at = NULL;

	while ((at = volume_snapshot_next(volume, at))) {
		if (strcmp(at->name, name) == 0)
			return at;
	}
	return NULL;
}

struct snapshot *volume_snapshot_by_id(struct volume *volume, uint64_t id)
{
	struct snapshot *at = NULL;

	while ((at = volume_snapshot_next(volume, at))) {
		if (at->id == id)
			return at;
	}
	return NULL;
}

struct snapshot *volume_snapshot_next(struct volume *volume, struct snapshot *snapshot)
{
	struct list *link = snapshot ? snapshot->link.next : volume->snapshots.next;

	for (; link != &volume->snapshots; link = link->next) {
		struct snapshot *next = CONTAINER_OF(link, struct snapshot, link);

		if (!next->deletion && !next->is_kept)
			return next;
	}
	return NULL;
}
