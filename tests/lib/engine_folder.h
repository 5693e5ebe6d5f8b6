/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_folder.h - a folder on a memory disk that behaves like one of a file system.
 *
 * A file can be removed or replaced while it is open, and is freed when the last opener closes it;
 * names are listed in an order that depends on the seed; and calls can be made to fail.
 */
#ifndef SNAPRIG_TESTS_LIB_ENGINE_FOLDER_H
#define SNAPRIG_TESTS_LIB_ENGINE_FOLDER_H

#include <stdint.h>

#include "simfs/blockio/memory.h"

/*
 * ALIGNMENT_BYTES is what its files require, a multiple of the disk's, enforced by MUST().  Must
 * be destroyed through its ops, before DISK.
 */
struct blockio_folder *engine_folder_create(
	struct memory_disk *disk, uint64_t seed, uint32_t alignment_bytes);

/*
 * From the NTH call on (1 is the next), COUNT calls that open, remove or rename a file or sync
 * fail with ERROR and do nothing.  COUNT 0 turns this off.
 */
void engine_folder_fail(struct blockio_folder *folder, uint64_t nth, uint64_t count, int error);

/* While HOLDS, started syncs do not end, as on a slow disk; afterwards all waiting ones continue.
 * A sync that a kill has dropped must not be continued. */
void engine_folder_hold_syncs(struct blockio_folder *folder, bool holds);

/* Calls WATCH before each request is started on a file of FOLDER, with its current NAME. */
void engine_folder_watch(struct blockio_folder *folder,
	void (*watch)(void *context, const char *name, const struct blockio_request *request),
	void *context);

/* Files opened from now on report where they have data: in pages that are not all zeros. */
void engine_folder_tell_holes(struct blockio_folder *folder);

/* Returns how many removed files were closed without waiting (blockio_abandon()). */
uint64_t engine_folder_abandoned(const struct blockio_folder *folder);

/* Returns how many calls engine_folder_fail() has made fail since it was last called. */
uint64_t engine_folder_failed(const struct blockio_folder *folder);

#endif
