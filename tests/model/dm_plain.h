/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dm_plain.h - device-mapper once more, as plainly as it can be said: an array of devices,
 * whose tables are arrays, and rules that look at all of them.
 *
 * It knows nothing of bytes, steps or references: only what an ioctl makes of the devices,
 * and which error it has.
 */
#ifndef SNAPRIG_TESTS_MODEL_DM_PLAIN_H
#define SNAPRIG_TESTS_MODEL_DM_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAIN_DEVICES 12
#define PLAIN_TARGETS 3
#define PLAIN_NAME    16
/* Lower devices: those numbers, or the base disk. */
#define PLAIN_BASE	   0
#define PLAIN_BASE_SECTORS 2048

enum plain_kind { PLAIN_ZERO, PLAIN_LINEAR, PLAIN_ORIGIN, PLAIN_SNAPSHOT, PLAIN_KINDS };

struct plain_target {
	enum plain_kind kind;
	uint64_t start, length, offset;
	unsigned int lower, cow; /* numbers of devices */
};

struct plain_table {
	bool exists, read_only;
	unsigned int count;
	struct plain_target targets[PLAIN_TARGETS];
};

struct plain_device {
	bool exists;
	char name[PLAIN_NAME], uuid[PLAIN_NAME];
	struct plain_table active, inactive;
	bool suspended, deferred, loaded;
	unsigned int outside, event_nr;
};

/* By number; nobody has number 0. */
struct plain {
	struct plain_device devices[PLAIN_DEVICES + 1];
};

/* The number of a device of that name; 0 is none. */
unsigned int plain_find(const struct plain *plain, const char *name);
uint64_t plain_sectors(const struct plain *plain, unsigned int number);
unsigned int plain_opens(const struct plain *plain, unsigned int number);

/* Each changes PLAIN as a kernel would be changed, and returns 0 or its -errno. */
int plain_create(struct plain *plain, const char *name, const char *uuid);
int plain_load(struct plain *plain, const char *name, const struct plain_table *table);
int plain_clear(struct plain *plain, const char *name);
int plain_suspend(struct plain *plain, const char *name);
int plain_resume(struct plain *plain, const char *name);
int plain_remove(struct plain *plain, const char *name, bool deferred);
int plain_rename(struct plain *plain, const char *name, const char *to);
int plain_set_uuid(struct plain *plain, const char *name, const char *uuid);
void plain_remove_all(struct plain *plain, bool deferred);
/* Those to be removed later whose time has come. */
void plain_sweep(struct plain *plain);

/* As `dmsetup table' with "; " between its lines, and as it is loaded. */
void plain_table_text(const struct plain_table *table, char *text, size_t size);

#endif
