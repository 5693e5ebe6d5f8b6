/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counts.h - transfers to files, in operations and bytes: figures without noise.
 *
 * A transfer is counted when it is passed to the file, by the bytes it should move. A
 * transfer that a fault answers is not counted; one that a fault redirects is counted as
 * redirected.
 */
#ifndef SNAPRIG_BLOCKIO_COUNTS_H
#define SNAPRIG_BLOCKIO_COUNTS_H

#include <stdint.h>

/* For several files that belong together, zeroed before its first use. */
struct blockio_counts {
	uint64_t reads, read_bytes;
	uint64_t writes, written_bytes;
	uint64_t flushes;
	uint64_t punches;
	uint64_t ahead_bytes;  /* zeros written beyond their ends to make room */
	uint64_t hashed_bytes; /* added by the code that keeps their checksums */
};

#endif
