/* SPDX-License-Identifier: Apache-2.0 */
/* reads.h - the read statistics of a snapshot, for clients of the control socket. */
#ifndef SNAPRIG_VOLUME_READS_H
#define SNAPRIG_VOLUME_READS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct read_counts;
struct read_progress;
struct volume;

struct reads {
	const struct read_counts *counts;
	const struct read_progress *progress;
	uint64_t store_bytes; /* that it uses; of a deleted one: that it used last */
};

/*
 * The statistics of the snapshot NAME, even while it is being deleted, or of the last deleted
 * one that had been read, if that was its name. Returns false if neither. RET is valid until
 * the volume is used again.
 */
bool volume_reads(struct volume *volume, const char *name, struct reads *ret);

/*
 * Finds the first range at or after FROM_BYTES that was read completely: whole blocks
 * (progress.h), unless cut by FROM_BYTES or the end of the volume. Returns false if there is
 * none.
 */
bool reads_next(const struct volume *volume, const struct reads *reads, uint64_t from_bytes,
	uint64_t *ret_offset_bytes, uint64_t *ret_length_bytes);

/* The object `reads` of status.json, or NULL without memory. */
json_t *reads_json(const struct reads *reads);

#endif
