/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capacity.c - the space of an SR, which all its disks share.
 *
 * Each rig accounts only for its own chain.  Its limit is what the others leave; it is set before
 * an operation, and when a keeper notices that the used space has changed.  Between two polls, two
 * disks may grow into the same space; the next poll notices, and neither grows any further.
 */
#include <inttypes.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/doors/xapi/disks/internal.h"

static uint64_t seen_bytes_of(struct disk *disk)
{
	uint64_t bytes;

	pthread_mutex_lock(&disk->disks->lock);
	bytes = disk->seen.used_bytes;
	pthread_mutex_unlock(&disk->disks->lock);
	return bytes;
}

static uint64_t used_bytes_of(struct disk *disk)
{
	struct signature now = { 0 };
	json_t *status;

	/* A rig that does not answer grows no more. */
	if (disk_rig_status(disk->rig, &status) < 0)
		return seen_bytes_of(disk);
	signature_read(status, &now);
	json_decref(status);
	pthread_mutex_lock(&disk->disks->lock);
	disk->seen.used_bytes = now.used_bytes;
	pthread_mutex_unlock(&disk->disks->lock);
	return now.used_bytes;
}

static void limit_set(struct disk *disk, uint64_t limit_bytes)
{
	AUTO(auto_free) char *limit = heap_format("%" PRIu64, limit_bytes);

	if (disk->limit_bytes == limit_bytes)
		return;
	if (disk_rig_call(
		    disk->rig, "chain.limit", json_pack("{s:s}", "limit", limit), NULL, NULL) == 0)
		disk->limit_bytes = limit_bytes;
}

static void record_usage(struct disks *disks, const struct repository *sr, uint64_t used_bytes)
{
	struct pool *pool = disks->pool;
	uint64_t virtual_bytes = 0;
	json_t *vdi;
	const char *ref;
	size_t i;

	pool_lock(pool);
	ref = pool_find_uuid(pool, POOL_CLASS_SR, sr->uuid);
	if (ref) {
		json_array_foreach(pool_value(pool, POOL_CLASS_SR, ref, "VDIs"), i, vdi)
			virtual_bytes += pool_number(
				pool, POOL_CLASS_VDI, json_string_value(vdi), "virtual_size");
		if (pool_number(pool, POOL_CLASS_SR, ref, "physical_utilisation") != used_bytes)
			pool_set(pool, POOL_CLASS_SR, ref, "physical_utilisation",
				json_integer((json_int_t)used_bytes));
		if (pool_number(pool, POOL_CLASS_SR, ref, "virtual_allocation") != virtual_bytes)
			pool_set(pool, POOL_CLASS_SR, ref, "virtual_allocation",
				json_integer((json_int_t)virtual_bytes));
	}
	pool_unlock(pool);
}

/* With the numbers last seen; FRESH: asks the rigs first. */
static uint64_t share_out(struct disks *disks, struct repository *sr, bool fresh)
{
	uint64_t capacity = sr->config->capacity_bytes, all_bytes = 0;
	size_t count;
	struct disk **all;

	/* Two threads with numbers of different moments would set limits that do not add up. */
	pthread_mutex_lock(&sr->capacity_lock);
	all = disks_get_all(disks, sr, &count);

	AUTO(auto_free) uint64_t *used = heap_new((count + 1) * sizeof *used);

	for (size_t i = 0; i < count; i++) {
		used[i] = fresh ? used_bytes_of(all[i]) : seen_bytes_of(all[i]);
		all_bytes += used[i];
	}
	for (size_t i = 0; i < count && capacity > 0; i++) {
		uint64_t others = all_bytes - used[i];

		/* 0 would be no limit. */
		limit_set(all[i], others < capacity ? capacity - others : 1);
	}
	record_usage(disks, sr, all_bytes);
	disks_put_all(all, count);
	pthread_mutex_unlock(&sr->capacity_lock);
	if (capacity == 0)
		return UINT64_MAX;
	return all_bytes < capacity ? capacity - all_bytes : 0;
}

uint64_t repository_balance(struct disks *disks, struct repository *sr)
{
	/* Without a limit, no rig needs to be asked. */
	return share_out(disks, sr, sr->config->capacity_bytes > 0);
}

void repository_settle(struct disks *disks, struct repository *sr)
{
	share_out(disks, sr, false);
}
