/* SPDX-License-Identifier: Apache-2.0 */
/*
 * surface.h - what the mounted files show besides their bytes: times and space.
 *
 * Clients decide by a file's times whether to read it. So all time stamps come from one
 * series (volume_stamp()), which follows the wall clock and strictly increases, even across
 * mounts and kills:
 *
 *  (1) A write that is acknowledged after a client has read its file's times changes them. It
 *      is stamped once its bytes are there: a client that sees the new time reads the new
 *      bytes.
 *  (2) No two snapshots have the same time, even if one reuses a name.
 *  (3) After a kill, or if others changed the image, the live view gets a time it never had:
 *      nobody knows what happened.
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
	int64_t modified_ns; /* of the content; the owner may set it */
	int64_t changed_ns;  /* of the content or of the times */
};

struct file_times volume_times(const struct volume *volume);
struct file_times snapshot_times(const struct snapshot *snapshot);

/* When a snapshot was last added or removed. */
int64_t volume_list_changed_ns(const struct volume *volume);

/* utimensat() on the live view. */
void volume_set_modified(struct volume *volume, int64_t modified_ns);
void volume_set_modified_now(struct volume *volume);

/*
 * How much of the live view, or of SNAPSHOT, is allocated, in bytes: at most the volume's
 * size, and too much rather than too little (blocks of a store may be holes of the image).
 */
uint64_t volume_allocated_bytes(const struct volume *volume);
uint64_t snapshot_allocated_bytes(const struct snapshot *snapshot);

/* The disk space that the image and the stores use, what is free on the disk of the stores
 * (0: unknown), and the number of snapshots and its maximum. */
struct volume_room {
	uint64_t used_bytes;
	uint64_t free_bytes;
	uint64_t snapshots;
	uint64_t snapshots_max;
};

struct volume_room volume_room(struct volume *volume);

/* ---- of volume/ ---- */

/* In the state folder. A damaged one is treated as after a kill. */
#define TIMES_FILE "times"

/* The volume's part of it. */
struct volume_surface {
	int64_t last_ns; /* the last stamp */
	struct file_times live;
	int64_t list_ns;
};

/* The next stamp. */
int64_t volume_stamp(struct volume *volume);

/* Call just before a write to SNAPSHOT (NULL: the live view) is acknowledged. */
void surface_written(struct volume *volume, struct snapshot *snapshot);

/* A snapshot was added or removed. */
void surface_list_changed(struct volume *volume);

/*
 * Reads what the previous mount has left; call after the rest of the state is loaded. 0, or
 * -errno after a message. Until surface_close() the file says that it is in use.
 */
int surface_open(struct volume *volume);

/* Whether the file in FOLDER is valid or absent. */
bool surface_checks(struct blockio_folder *folder);

/* Returns 0, or -errno after a message. */
int surface_close(struct volume *volume);

#endif
