/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dm_plain.h - device-mapper as simply as possible: an array of devices, whose tables are arrays,
 * and rules that look at all of them.
 *
 * It knows nothing about bytes, steps or references: only how an ioctl changes the devices, and
 * which error it returns.
 */
#ifndef SNAPRIG_TESTS_MODEL_DM_PLAIN_H
#define SNAPRIG_TESTS_MODEL_DM_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAIN_DEVICES 12
#define PLAIN_TARGETS 3
#define PLAIN_NAME    16
/* A lower device is a number, or the base disk. */
#define PLAIN_BASE	   0
#define PLAIN_BASE_SECTORS 2048

enum plain_kind { PLAIN_ZERO, PLAIN_LINEAR, PLAIN_ORIGIN, PLAIN_SNAPSHOT, PLAIN_KINDS };

struct plain_target {
	enum plain_kind kind;
	uint64_t start, length, offset;
	unsigned int lower, cow; /* device numbers */
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

/* By number; number 0 is not used. */
struct plain {
	struct plain_device devices[PLAIN_DEVICES + 1];
};

/* Returns the number of the device with this name; 0: none. */
unsigned int plain_find(const struct plain *plain, const char *name);
uint64_t plain_sectors(const struct plain *plain, unsigned int number);
unsigned int plain_opens(const struct plain *plain, unsigned int number);

/* Each changes PLAIN as the kernel would, and returns 0 or the kernel's -errno. */
int plain_create(struct plain *plain, const char *name, const char *uuid);
int plain_load(struct plain *plain, const char *name, const struct plain_table *table);
int plain_clear(struct plain *plain, const char *name);
int plain_suspend(struct plain *plain, const char *name);
int plain_resume(struct plain *plain, const char *name);
int plain_remove(struct plain *plain, const char *name, bool deferred);
int plain_rename(struct plain *plain, const char *name, const char *to);
int plain_set_uuid(struct plain *plain, const char *name, const char *uuid);
void plain_remove_all(struct plain *plain, bool deferred);
/* Removes the devices whose deferred removal is due. */
void plain_sweep(struct plain *plain);

/* In the format of `dmsetup table' with "; " between lines, which can be loaded. */
void plain_table_text(const struct plain_table *table, char *text, size_t size);

#endif
