/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_dm_table.c - any lines are a table or an error; a table is printed as it was understood,
 * and reading that gives the same table.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/dm_caller.h"

#define TARGETS_MAX 8
#define TYPE_MAX    32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Returns whether LINE is "START LENGTH TYPE PARAMS" in the syntax of dmsetup. */
static bool is_line(const char *line, size_t length)
{
	char copy[DM_PARAMS_MAX], type[TYPE_MAX];
	unsigned long long start, sectors;

	if (length >= sizeof copy)
		return false;
	memcpy(copy, line, length);
	copy[length] = '\0';
	return strlen(copy) == length &&
	       sscanf(copy, "%llu %llu %31s", &start, &sectors, type) == 3 &&
	       strlen(type) < DM_MAX_TYPE_NAME;
}

/* Collects the lines of DATA that can be sent, separated by semicolons. */
static bool lines_of(const uint8_t *data, size_t size, char *table, size_t room)
{
	size_t used = 0, targets = 0;

	for (size_t at = 0; at < size && targets < TARGETS_MAX; targets++) {
		const char *line = (const char *)data + at;
		size_t length = 0;

		while (at + length < size && line[length] != '\n' && line[length] != ';')
			length++;
		if (!is_line(line, length) || used + length + 2 >= room)
			return false;
		memcpy(table + used, line, length);
		used += length;
		table[used++] = ';';
		at += length + 1;
	}
	table[used] = '\0';
	return used > 0;
}

static void check_table(const struct dm_table *table)
{
	uint64_t end = 0;

	MUST(table->target_count > 0);
	for (unsigned int i = 0; i < table->target_count; i++) {
		MUST(table->targets[i].start == end && table->targets[i].length > 0);
		end += table->targets[i].length;
	}
	MUST(end == dm_table_size(table) && end <= INT64_MAX / DM_SECTOR);
	for (unsigned int i = 0; i < table->ref_count; i++)
		MUST(!table->refs[i].device != !table->refs[i].base && table->refs[i].mode);
}

static bool is_known(int error)
{
	return error == -EINVAL || error == -ENXIO || error == -ENODEV || error == -EOVERFLOW;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char table[DM_CALLER_BYTES / 4], told[DM_CALLER_BYTES / 2];
	struct dm_caller caller;

	if (!lines_of(data, size, table, sizeof table))
		return 0;

	dm_caller_init(&caller);
	caller.path = "/dev/x";
	caller.path_major = DM_MAJOR;
	caller.path_minor = 1;
	dm_caller_make(&caller, "lower", "0 4096 linear 259:0 0");
	MUST(dm_caller_create(&caller, "lv") == 0);
	int error = dm_caller_load(&caller, "lv", table);
	struct dm_device *device = dm_caller_device(&caller, "lv");
	MUST(error ? is_known(error) && !device->inactive : device->inactive != NULL);
	if (!error) {
		const uint32_t flags = DM_STATUS_TABLE_FLAG | DM_QUERY_INACTIVE_TABLE_FLAG;

		check_table(device->inactive);
		snprintf(told, sizeof told, "%s", dm_caller_table(&caller, "lv", flags));
		MUST(dm_caller_load(&caller, "lv", told) == 0);
		MUST(strcmp(dm_caller_table(&caller, "lv", flags), told) == 0);
	}
	dm_caller_deinit(&caller);
	return 0;
}
