/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"
#include "simfs/doors/dm/origins/kept.h"
#include "simfs/doors/dm/origins/origins_internal.h"
#include "simfs/doors/dm/origins/origins_state.h"

#define FILE_NAME_BYTES (COW_ID_TEXT_BYTES + 8)
#define FILE_SUFFIX	".json"
#define DELETE_TRIES	200
#define DELETE_PAUSE_US 5000

static void file_name(const struct cow_area *area, char *name)
{
	char id[COW_ID_TEXT_BYTES];

	cow_id_write(&area->id, id);
	snprintf(name, FILE_NAME_BYTES, "%s" FILE_SUFFIX, id);
}

struct cow_area *cow_area_new(struct origins *origins)
{
	struct cow_area *area = calloc(1, sizeof *area);

	if (!area)
		return NULL;
	if (getrandom(&area->id, sizeof area->id, 0) != (ssize_t)sizeof area->id) {
		free(area);
		return NULL;
	}
	area->merged_from = NOT_MERGED;
	pthread_mutex_lock(&origins->lock);
	list_append(&origins->areas, &area->link);
	pthread_mutex_unlock(&origins->lock);
	return area;
}

int cow_area_keep(struct origins *origins, const struct cow_area *area)
{
	char name[FILE_NAME_BYTES];

	if (area->persistence == DM_TRANSIENT)
		return 0;
	file_name(area, name);

	json_t *kept = json_pack("{s:s, s:s, s:I, s:I, s:i}", "origin", area->origin_key, "name",
		area->name, "disk", (json_int_t)area->place.disk, "sector",
		(json_int_t)area->place.offset, "chunk_sectors", (int)area->chunk_sectors);

	if (kept && area->merged_from != NOT_MERGED)
		json_object_set_new(
			kept, "merged_from", json_integer((json_int_t)area->merged_from));

	if (kept && area->rig_sectors > 0)
		json_object_set_new(
			kept, "rig_sectors", json_integer((json_int_t)area->rig_sectors));
	if (kept && area->is_lvms)
		json_object_set_new(kept, "lvm", json_true());
	if (kept && area->is_dropped)
		json_object_set_new(kept, "dropped", json_true());

	int error = kept ? kept_write(origins->areas_fd, name, kept) : -ENOMEM;

	json_decref(kept);
	return error;
}

static bool load_text(const json_t *kept, const char *key, char *text, size_t size)
{
	const char *value = json_string_value(json_object_get(kept, key));

	return value && (size_t)snprintf(text, size, "%s", value) < size;
}

static bool load_number(const json_t *kept, const char *key, uint64_t *ret)
{
	const json_t *value = json_object_get(kept, key);

	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return false;
	*ret = (uint64_t)json_integer_value(value);
	return true;
}

static bool load_area(struct cow_area *area, const json_t *kept)
{
	uint64_t chunk;

	area->merged_from = NOT_MERGED;
	(void)load_number(kept, "merged_from", &area->merged_from);
	(void)load_number(kept, "rig_sectors", &area->rig_sectors);
	if (!load_text(kept, "origin", area->origin_key, sizeof area->origin_key) ||
		!load_text(kept, "name", area->name, sizeof area->name) ||
		!load_number(kept, "disk", &area->place.disk) ||
		!load_number(kept, "sector", &area->place.offset) ||
		!load_number(kept, "chunk_sectors", &chunk) || chunk == 0 || chunk > UINT32_MAX)
		return false;
	area->chunk_sectors = (uint32_t)chunk;
	area->is_lvms = json_is_true(json_object_get(kept, "lvm"));
	area->is_dropped = json_is_true(json_object_get(kept, "dropped"));
	return strchr(area->origin_key, '/') == NULL && strchr(area->name, '/') == NULL;
}

static int load_file(struct origins *origins, const char *name)
{
	char id[COW_ID_TEXT_BYTES] = "";
	json_t *kept = NULL;
	struct cow_area *area;

	if (strlen(name) != COW_ID_TEXT_BYTES - 1 + strlen(FILE_SUFFIX))
		return 0;
	memcpy(id, name, COW_ID_TEXT_BYTES - 1);
	area = calloc(1, sizeof *area);
	if (!area)
		return -ENOMEM;

	int error = cow_id_read(id, &area->id) ? kept_read(origins->areas_fd, name, &kept) : 0;

	/* If it cannot be read, its snapshot is lost: the id in its header is unknown. */
	if (error == 0 && kept && load_area(area, kept))
		list_append(&origins->areas, &TAKE_PTR(area)->link);
	json_decref(kept);
	free(area);
	return error == -EILSEQ || error == -EPERM ? 0 : error;
}

int cow_areas_load(struct origins *origins)
{
	int fd = openat(origins->areas_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO(auto_closedir) DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int error = 0;

	if (!folder) {
		error = -errno;
		if (fd >= 0)
			close(fd);
		return error;
	}
	while (error == 0 && (entry = readdir(folder)))
		error = load_file(origins, entry->d_name);
	return error;
}

void cow_areas_free(struct origins *origins)
{
	struct list *link;

	while ((link = list_pop(&origins->uses)))
		free(CONTAINER_OF(link, struct use, link));
	while ((link = list_pop(&origins->areas))) {
		struct cow_area *area = CONTAINER_OF(link, struct cow_area, link);

		dm_device_put(area->device);
		extents_deinit(&area->dead);
		free(area);
	}
}

static struct origin *origin_of(struct origins *origins, const struct cow_area *area)
{
	list_for_each (link, &origins->origins) {
		struct origin *origin = CONTAINER_OF(link, struct origin, link);

		if (strcmp(origin->key, area->origin_key) == 0)
			return origin;
	}
	return NULL;
}

/* Deletes the snapshot in the rig, which disks/ may have open for a moment, others forever. */
static int delete_snapshot(struct origins *origins, const struct cow_area *area)
{
	const struct patience patience = { .stopping = &origins->is_over };
	int error = -EBUSY;

	pthread_mutex_lock(&origins->lock);

	struct origin *origin = origin_of(origins, area);

	pthread_mutex_unlock(&origins->lock);
	/* If the rig does not run, the snapshot is deleted when it starts. */
	if (!origin || area->name[0] == '\0')
		return 0;
	for (unsigned try = 0; error == -EBUSY && try < DELETE_TRIES; try++) {
		if (try > 0)
			usleep(DELETE_PAUSE_US);
		error = backing_call(origin->backing, "snapshot.delete",
			json_pack("{s:s}", "name", area->name), &patience, NULL);
	}
	return error == -ENOENT ? 0 : error;
}

void cow_area_delete(struct origins *origins, struct cow_area *area)
{
	char name[FILE_NAME_BYTES];

	/* The next world tries again. */
	if (delete_snapshot(origins, area) < 0) {
		area->is_dropped = true;
		area->left_by = 0;
		(void)cow_area_keep(origins, area);
		return;
	}
	pthread_mutex_lock(&origins->lock);
	list_remove(&area->link);
	pthread_mutex_unlock(&origins->lock);
	file_name(area, name);
	if (unlinkat(origins->areas_fd, name, 0) < 0 && errno != ENOENT)
		log_error_code(-errno, "cannot remove '%s/areas/%s'", origins->order.state, name);
	origin_forget(origins, area->origin_key);
	free(area);
}

struct cow_area *cow_area_with_id(struct origins *origins, const struct cow_id *id)
{
	list_for_each (link, &origins->areas) {
		struct cow_area *area = CONTAINER_OF(link, struct cow_area, link);

		if (memcmp(&area->id, id, sizeof *id) == 0)
			return area;
	}
	return NULL;
}

struct cow_area *cow_area_of(struct origins *origins, const struct dm_table *table, unsigned index)
{
	list_for_each (link, &origins->uses) {
		struct use *use = CONTAINER_OF(link, struct use, link);

		if (use->table == table && use->index == index)
			return use->area;
	}
	return NULL;
}

int cow_area_use(struct origins *origins, struct cow_area *area, const struct dm_table *table,
	unsigned index)
{
	struct use *use = calloc(1, sizeof *use);

	if (!use)
		return -ENOMEM;
	*use = (struct use){ .table = table, .index = index, .area = area };
	list_append(&origins->uses, &use->link);
	area->uses++;
	return 0;
}

static struct use *use_of(struct origins *origins, const struct dm_table *table)
{
	list_for_each (link, &origins->uses) {
		struct use *use = CONTAINER_OF(link, struct use, link);

		if (use->table == table)
			return use;
	}
	return NULL;
}

void cow_area_unuse(struct origins *origins, const struct dm_table *table)
{
	struct use *use;

	while ((use = use_of(origins, table))) {
		use->area->uses--;
		list_remove(&use->link);
		free(use);
	}
}
