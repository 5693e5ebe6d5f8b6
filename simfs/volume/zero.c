/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zero.c - discards and zeroing of the live view: the range reads as zeros afterwards.
 *
 *   zero_start ─▶ piece ─▶ (barrier, turn, preserving: as a write) ─▶ piece_done ─┐
 *                   ▲                                                     more     │
 *                   └───────────────────────────────────────────────────────◀──────┘
 *
 * A piece is a write of its own, as long as one write may preserve; if no snapshot needs the
 * old data, all that is left. Whole sectors are punched out of the image; the edges are
 * written as zeros, and so is everything if the file system cannot punch.
 *
 * Most systems treat discards as writes. dattobd and its relatives do not trace them, so that
 * a snapshot loses what was discarded (docs/real-systems.md 1.7). A chain refuses them, since
 * VHD does not support them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/volume/core.h"
#include "simfs/volume/life.h"
#include "simfs/volume/way.h"

struct zero {
	struct volume_request piece;
	struct volume_request *whole;
	uint64_t cursor;
	struct list link;
};

static bool is_wanted(const struct zero *zero)
{
	list_for_each (at, &zero->piece.volume->snapshots) {
		if (snapshot_traces(CONTAINER_OF(at, struct snapshot, link), zero->piece.kind))
			return true;
	}
	return false;
}

void zero_choose(struct volume_request *piece)
{
	struct zero *zero = CONTAINER_OF(piece, struct zero, piece);
	struct volume *volume = piece->volume;
	uint64_t alignment = volume->alignment_bytes;
	uint64_t left = zero->whole->offset + zero->whole->length - zero->cursor;
	uint64_t edge = zero->cursor % alignment, piece_max = volume->limits->zero_piece_bytes;
	bool may_punch = volume->topology->live_is_image && !volume->cannot_punch;

	piece->offset = zero->cursor;
	piece->is_punched = may_punch && edge == 0 && left >= alignment;
	if (piece->is_punched) {
		left = round_down(left, alignment);
		if (left > piece_max && is_wanted(zero))
			left = piece_max;
		piece->length = left;
		return;
	}
	/* After an edge the rest may be punched. */
	if (may_punch && edge > 0 && left > alignment - edge)
		left = alignment - edge;
	piece->length = left < piece_max ? left : piece_max;
	memset(piece->buffer, 0, piece->length);
}

static void zero_end(struct zero *zero, int result)
{
	struct volume_request *whole = zero->whole;

	list_remove(&zero->link);
	free(zero);
	whole->done(whole, result);
}

static void piece_done(struct volume_request *piece, int result)
{
	struct zero *zero = CONTAINER_OF(piece, struct zero, piece);
	const struct volume_request *whole = zero->whole;

	/* It was too long to be written as zeros in the same turn. */
	if (piece->is_punched && result == -EOPNOTSUPP) {
		piece->volume->cannot_punch = true;
		result = 0;
	} else {
		zero->cursor += piece->length;
	}
	if (result < 0 || zero->cursor == whole->offset + whole->length)
		zero_end(zero, result);
	else
		write_start(piece);
}

void zero_start(struct volume_request *request)
{
	struct volume *volume = request->volume;
	struct zero *zero;

	if (request->kind == VOLUME_DISCARD && !volume->topology->live_is_image) {
		request->done(request, -EOPNOTSUPP);
		return;
	}
	zero = calloc(1, sizeof *zero);
	if (!zero) {
		request->done(request, -ENOMEM);
		return;
	}
	zero->whole = request;
	zero->cursor = request->offset;
	zero->piece = (struct volume_request){
		.kind = request->kind,
		.volume = volume,
		.buffer = request->buffer,
		.done = piece_done,
	};
	list_append(&volume->zeros, &zero->link);
	write_start(&zero->piece);
}

void zero_forget_all(struct volume *volume)
{
	struct list *link;

	while ((link = list_pop(&volume->zeros)))
		free(CONTAINER_OF(link, struct zero, link));
}
