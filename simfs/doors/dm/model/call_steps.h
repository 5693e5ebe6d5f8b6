/* SPDX-License-Identifier: Apache-2.0 */
/* call_steps.h - an ioctl as a call in steps; only for the files of the model. */
#ifndef SNAPRIG_DOORS_DM_MODEL_CALL_STEPS_H
#define SNAPRIG_DOORS_DM_MODEL_CALL_STEPS_H

#include "simfs/doors/dm/model/internal.h"

/* The part of a caller's memory that every ioctl has: the header without its padding. */
#define DM_HEADER_BYTES offsetof(struct dm_ioctl, data)

/*
 * A step of a call.  Returns 0, or the -errno that ends the call.  It asks for an effect with
 * dm_ask(), or sets the next step in call->then; a step that does neither is the last.
 */
typedef int dm_step(struct dm_call *call);

/* A path in a table that has been looked up. */
struct dm_resolved {
	char *path;
	int error;
	unsigned int major, minor;
};

struct dm_call {
	struct dm_model *model;
	unsigned int nr;
	/* All strings in the header are terminated. */
	struct dm_ioctl *param;
	size_t length; /* of the caller's memory */
	void *caller;
	bool sweep; /* no caller: `param' is NULL */

	dm_step *then;
	/* The step after a turn, or after reporting a device. */
	dm_step *after;
	bool ended;
	int error;
	/* The error to end with after the cleanup. */
	int failure;
	size_t answer; /* bytes to write back */
	/* The last effect asked for; the next step finds its answer here. */
	struct dm_effect effect;
	bool asked;
	/* The device on which it is being performed. */
	struct dm_device *performed_on;

	/*
	 * One reference each, or NULL.  At the end, a table that the device does not use is
	 * dropped.
	 */
	struct dm_device *device;
	struct dm_table *table, *old;
	/* The table being queried. */
	struct dm_table *view;
	/* As the caller passed them; the answer overwrites the header's. */
	uint32_t flags, event_nr;
	char device_name[DM_NAME_LEN];

	/* A LOAD in progress: the next target, where it lies, and where the one before ends. */
	unsigned int target;
	size_t spec, spec_end;
	struct dm_resolved *resolved;
	unsigned int resolved_count;
	/* REMOVE_ALL and sweeps. */
	uint64_t round;
	/* TABLE_STATUS in progress: where the next target's lines go, relative to the first's. */
	size_t status_at;
};

/* call_steps.c */
/* Asks for an effect on call->device; THEN finds its answer in call->effect. */
struct dm_effect *dm_ask(struct dm_call *call, enum dm_effect_kind kind, dm_step *then);
/* Sets call->device to the device that the header names.  Returns 0 or -ENXIO. */
int dm_call_find(struct dm_call *call);
void dm_call_take(struct dm_call *call, struct dm_device *device);
/* Whether the device has gone, or is going, during this call: ask for no more effects on it. */
bool dm_call_is_late(const struct dm_call *call);
/* AFTER runs once it is this call's turn to change the device; -ENXIO if it is gone by then. */
int dm_call_turn(struct dm_call *call, bool loading, dm_step *after);
/* Reports call->device in the answer, with its open count; AFTER may be NULL. */
int dm_call_tell(struct dm_call *call, dm_step *after);
/* The same for a device that cannot be open yet. */
void dm_call_tell_new(struct dm_call *call);
/* Where results go, and how much room there is.  Sets data_start. */
char *dm_call_result(struct dm_call *call, size_t *room);
/* The room was too small. */
void dm_call_full(struct dm_call *call);
/* The active table, or the inactive one if the caller asked for that; may be NULL. */
struct dm_table *dm_call_view(const struct dm_call *call);
/* The string at data_start + OFFSET, or NULL if it does not end within the buffer. */
char *dm_call_text(struct dm_call *call, size_t offset);
uint64_t dm_encode(unsigned int major, unsigned int minor);

/* The first step of each ioctl. */
dm_step dm_list_devices, dm_list_versions, dm_target_version;
dm_step dm_create, dm_remove, dm_remove_all, dm_rename, dm_status, dm_wait, dm_geometry;
dm_step dm_arm_poll, dm_message, dm_suspend_or_resume, dm_sweep;
dm_step dm_load, dm_clear, dm_deps, dm_table_status, dm_retrieve_status;

#endif
