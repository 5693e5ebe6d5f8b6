/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/image.h"
#include "simfs/volume/core.h"
#include "simfs/volume/life.h"
#include "simfs/volume/state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/base/log.h"

/*
 * A live write beyond the new end of an image that was just cut makes it long again, so
 * checks must be frequent; one costs 0.3 us.
 */
#define IMAGE_LOOK_NS NS_PER_MS

static const char *image_path(const struct volume *volume)
{
	return volume->options.image ? volume->options.image : "";
}

static bool is_sharer(const struct snapshot *snapshot)
{
	return snapshot->state == SNAPSHOT_ACTIVE &&
	       snapshot->volume->topology->hangs_on_image(snapshot);
}

uint64_t image_sharers(const struct volume *volume)
{
	const struct topology *topology = volume->topology;
	uint64_t count = topology->stores_on_image ? topology->stores_on_image(volume) : 0;

	list_for_each (at, &volume->snapshots)
		count += is_sharer(CONTAINER_OF(at, struct snapshot, link));
	return count;
}

static void tell(struct volume *volume)
{
	journal_add(&volume->journal, volume->gauges.measured[GAUGE_OPS], EVENT_IMAGE_CHANGED,
		json_pack("{s:s}", "why", volume->image.why));
}

/* ---- while mounted ---- */

/* Fails all that share data with the image, except those whose file is about to be removed. */
static void sharers_fail(struct volume *volume)
{
	list_for_each (at, &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);
		bool is_going = snapshot->deletion && snapshot->deletion->has_begun;

		if (is_sharer(snapshot) && !is_going)
			snapshot_fail_one(snapshot, -EUCLEAN, "image");
	}
	snapshots_recount(volume);
}

static void found_lossy(struct volume *volume)
{
	volume->image.is_cut = true;
	snprintf(volume->image.why, sizeof volume->image.why,
		"it had %" PRIu64 " bytes and was cut to %" PRIu64 " while it was mounted",
		volume->origin->known_bytes, volume->origin->lost_from);
	log_error("image '%s' has lost data: %s (reads and writes there are EIO, and snapshots "
		  "that share its data have failed)",
		image_path(volume), volume->image.why);
	tell(volume);
	sharers_fail(volume);
}

static void found_nameless(struct volume *volume)
{
	volume->image.is_nameless = true;
	log_error("image '%s' was removed or replaced: what is mounted is the file that was there",
		image_path(volume));
	if (volume->image.why[0] == '\0')
		snprintf(volume->image.why, sizeof volume->image.why,
			"it was removed or replaced while it was mounted");
	tell(volume);
}

void image_look_now(struct volume *volume)
{
	struct blockio *origin = volume->origin;
	struct blockio_facts facts;

	volume->image.looked_ns = clock_now_ns();
	if (!origin->ops->look || origin->ops->look(origin, &facts) < 0)
		return;
	/* An earlier check has not reported it. */
	if (origin->is_lossy && !volume->image.is_cut)
		found_lossy(volume);
	if (!facts.has_name && !volume->image.is_nameless)
		found_nameless(volume);
}

void image_look(struct volume *volume)
{
	uint64_t now_ns = clock_tick_ns();

	/* The last check may be later than the tick. */
	if (now_ns >= volume->image.looked_ns + IMAGE_LOOK_NS)
		image_look_now(volume);
}

int image_answer(struct volume *volume, int result)
{
	if (result != -EUCLEAN)
		return result;
	image_look_now(volume);
	return -EIO;
}

void image_snapshot_damaged(struct volume_request *request)
{
	image_look_now(request->volume);
	if (request->snapshot->state == SNAPSHOT_ACTIVE)
		snapshot_fail(request->snapshot, -EUCLEAN, "store.damaged");
}

/* ---- between mounts ---- */

void image_difference(const struct blockio_facts *was, const struct blockio_facts *is, char *buffer,
	size_t length)
{
	const struct {
		const char *name;
		bool differs;
	} facts[] = {
		{ "size", was->size_bytes != is->size_bytes },
		{ "mtime", was->modified_ns != is->modified_ns },
		{ "ctime", was->changed_ns != is->changed_ns },
		{ "inode", was->inode != is->inode },
	};
	size_t left = 0;

	for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
		left += facts[i].differs;
	buffer[0] = '\0';
	for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
		size_t used = strlen(buffer);

		if (!facts[i].differs)
			continue;
		left--;
		snprintf(buffer + used, length - used, "%s%s", facts[i].name,
			left > 1    ? ", "
			: left == 1 ? " and "
				    : "");
	}
}

/* The image is longer or shorter than the volume that the state belongs to. */
static int compare_size(struct volume *volume)
{
	/* Its stores are also the live view's, and no longer fit. */
	if (!volume->topology->live_is_image) {
		log_error("state is of a volume of %" PRIu64 " bytes, the image has %" PRIu64
			  " (remove the state folder to give up its snapshots)",
			volume->image.stored_bytes, volume_bytes(volume));
		return -EUCLEAN;
	}
	if (volume->options.image_policy == IMAGE_TRUST) {
		log_error("image '%s' cannot be trusted: its snapshots are of %" PRIu64
			  " bytes, and it has %" PRIu64
			  " (mount with --fail-snapshots to continue without them)",
			image_path(volume), volume->image.stored_bytes, volume_bytes(volume));
		return -ESTALE;
	}
	volume->image.was_changed = true;
	volume->image.was_resized = true;
	snprintf(volume->image.why, sizeof volume->image.why,
		"it had %" PRIu64 " bytes and has %" PRIu64, volume->image.stored_bytes,
		volume_bytes(volume));
	return 0;
}

static int compare_facts(struct volume *volume, const struct blockio_facts *was)
{
	struct blockio *origin = volume->origin;
	struct blockio_facts is;
	char differs[48];
	int error = origin->ops->look ? origin->ops->look(origin, &is) : -EOPNOTSUPP;
	bool is_sure;

	if (error == -EOPNOTSUPP)
		return 0;
	if (error < 0)
		return error;
	image_difference(was, &is, differs, sizeof differs);
	if (differs[0] == '\0')
		return 0;
	is_sure = was->size_bytes != is.size_bytes || was->modified_ns != is.modified_ns;
	if (volume->options.image_policy == IMAGE_TRUST) {
		if (!volume->options.quiet)
			log_info("image '%s' is trusted; changed since the last unmount: %s",
				image_path(volume), differs);
		return 0;
	}
	if (!is_sure && volume->options.image_policy == IMAGE_COMPARE) {
		log_error(
			"image '%s' may not be the one that its snapshots belong to; changed since "
			"the last unmount: %s, as by a move, a copy or an edit whose time was "
			"set back (mount with --trust-image to keep the snapshots, or with "
			"--fail-snapshots to continue without them)",
			image_path(volume), differs);
		return -ESTALE;
	}
	volume->image.was_changed = true;
	snprintf(volume->image.why, sizeof volume->image.why,
		"it was changed while it was not mounted (%s)", differs);
	return 0;
}

int image_compare(struct volume *volume, const struct image_record *record, bool has_stores)
{
	if (!has_stores)
		return 0;
	if (volume->image.stored_bytes != volume_bytes(volume))
		return compare_size(volume);
	if (volume->options.image_policy == IMAGE_FAIL) {
		volume->image.was_changed = true;
		snprintf(volume->image.why, sizeof volume->image.why,
			"its snapshots were given up with --fail-snapshots");
	}
	if (!record->is_clean || record->sharers == 0)
		return 0;
	return compare_facts(volume, &record->facts);
}

/* With another length, every readable snapshot is wrong, even one that shares nothing. */
static bool has_to_fail(const struct snapshot *snapshot)
{
	if (!snapshot->volume->image.was_resized)
		return is_sharer(snapshot);
	return snapshot->state == SNAPSHOT_ACTIVE || snapshot_is_stale(snapshot);
}

/* Its mark is on the disk before the record says that the image may be written to. */
static int fail_found(struct snapshot *snapshot)
{
	int error = state_mark(snapshot->store, -EUCLEAN);

	if (error == 0)
		error = blockio_do(store_io(snapshot->store), BLOCKIO_FLUSH, 0, NULL, 0);
	snapshot->state = SNAPSHOT_FAILED;
	snapshot->error = -EUCLEAN;
	if (error < 0)
		log_error_code(error, "cannot mark snapshot '%s' as failed", snapshot->name);
	journal_add(&snapshot->volume->journal, 0, EVENT_SNAPSHOT_FAILED,
		json_pack("{s:s, s:s, s:s}", "snapshot", snapshot->name, "error",
			error_name(-EUCLEAN), "why", "image"));
	return error;
}

int image_loaded(struct volume *volume)
{
	uint64_t failed = 0;

	if (!volume->image.was_changed)
		return 0;
	if (image_sharers(volume) == 0 && !volume->image.was_resized) {
		volume->image.why[0] = '\0';
		return 0;
	}
	tell(volume);
	list_for_each (at, &volume->snapshots) {
		struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);
		int error;

		if (!has_to_fail(snapshot))
			continue;
		failed++;
		error = fail_found(snapshot);
		if (error < 0)
			return error;
	}
	if (!volume->options.quiet)
		log_error("image '%s' is not the one that its snapshots belong to: %s (%" PRIu64
			  " of them failed; the live view shows what the image has now)",
			image_path(volume), volume->image.why, failed);
	return 0;
}

int image_settle(struct volume *volume, struct image_record *ret)
{
	struct blockio *origin = volume->origin;

	*ret = (struct image_record){ .sharers = image_sharers(volume) };
	if (!origin->ops->settle)
		return 0;

	int error = origin->ops->settle(origin, &ret->facts);

	/* After a loss the sizes differ, too, which the next mount detects. */
	ret->is_clean = error == 0 && !volume->origin->is_lossy;
	return error;
}
