/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory.h - blockio in memory, for tests.
 *
 * Requests wait in a queue until the test completes one, in an order that its seed decides.
 * So a test runs through interleavings that a disk shows once a year, and repeats them from
 * the same seed. A request takes effect as a whole when it completes. A test can kill the
 * process that uses the disk, and cut the power.
 */
#ifndef SNAPRIG_BLOCKIO_MEMORY_H
#define SNAPRIG_BLOCKIO_MEMORY_H

#include "simfs/blockio/folder.h"

/* Shared by all files of one test: the queue and the faults. */
struct memory_disk;

/* SEED decides the order of completions; MUST() enforces ALIGNMENT_BYTES. */
int memory_disk_create(uint64_t seed, uint32_t alignment_bytes, struct memory_disk **ret);

/* No request may be in flight and no file open. */
void memory_disk_destroy(struct memory_disk *disk);

/* Completes one waiting request; returns false if none waits. */
bool memory_disk_step(struct memory_disk *disk);

/* Drops all waiting requests without effect, as when the process is killed; files stay. */
void memory_disk_kill(struct memory_disk *disk);

/*
 * From the NTH next request of KIND on (1 is the next), COUNT requests complete with ERROR
 * (-errno) and have no effect. COUNT 0 turns this off.
 */
void memory_disk_fail(
	struct memory_disk *disk, enum blockio_kind kind, uint64_t nth, uint64_t count, int error);

/*
 * The same, but a failing read or write first transfers part of its range, whole sectors from
 * the front, like a disk that stops in the middle.
 */
void memory_disk_fail_short(
	struct memory_disk *disk, enum blockio_kind kind, uint64_t nth, uint64_t count, int error);

/* From now on faults strike, and count, only requests on files whose name ends in SUFFIX.
 * NULL: on all files but texts, which are written at moments that few tests are about. */
void memory_disk_fail_only(struct memory_disk *disk, const char *suffix);

/* How many requests memory_disk_fail() or _fail_short() has failed since the last call of
 * either. */
uint64_t memory_disk_failed(const struct memory_disk *disk);

/* Requests of KIND completed so far, including failed ones. */
uint64_t memory_disk_completed(const struct memory_disk *disk, enum blockio_kind kind);

/* Requests of KIND that wait to be completed, except those on texts. */
uint64_t memory_disk_waiting(const struct memory_disk *disk, enum blockio_kind kind);

/*
 * From now on the disk records what a power cut would lose; what it holds now is durable.
 * Nothing may be in flight. Each write is copied until its file is flushed, or until more
 * than 32 MiB are recorded and the oldest become durable on their own.
 */
void memory_disk_remember(struct memory_disk *disk);

/*
 * Undoes what SEED chooses of everything that is not durable: writes and parts of writes
 * since the last flush of their file, in any combination; lengths of files, and changes to
 * the folder since its last sync, in order. Waiting requests are dropped. No file may be
 * open. What is left is durable.
 */
void memory_disk_power_cut(struct memory_disk *disk, uint64_t seed);

/* A folder on DISK; its files live as long as the disk. */
int memory_folder_create(struct memory_disk *disk, struct blockio_folder **ret);

/* Acts as another process that changes the file NAME: its content (the test changes the
 * bytes) or its name. */
void memory_disk_touch(struct memory_disk *disk, const char *name, bool content);

/* The bytes of the file NAME, to read or corrupt, *RET_SIZE_BYTES long; NULL if it does not
 * exist. */
uint8_t *memory_disk_bytes(struct memory_disk *disk, const char *name, uint64_t *ret_size_bytes);

#endif
