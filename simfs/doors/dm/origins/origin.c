/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/doors/dm/origins/group_layout.h"
#include "simfs/doors/dm/origins/kept.h"
#include "simfs/doors/dm/origins/origins_internal.h"
#include "simfs/doors/dm/origins/origins_state.h"
#include "simfs/doors/dm/origins/rules.h"

/*
 * The engine counts no more blocks than 256 TiB have.  Of a longer origin (only zeros are that
 * long) the rig gets the beginning, as another disk; the rest is shown as it is.
 */
#define RIG_SECTORS_MAX (1ull << 37)
#define CUT_DISK	(1ull << 40)

static int open_live(struct origin *origin)
{
	AUTO(auto_free) char *path = NULL;

	if (asprintf(&path, "%s/" MOUNT_LIVE, backing_mount_point(origin->backing)) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	return disks_file_open(origin->origins->disks, path, false, &origin->live_file);
}

static void origin_end(struct origin *origin)
{
	if (origin->live_file)
		(void)disks_file_close(origin->origins->disks, origin->live_file);
	/* Once stopped, a rig of ours has reported all faults that struck. */
	backing_stop(origin->backing);
	origin_unwatch(origin);
	rules_end(origin->rules);
	backing_end(origin->backing);
	if (origin->has_cut_disk)
		(void)disks_remove(origin->origins->disks, origin->disk | CUT_DISK);
	free(origin);
}

/* Takes over BACKING and RULES (may be NULL), whatever it returns. */
static int origin_add(struct origins *origins, const char *key, uint64_t disk,
	struct backing *backing, struct rules *rules, struct origin **ret)
{
	struct origin *origin = calloc(1, sizeof *origin);
	int error;

	if (!origin) {
		rules_end(rules);
		backing_end(backing);
		return -ENOMEM;
	}
	origin->rules = rules;
	snprintf(origin->key, sizeof origin->key, "%s", key);
	origin->disk = disk;
	origin->backing = backing;
	origin->origins = origins;
	origin->holders = 1;
	error = open_live(origin);
	if (error == 0)
		error = origin_watch(origin);
	if (error < 0) {
		origin_end(origin);
		return error;
	}
	pthread_mutex_lock(&origins->lock);
	list_append(&origins->origins, &origin->link);
	pthread_mutex_unlock(&origins->lock);
	*ret = origin;
	return 0;
}

int origin_join_users(struct origins *origins)
{
	struct backing *backing = NULL;
	struct origin *origin;
	int error = backing_join(origins->order.mount_point, &backing);

	if (error == -EOPNOTSUPP)
		log_error("the volume at '%s' is not of profile lvm (mount it with --profile lvm)",
			origins->order.mount_point);
	else if (error < 0)
		log_error_code(
			error, "cannot reach the volume at '%s'", origins->order.mount_point);
	if (error < 0)
		return error;
	origins->seed = backing_seed(backing);
	error = origin_add(origins, "", 0, backing, NULL, &origin);
	if (error < 0)
		log_error_code(error, "cannot use the volume at '%s'", origins->order.mount_point);
	return error;
}

void origin_put(struct origin *origin)
{
	if (!origin)
		return;

	pthread_mutex_t *lock = &origin->origins->lock;

	pthread_mutex_lock(lock);

	bool is_last = --origin->holders == 0;

	if (is_last && list_is_linked(&origin->link))
		list_remove(&origin->link);
	pthread_mutex_unlock(lock);
	if (is_last)
		origin_end(origin);
}

void origins_leave_all(struct origins *origins)
{
	struct list *link;

	list_for_each (at, &origins->areas) {
		struct cow_area *area = CONTAINER_OF(at, struct cow_area, link);

		area->origin = NULL;
	}
	while ((link = list_pop(&origins->origins)))
		origin_end(CONTAINER_OF(link, struct origin, link));
}

/* ---- rigs of ours ---- */

/*
 * Deletes snapshots in the engine that have no area: theirs was deleted while the rig did not run.
 */
static void sweep(struct origins *origins, const char *key, struct backing *backing)
{
	const struct patience patience = { .stopping = &origins->stopping };
	json_t *answer = NULL, *snapshot;
	size_t i;

	if (backing_call(backing, "snapshot.list", NULL, &patience, &answer) < 0)
		return;
	json_array_foreach(json_object_get(answer, "snapshots"), i, snapshot)
	{
		const char *name = json_string_value(json_object_get(snapshot, "name"));
		bool is_known = false;

		pthread_mutex_lock(&origins->lock);
		list_for_each (link, &origins->areas) {
			const struct cow_area *area = CONTAINER_OF(link, struct cow_area, link);

			if (strcmp(area->origin_key, key) == 0 && name &&
				strcmp(area->name, name) == 0)
				is_known = true;
		}
		pthread_mutex_unlock(&origins->lock);
		if (!is_known)
			(void)backing_call(backing, "snapshot.delete",
				json_pack("{s:s?}", "name", name), &patience, NULL);
	}
	json_decref(answer);
}

/*
 * The disk to mount a rig of DISK on: DISK itself, or the beginning of it.  A rig that has
 * RIG_SECTORS (0: a new one) keeps that size, as the origin may have grown.
 */
static int rig_disk(struct origins *origins, uint64_t disk, uint64_t rig_sectors, uint64_t *ret)
{
	const struct disk_piece beginning = {
		.length = rig_sectors > 0 ? rig_sectors : RIG_SECTORS_MAX,
		.kind = DISK_PIECE_DISK,
		.disk.disk = disk,
	};
	uint64_t sectors;
	int error = disks_size(origins->disks, disk, &sectors);

	*ret = disk;
	if (error < 0 || sectors <= beginning.length)
		return error;
	*ret = disk | CUT_DISK;
	error = disks_create(origins->disks, *ret);
	if (error < 0)
		return error;
	error = disks_map(origins->disks, *ret, &beginning, 1);
	if (error < 0)
		(void)disks_remove(origins->disks, *ret);
	return error;
}

/* Takes over BACKING, whatever it returns. */
static int follow_and_add(struct origins *origins, const char *key, uint64_t disk,
	struct backing *backing, struct origin **ret)
{
	struct rules *rules = NULL;
	int error = rules_follow(origins->order.mount_point, backing, &rules);

	if (error < 0) {
		backing_end(backing);
		return error;
	}
	return origin_add(origins, key, disk, backing, rules, ret);
}

static int start(struct origins *origins, const char *key, uint64_t disk, uint64_t rig_sectors,
	struct origin **ret)
{
	AUTO(auto_free) char *mount_point = NULL;
	AUTO(auto_free) char *store = NULL;
	AUTO(auto_free) char *log_path = NULL;
	char image[DISKS_PATH_BYTES];
	struct backing *backing = NULL;

	if (asprintf(&mount_point, "%s/%s", origins->order.scratch, key) < 0 ||
		asprintf(&store, "%s/origins/%s", origins->order.state, key) < 0 ||
		asprintf(&log_path, "%s/%s.log", origins->order.scratch, key) < 0)
		return -ENOMEM;

	uint64_t below;
	int error = rig_disk(origins, disk, rig_sectors, &below);

	if (error < 0)
		return error;

	const struct backing_order order = {
		.image = disks_export_path(origins->disks, below, image),
		.mount_point = mount_point,
		.store = store,
		.log_path = log_path,
		.seed = origins->seed,
	};

	error = backing_spawn(&order, &backing);
	if (error == 0) {
		sweep(origins, key, backing);
		error = follow_and_add(origins, key, disk, backing, ret);
	}
	if (below == disk)
		return error;
	if (error == 0)
		(*ret)->has_cut_disk = true;
	else
		(void)disks_remove(origins->disks, below);
	return error;
}

static int new_key(char *key)
{
	struct cow_id id;

	if (getrandom(&id, sizeof id, 0) != (ssize_t)sizeof id)
		return -EIO;
	cow_id_write(&id, key);
	return 0;
}

/* Whether DISK begins with the user's volume. */
static bool begins_with_users(struct origins *origins, uint64_t disk)
{
	uint64_t sectors = origins->base_lv_sectors;
	struct disk_place place;

	return sectors > 0 && contents_place(&origins->contents, disk, 0, sectors, &place) &&
	       place.disk == origins->base_disk && place.offset == GROUP_METADATA_SECTORS;
}

/*
 * The known origin for AREA on DISK, with a new reference, or NULL.  Under the lock.  The user's
 * own serves the whole volume, and a snapshot of it that was taken before the volume was extended:
 * writes to the extension pass through.
 */
static struct origin *known(struct origins *origins, const struct cow_area *area, uint64_t disk)
{
	bool was_theirs = area->name[0] != '\0' && area->origin_key[0] == '\0';
	bool is_theirs = begins_with_users(origins, disk) &&
			 (was_theirs || contents_sectors(&origins->contents, disk) ==
						origins->base_lv_sectors);

	list_for_each (link, &origins->origins) {
		struct origin *origin = CONTAINER_OF(link, struct origin, link);

		if (is_theirs ? origin->key[0] == '\0'
			      : origin->key[0] != '\0' && origin->disk == disk) {
			origin->holders++;
			return origin;
		}
	}
	return NULL;
}

int origin_find(struct origins *origins, struct cow_area *area, uint64_t disk, struct origin **ret)
{
	bool has_snapshot = area->name[0] != '\0';
	char key[COW_ID_TEXT_BYTES];

	pthread_mutex_lock(&origins->lock);

	struct origin *origin = known(origins, area, disk);

	pthread_mutex_unlock(&origins->lock);
	if (!origin) {
		int error = 0;

		if (has_snapshot && area->origin_key[0] == '\0')
			return -EUCLEAN;
		if (has_snapshot)
			memcpy(key, area->origin_key, sizeof key);
		else
			error = new_key(key);
		if (error == 0)
			error = start(origins, key, disk, area->rig_sectors, &origin);
		if (error < 0)
			return error;
		/* The first reference is the list's, the second the caller's. */
		pthread_mutex_lock(&origins->lock);
		origin->holders++;
		pthread_mutex_unlock(&origins->lock);
		origin_patch(origins, disk, origin);
	}
	if (has_snapshot && strcmp(area->origin_key, origin->key) != 0) {
		origin_put(origin);
		return -EUCLEAN;
	}
	memcpy(area->origin_key, origin->key, sizeof origin->key);
	*ret = origin;
	return 0;
}

static bool is_shown(const struct origins *origins, const struct origin *origin)
{
	list_for_each (link, &origins->areas) {
		const struct cow_area *area = CONTAINER_OF(link, struct cow_area, link);

		if (area->origin == origin)
			return true;
	}
	return false;
}

void origin_forget(struct origins *origins, const char *key)
{
	bool is_needed = key[0] == '\0';

	pthread_mutex_lock(&origins->lock);
	list_for_each (link, &origins->areas) {
		const struct cow_area *area = CONTAINER_OF(link, struct cow_area, link);

		if (strcmp(area->origin_key, key) == 0)
			is_needed = true;
	}
	list_for_each (link, &origins->origins) {
		const struct origin *origin = CONTAINER_OF(link, struct origin, link);

		if (strcmp(origin->key, key) == 0)
			is_needed = true;
	}
	pthread_mutex_unlock(&origins->lock);
	if (!is_needed)
		kept_folder_remove(origins->origins_fd, key);
}

static struct origin *take_unused(struct origins *origins)
{
	struct origin *unused = NULL;

	pthread_mutex_lock(&origins->lock);
	list_for_each (link, &origins->origins) {
		struct origin *origin = CONTAINER_OF(link, struct origin, link);

		if (origin->key[0] != '\0' && !is_shown(origins, origin))
			unused = origin;
	}
	if (unused)
		list_remove(&unused->link);
	pthread_mutex_unlock(&origins->lock);
	return unused;
}

void origin_leave_unused(struct origins *origins)
{
	struct origin *unused;

	while ((unused = take_unused(origins))) {
		char key[COW_ID_TEXT_BYTES];

		memcpy(key, unused->key, sizeof key);
		origin_patch(origins, unused->disk, NULL);
		origin_put(unused);
		origin_forget(origins, key);
	}
}
