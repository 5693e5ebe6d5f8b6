/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disks.h - the content of every device of a world, served by a process of its own.
 *
 * A disk is a file FOLDER/devices/ID, for a loop device to lie on, and the same again as
 * FOLDER/exports/ID, for rigs that are mounted on top of it: two mounts, so that one of
 * them never waits for the other.  What a disk contains is its map (piece.h).  A request is
 * cut at the pieces and followed down from disk to disk.  A disk that is held parks what
 * arrives there, and there it goes on once the disk is released; whoever passed through
 * has it under way until it is done, as a kernel's devices have.
 *
 * Every function may be called by any thread at any time.  The functions wait for the
 * answer of the process, which takes no time unless said here; one that waits returns
 * -EINTR when a signal handler ran without SA_RESTART, and what it asked for is then taken
 * back.  All return 0 or -errno: -ENOTCONN once the process has gone, -ENXIO for a disk or
 * file that is not known, -ENOMEM.
 *
 * A loop device on such a file: with LO_FLAGS_DIRECT_IO, else one request at a time.
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
 * Mounts FOLDER/devices and FOLDER/exports, which are made, in the mount namespace of the
 * caller, and starts the process.  It forks: call it on the main thread, before there are others.
 * FOLDER is private to this user.  The process ends, and all that is mounted with it, when this one
 * does, however it does.  It has said why it failed.
 */
int disks_start(const char *folder, struct disks **ret);

/*
 * Ends the process: what is under way or held is answered EIO, both mounts are taken away.
 * Loop devices should have been cleared (after disks_fail_all()).  Nobody else calls or
 * waits any more.  Takes some seconds at most, whatever hangs.  NULL is fine.
 */
void disks_end(struct disks *disks);

/* Becomes readable when the process has gone: for poll(), nothing is to be read. */
int disks_gone_fd(const struct disks *disks);
pid_t disks_pid(const struct disks *disks);

/* From now on every request is answered EIO, and so is at once what is under way or held. */
int disks_fail_all(struct disks *disks);

/* The path of disk ID's file, for a loop device and for a rig.  Returns BUFFER. */
#define DISKS_PATH_BYTES 4096
const char *disks_device_path(const struct disks *disks, uint64_t id, char *buffer);
const char *disks_export_path(const struct disks *disks, uint64_t id, char *buffer);

/* A new disk of 0 sectors: -EEXIST when ID is known.  ID is at most INT64_MAX. */
int disks_create(struct disks *disks, uint64_t id);

/* It goes, and what is parked there is answered EIO.  Whoever has its file open gets EIO. */
int disks_remove(struct disks *disks, uint64_t id);

/*
 * Disk ID is made of these COUNT pieces from now on, and has their size; what was cut by the
 * old map goes on where that led.  Disks that pieces lie on need not be known until they are
 * asked: EIO as long as they are not.  -EINVAL for pieces that are no map, -ENXIO for a file.
 */
int disks_map(struct disks *disks, uint64_t id, const struct disk_piece *pieces, size_t count);

/*
 * PIECE, which has its own start and length, replaces what is there, within the present
 * size (-EINVAL).  The offset of a piece that is cut in front moves with its start.
 */
int disks_patch(struct disks *disks, uint64_t id, const struct disk_piece *piece);

/* The present size in sectors. */
int disks_size(struct disks *disks, uint64_t id, uint64_t *ret);

/*
 * Holds what arrives, and waits until nothing is under way that arrived before.  On an
 * error nothing is held.  Holds add up: there are as many releases.  -ENXIO also when the
 * disk goes meanwhile; -EIO when disks_fail_all() does.
 */
int disks_hold(struct disks *disks, uint64_t id);
int disks_release(struct disks *disks, uint64_t id);

/* The same of what touches a range; the release is of exactly that range (-EINVAL). */
int disks_hold_range(struct disks *disks, uint64_t id, uint64_t start, uint64_t length);
int disks_release_range(struct disks *disks, uint64_t id, uint64_t start, uint64_t length);

/*
 * Opens a regular file or block device for pieces, by the caller, not the process: the path
 * is the caller's, and it may wait for whoever serves it.  Direct I/O where the file has it.
 * With READ_ONLY writes there are EIO.  The number is never used again.
 */
int disks_file_open(struct disks *disks, const char *path, bool read_only, uint64_t *ret_file);

/* It is closed as soon as no map and nothing under way needs it; pieces may still lie on it. */
int disks_file_close(struct disks *disks, uint64_t file);

/*
 * Reads or writes LENGTH bytes at OFFSET (bytes) of disk ID: as a request from above does,
 * so they wait at disks that are held, and they may take as long as what is below takes.
 * -EIO, also beyond the end.  disks_flush() makes durable what was written before.
 */
int disks_read(struct disks *disks, uint64_t id, uint64_t offset, void *buffer, size_t length);
int disks_write(
	struct disks *disks, uint64_t id, uint64_t offset, const void *buffer, size_t length);
int disks_flush(struct disks *disks, uint64_t id);

#endif
