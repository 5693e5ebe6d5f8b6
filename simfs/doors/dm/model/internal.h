/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - shared by the files of the model, private to them.
 */
#ifndef SNAPRIG_DOORS_DM_MODEL_INTERNAL_H
#define SNAPRIG_DOORS_DM_MODEL_INTERNAL_H

#include <stdlib.h>
#include <string.h>

#include "simfs/doors/dm/model/call.h"

struct dm_model {
	struct list devices; /* by number; unborn ones have none yet and come first */
	struct list bases;
	uint64_t next_disk;
	uint64_t generation;
	uint64_t rounds;   /* of sweeps */
	uint64_t searches; /* for loops of devices */
};

/* Copies TEXT into an array that is known to be large enough. */
static inline void dm_copy_text(char *to, size_t size, const char *text)
{
	size_t bytes = strlen(text) + 1;

	MUST(bytes <= size);
	memcpy(to, text, bytes);
}

/* model.c */
struct dm_device *dm_model_find_uuid(const struct dm_model *model, const char *uuid);
/* Whether a device has that name or uuid, even one that is not alive. */
bool dm_model_name_taken(const struct dm_model *model, const char *name);
bool dm_model_uuid_taken(const struct dm_model *model, const char *uuid);
const struct dm_base *dm_model_find_base(
	const struct dm_model *model, unsigned int major, unsigned int minor);
/* An unborn device, with one reference for the caller. */
struct dm_device *dm_device_create(struct dm_model *model, const char *name, const char *uuid);
void dm_device_bear(struct dm_device *device, unsigned int minor);
/* Makes it dead: it can no longer be found, and drops its tables. */
void dm_device_bury(struct dm_device *device);
void dm_model_changed(struct dm_model *model);

/* table.c: a table without targets, which DEVICE references until it is dropped. */
struct dm_table *dm_table_create(struct dm_device *device, bool read_only);
/* DEVICE drops its reference, and no longer holds the devices below open for it. */
void dm_table_drop(struct dm_table *table);
/* Adds a reference to that device, opened in MODE.  Returns 0 or -ENOMEM. */
int dm_table_ref(struct dm_table *table, struct dm_device *device, const struct dm_base *base,
	unsigned int mode, unsigned int *ret);
/* Adds a target at the end; the caller sets its type and place.  NULL if out of memory. */
struct dm_target *dm_table_add(struct dm_table *table);
int dm_target_kind_of(const char *name);
/* As dm_target_params(), for a store with another chunk size. */
size_t dm_snapshot_params(const struct dm_table *table, const struct dm_snapshot_target *snapshot,
	uint32_t chunk, char *text, size_t size);
/* The status that a target knows without asking; snapshots and merges do not know theirs. */
size_t dm_target_status(
	const struct dm_table *table, const struct dm_target *target, char *text, size_t size);

/* fit.c: checks that each target lies within the devices below.  Returns 0 or -EINVAL. */
int dm_table_fits(const struct dm_table *table);
/* Checks that DEVICE would not lie on itself if it had TABLE.  Returns 0 or -EINVAL. */
int dm_table_loops(const struct dm_device *device, const struct dm_table *table);

/* parse.c */
/* Finds a device by its text in a table.  Returns 0, -errno, or -EAGAIN for "not known yet". */
typedef int dm_lookup_device(
	void *context, const char *text, struct dm_device **device, const struct dm_base **base);
/*
 * Fills TARGET, whose kind, start and length are set, from PARAMS, which is cut up.  Returns 0,
 * -EINVAL, -ENOMEM, or the error of LOOKUP.
 */
int dm_target_parse(struct dm_table *table, struct dm_target *target, char *params,
	dm_lookup_device *lookup, void *context);
/* Splits TEXT at blanks; \ escapes a character.  Returns the number of words, -E2BIG beyond MAX. */
int dm_split(char *text, char **words, int max);

#endif
