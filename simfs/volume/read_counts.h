/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_counts.h - how a snapshot was read: as its readers asked, whatever the volume or a
 * fault makes of it.
 */
#ifndef SNAPRIG_VOLUME_READ_COUNTS_H
#define SNAPRIG_VOLUME_READ_COUNTS_H

#include <stdint.h>

#include <jansson.h>

#include "simfs/store/store.h"
#include "simfs/volume/progress.h"

/* Sizes up to 512 bytes, up to 1 KiB, ... up to 1 MiB. */
#define READ_SIZE_SHIFT_MIN 9
#define READ_SIZES	    12

/* All zeros at first. */
struct read_counts {
	uint64_t begun;
	uint64_t in_sequence; /* began where the one before ended; the first: at 0 */
	uint64_t errors;
	uint64_t bytes; /* that were answered */
	uint64_t sizes[READ_SIZES];
	uint64_t next; /* where the latest ends */
	uint64_t in_flight, in_flight_max;
};

/* What was read of the snapshot that was deleted last, of those that were read. */
struct reads_gone {
	char name[STORE_NAME_BYTES]; /* "": there was none */
	struct read_progress progress;
	struct read_counts counts;
	uint64_t store_bytes;
};

/* A read of LENGTH_BYTES, at least 1, begins; it is over exactly once. */
static inline void read_counts_begin(
	struct read_counts *counts, uint64_t offset, uint64_t length_bytes)
{
	/* In one step: lengths up to the smallest size look alike. */
	uint64_t last = (length_bytes - 1) | ((1u << READ_SIZE_SHIFT_MIN) - 1);

	counts->begun++;
	counts->sizes[63 - READ_SIZE_SHIFT_MIN + 1 - __builtin_clzll(last)]++;
	if (offset == counts->next)
		counts->in_sequence++;
	counts->next = offset + length_bytes;
	if (++counts->in_flight > counts->in_flight_max)
		counts->in_flight_max = counts->in_flight;
}

/* With RESULT, 0 or -errno, and BYTES of it answered if that is 0. */
static inline void read_counts_over(struct read_counts *counts, int result, uint64_t bytes)
{
	counts->in_flight--;
	if (result < 0)
		counts->errors++;
	else
		counts->bytes += bytes;
}

/* {"count": N, "bytes": N, "errors": N, "in_sequence": N, "bytes_again": N, "in_flight_max": N,
 * "sizes": {"4096": N, …}}: by their largest, those that there were.  NULL without memory. */
json_t *read_counts_json(const struct read_counts *counts, const struct read_progress *progress);

#endif
