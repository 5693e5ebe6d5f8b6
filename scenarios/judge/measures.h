/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measures.h - what a client did in one run, and what that cost: numbers, no judgement.
 *
 * The reads are those that the rig counted (volume/read_counts.h): every read of the snapshot that
 * arrived there, from the client or from the kernel on its behalf.
 */
#ifndef SNAPRIG_SCENARIOS_JUDGE_MEASURES_H
#define SNAPRIG_SCENARIOS_JUDGE_MEASURES_H

#include <stdbool.h>
#include <stdint.h>

/* Sizes of reads up to 512 bytes, up to 1 KiB, ... up to 1 MiB. */
#define MEASURES_SIZE_MIN 512u
#define MEASURES_SIZES	  12

struct write_latency {
	uint64_t count;
	uint64_t p50_ns, p99_ns;
};

struct measures {
	bool is_there; /* the client was run */
	uint64_t duration_ns;
	uint64_t cpu_ns, memory_bytes; /* process_usage.h */

	bool has_reads; /* false: the rig could not be asked, or had no snapshot */
	uint64_t reads, read_errors, reads_in_sequence, in_flight_max;
	uint64_t read_bytes, bytes_again;
	uint64_t sizes[MEASURES_SIZES];
	uint64_t store_bytes; /* of the snapshot, whose stores only grow */

	bool has_map;	       /* it is known block by block what was read and what is data */
	uint64_t bytes_unread; /* data that was never read */
	uint64_t bytes_of_holes;

	bool has_live; /* of the live view, by any process, during the run: */
	uint64_t live_read_bytes, live_written_bytes;
	bool fell_back; /* it was read although there was no good snapshot */

	/* Live writes during the run of the client, and between the previous run and this one. */
	struct write_latency before, during;
};

#endif
