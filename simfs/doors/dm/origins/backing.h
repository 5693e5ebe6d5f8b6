/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backing.h - a rig of profile lvm behind an origin: the user's, or one of ours.
 *
 * One of ours is a process of this same program, that is mounted on what disks/ exports of the
 * origin's disk.  It ends with us, however we end, as the command that it is mounted for
 * waits for the end of a pipe.
 */
#ifndef SNAPRIG_DM_BACKING_H
#define SNAPRIG_DM_BACKING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct backing;

/* How long to wait for an answer of a rig: as long as somebody still wants it. */
struct patience {
	const atomic_bool *stopping;
	bool (*waits)(void *context, void *caller); /* NULL: nobody waits but for STOPPING */
	void *context, *caller;
};

struct backing_order {
	const char *image;	 /* what it is mounted on */
	const char *mount_point; /* an empty folder, of the caller's, or to be made */
	const char *store;	 /* folder of its state */
	const char *log_path;	 /* what the process prints */
	uint64_t seed;		 /* of what its faults leave to chance */
};

/* The user's rig at MOUNT_POINT: -ENOTCONN, -EOPNOTSUPP for another profile; says nothing. */
int backing_join(const char *mount_point, struct backing **ret);

/* Starts one of ours; it is mounted when this returns.  0 or -errno, without a message. */
int backing_spawn(const struct backing_order *order, struct backing **ret);

/* Ends the process of one of ours: whoever waits for an answer of it gets -ENOTCONN. */
void backing_stop(struct backing *backing);

/* The same, and frees it: nobody calls any more.  The user's is let go.  NULL is fine. */
void backing_end(struct backing *backing);

const char *backing_mount_point(const struct backing *backing);

/* Of the user's: of what its faults leave to chance. */
uint64_t backing_seed(const struct backing *backing);

/* The size of its volume. */
uint64_t backing_sectors(const struct backing *backing);

/*
 * Sends COMMAND with ARGUMENTS (stolen), on a connection that nobody else uses meanwhile, and
 * waits.  0 and *RET (may be NULL), what the rig answered, -EINTR when PATIENCE ended (what
 * was asked for is then taken back), or -ENOTCONN when it has gone.
 */
int backing_call(struct backing *backing, const char *command, json_t *arguments,
	const struct patience *patience, json_t **ret);

/* The object of snapshot NAME in status.json (a new reference); -ENOENT. */
int backing_snapshot(
	struct backing *backing, const char *name, const struct patience *patience, json_t **ret);

#endif
