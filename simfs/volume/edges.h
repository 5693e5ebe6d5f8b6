/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edges.h - a write that does not cover its first or its last block as a whole.
 *
 *	│······xxxx│xxxxxxxx│xxx·····│
 *	   ▲                    ▲
 *	   └── read ────────────┴─────── x: what is written
 *
 * The edges, the rest of those two blocks, are read, and what is written is laid between
 * them.  The blocks are the write's own until it has ended (volume/range.c), so nobody
 * changes the edges meanwhile.
 */
#ifndef SNAPRIG_VOLUME_EDGES_H
#define SNAPRIG_VOLUME_EDGES_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/volume/request.h"

struct edges_ops {
	/* Optional.  Whether the rest of BLOCK, which REQUEST covers in part, is needed for
	 * writing it; NULL: always. */
	bool (*needs)(const struct volume_request *request, uint64_t block);

	/* Required.  Has BYTES be all of BLOCK: as parts_ops.plan it begins a part that reads
	 * them, or does it at once. */
	void (*read)(struct volume_request *request, uint64_t block, char *bytes);

	/* Optional.  As parts_ops.ended. */
	void (*ended)(struct request_part *part, int result);

	/* Required.  ERROR 0: BYTES are what is to be written, of the volume from FIRST on; all
	 * of a block whose edge was needed.  They are kept until REQUEST ends.  Else -errno. */
	void (*done)(struct volume_request *request, int error, char *bytes, uint64_t first);
};

/*
 * Completes the write REQUEST, by blocks of BLOCK_BYTES, a power of two up to
 * VOLUME_BLOCK_MAX_BYTES.  OPS->done is called once, now or later: with the write's own buffer
 * when no edge is needed, which is then aligned as the write is; else with scratch memory.
 */
void edges_complete(
	struct volume_request *request, uint32_t block_bytes, const struct edges_ops *ops);

#endif
