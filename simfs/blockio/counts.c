/* SPDX-License-Identifier: Apache-2.0 */
/* counts.c - how a transfer is counted (counts.h). */
#include "simfs/blockio/blockio.h"

void blockio_count(struct blockio_counts *counts, enum blockio_kind kind, uint64_t bytes)
{
	switch (kind) {
	case BLOCKIO_READ:
		counts->reads++;
		counts->read_bytes += bytes;
		break;
	case BLOCKIO_WRITE:
		counts->writes++;
		counts->written_bytes += bytes;
		break;
	case BLOCKIO_FLUSH:
		counts->flushes++;
		break;
	case BLOCKIO_PUNCH:
		counts->punches++;
		break;
	case BLOCKIO_ALLOCATE:
	case BLOCKIO_NOTHING:
	case BLOCKIO_SYNC:
		break;
	}
}
