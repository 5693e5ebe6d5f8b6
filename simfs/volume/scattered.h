/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scattered.h - a read whose bytes lie scattered over files, in as few transfers as there are.
 *
 *	wanted     ▒▒▒▒▓▓▒▒░░▒▒▒▒▓▓▒▒▒▒		▒ the image's, ▓ and ░ two stores'
 *	transfers  ▒▒▒▒··▒▒··▒▒▒▒··▒▒▒▒		· is read over: nobody wants it
 *	           ░░
 *	           ▓▓▓▓				one behind the other in their store
 *
 * All that is known of a read goes out in one round (parts.h).  What lies in one file, one behind
 * the other or nearly so, is one transfer, in whatever order the reader gets it.
 *
 * Nothing is read twice: each unit of BLOCKIO_ALIGNMENT_MAX is unread until a transfer was begun
 * for it, and again when a topology says so (scattered_again()), or when a transfer that read over
 * something has failed: what nobody wants may be what cannot be read, so the next rounds of that
 * request read what is wanted alone.  They also do where faults are armed that strike reads of the
 * image: nobody is struck by what he does not read.
 */
#ifndef SNAPRIG_VOLUME_SCATTERED_H
#define SNAPRIG_VOLUME_SCATTERED_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/volume/request.h"

struct node;
struct snapshot;
struct store;

/* Bytes of the volume that lie in one piece in one file, whole units. */
struct scattered_run {
	uint64_t length;
	struct store *store;	 /* NULL: the image */
	uint64_t position;	 /* in that file */
	struct snapshot *holder; /* as struct request_part has them */
	struct node *node;
	bool is_zeros; /* it lies nowhere */
};

struct scattered_ops {
	/* Required.  Where the first bytes of the volume from OFFSET to before END lie: RET, all of
	 * it set but what is 0. */
	void (*locate)(struct volume_request *request, uint64_t offset, uint64_t end,
		struct scattered_run *ret);

	/* Required.  PART, with its holder or node, is begun: keeps that until PART has ended. */
	void (*begun)(struct request_part *part);
};

/* Sets request->data; then parts_start() at the cursor that it returns. */
uint64_t scattered_begin(struct volume_request *request);

/* What parts_ops.plan and .round_over are. */
uint64_t scattered_plan(struct volume_request *request, const struct scattered_ops *ops);
void scattered_round_over(struct volume_request *request);

/* For parts_ops.ended: bytes of the volume from FIRST to before END, whole units that REQUEST has
 * planned, are read once more. */
void scattered_again(struct volume_request *request, uint64_t first, uint64_t end);

/* Where the bytes of SPAN, one of PART's that are wanted, begin in the volume. */
uint64_t scattered_offset(const struct request_part *part, const struct iovec *span);

#endif
