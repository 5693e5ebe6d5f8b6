/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dm_caller.h - a caller of device-mapper's ioctls, and the world that performs the model's
 * effects, entirely in memory.
 *
 * An error in this code ends the test; what the model answers is returned.
 */
#ifndef SNAPRIG_TESTS_LIB_DM_CALLER_H
#define SNAPRIG_TESTS_LIB_DM_CALLER_H

#include "simfs/doors/dm/model/call.h"

#define DM_CALLER_LOG	 1024
#define DM_CALLER_BYTES	 16384
#define DM_CALLER_MINORS 64

struct dm_caller {
	struct dm_model *model;
	/* The result of each kind of effect: 0 or -errno. */
	int results[DM_EFFECT_KINDS];
	/* Opens from outside, by device number. */
	unsigned int outside[DM_CALLER_MINORS];
	/* What STATUS reports; the number of the next device, 0: the first free one. */
	const char *status;
	const uint32_t *chunk; /* in the header that STATUS finds; NULL: the table's */
	unsigned int next_minor;
	/* The device of "/dev/NAME"; NULL: no path is known. */
	const char *path;
	unsigned int path_major, path_minor;
	/* What was performed: "quiesce lv freeze flush;" ... */
	char log[DM_CALLER_LOG];
	/* Called before an effect is performed, so that something else can happen first. */
	void (*meanwhile)(struct dm_caller *caller, struct dm_effect *effect);
	void *context;
};

/* Has base disks 259:0 "sda3" of 1 GiB and 259:1 "sdb1" of 1 MiB. */
void dm_caller_init(struct dm_caller *caller);
void dm_caller_deinit(struct dm_caller *caller);

struct dm_request {
	unsigned int nr;
	const char *name, *uuid; /* NULL: none */
	uint64_t dev;
	uint32_t flags, event_nr;
	/* A string as data, for DM_DEV_RENAME and others. */
	const char *text;
	/* For DM_TABLE_LOAD: lines "START LENGTH TYPE PARAMS". */
	const char *table;
	/* The size of the buffer; 0: large enough. */
	uint32_t data_size;
};

struct dm_answer {
	int error;
	size_t length; /* bytes written back */
	union {
		struct dm_ioctl header;
		char bytes[DM_CALLER_BYTES];
	};
};

/* Sends REQUEST, performs its effects, and receives the answer.  Returns its error. */
int dm_caller_say(
	struct dm_caller *caller, const struct dm_request *request, struct dm_answer *answer);

/* Returns the bytes of REQUEST, as many as its data_size says.  The caller frees them. */
char *dm_request_bytes(const struct dm_request *request, size_t *length);

/* Performs one effect as the caller's fields say. */
void dm_caller_perform(struct dm_caller *caller, struct dm_effect *effect);

/* Short forms, all by name; they add DM_SKIP_BDGET_FLAG to FLAGS. */
int dm_caller_create(struct dm_caller *caller, const char *name);
int dm_caller_load(struct dm_caller *caller, const char *name, const char *table);
int dm_caller_suspend(struct dm_caller *caller, const char *name);
int dm_caller_resume(struct dm_caller *caller, const char *name);
int dm_caller_remove(struct dm_caller *caller, const char *name);
/* Creates, loads and resumes a device. */
void dm_caller_make(struct dm_caller *caller, const char *name, const char *table);
void dm_caller_sweep(struct dm_caller *caller);

struct dm_device *dm_caller_device(struct dm_caller *caller, const char *name);
/* Returns "0 8 linear 7:1 0; 8 8 zero ": the targets in the answer of a TABLE_STATUS. */
const char *dm_answer_table(const struct dm_answer *answer);
/* Returns the output of `dmsetup table' or `dmsetup status'. */
const char *dm_caller_table(struct dm_caller *caller, const char *name, uint32_t flags);

#endif
