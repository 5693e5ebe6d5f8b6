/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_counts.h - how a snapshot was read: the reads as requested, whatever the volume or a
 * fault does with them.
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

/* Zeroed before its first use. */
struct read_counts {
	uint64_t begun;
	uint64_t in_sequence; /* began where the previous one ended; the first: at 0 */
	uint64_t errors;
	uint64_t bytes; /* answered */
	uint64_t sizes[READ_SIZES];
	uint64_t next; /* the end of the last read */
	uint64_t in_flight, in_flight_max;
};

/* Statistics of the last deleted snapshot that had been read. */
struct reads_gone {
	char name[STORE_NAME_BYTES]; /* "": none */
	struct read_progress progress;
	struct read_counts counts;
	uint64_t store_bytes;
};

/* A read of LENGTH_BYTES, at least 1, begins; read_counts_over() must follow exactly once. */
static inline void read_counts_begin(
	struct read_counts *counts, uint64_t offset, uint64_t length_bytes)
{
	/* Without a branch: lengths up to the smallest size count alike. */
	uint64_t last = (length_bytes - 1) | ((1u << READ_SIZE_SHIFT_MIN) - 1);

	counts->begun++;
	counts->sizes[63 - READ_SIZE_SHIFT_MIN + 1 - __builtin_clzll(last)]++;
	if (offset == counts->next)
		counts->in_sequence++;
	counts->next = offset + length_bytes;
	if (++counts->in_flight > counts->in_flight_max)
		counts->in_flight_max = counts->in_flight;
}

/* It ended with RESULT, 0 or -errno; on success, BYTES were answered. */
static inline void read_counts_over(struct read_counts *counts, int result, uint64_t bytes)
{
	counts->in_flight--;
	if (result < 0)
		counts->errors++;
	else
		counts->bytes += bytes;
}

/* {"count": N, "bytes": N, "errors": N, "in_sequence": N, "bytes_again": N, "in_flight_max":
 * N, "sizes": {"4096": N, …}}: the keys of sizes are upper bounds, only those that occurred.
 * NULL without memory. */
json_t *read_counts_json(const struct read_counts *counts, const struct read_progress *progress);

#endif
