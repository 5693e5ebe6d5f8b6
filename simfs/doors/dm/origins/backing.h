/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backing.h - a rig of profile lvm behind an origin: the user's, or one of ours.
 *
 * Ours is a process of this same program, mounted on the export of the origin's disk (disks/).  It
 * ends with us, however we end, since the command that it is mounted for waits for the end of a
 * pipe.
 */
#ifndef SNAPRIG_DM_BACKING_H
#define SNAPRIG_DM_BACKING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct backing;

/* How long to wait for a rig's answer: as long as the caller still wants it. */
struct patience {
	const atomic_bool *stopping;
	bool (*waits)(void *context, void *caller); /* NULL: only STOPPING ends the wait */
	void *context, *caller;
};

struct backing_order {
	const char *image;	 /* what to mount it on */
	const char *mount_point; /* an empty folder, of the caller's, or created */
	const char *store;	 /* folder for its state */
	const char *log_path;	 /* for the process's output */
	uint64_t seed;		 /* of its faults' random choices */
};

/*
 * Connects to the user's rig at MOUNT_POINT: -ENOTCONN, -EOPNOTSUPP for another profile; logs
 * nothing.
 */
int backing_join(const char *mount_point, struct backing **ret);

/* Starts one of ours, which is mounted on return.  Returns 0 or -errno, without a message. */
int backing_spawn(const struct backing_order *order, struct backing **ret);

/* Ends the process of one of ours: calls that wait for it get -ENOTCONN. */
void backing_stop(struct backing *backing);

/* The same, and frees it: no thread may still use it.  The user's keeps running.  NULL is fine. */
void backing_end(struct backing *backing);

const char *backing_mount_point(const struct backing *backing);

/* For the user's rig: the seed of its faults' random choices. */
uint64_t backing_seed(const struct backing *backing);

/* The size of its volume. */
uint64_t backing_sectors(const struct backing *backing);

/*
 * Sends COMMAND with ARGUMENTS (stolen), on a connection that is not shared, and waits.  Returns 0
 * with *RET (may be NULL), the rig's error, -EINTR if PATIENCE ended (the request is then
 * withdrawn), or -ENOTCONN if the rig is gone.
 */
int backing_call(struct backing *backing, const char *command, json_t *arguments,
	const struct patience *patience, json_t **ret);

/* The object of snapshot NAME in status.json (a new reference), or -ENOENT. */
int backing_snapshot(
	struct backing *backing, const char *name, const struct patience *patience, json_t **ret);

#endif
