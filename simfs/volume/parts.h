/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parts.h - a request that is cut into parts, some of which are under way at a time.
 *
 *   parts_start ─▶ plan, plan, … ─▶ all have ended ─▶ round_over ─┬─▶ done
 *                      ▲                                          │ more is left
 *                      └──────────────────────────────────────────┘
 *
 * The parts of a round are started side by side, as many as the volume's limits allow,
 * and the next round when the last of them has ended.  The first error ends the request
 * after its round; the others' are not told.
 */
#ifndef SNAPRIG_VOLUME_PARTS_H
#define SNAPRIG_VOLUME_PARTS_H

#include <stdint.h>

#include "simfs/volume/request.h"

struct parts_ops {
	/* Required.  Looks at what lies at request->cursor: starts the part that begins there
	 * (part_begin()), or does what has nothing to wait for at once.  Returns from where to
	 * go on, behind the cursor; or the cursor, when nothing is left. */
	uint64_t (*plan)(struct volume_request *request);

	/* Optional.  PART has ended with RESULT; request->error does not have it yet. */
	void (*ended)(struct request_part *part, int result);

	/* Optional.  The parts of a round, request->part_count of them, have ended.  May set
	 * request->error, or take the cursor back to where one of them began. */
	void (*round_over)(struct volume_request *request);

	/* Required.  ERROR is request->error, 0 or -errno.  REQUEST may go. */
	void (*done)(struct volume_request *request, int error);
};

/* Begins at CURSOR, in the measure of OPS.  `done` is called once, now or later. */
void parts_start(struct volume_request *request, uint64_t cursor, const struct parts_ops *ops);

/* For `plan`: how many parts more this round may have, at least one; and how many of them have
 * memory without parts_room(). */
unsigned parts_left(const struct volume_request *request);
unsigned parts_left_inline(const struct volume_request *request);

/*
 * For `plan`, once, or as often as parts_left() and memory allow: a part of LENGTH bytes at OFFSET
 * of the volume, which counts as under way.  What starts it has it end, now or later, with
 * part->ended().
 */
struct request_part *part_begin(struct volume_request *request, uint64_t offset, size_t length);

/* What part->ended() is: PART has ended. */
void part_end(struct request_part *part, int result);

/* ---- memory ---- */

/* The longest vector of a part: as many spans as there are parts, and what lies between. */
#define PARTS_SPANS (2 * VOLUME_REQUEST_PARTS)

/*
 * For the parts of a request that has many.  Mapped, not allocated: what is not used stays
 * address space.  There are never more than requests.
 */
struct parts_room {
	struct list link;
	unsigned span_count; /* of this round */
	struct request_part parts[VOLUME_REQUEST_PARTS];
	struct iovec spans[PARTS_SPANS];
	struct iovec vectors[PARTS_SPANS]; /* the same for the backend, which uses them up */
};

/* That of REQUEST, which has it until it is done; NULL without memory. */
struct parts_room *parts_room(struct volume_request *request);

void parts_rooms_init(struct volume *volume);
void parts_rooms_free(struct volume *volume);

#endif
