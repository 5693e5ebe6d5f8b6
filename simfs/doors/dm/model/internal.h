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

/* The bytes of a caller that every ioctl has: all of the header but its padding. */
#define DM_HEADER_BYTES offsetof(struct dm_ioctl, data)

/*
 * A step of a call.  Returns 0 or the -errno that the call ends with.  It asks for an effect
 * with dm_ask() and says with call->then what follows; a step that does neither is the last.
 */
typedef int dm_step(struct dm_call *call);

/* A path in a table that was looked up already. */
struct dm_resolved {
	char *path;
	int error;
	unsigned int major, minor;
};

struct dm_call {
	struct dm_model *model;
	unsigned int nr;
	/* In it all strings of the header are ended. */
	struct dm_ioctl *param;
	size_t length; /* of the caller's memory */
	void *caller;
	bool sweep; /* nobody's call: there is no param */

	dm_step *then;
	/* What follows a turn or the telling of a device. */
	dm_step *after;
	bool ended;
	int error;
	/* What the call will end with when it has cleaned up. */
	int failure;
	size_t answer; /* bytes to be written back */
	/* What was asked for last; its answer, to the step that follows. */
	struct dm_effect effect;
	bool asked;
	/* It is being performed, on that device. */
	struct dm_device *performed_on;

	/* A reference each; NULL before.  A table that is none of the device's in the end goes. */
	struct dm_device *device;
	struct dm_table *table, *old;
	/* The table that is looked at. */
	struct dm_table *view;
	/* As the caller said it; the header's are overwritten by an answer. */
	uint32_t flags, event_nr;
	char device_name[DM_NAME_LEN];

	/* A LOAD on its way: the next target, where it lies, and where the one before ends. */
	unsigned int target;
	size_t spec, spec_end;
	struct dm_resolved *resolved;
	unsigned int resolved_count;
	/* REMOVE_ALL and sweeps. */
	uint64_t round;
	/* TABLE_STATUS on its way: where the next target's lines go, from the first one's. */
	size_t status_at;
};

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

/* call_steps.c */
/* Asks for an effect on call->device; THEN finds its answer in call->effect. */
struct dm_effect *dm_ask(struct dm_call *call, enum dm_effect_kind kind, dm_step *then);
/* The device that the header names, into call->device: 0 or -ENXIO. */
int dm_call_find(struct dm_call *call);
void dm_call_take(struct dm_call *call, struct dm_device *device);
/* It has gone, or goes, while this call was about something: nothing is asked of it any more. */
bool dm_call_is_late(const struct dm_call *call);
/* AFTER is in its turn to change the device; the call ends with -ENXIO if it is gone by then. */
int dm_call_turn(struct dm_call *call, bool loading, dm_step *after);
/* The answer tells of call->device, how often it is open, too; AFTER may be NULL. */
int dm_call_tell(struct dm_call *call, dm_step *after);
/* As it, of a device that nobody can have open. */
void dm_call_tell_new(struct dm_call *call);
/* Where results go, and how much room there is.  Sets data_start. */
char *dm_call_result(struct dm_call *call, size_t *room);
/* There was not enough of it. */
void dm_call_full(struct dm_call *call);
/* The active table, or the inactive one if that was asked for; NULL is none. */
struct dm_table *dm_call_view(const struct dm_call *call);
/* The string at data_start + OFFSET, or NULL when it is not ended within the buffer. */
char *dm_call_text(struct dm_call *call, size_t offset);
uint64_t dm_encode(unsigned int major, unsigned int minor);

/* One step each, the first of its ioctl. */
dm_step dm_list_devices, dm_list_versions, dm_target_version;
dm_step dm_create, dm_remove, dm_remove_all, dm_rename, dm_status, dm_wait, dm_geometry;
dm_step dm_arm_poll, dm_message, dm_suspend_or_resume, dm_sweep;
dm_step dm_load, dm_clear, dm_deps, dm_table_status, dm_retrieve_status;

#endif
