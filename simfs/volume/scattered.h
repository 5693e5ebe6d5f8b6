/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scattered.h - a read whose bytes are scattered over files, with as few transfers as
 * possible.
 *
 *	wanted     ▒▒▒▒▓▓▒▒░░▒▒▒▒▓▓▒▒▒▒		▒ the image's, ▓ and ░ two stores'
 *	transfers  ▒▒▒▒··▒▒··▒▒▒▒··▒▒▒▒		· is read and discarded
 *	           ░░
 *	           ▓▓▓▓				contiguous in their store
 *
 * Everything known about a read goes out in one round (parts.h). Bytes that are adjacent in
 * one file, or nearly so, are one transfer, whatever their order in the read.
 *
 * Nothing is read twice: each unit of BLOCKIO_ALIGNMENT_MAX is unread until a transfer for it
 * has begun. It becomes unread again if a topology says so (scattered_again()), or if a
 * transfer with gaps has failed: the unreadable bytes may be in a gap, so the later rounds of
 * that request read without gaps. The same holds while faults are armed that strike reads of
 * the image: a reader must not meet a fault in bytes that it does not read.
 */
#ifndef SNAPRIG_VOLUME_SCATTERED_H
#define SNAPRIG_VOLUME_SCATTERED_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/volume/request.h"

struct node;
struct snapshot;
struct store;

/* Bytes of the volume that are contiguous in one file; whole units. */
struct scattered_run {
	uint64_t length;
	struct store *store;	 /* NULL: the image */
	uint64_t position;	 /* in that file */
	struct snapshot *holder; /* as in struct request_part */
	struct node *node;
	bool is_zeros; /* stored nowhere */
};

struct scattered_ops {
	/* Required. Where the first bytes of the volume from OFFSET to before END are stored.
	 * Sets RET, which is zeroed before. */
	void (*locate)(struct volume_request *request, uint64_t offset, uint64_t end,
		struct scattered_run *ret);

	/* Required. PART, with its holder or node, has begun: takes a reference to that until
	 * PART has ended. */
	void (*begun)(struct request_part *part);
};

/* Sets request->data. The result is the cursor for parts_start(). */
uint64_t scattered_begin(struct volume_request *request);

/* For parts_ops.plan and .round_over. */
uint64_t scattered_plan(struct volume_request *request, const struct scattered_ops *ops);
void scattered_round_over(struct volume_request *request);

/* For parts_ops.ended: reads the volume's bytes from FIRST to before END again, whole units
 * that REQUEST has already planned. */
void scattered_again(struct volume_request *request, uint64_t first, uint64_t end);

/* The volume offset of SPAN, one of PART's that is not a gap. */
uint64_t scattered_offset(const struct request_part *part, const struct iovec *span);

#endif
