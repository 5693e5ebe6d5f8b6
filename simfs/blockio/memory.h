/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory.h - blockio in memory, for tests.
 *
 * Requests wait in a queue until the test completes one, in an order that its
 * seed decides: so a test goes through interleavings that a disk shows once a
 * year, and goes through them again from the same seed.  A whole request acts
 * at the moment it completes.
 */
#ifndef SNAPRIG_BLOCKIO_MEMORY_H
#define SNAPRIG_BLOCKIO_MEMORY_H

#include "simfs/blockio/blockio.h"

/* What all files of one test share: the queue and the faults. */
struct memory_disk;

/* SEED decides the order of completions; ALIGNMENT_BYTES is enforced by MUST(). */
int memory_disk_create(uint64_t seed, uint32_t alignment_bytes, struct memory_disk **ret);

/* Nothing may be under way and no file open. */
void memory_disk_destroy(struct memory_disk *disk);

/* Completes one waiting request; false when none waits. */
bool memory_disk_step(struct memory_disk *disk);

/* Drops all waiting requests, undone, as a killed process would; files stay. */
void memory_disk_kill(struct memory_disk *disk);

/*
 * From the NTH request of KIND from now on (1 is the next), COUNT requests
 * complete with ERROR (-errno) and do nothing.  COUNT 0 turns it off.
 */
void memory_disk_fail(
	struct memory_disk *disk, enum blockio_kind kind, uint64_t nth, uint64_t count, int error);

/* How many requests memory_disk_fail() has failed since it was last called. */
uint64_t memory_disk_failed(const struct memory_disk *disk);

/* Requests of KIND completed so far, failed ones included. */
uint64_t memory_disk_completed(const struct memory_disk *disk, enum blockio_kind kind);

/* A folder on DISK; what is in it lives as long as the disk. */
int memory_folder_create(struct memory_disk *disk, struct blockio_folder **ret);

/* The bytes of the file NAME for reading and spoiling, *RET_SIZE_BYTES long; NULL when absent. */
uint8_t *memory_disk_bytes(struct memory_disk *disk, const char *name, uint64_t *ret_size_bytes);

#endif
