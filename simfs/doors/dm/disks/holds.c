/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holds.c - ranges of disks that let nothing in.
 *
 * All parts in flight in a held range arrived before the hold, since none arrive after it.  So a
 * hold counts them once.
 */
#include <errno.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/doors/dm/disks/flow_internal.h"

static bool overlaps(const struct flow_hold *hold, const struct flow_part *part)
{
	if (hold->length == FLOW_WHOLE)
		return true;
	/* A flush concerns earlier writes, which a held range does not change. */
	if (part->io->op == DISK_OP_FLUSH)
		return false;
	return part->offset < hold->offset + hold->length &&
	       hold->offset < part->offset + part->length;
}

bool holds_block(const struct flow_disk *disk, const struct flow_part *part)
{
	list_for_each (at, &disk->holds)
		if (overlaps(CONTAINER_OF(at, struct flow_hold, link), part))
			return true;
	return false;
}

void holds_part_ended(struct flow_disk *disk, const struct flow_part *part)
{
	list_for_each (at, &disk->holds) {
		struct flow_hold *hold = CONTAINER_OF(at, struct flow_hold, link);

		if (hold->waits_for == 0 || !overlaps(hold, part))
			continue;
		if (--hold->waits_for == 0)
			hold->done(hold->context, 0);
	}
}

void holds_end(struct flow_disk *disk, int error, bool all)
{
	struct list holds;
	struct list *link;

	list_init(&holds);
	list_splice(&holds, &disk->holds);
	while ((link = list_pop(&holds))) {
		struct flow_hold *hold = CONTAINER_OF(link, struct flow_hold, link);

		if (hold->waits_for == 0 && !all) {
			list_append(&disk->holds, link);
			continue;
		}
		if (hold->waits_for > 0)
			hold->done(hold->context, error);
		free(hold);
	}
}

int flow_hold(struct flow *flow, uint64_t id, uint64_t offset, uint64_t length,
	void (*done)(void *context, int error), void *context, struct flow_hold **ret)
{
	struct flow_disk *disk = flow_find(flow, id);

	if (flow->has_failed)
		return -EIO;
	if (!disk)
		return -ENXIO;
	if (length == 0 || (length != FLOW_WHOLE && length > UINT64_MAX - offset))
		return -EINVAL;

	struct flow_hold *hold = calloc(1, sizeof *hold);

	if (!hold)
		return -ENOMEM;
	*hold = (struct flow_hold){
		.disk = disk,
		.offset = offset,
		.length = length,
		.done = done,
		.context = context,
	};
	list_for_each (at, &disk->under_way)
		hold->waits_for += overlaps(hold, CONTAINER_OF(at, struct flow_part, link));
	list_append(&disk->holds, &hold->link);
	if (hold->waits_for == 0)
		return 0;
	*ret = hold;
	return -EINPROGRESS;
}

static void release(struct flow *flow, struct flow_hold *hold)
{
	struct list parts;

	list_init(&parts);
	list_splice(&parts, &hold->disk->parked);
	list_remove(&hold->link);
	free(hold);
	flow_unpark(flow, &parts);
}

void flow_hold_cancel(struct flow *flow, struct flow_hold *hold)
{
	MUST(hold->waits_for > 0);
	release(flow, hold);
}

int flow_release(struct flow *flow, uint64_t id, uint64_t offset, uint64_t length)
{
	struct flow_disk *disk = flow_find(flow, id);

	if (!disk)
		return -ENXIO;
	list_for_each (at, &disk->holds) {
		struct flow_hold *hold = CONTAINER_OF(at, struct flow_hold, link);

		if (hold->offset == offset && hold->length == length && hold->waits_for == 0) {
			release(flow, hold);
			return 0;
		}
	}
	return -EINVAL;
}
