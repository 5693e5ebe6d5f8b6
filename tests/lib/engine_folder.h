/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_folder.h - a folder on a memory disk that behaves like one of a file system.
 *
 * A file may be removed or replaced while it is open and goes when the last
 * opener has closed it; names are listed in an order that the seed decides;
 * and a call can be made to fail.
 */
#ifndef SNAPRIG_TESTS_LIB_ENGINE_FOLDER_H
#define SNAPRIG_TESTS_LIB_ENGINE_FOLDER_H

#include <stdint.h>

#include "simfs/blockio/memory.h"

/*
 * ALIGNMENT_BYTES is what its files ask for, a multiple of the disk's, and is
 * enforced by MUST().  Destroyed through its ops, before DISK.
 */
struct blockio_folder *engine_folder_create(
	struct memory_disk *disk, uint64_t seed, uint32_t alignment_bytes);

/*
 * From the NTH call from now on (1 is the next) that opens, removes or renames
 * a file or syncs, COUNT calls answer ERROR and do nothing.  COUNT 0 turns it off.
 */
void engine_folder_fail(struct blockio_folder *folder, uint64_t nth, uint64_t count, int error);

/* While HOLDS, no sync that is started ends, as on a disk that takes its time; then all that wait
 * go on.  One that a kill has dropped must not be let go on. */
void engine_folder_hold_syncs(struct blockio_folder *folder, bool holds);

/* Tells WATCH, before it is started, of every request on a file of FOLDER that is NAME now. */
void engine_folder_watch(struct blockio_folder *folder,
	void (*watch)(void *context, const char *name, const struct blockio_request *request),
	void *context);

/* Files that are opened from now on tell where they have data: in pages that are not all zeros. */
void engine_folder_tell_holes(struct blockio_folder *folder);

/* How many removed files were closed by nobody who waits (blockio_abandon()). */
uint64_t engine_folder_abandoned(const struct blockio_folder *folder);

/* How many calls engine_folder_fail() has failed since it was last called. */
uint64_t engine_folder_failed(const struct blockio_folder *folder);

#endif
