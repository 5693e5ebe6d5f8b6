/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - what the files of the model share, and nobody else sees.
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

/* TEXT into an array that is known to be large enough for it. */
static inline void dm_copy_text(char *to, size_t size, const char *text)
{
	size_t bytes = strlen(text) + 1;

	MUST(bytes <= size);
	memcpy(to, text, bytes);
}

/* model.c */
struct dm_device *dm_model_find_uuid(const struct dm_model *model, const char *uuid);
/* Whose name or uuid it is, even of one that is not alive. */
bool dm_model_name_taken(const struct dm_model *model, const char *name);
bool dm_model_uuid_taken(const struct dm_model *model, const char *uuid);
const struct dm_base *dm_model_find_base(
	const struct dm_model *model, unsigned int major, unsigned int minor);
/* An unborn device, with one reference for the caller. */
struct dm_device *dm_device_create(struct dm_model *model, const char *name, const char *uuid);
void dm_device_bear(struct dm_device *device, unsigned int minor);
/* Nobody finds it any more, and its tables go. */
void dm_device_bury(struct dm_device *device);
void dm_model_changed(struct dm_model *model);

/* table.c: a table without targets, which DEVICE keeps until it is dropped. */
struct dm_table *dm_table_create(struct dm_device *device, bool read_only);
/* DEVICE lets go of it, and does not hold its lower devices open any more. */
void dm_table_drop(struct dm_table *table);
/* The reference to that device, opened in MODE.  Returns 0 or -ENOMEM. */
int dm_table_ref(struct dm_table *table, struct dm_device *device, const struct dm_base *base,
	unsigned int mode, unsigned int *ret);
/* Room for one more at the end: its type and place are the caller's to set.  NULL: none. */
struct dm_target *dm_table_add(struct dm_table *table);
int dm_target_kind_of(const char *name);
/* As dm_target_params(), of a store that has another chunk size. */
size_t dm_snapshot_params(const struct dm_table *table, const struct dm_snapshot_target *snapshot,
	uint32_t chunk, char *text, size_t size);
/* What a target says of itself without being asked; snapshots and merges do not. */
size_t dm_target_status(
	const struct dm_table *table, const struct dm_target *target, char *text, size_t size);

/* fit.c: lies each target within what is below it?  0 or -EINVAL. */
int dm_table_fits(const struct dm_table *table);
/* Would DEVICE, made of TABLE, lie on itself?  0 or -EINVAL. */
int dm_table_loops(const struct dm_device *device, const struct dm_table *table);

/* parse.c */
/* A device by what a table calls it: 0, -errno, or -EAGAIN for "not yet known". */
typedef int dm_lookup_device(
	void *context, const char *text, struct dm_device **device, const struct dm_base **base);
/*
 * Fills TARGET, whose kind, start and length are set, from PARAMS, which is cut to pieces.
 * Returns 0, -EINVAL, -ENOMEM, or what LOOKUP says.
 */
int dm_target_parse(struct dm_table *table, struct dm_target *target, char *params,
	dm_lookup_device *lookup, void *context);
/* Cuts TEXT at blanks, with \ before what is to be taken as it is: how many, -E2BIG for more. */
int dm_split(char *text, char **words, int max);

#endif
