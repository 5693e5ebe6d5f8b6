/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference.h - a backup client that does everything right.
 *
 * It reads a snapshot in order, as ActiveImage Protector's pipeline or as a job of
 * Xen Orchestra, and says in the same words what went wrong.  A backup is the image OUT and the
 * manifest OUT.manifest with a checksum of every chunk.  Both are written
 * under temporary names, flushed, and get their own only when they are whole;
 * nothing else is ever left behind.
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_H
#define SNAPRIG_CLIENTS_REFERENCE_H

#include "simfs/base/command_line.h"

/* What the pipeline reads at a time, and what one checksum is of. */
#define REFERENCE_CHUNK_BYTES ((size_t)8 << 20)

/* "The snapshot could not be read"; a process can only pass on the low byte, 198. */
#define REFERENCE_EXIT_READ (-314)

/*
 * "The snapshot could not be taken": a writer failed (the vendor's article on
 * exit code -311 has the log: docs/real-systems.md 3), or writes could not be
 * flushed or held.  What can be passed on is 201.
 */
#define REFERENCE_EXIT_VSS (-311)

/* The target could not be written, or what is asked makes no sense. */
#define REFERENCE_EXIT_TARGET 1

/*
 * The job was not run, so that it does no harm, and may be later: a chain of Xen has too much
 * that is not merged yet.  It is EX_TEMPFAIL of <sysexits.h>.
 */
#define REFERENCE_EXIT_SKIPPED 75

/* The backup is not what was written, and nothing was restored from it. */
#define REFERENCE_EXIT_DAMAGED 3

extern const struct command_line backup_command;
extern const struct command_line restore_command;

#endif
