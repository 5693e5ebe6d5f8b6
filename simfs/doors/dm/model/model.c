/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/model/device.h"

#include <errno.h>
#include <string.h>

#include "simfs/doors/dm/model/internal.h"

int dm_model_create(struct dm_model **ret)
{
	struct dm_model *model = calloc(1, sizeof *model);
	if (!model)
		return -ENOMEM;

	list_init(&model->devices);
	list_init(&model->bases);
	model->next_disk = DM_FIRST_DISK;
	*ret = model;
	return 0;
}

static struct dm_device *device_at(struct list *link)
{
	return CONTAINER_OF(link, struct dm_device, link);
}

static const struct dm_base *base_at(struct list *link)
{
	return CONTAINER_OF(link, struct dm_base, link);
}

void dm_model_destroy(struct dm_model *model)
{
	if (!model)
		return;

	while (!list_empty(&model->devices)) {
		struct dm_device *device = device_at(model->devices.next);
		MUST(!device->turn && !device->load_turn);
		dm_device_bury(device);
	}
	for (struct list *link; (link = list_pop(&model->bases));)
		free(CONTAINER_OF(link, struct dm_base, link));
	free(model);
}

void dm_model_changed(struct dm_model *model)
{
	model->generation++;
}

uint64_t dm_model_generation(const struct dm_model *model)
{
	return model->generation;
}

/* ---- base disks ------------------------------------------------------------ */

static bool base_name_is_good(const char *name)
{
	return *name && strlen(name) < DM_BASE_NAME_MAX && !strchr(name, '/') &&
	       strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

int dm_model_add_base(struct dm_model *model, unsigned int major, unsigned int minor,
	uint64_t sectors, uint64_t disk, const char *name)
{
	if (major == DM_MAJOR || disk >= DM_FIRST_DISK || !base_name_is_good(name))
		return -EINVAL;

	list_for_each (at, &model->bases) {
		const struct dm_base *base = base_at(at);
		if ((base->major == major && base->minor == minor) || base->disk == disk ||
			strcmp(base->name, name) == 0)
			return -EEXIST;
	}

	struct dm_base *base = calloc(1, sizeof *base);
	if (!base)
		return -ENOMEM;

	base->major = major;
	base->minor = minor;
	base->sectors = sectors;
	base->disk = disk;
	dm_copy_text(base->name, sizeof base->name, name);
	list_append(&model->bases, &base->link);
	dm_model_changed(model);
	return 0;
}

const struct dm_base *dm_model_find_base(
	const struct dm_model *model, unsigned int major, unsigned int minor)
{
	list_for_each (at, &model->bases) {
		const struct dm_base *base = base_at(at);
		if (base->major == major && base->minor == minor)
			return base;
	}
	return NULL;
}

const struct dm_base *dm_model_next_base(const struct dm_model *model, const struct dm_base *after)
{
	struct list *next = after ? after->link.next : model->bases.next;
	return next == &model->bases ? NULL : base_at(next);
}

/* ---- devices --------------------------------------------------------------- */

struct dm_device *dm_model_next(const struct dm_model *model, const struct dm_device *after)
{
	struct list *next = after ? after->link.next : model->devices.next;

	for (; next != &model->devices; next = next->next)
		if (device_at(next)->life == DM_ALIVE)
			return device_at(next);
	return NULL;
}

struct dm_device *dm_model_find_name(const struct dm_model *model, const char *name)
{
	struct dm_device *at = NULL;

	while ((at = dm_model_next(model, at)))
		if (strcmp(at->name, name) == 0)
			return at;
	return NULL;
}

struct dm_device *dm_model_find_uuid(const struct dm_model *model, const char *uuid)
{
	struct dm_device *at = NULL;

	while ((at = dm_model_next(model, at)))
		if (strcmp(at->uuid, uuid) == 0)
			return at;
	return NULL;
}

struct dm_device *dm_model_find_minor(const struct dm_model *model, unsigned int minor)
{
	struct dm_device *at = NULL;

	while ((at = dm_model_next(model, at)))
		if (at->minor == minor)
			return at;
	return NULL;
}

bool dm_model_name_taken(const struct dm_model *model, const char *name)
{
	list_for_each (at, &model->devices) {
		if (strcmp(device_at(at)->name, name) == 0)
			return true;
	}
	return false;
}

bool dm_model_uuid_taken(const struct dm_model *model, const char *uuid)
{
	list_for_each (at, &model->devices) {
		if (strcmp(device_at(at)->uuid, uuid) == 0)
			return true;
	}
	return false;
}

struct dm_device *dm_device_create(struct dm_model *model, const char *name, const char *uuid)
{
	struct dm_device *device = calloc(1, sizeof *device);
	if (!device)
		return NULL;

	device->model = model;
	/* One for the list, one for the caller. */
	device->holders = 2;
	device->disk = model->next_disk++;
	device->life = DM_UNBORN;
	dm_copy_text(device->name, sizeof device->name, name);
	dm_copy_text(device->uuid, sizeof device->uuid, uuid);
	list_init(&device->tables);
	list_prepend(&model->devices, &device->link);
	return device;
}

void dm_device_bear(struct dm_device *device, unsigned int minor)
{
	struct dm_model *model = device->model;

	MUST(device->life == DM_UNBORN && !dm_model_find_minor(model, minor));
	device->minor = minor;
	list_remove(&device->link);
	device->link = (struct list){ NULL, NULL };

	struct list *at = model->devices.next;
	while (at != &model->devices &&
		(device_at(at)->life == DM_UNBORN || device_at(at)->minor < minor))
		at = at->next;
	list_append(at, &device->link);
	device->life = DM_ALIVE;
	dm_model_changed(model);
}

void dm_device_bury(struct dm_device *device)
{
	MUST(device->life != DM_DEAD);
	device->life = DM_DEAD;
	device->active = device->inactive = NULL;
	while (!list_empty(&device->tables))
		dm_table_drop(CONTAINER_OF(device->tables.next, struct dm_table, link));
	list_remove(&device->link);
	dm_model_changed(device->model);
	dm_device_put(device);
}

struct dm_device *dm_device_get(struct dm_device *device)
{
	__atomic_add_fetch(&device->holders, 1, __ATOMIC_RELAXED);
	return device;
}

void dm_device_put(struct dm_device *device)
{
	if (!device || __atomic_sub_fetch(&device->holders, 1, __ATOMIC_ACQ_REL) > 0)
		return;

	MUST(device->life == DM_DEAD && list_empty(&device->tables));
	free(device);
}

uint64_t dm_device_size(const struct dm_device *device)
{
	return dm_table_size(device->active);
}

void dm_model_event(struct dm_device *device)
{
	device->event_nr++;
}

/* The modes in which tables of UPPER have LOWER open: one bit for each. */
static unsigned int ways_of_opening(const struct dm_device *upper, const struct dm_device *lower)
{
	unsigned int ways = 0;

	list_for_each (at, &upper->tables) {
		const struct dm_table *table = CONTAINER_OF(at, struct dm_table, link);
		for (unsigned int i = 0; i < table->ref_count; i++)
			if (table->refs[i].device == lower)
				ways |= 1U << table->refs[i].mode;
	}
	return ways;
}

unsigned int dm_device_opens(const struct dm_device *device)
{
	unsigned int opens = 0;

	list_for_each (at, &device->model->devices)
		opens += (unsigned int)__builtin_popcount(ways_of_opening(device_at(at), device));
	return opens;
}

bool dm_model_has_deferred(const struct dm_model *model)
{
	struct dm_device *at = NULL;

	while ((at = dm_model_next(model, at)))
		if (at->deferred)
			return true;
	return false;
}
