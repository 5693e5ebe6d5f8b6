/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_patience.h - long reads of snapshots let live requests go first at the disk.
 *
 * A backup keeps a disk busy with long transfers, and a live write of 4 KiB waits behind all of
 * them.  So while live writes are under way, and for limits->patient_ns after the last live request
 * came, reads of at least limits->patient_read_bytes are patient (blockio.h).  Where nobody else
 * wants the disk they are no slower for it, and a backup of a volume that nobody uses has none.
 *
 * Others than this volume may want the disk, too, and all the time.  So nobody has patience for
 * READ_PATIENCE_REST_NS after one has waited for longer than limits->patient_wait_ns.
 */
#ifndef SNAPRIG_VOLUME_READ_PATIENCE_H
#define SNAPRIG_VOLUME_READ_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

struct volume_request;

#define READ_PATIENCE_REST_NS 1000000000u

struct read_patience {
	uint64_t seen;	   /* live requests that had come when it was last looked */
	uint64_t until_ns; /* none has in a while from then on */
	unsigned waiting;  /* patient reads that are under way ... */
	uint64_t since_ns; /* ... of which one has begun then, or ended */
	uint64_t lost_until_ns;
};

/* Whether the transfers that REQUEST begins now are patient: then read_patience_end() is to come.
 */
bool read_patience_begin(const struct volume_request *request);
void read_patience_end(const struct volume_request *request);

#endif
