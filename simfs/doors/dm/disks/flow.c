/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/disks/flow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/doors/dm/disks/flow_internal.h"

static void answer(struct flow_io *io)
{
	MUST(!io->is_answered);
	io->is_answered = true;
	list_remove(&io->link);
	io->answer(io);
}

/* Records an error at byte AT of the data; of a read's errors the first in the data counts. */
static void io_fail(struct flow_io *io, uint64_t at, int error)
{
	if (io->is_answered)
		return;
	if (io->error == 0 || (io->op == DISK_OP_READ && at < io->good))
		io->error = error;
	if (at < io->good)
		io->good = at;
}

static void disk_free_if_done(struct flow_disk *disk)
{
	if (!disk->is_removed || !list_empty(&disk->under_way))
		return;
	disk_map_clear(&disk->map);
	free(disk);
}

/* PART is done, and so is every part above that waited only for it. */
static void part_end(struct flow_part *part)
{
	while (part) {
		struct flow_part *parent = part->parent;
		struct flow_io *io = part->io;

		if (part->disk) {
			list_remove(&part->link);
			holds_part_ended(part->disk, part);
			disk_free_if_done(part->disk);
		}
		free(part);
		if (!parent) {
			if (!io->is_answered)
				answer(io);
			io->release(io);
			return;
		}
		MUST(parent->pending > 0);
		if (--parent->pending > 0)
			return;
		part = parent;
	}
}

static void part_fail(struct flow_part *part, int error)
{
	io_fail(part->io, part->from, error);
	part_end(part);
}

void flow_part_done(struct flow *flow, struct flow_part *part, int error, uint64_t good)
{
	(void)flow;
	if (error < 0)
		io_fail(part->io, part->from + good, error);
	part_end(part);
}

void flow_part_go(struct flow *flow, struct flow_part *part)
{
	/* Parts of an abandoned request must not change anything. */
	if (part->io->is_answered)
		part_end(part);
	else if (part->is_file)
		flow->ops.file(flow->ops.context, part);
	else
		flow_enter(flow, part);
}

static void step_down(struct flow *flow, struct flow_part *parent, const struct disk_step *step)
{
	struct flow_part *part = calloc(1, sizeof *part);

	if (!part) {
		io_fail(parent->io, parent->from + step->from, -ENOMEM);
		return;
	}
	*part = (struct flow_part){
		.io = parent->io,
		.parent = parent,
		.is_file = step->kind == DISK_STEP_FILE,
		.id = step->id,
		.offset = step->offset,
		.length = step->length,
		.from = parent->from + step->from,
		.depth = parent->depth + 1,
	};
	parent->pending++;
	if (step->ms > 0)
		flow->ops.delay(flow->ops.context, part, step->ms);
	else
		flow_part_go(flow, part);
}

static void cut(struct flow *flow, struct flow_part *part)
{
	struct flow_io *io = part->io;
	uint64_t size = part->disk->map.sectors * DISK_SECTOR_BYTES;
	uint64_t length = part->length;
	struct disk_walk walk;
	struct disk_step step;

	if (io->op != DISK_OP_FLUSH && (part->offset > size || length > size - part->offset)) {
		length = part->offset < size ? size - part->offset : 0;
		io_fail(io, part->from + length, -EIO);
		if (io->op != DISK_OP_READ || length == 0)
			return;
	}
	disk_walk_start(&walk, &part->disk->map, io->op, part->offset, length);
	while (disk_walk_next(&walk, &step)) {
		if (step.kind == DISK_STEP_ERROR)
			io_fail(io, part->from + step.from, -EIO);
		else if (step.kind == DISK_STEP_REFUSED)
			io_fail(io, part->from, -EOPNOTSUPP);
		else if (step.kind != DISK_STEP_ZERO)
			step_down(flow, part, &step);
		else if (io->op == DISK_OP_READ && !io->is_answered)
			memset(io->data + part->from + step.from, 0, step.length);
	}
}

void flow_enter(struct flow *flow, struct flow_part *part)
{
	struct flow_disk *disk = flow_find(flow, part->id);

	if (!disk || part->depth > FLOW_DEPTH_MAX) {
		part_fail(part, -EIO);
		return;
	}
	part->disk = disk;
	if (holds_block(disk, part)) {
		list_append(&disk->parked, &part->link);
		return;
	}
	list_append(&disk->under_way, &part->link);
	part->pending = 1;
	cut(flow, part);
	if (--part->pending == 0)
		part_end(part);
}

void flow_unpark(struct flow *flow, struct list *parts)
{
	struct list *link;

	while ((link = list_pop(parts))) {
		struct flow_part *part = CONTAINER_OF(link, struct flow_part, link);

		part->disk = NULL;
		flow_part_go(flow, part);
	}
}

void flow_submit(struct flow *flow, struct flow_io *io)
{
	struct flow_part *part = flow->has_failed ? NULL : calloc(1, sizeof *part);

	io->error = 0;
	io->good = io->length;
	io->is_answered = false;
	list_append(&flow->ios, &io->link);
	if (!part) {
		io_fail(io, 0, flow->has_failed ? -EIO : -ENOMEM);
		answer(io);
		io->release(io);
		return;
	}
	*part = (struct flow_part){
		.io = io,
		.id = io->disk,
		.offset = io->offset,
		.length = io->length,
	};
	flow_enter(flow, part);
}

/* Ends the parked parts of DISK whose requests are answered. */
static void parked_drop(struct flow_disk *disk)
{
	struct list parts;
	struct list *link;

	list_init(&parts);
	list_splice(&parts, &disk->parked);
	while ((link = list_pop(&parts))) {
		struct flow_part *part = CONTAINER_OF(link, struct flow_part, link);

		if (!part->io->is_answered) {
			list_append(&disk->parked, link);
			continue;
		}
		part->disk = NULL;
		part_end(part);
	}
}

static void all_parked_drop(struct flow *flow)
{
	for (unsigned i = 0; i < FLOW_BUCKETS; i++)
		list_for_each (at, &flow->buckets[i])
			parked_drop(CONTAINER_OF(at, struct flow_disk, link));
}

void flow_abandon(struct flow *flow, struct flow_io *io, int error)
{
	if (io->is_answered)
		return;
	io->error = error;
	io->good = 0;
	answer(io);
	all_parked_drop(flow);
}

void flow_fail_all(struct flow *flow)
{
	flow->has_failed = true;
	while (!list_empty(&flow->ios)) {
		struct flow_io *io = CONTAINER_OF(flow->ios.next, struct flow_io, link);

		io_fail(io, 0, -EIO);
		answer(io);
	}
	all_parked_drop(flow);
	for (unsigned i = 0; i < FLOW_BUCKETS; i++)
		list_for_each (at, &flow->buckets[i])
			holds_end(CONTAINER_OF(at, struct flow_disk, link), -EIO, false);
}
