/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edges.h - a write that covers its first or last block only in part.
 *
 *	│······xxxx│xxxxxxxx│xxx·····│
 *	   ▲                    ▲
 *	   └── read ────────────┴─────── x: what is written
 *
 * The edges, the rest of those two blocks, are read, and the written bytes are placed between
 * them. The write owns these blocks until it ends (volume/range.c), so the edges do not
 * change in the meantime.
 */
#ifndef SNAPRIG_VOLUME_EDGES_H
#define SNAPRIG_VOLUME_EDGES_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/volume/request.h"

struct edges_ops {
	/* Optional. Whether writing BLOCK, which REQUEST covers in part, needs the rest of
	 * it; NULL: always. */
	bool (*needs)(const struct volume_request *request, uint64_t block);

	/* Required. Reads all of BLOCK into BYTES: begins a part for it, as parts_ops.plan
	 * does, or does it at once. */
	void (*read)(struct volume_request *request, uint64_t block, char *bytes);

	/* Optional. As parts_ops.ended. */
	void (*ended)(struct request_part *part, int result);

	/* Required. ERROR 0: BYTES are to be written at FIRST of the volume; a block whose
	 * edge was needed is complete. They stay valid until REQUEST ends. Else -errno. */
	void (*done)(struct volume_request *request, int error, char *bytes, uint64_t first);
};

/*
 * Completes the write REQUEST to blocks of BLOCK_BYTES, a power of two up to
 * VOLUME_BLOCK_MAX_BYTES. Calls OPS->done once, now or later: if no edge is needed, with the
 * write's own buffer, which is aligned as the write is; else with scratch memory.
 */
void edges_complete(
	struct volume_request *request, uint32_t block_bytes, const struct edges_ops *ops);

#endif
