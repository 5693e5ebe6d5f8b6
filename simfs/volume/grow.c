/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grow.c - makes a volume longer while it is serving.
 *
 *	image resized ─▶ record written and durable ─▶ the volume has the new length ─▶ answered
 *	                            │ failed
 *	                            ▼
 *	                   image cut again ─▶ (record of the old length) ─▶ answered
 *
 *  (1) Requests see the old length until the record of the new one is durable: so nothing was
 *      written to the part that is cut off again.
 *  (2) The image is resized first: the next mount accepts one that is longer than its record,
 *      as there are no snapshots.
 *  (3) So no snapshot is taken during the growth, nor while the record has another length
 *      than the volume because even the last step has failed (snapshot_place.c).
 */
#include "simfs/volume/grow.h"
#include "simfs/volume/core.h"

#include <errno.h>
#include <inttypes.h>

#include "simfs/base/log.h"

static void growth_end(struct volume_growth *growth, int result)
{
	growth->volume->growth = NULL;
	growth->done(growth, result);
}

static void old_recorded(struct state_record_write *record, int result)
{
	struct volume_growth *growth = CONTAINER_OF(record, struct volume_growth, record);

	if (result < 0)
		log_error_code(result,
			"the state may say that the volume has %" PRIu64 " bytes: no snapshot is "
			"taken until it was mounted again, or made longer",
			growth->bytes);
	growth_end(growth, growth->error);
}

static void image_cut_again(struct volume *volume)
{
	struct blockio *origin = volume->origin;
	int error;

	/* What another process has cut off in the meantime would come back as zeros. */
	image_look_now(volume);
	if (origin->is_lossy)
		return;
	error = origin->ops->resize(origin, volume->size_bytes);
	if (error < 0)
		log_error_code(error,
			"the image stays longer than the volume: the next mount finds it so, and "
			"fails the snapshots that are taken until then");
}

static void undo(struct volume_growth *growth, int error)
{
	struct volume *volume = growth->volume;

	growth->error = error;
	image_cut_again(volume);
	if (volume->image.is_open_on_disk) {
		growth_end(growth, error);
		return;
	}
	growth->record.done = old_recorded;
	state_record_start(volume, volume->size_bytes, &growth->record);
}

static void recorded(struct state_record_write *record, int result)
{
	struct volume_growth *growth = CONTAINER_OF(record, struct volume_growth, record);
	struct volume *volume = growth->volume;

	if (result < 0) {
		undo(growth, result);
		return;
	}
	volume->size_bytes = growth->bytes;
	blockio_know(volume->origin, growth->bytes);
	surface_written(volume, NULL);
	journal_add(&volume->journal, volume->gauges.measured[GAUGE_OPS], EVENT_VOLUME_GROWN,
		json_pack("{s:I}", "size_bytes", (json_int_t)growth->bytes));
	growth_end(growth, 0);
}

/* Whether it may begin: 0, or the result for `done`. */
static int check(struct volume *volume, struct volume_growth *growth)
{
	const struct blockio *origin = volume->origin;

	growth->why = "a volume can only grow, by whole sectors of its image";
	if (growth->bytes < volume->size_bytes || growth->bytes % origin->alignment_bytes != 0)
		return -EINVAL;
	growth->why = "a chain does not grow";
	if (!volume->topology->live_is_image)
		return -EOPNOTSUPP;
	growth->why = "it is being made longer already";
	if (volume->growth)
		return -EBUSY;
	growth->why = "it has snapshots, which do not grow with it";
	if (!list_empty(&volume->snapshots) || !list_empty(&volume->creating))
		return -EBUSY;
	growth->why = "the image is shorter than the volume";
	image_look_now(volume);
	return origin->is_lossy ? -EIO : 0;
}

void volume_grow(struct volume *volume, struct volume_growth *growth)
{
	int error = check(volume, growth);

	growth->volume = volume;
	if (error == 0) {
		growth->why = "the image cannot be made longer";
		error = volume->origin->ops->resize(volume->origin, growth->bytes);
	}
	if (error < 0) {
		growth->done(growth, error);
		return;
	}
	growth->why = "its state cannot be written";
	volume->growth = growth;
	growth->record = (struct state_record_write){ .done = recorded };
	state_record_start(volume, growth->bytes, &growth->record);
}

void growth_forget(struct volume_growth *growth)
{
	if (growth)
		state_record_forget(&growth->record);
}
