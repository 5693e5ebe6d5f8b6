/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory.h - blockio in memory, for tests.
 *
 * Requests wait in a queue until the test completes one, in an order that its
 * seed decides: so a test goes through interleavings that a disk shows once a
 * year, and goes through them again from the same seed.  A whole request acts
 * at the moment it completes.  A process can be killed on it, and the power cut.
 */
#ifndef SNAPRIG_BLOCKIO_MEMORY_H
#define SNAPRIG_BLOCKIO_MEMORY_H

#include "simfs/blockio/folder.h"

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

/*
 * The same, but a failing read or write transfers a part of its range first, of
 * whole sectors from the front, as a disk does that stops in the middle.
 */
void memory_disk_fail_short(
	struct memory_disk *disk, enum blockio_kind kind, uint64_t nth, uint64_t count, int error);

/* From now on faults strike, and count, only requests on files whose name ends so; NULL: all
 * but texts, which are written at moments that few tests are about. */
void memory_disk_fail_only(struct memory_disk *disk, const char *suffix);

/* How many requests memory_disk_fail() or _fail_short() has failed since one
 * of them was last called. */
uint64_t memory_disk_failed(const struct memory_disk *disk);

/* Requests of KIND completed so far, failed ones included. */
uint64_t memory_disk_completed(const struct memory_disk *disk, enum blockio_kind kind);

/* Requests of KIND that wait to be completed; those on texts are left out. */
uint64_t memory_disk_waiting(const struct memory_disk *disk, enum blockio_kind kind);

/*
 * From now on the disk remembers what would be lost at a power cut; what is on
 * it is durable.  Nothing may be under way.  It costs a copy of each write until
 * its file is flushed, or the oldest of 32 MiB becomes durable by itself.
 */
void memory_disk_remember(struct memory_disk *disk);

/*
 * Takes back what SEED chooses of what was not made durable: writes and parts
 * of writes since the last flush of their file, in any combination; lengths of
 * files, and what happened in a folder since its last sync, in order.  Nothing
 * that waits is done.  No file may be open; what is there then is durable.
 */
void memory_disk_power_cut(struct memory_disk *disk, uint64_t seed);

/* A folder on DISK; what is in it lives as long as the disk. */
int memory_folder_create(struct memory_disk *disk, struct blockio_folder **ret);

/* Lets somebody else change the file NAME: its content, which the test does, or its name. */
void memory_disk_touch(struct memory_disk *disk, const char *name, bool content);

/* The bytes of the file NAME for reading and spoiling, *RET_SIZE_BYTES long; NULL when absent. */
uint8_t *memory_disk_bytes(struct memory_disk *disk, const char *name, uint64_t *ret_size_bytes);

#endif
