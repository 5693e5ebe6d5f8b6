/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/origins/origins_internal.h"
#include "simfs/doors/dm/origins/origins_state.h"

#define SECTOR_BYTES 512u
/* The header's chunk, and that of the first metadata area. */
#define WIPED_CHUNKS 2u
/* dm-snapshot's, for a table that says 0. */
#define CHUNK_SECTORS_DEFAULT 32u

static int read_header(struct origins *origins, uint64_t cow_disk, struct cow_header *ret)
{
	/* Direct I/O needs an aligned buffer. */
	AUTO(auto_free) unsigned char *sector = aligned_alloc(4096, 4096);

	if (!sector)
		return -ENOMEM;

	int error = disks_read(origins->disks, cow_disk, 0, sector, COW_HEADER_BYTES);

	return error < 0 ? error : cow_header_decode(sector, ret);
}

static int write_header(struct origins *origins, uint64_t cow_disk, const struct cow_area *area)
{
	const struct cow_header header = { .is_valid = true,
		.has_id = true,
		.id = area->id,
		.chunk_sectors = area->chunk_sectors };
	uint64_t sectors = 0, wiped = (uint64_t)WIPED_CHUNKS * area->chunk_sectors;
	int error = disks_size(origins->disks, cow_disk, &sectors);

	if (error < 0)
		return error;
	if (wiped > sectors)
		wiped = sectors;

	size_t length = (size_t)wiped * SECTOR_BYTES;
	AUTO(auto_free)
	unsigned char *bytes = aligned_alloc(4096, (length + 4095) / 4096 * 4096);

	if (!bytes || length < COW_HEADER_BYTES)
		return bytes ? -EIO : -ENOMEM;
	memset(bytes, 0, length);
	cow_header_encode(&header, bytes);
	return disks_write(origins->disks, cow_disk, 0, bytes, length);
}

/* Deletes areas formerly at the place of AREA: that place is wiped, so they are lost. */
static void drop_former(struct origins *origins, const struct cow_area *area)
{
	struct cow_area *former;

	do {
		former = NULL;
		pthread_mutex_lock(&origins->lock);
		list_for_each (link, &origins->areas) {
			struct cow_area *at = CONTAINER_OF(link, struct cow_area, link);

			if (at != area && !at->device && at->uses == 0 && !at->is_dropped &&
				at->place.disk == area->place.disk &&
				at->place.offset == area->place.offset)
				former = at;
		}
		pthread_mutex_unlock(&origins->lock);
		if (former)
			cow_area_delete(origins, former);
	} while (former);
}

/* Makes a new store on COW_DISK.  `work' is held. */
static int make_area(struct origins *origins, const struct dm_effect *effect,
	const struct dm_snapshot_target *target, uint64_t cow_disk, struct cow_area **ret)
{
	struct cow_area *area = cow_area_new(origins);

	if (!area)
		return -ENOMEM;
	area->chunk_sectors = target->chunk ? target->chunk : CHUNK_SECTORS_DEFAULT;
	area->persistence = target->persistence;
	area->is_lvms = strncmp(effect->uuid, "LVM-", 4) == 0;
	area->place = (struct disk_place){ .disk = cow_disk };
	if (area->persistence != DM_TRANSIENT) {
		pthread_mutex_lock(&origins->lock);
		(void)contents_place(&origins->contents, cow_disk, 0, 1, &area->place);
		pthread_mutex_unlock(&origins->lock);
		drop_former(origins, area);
	}

	int error = cow_area_keep(origins, area);

	if (error < 0) {
		cow_area_delete(origins, area);
		return error;
	}
	*ret = area;
	return 0;
}

/* The store that HEADER names; if it is not ours, one whose content is lost. */
static int known_area(struct origins *origins, const struct dm_snapshot_target *target,
	const struct cow_header *header, struct cow_area **ret)
{
	pthread_mutex_lock(&origins->lock);

	struct cow_area *area = header->has_id ? cow_area_with_id(origins, &header->id) : NULL;

	pthread_mutex_unlock(&origins->lock);
	if (!area) {
		area = cow_area_new(origins);
		if (!area)
			return -ENOMEM;
		area->is_lost = true;
		/* So that nothing of it is saved. */
		area->persistence = DM_TRANSIENT;
		area->chunk_sectors = header->chunk_sectors;
	} else if (!area->device) {
		area->persistence = target->persistence;
	}
	*ret = area;
	return 0;
}

static int prepare(struct origins *origins, const struct dm_effect *effect, unsigned index)
{
	const struct dm_table *table = effect->to;
	const struct dm_snapshot_target *target = &table->targets[index].snapshot;
	uint64_t cow_disk = table->refs[target->cow].disk;
	struct cow_header header;
	struct cow_area *area = NULL;
	int error = target->persistence == DM_TRANSIENT ? -ENOENT
							: read_header(origins, cow_disk, &header);
	bool is_new = error == -ENOENT;

	if (error < 0 && !is_new)
		return error;
	pthread_mutex_lock(&origins->work);
	error = is_new ? make_area(origins, effect, target, cow_disk, &area)
		       : known_area(origins, target, &header, &area);
	if (error == 0) {
		pthread_mutex_lock(&origins->lock);
		error = cow_area_use(origins, area, table, index);
		pthread_mutex_unlock(&origins->lock);
	}
	pthread_mutex_unlock(&origins->work);
	if (error == 0 && is_new && target->persistence != DM_TRANSIENT)
		error = write_header(origins, cow_disk, area);
	return error;
}

int origins_prepare(struct origins *origins, const struct dm_effect *effect)
{
	const struct dm_table *table = effect->to;

	for (unsigned i = 0; i < table->target_count; i++) {
		enum dm_target_kind kind = table->targets[i].kind;
		int error = 0;

		if (kind == DM_SNAPSHOT || kind == DM_SNAPSHOT_MERGE)
			error = prepare(origins, effect, i);
		if (error < 0) {
			pthread_mutex_lock(&origins->lock);
			cow_area_unuse(origins, table);
			pthread_mutex_unlock(&origins->lock);
			return error;
		}
	}
	return 0;
}
