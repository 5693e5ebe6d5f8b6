/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference.h - a backup client that does everything right.
 *
 * It reads a snapshot in order, like ActiveImage Protector's pipeline or a job of Xen Orchestra,
 * and reports errors in the same words.  A backup is the image OUT and the manifest OUT.manifest
 * with a checksum of every chunk.  Both are written under temporary names, flushed, and renamed
 * only when they are complete; nothing else is ever left behind.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_H
#define SNAPRIG_CLIENTS_REFERENCE_H

#include "simfs/base/command_line.h"

/* The size of the pipeline's reads, and of the data of one checksum. */
#define REFERENCE_CHUNK_BYTES ((size_t)8 << 20)

/* "The snapshot could not be read"; as an exit status, only its low byte remains: 198. */
#define REFERENCE_EXIT_READ (-314)

/*
 * "The snapshot could not be taken": a writer failed (the vendor's article on exit code -311 has
 * the log: docs/real-systems.md 3), or writes could not be flushed or held.  As an exit status:
 * 201.
 */
#define REFERENCE_EXIT_VSS (-311)

/* The target could not be written, or the arguments make no sense. */
#define REFERENCE_EXIT_TARGET 1

/*
 * The job was not run, to avoid harm, and may be run later: a chain of Xen has too many nodes that
 * are not merged yet.  Same as EX_TEMPFAIL of <sysexits.h>.
 */
#define REFERENCE_EXIT_SKIPPED 75

/* The backup is damaged, and nothing was restored from it. */
#define REFERENCE_EXIT_DAMAGED 3

extern const struct command_line backup_command;
extern const struct command_line restore_command;

#endif
