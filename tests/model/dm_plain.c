/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/model/dm_plain.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const kind_names[PLAIN_KINDS] = { "zero", "linear", "snapshot-origin",
	"snapshot" };

unsigned int plain_find(const struct plain *plain, const char *name)
{
	for (unsigned int i = 1; i <= PLAIN_DEVICES; i++)
		if (plain->devices[i].exists && strcmp(plain->devices[i].name, name) == 0)
			return i;
	return 0;
}

static bool uuid_is_taken(const struct plain *plain, const char *uuid)
{
	for (unsigned int i = 1; i <= PLAIN_DEVICES; i++)
		if (plain->devices[i].exists && strcmp(plain->devices[i].uuid, uuid) == 0)
			return true;
	return false;
}

static uint64_t table_sectors(const struct plain_table *table)
{
	uint64_t sectors = 0;

	for (unsigned int i = 0; table->exists && i < table->count; i++)
		sectors += table->targets[i].length;
	return sectors;
}

uint64_t plain_sectors(const struct plain *plain, unsigned int number)
{
	if (number == PLAIN_BASE)
		return PLAIN_BASE_SECTORS;
	return table_sectors(&plain->devices[number].active);
}

/* ---- which device maps to which ------------------------------------------- */

static bool target_uses(const struct plain_target *target, unsigned int number)
{
	return target->kind != PLAIN_ZERO &&
	       (target->lower == number ||
		       (target->kind == PLAIN_SNAPSHOT && target->cow == number));
}

static bool table_uses(const struct plain_table *table, unsigned int number)
{
	for (unsigned int i = 0; table->exists && i < table->count; i++)
		if (target_uses(&table->targets[i], number))
			return true;
	return false;
}

/* Read, written or both: a snapshot only reads its origin; a table is the sum of its targets. */
static unsigned int way_of_opening(const struct plain_table *table, unsigned int number)
{
	bool writes = false;

	if (!table_uses(table, number))
		return 0;
	for (unsigned int i = 0; i < table->count; i++) {
		const struct plain_target *target = &table->targets[i];
		bool only_read = target->kind == PLAIN_SNAPSHOT && target->cow != number;
		if (target_uses(target, number) && !only_read && !table->read_only)
			writes = true;
	}
	return writes ? 2 : 1;
}

unsigned int plain_opens(const struct plain *plain, unsigned int number)
{
	unsigned int opens = 0;

	for (unsigned int i = 1; i <= PLAIN_DEVICES; i++) {
		const struct plain_device *device = &plain->devices[i];
		unsigned int one = way_of_opening(&device->active, number);
		unsigned int other = way_of_opening(&device->inactive, number);
		if (device->exists)
			opens += (one != 0) + (other != 0 && other != one);
	}
	return opens;
}

/* Returns whether NUMBER is found below a table within STEPS levels. */
static bool lies_below(const struct plain *plain, const struct plain_table *table,
	unsigned int number, unsigned int steps)
{
	if (table_uses(table, number))
		return true;
	for (unsigned int i = 1; steps && i <= PLAIN_DEVICES; i++)
		if (table_uses(table, i) &&
			lies_below(plain, &plain->devices[i].active, number, steps - 1))
			return true;
	return false;
}

static bool fits(const struct plain *plain, const struct plain_table *table)
{
	for (unsigned int i = 0; i < table->count; i++) {
		const struct plain_target *target = &table->targets[i];
		if (target->kind == PLAIN_ZERO)
			continue;
		uint64_t sectors = plain_sectors(plain, target->lower);
		uint64_t offset = target->kind == PLAIN_LINEAR ? target->offset : 0;
		if (sectors && offset + target->length > sectors)
			return false;
	}
	return true;
}

/* ---- ioctls ---------------------------------------------------------------- */

int plain_create(struct plain *plain, const char *name, const char *uuid)
{
	if (plain_find(plain, name) || (*uuid && uuid_is_taken(plain, uuid)))
		return -EBUSY;
	for (unsigned int i = 1; i <= PLAIN_DEVICES; i++) {
		struct plain_device *device = &plain->devices[i];
		if (device->exists)
			continue;
		memset(device, 0, sizeof *device);
		device->exists = true;
		snprintf(device->name, sizeof device->name, "%s", name);
		snprintf(device->uuid, sizeof device->uuid, "%s", uuid);
		return 0;
	}
	return -ENOSPC;
}

static int check_lower(const struct plain *plain, unsigned int lower, unsigned int number)
{
	if (lower == PLAIN_BASE)
		return 0;
	if (lower == number)
		return -EINVAL;
	return plain->devices[lower].exists ? 0 : -ENXIO;
}

static int check_target(
	const struct plain *plain, const struct plain_target *target, unsigned int number)
{
	if (target->kind == PLAIN_ZERO)
		return 0;

	int error = check_lower(plain, target->lower, number);
	if (!error && target->kind == PLAIN_SNAPSHOT) {
		error = check_lower(plain, target->cow, number);
		if (!error && target->cow == target->lower)
			error = -EINVAL;
	}
	return error;
}

int plain_load(struct plain *plain, const char *name, const struct plain_table *table)
{
	unsigned int number = plain_find(plain, name);
	struct plain_device *device = &plain->devices[number];

	if (!number)
		return -ENXIO;
	for (unsigned int i = 0; i < table->count; i++) {
		int error = check_target(plain, &table->targets[i], number);
		if (error)
			return error;
	}
	if (!device->loaded && !fits(plain, table))
		return -EINVAL;
	device->loaded = true;
	device->inactive = *table;
	return 0;
}

int plain_clear(struct plain *plain, const char *name)
{
	unsigned int number = plain_find(plain, name);

	if (!number)
		return -ENXIO;
	plain->devices[number].inactive.exists = false;
	return 0;
}

int plain_suspend(struct plain *plain, const char *name)
{
	unsigned int number = plain_find(plain, name);

	if (!number)
		return -ENXIO;
	plain->devices[number].suspended = true;
	return 0;
}

int plain_resume(struct plain *plain, const char *name)
{
	unsigned int number = plain_find(plain, name);
	struct plain_device *device = &plain->devices[number];

	if (!number)
		return -ENXIO;
	if (device->inactive.exists) {
		struct plain_table table = device->inactive;

		device->inactive.exists = false;
		device->suspended = true;
		if (lies_below(plain, &table, number, PLAIN_DEVICES) || !fits(plain, &table))
			return -EINVAL;
		device->active = table;
	}
	if (device->suspended && !device->active.exists)
		return -EINVAL;
	device->suspended = false;
	return 0;
}

int plain_remove(struct plain *plain, const char *name, bool deferred)
{
	unsigned int number = plain_find(plain, name);
	struct plain_device *device = &plain->devices[number];

	if (!number)
		return -ENXIO;
	if (!plain_opens(plain, number) && !device->outside) {
		device->exists = false;
		return 0;
	}
	if (!deferred)
		return -EBUSY;
	device->deferred = true;
	return 0;
}

int plain_rename(struct plain *plain, const char *name, const char *to)
{
	unsigned int number = plain_find(plain, name);

	if (plain_find(plain, to))
		return -EBUSY;
	if (!number)
		return -ENXIO;
	snprintf(plain->devices[number].name, PLAIN_NAME, "%s", to);
	plain->devices[number].event_nr += plain->devices[number].active.exists;
	return 0;
}

int plain_set_uuid(struct plain *plain, const char *name, const char *uuid)
{
	unsigned int number = plain_find(plain, name);

	if (uuid_is_taken(plain, uuid))
		return -EBUSY;
	if (!number)
		return -ENXIO;
	if (*plain->devices[number].uuid)
		return -EINVAL;
	snprintf(plain->devices[number].uuid, PLAIN_NAME, "%s", uuid);
	plain->devices[number].event_nr += plain->devices[number].active.exists;
	return 0;
}

/* Repeats until nothing more is removed. */
static void remove_unused(struct plain *plain, bool only_deferred)
{
	for (unsigned int i = 1; i <= PLAIN_DEVICES; i++) {
		struct plain_device *device = &plain->devices[i];
		if (!device->exists || (only_deferred && !device->deferred) ||
			plain_opens(plain, i) || device->outside)
			continue;
		device->exists = false;
		i = 0;
	}
}

void plain_remove_all(struct plain *plain, bool deferred)
{
	remove_unused(plain, false);
	for (unsigned int i = 1; deferred && i <= PLAIN_DEVICES; i++)
		plain->devices[i].deferred = true;
}

void plain_sweep(struct plain *plain)
{
	remove_unused(plain, true);
}

/* ---- text ------------------------------------------------------------------ */

static const char *device_text(unsigned int number, char *text, size_t size)
{
	snprintf(text, size, number == PLAIN_BASE ? "259:1" : "7:%u", number);
	return text;
}

void plain_table_text(const struct plain_table *table, char *text, size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (unsigned int i = 0; table->exists && i < table->count; i++) {
		const struct plain_target *target = &table->targets[i];
		char lower[16], cow[16], params[64] = "";

		device_text(target->lower, lower, sizeof lower);
		device_text(target->cow, cow, sizeof cow);
		if (target->kind == PLAIN_LINEAR)
			snprintf(params, sizeof params, "%s %llu", lower,
				(unsigned long long)target->offset);
		if (target->kind == PLAIN_ORIGIN)
			snprintf(params, sizeof params, "%s", lower);
		if (target->kind == PLAIN_SNAPSHOT)
			snprintf(params, sizeof params, "%s %s P 8", lower, cow);
		used += (size_t)snprintf(text + used, size - used, "%s%llu %llu %s %s",
			i ? "; " : "", (unsigned long long)target->start,
			(unsigned long long)target->length, kind_names[target->kind], params);
	}
}
