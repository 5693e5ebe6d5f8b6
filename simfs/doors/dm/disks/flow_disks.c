/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flow_disks.c - the disks of a flow: they are created, mapped and removed.
 */
#include <errno.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/base/mix.h"
#include "simfs/doors/dm/disks/flow_internal.h"

static const struct list *bucket_of(const struct flow *flow, uint64_t id)
{
	return &flow->buckets[mix64(id) % FLOW_BUCKETS];
}

struct flow_disk *flow_find(const struct flow *flow, uint64_t id)
{
	list_for_each (at, bucket_of(flow, id)) {
		struct flow_disk *disk = CONTAINER_OF(at, struct flow_disk, link);

		if (disk->id == id)
			return disk;
	}
	return NULL;
}

int flow_create(const struct flow_ops *ops, struct flow **ret)
{
	struct flow *flow = calloc(1, sizeof *flow);

	if (!flow)
		return -ENOMEM;
	flow->ops = *ops;
	list_init(&flow->ios);
	for (unsigned i = 0; i < FLOW_BUCKETS; i++)
		list_init(&flow->buckets[i]);
	*ret = flow;
	return 0;
}

void flow_destroy(struct flow *flow)
{
	uint64_t id;

	if (!flow)
		return;
	MUST(list_empty(&flow->ios));
	for (unsigned i = 0; i < FLOW_BUCKETS; i++) {
		while (!list_empty(&flow->buckets[i])) {
			id = CONTAINER_OF(flow->buckets[i].next, struct flow_disk, link)->id;
			MUST(flow_disk_remove(flow, id) == 0);
		}
	}
	free(flow);
}

int flow_disk_create(struct flow *flow, uint64_t id)
{
	if (id > INT64_MAX)
		return -EINVAL;
	if (flow_find(flow, id))
		return -EEXIST;

	struct flow_disk *disk = calloc(1, sizeof *disk);

	if (!disk)
		return -ENOMEM;
	disk->id = id;
	list_init(&disk->under_way);
	list_init(&disk->parked);
	list_init(&disk->holds);
	list_append((struct list *)bucket_of(flow, id), &disk->link);
	return 0;
}

int flow_disk_remove(struct flow *flow, uint64_t id)
{
	struct flow_disk *disk = flow_find(flow, id);
	struct list parts;

	if (!disk)
		return -ENXIO;
	list_remove(&disk->link);
	holds_end(disk, -ENXIO, true);
	list_init(&parts);
	list_splice(&parts, &disk->parked);
	/* Parts in flight still refer to it; the last of them frees it. */
	if (list_empty(&disk->under_way)) {
		disk_map_clear(&disk->map);
		free(disk);
	} else {
		disk->is_removed = true;
	}
	/* They do not find it any more. */
	flow_unpark(flow, &parts);
	return 0;
}

int flow_disk_map(struct flow *flow, uint64_t id, struct disk_map *map, struct disk_map *old)
{
	struct flow_disk *disk = flow_find(flow, id);

	if (!disk)
		return -ENXIO;
	if (old)
		*old = disk->map;
	else
		disk_map_clear(&disk->map);
	disk->map = *map;
	*map = (struct disk_map){ 0 };
	return 0;
}

const struct disk_map *flow_disk_get_map(const struct flow *flow, uint64_t id)
{
	const struct flow_disk *disk = flow_find(flow, id);

	return disk ? &disk->map : NULL;
}

bool flow_disk_next(const struct flow *flow, uint64_t from, uint64_t *ret)
{
	bool found = false;

	for (unsigned i = 0; i < FLOW_BUCKETS; i++) {
		list_for_each (at, &flow->buckets[i]) {
			uint64_t id = CONTAINER_OF(at, struct flow_disk, link)->id;

			if (id >= from && (!found || id < *ret)) {
				*ret = id;
				found = true;
			}
		}
	}
	return found;
}
