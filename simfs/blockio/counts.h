/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counts.h - what became of files, in bytes: figures that no noise moves.
 *
 * A transfer counts when it is passed on to the file, with the bytes that it is to move: one that
 * a fault answers is none, one that a fault moves elsewhere is what it was made to be.
 */
#ifndef SNAPRIG_BLOCKIO_COUNTS_H
#define SNAPRIG_BLOCKIO_COUNTS_H

#include <stdint.h>

/* Of several files that belong together, all zeros at first. */
struct blockio_counts {
	uint64_t reads, read_bytes;
	uint64_t writes, written_bytes;
	uint64_t flushes;
	uint64_t punches;
	uint64_t ahead_bytes;  /* zeros that make room behind their ends */
	uint64_t hashed_bytes; /* whoever keeps sums of them says so */
};

#endif
