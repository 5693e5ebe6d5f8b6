/* SPDX-License-Identifier: Apache-2.0 */
/* reads.h - what was read of a snapshot, for those who ask over the control socket. */
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
	uint64_t store_bytes; /* that it takes; of a deleted one: that it took at last */
};

/*
 * Of the snapshot NAME, also while it is being deleted; or of the one that was deleted last of
 * those that were read, if that was its name.  False: it is neither.  RET holds until the volume
 * is used again.
 */
bool volume_reads(struct volume *volume, const char *name, struct reads *ret);

/*
 * The first range at or after FROM_BYTES of which everything was read, in whole blocks
 * (progress.h), but for one that FROM_BYTES or the end of the volume cuts.  False: none.
 */
bool reads_next(const struct volume *volume, const struct reads *reads, uint64_t from_bytes,
	uint64_t *ret_offset_bytes, uint64_t *ret_length_bytes);

/* The object `reads` of status.json, or NULL without memory. */
json_t *reads_json(const struct reads *reads);

#endif
