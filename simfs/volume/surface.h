/* SPDX-License-Identifier: Apache-2.0 */
/*
 * surface.h - what the mounted files show beside their bytes: times and room.
 *
 * Clients decide by a file's times whether to read it at all.  So every stamp
 * is drawn from one series (volume_stamp()), which follows the wall clock, never
 * stands still and never goes back, neither over mounts nor over kills:
 *
 *  (1) A write that was acknowledged after a look at the times of its file has
 *      changed them.  It is stamped when its bytes are there: whoever saw the new
 *      time reads the new bytes.
 *  (2) No two snapshots have the same time, whatever they are called.
 *  (3) After a kill, or when the image was changed by others, the live view has
 *      a time that it never had: nobody knows what happened.
 */
#ifndef SNAPRIG_VOLUME_SURFACE_H
#define SNAPRIG_VOLUME_SURFACE_H

#include <stdbool.h>
#include <stdint.h>

struct blockio_folder;
struct snapshot;
struct volume;

/* Wall-clock nanoseconds since 1970. */
struct file_times {
	int64_t modified_ns; /* of the content; its owner may set it */
	int64_t changed_ns;  /* of the content or of the times */
};

struct file_times volume_times(const struct volume *volume);
struct file_times snapshot_times(const struct snapshot *snapshot);

/* When a snapshot came or went last. */
int64_t volume_list_changed_ns(const struct volume *volume);

/* What utimensat() asks of the live view. */
void volume_set_modified(struct volume *volume, int64_t modified_ns);
void volume_set_modified_now(struct volume *volume);

/*
 * How much of the live view, or of SNAPSHOT, is there and not a hole, in bytes: at
 * most the volume's, and rather too much than too little (what a store has may
 * be a hole of the image).
 */
uint64_t volume_allocated_bytes(const struct volume *volume);
uint64_t snapshot_allocated_bytes(const struct snapshot *snapshot);

/* What the image and the stores occupy, what is free where the stores lie (0: not known), and how
 * many snapshots there are and may be. */
struct volume_room {
	uint64_t used_bytes;
	uint64_t free_bytes;
	uint64_t snapshots;
	uint64_t snapshots_max;
};

struct volume_room volume_room(struct volume *volume);

/* ---- of volume/ ---- */

/* In the state folder.  One that is damaged is as after a kill. */
#define TIMES_FILE "times"

/* What a volume keeps of it. */
struct volume_surface {
	int64_t last_ns; /* the last stamp */
	struct file_times live;
	int64_t list_ns;
};

/* The next stamp. */
int64_t volume_stamp(struct volume *volume);

/* A write to SNAPSHOT (NULL: the live view) is about to be acknowledged. */
void surface_written(struct volume *volume, struct snapshot *snapshot);

/* A snapshot came or went. */
void surface_list_changed(struct volume *volume);

/*
 * Reads what the mount before has left, behind all that the state says: 0, or
 * -errno after a message.  Until surface_close() the state says that it is in use.
 */
int surface_open(struct volume *volume);

/* Whether what FOLDER has of it checks, or there is none. */
bool surface_checks(struct blockio_folder *folder);

/* 0, or -errno after a message. */
int surface_close(struct volume *volume);

#endif
