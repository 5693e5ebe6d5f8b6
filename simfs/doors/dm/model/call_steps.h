/* SPDX-License-Identifier: Apache-2.0 */
/* call_steps.h - an ioctl as a call that goes in steps; of the files of the model only. */
#ifndef SNAPRIG_DOORS_DM_MODEL_CALL_STEPS_H
#define SNAPRIG_DOORS_DM_MODEL_CALL_STEPS_H

#include "simfs/doors/dm/model/internal.h"

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
