/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disks.h - the content of every device of a world, served by a process of its own.
 *
 * A disk appears as the file FOLDER/devices/ID, for a loop device, and again as FOLDER/exports/ID,
 * for rigs that are mounted on top of it: two mounts, so that neither ever waits for the other.
 * The content of a disk is defined by its map (piece.h).  A request is cut at the pieces and
 * followed down from disk to disk.  A disk that is held parks the requests that arrive, and they
 * continue from there once the disk is released.  A request is in flight in every disk that it
 * passed through until it completes, as in the kernel's devices.
 *
 * Any thread may call any function at any time.  The functions wait for the answer of the process,
 * which is immediate unless said otherwise.  A call that waits returns -EINTR when a signal handler
 * ran without SA_RESTART, and its request is then withdrawn.  All return 0 or -errno: -ENOTCONN
 * when the process is gone, -ENXIO for an unknown disk or file, -ENOMEM.
 *
 * A loop device on such a file needs LO_FLAGS_DIRECT_IO, or it serves one request at a time.
 * fstat() the file before LOOP_SET_CAPACITY, as older kernels use the size last seen.
 */
#ifndef SNAPRIG_DM_DISKS_DISKS_H
#define SNAPRIG_DM_DISKS_DISKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

#include "simfs/doors/dm/disks/piece.h"

struct disks;

/*
 * Creates FOLDER/devices and FOLDER/exports, mounts them in the caller's mount namespace, and
 * starts the process.  Forks: call it on the main thread, before other threads exist.  FOLDER is
 * private to this user.  When this process ends, however it ends, so do the served one and its
 * mounts.  Logs why it failed.
 */
int disks_start(const char *folder, struct disks **ret);

/*
 * Ends the process: requests in flight or held are answered EIO, both mounts are removed.  Clear
 * loop devices first (after disks_fail_all()).  No other thread may call or wait any more.  Takes a
 * few seconds at most, whatever hangs.  NULL is fine.
 */
void disks_end(struct disks *disks);

/* Becomes readable when the process is gone: for poll(), not for read(). */
int disks_gone_fd(const struct disks *disks);
pid_t disks_pid(const struct disks *disks);

/* Answers every request with EIO from now on, at once also those in flight or held. */
int disks_fail_all(struct disks *disks);

/* The path of disk ID's file, for a loop device and for a rig.  Returns BUFFER. */
#define DISKS_PATH_BYTES 4096
const char *disks_device_path(const struct disks *disks, uint64_t id, char *buffer);
const char *disks_export_path(const struct disks *disks, uint64_t id, char *buffer);

/* Creates a disk of 0 sectors; -EEXIST if ID is known.  ID is at most INT64_MAX. */
int disks_create(struct disks *disks, uint64_t id);

/* Removes the disk; requests parked there, and users of its file, get EIO. */
int disks_remove(struct disks *disks, uint64_t id);

/*
 * Disk ID consists of these COUNT pieces from now on, and has their size; parts that the old map
 * cut continue where it led.  Disks that pieces lie on need not exist yet: requests to them are EIO
 * until they do.  -EINVAL for pieces that form no map, -ENXIO for an unknown file.
 */
int disks_map(struct disks *disks, uint64_t id, const struct disk_piece *pieces, size_t count);

/*
 * PIECE, with its own start and length, replaces what is there, within the present size (-EINVAL).
 * Where a piece is cut in front, its offset moves with its start.
 */
int disks_patch(struct disks *disks, uint64_t id, const struct disk_piece *piece);

/* The present size in sectors. */
int disks_size(struct disks *disks, uint64_t id, uint64_t *ret);

/*
 * Parks new requests, and waits until none that arrived earlier is in flight.  On an error nothing
 * is held.  Holds nest: each needs its release.  -ENXIO also if the disk is removed while it waits;
 * -EIO on disks_fail_all().
 */
int disks_hold(struct disks *disks, uint64_t id);
int disks_release(struct disks *disks, uint64_t id);

/* The same for requests that touch a range; the release names exactly that range (-EINVAL). */
int disks_hold_range(struct disks *disks, uint64_t id, uint64_t start, uint64_t length);
int disks_release_range(struct disks *disks, uint64_t id, uint64_t start, uint64_t length);

/*
 * Opens a regular file or block device for pieces, in the caller, not in the process: the path is
 * the caller's, and opening may wait for the file's server.  Uses direct I/O where the file has it.
 * With READ_ONLY, writes there are EIO.  A number is never reused.
 */
int disks_file_open(struct disks *disks, const char *path, bool read_only, uint64_t *ret_file);

/* Closes the file once no map and no request needs it; pieces may still lie on it. */
int disks_file_close(struct disks *disks, uint64_t file);

/*
 * Reads or writes LENGTH bytes at OFFSET (bytes) of disk ID, like a request from above: it waits at
 * disks that are held, and takes as long as the layers below take.  -EIO, also beyond the end.
 * disks_flush() makes earlier writes durable.
 */
int disks_read(struct disks *disks, uint64_t id, uint64_t offset, void *buffer, size_t length);
int disks_write(
	struct disks *disks, uint64_t id, uint64_t offset, const void *buffer, size_t length);
int disks_flush(struct disks *disks, uint64_t id);

#endif
