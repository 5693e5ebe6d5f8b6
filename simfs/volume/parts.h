/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parts.h - a request that is split into parts, some of which are in flight at a time.
 *
 *   parts_start ─▶ plan, plan, … ─▶ all have ended ─▶ round_over ─┬─▶ done
 *                      ▲                                          │ more is left
 *                      └──────────────────────────────────────────┘
 *
 * The parts of a round are started together, as many as the volume's limits allow; the next
 * round starts when the last of them has ended. After the first error the request ends with
 * its round; later errors are ignored.
 */
#ifndef SNAPRIG_VOLUME_PARTS_H
#define SNAPRIG_VOLUME_PARTS_H

#include <stdint.h>

#include "simfs/volume/request.h"

struct parts_ops {
	/* Required. Handles what begins at request->cursor: starts a part there
	 * (part_begin()), or does at once what needs no waiting. Returns where to continue,
	 * after the cursor; or the cursor if nothing is left. */
	uint64_t (*plan)(struct volume_request *request);

	/* Optional. PART has ended with RESULT, which is not in request->error yet. */
	void (*ended)(struct request_part *part, int result);

	/* Optional. All request->part_count parts of a round have ended. May set
	 * request->error, or move the cursor back to the start of one of them. */
	void (*round_over)(struct volume_request *request);

	/* Required. ERROR is request->error, 0 or -errno. REQUEST may be freed. */
	void (*done)(struct volume_request *request, int error);
};

/* Starts at CURSOR, in units that OPS define. `done` is called once, now or later. */
void parts_start(struct volume_request *request, uint64_t cursor, const struct parts_ops *ops);

/* For `plan`: how many more parts this round may have, at least one; and how many of these
 * fit without parts_room(). */
unsigned parts_left(const struct volume_request *request);
unsigned parts_left_inline(const struct volume_request *request);

/*
 * For `plan`: begins a part of LENGTH bytes at OFFSET of the volume, which counts as in
 * flight. Call it once, or as often as parts_left() and memory allow. When the part's work
 * ends, now or later, call part->ended().
 */
struct request_part *part_begin(struct volume_request *request, uint64_t offset, size_t length);

/* The default of part->ended(): PART has ended. */
void part_end(struct request_part *part, int result);

/* ---- memory ---- */

/* The most spans of a part: one per part, and the gaps between them. */
#define PARTS_SPANS (2 * VOLUME_REQUEST_PARTS)

/*
 * For the parts of a request that has many. Mapped, not allocated: unused pages stay address
 * space only. Their number never exceeds that of the requests.
 */
struct parts_room {
	struct list link;
	unsigned span_count; /* in this round */
	struct request_part parts[VOLUME_REQUEST_PARTS];
	struct iovec spans[PARTS_SPANS];
	struct iovec vectors[PARTS_SPANS]; /* copies for the backend, which consumes them */
};

/* The room of REQUEST, which keeps it until it is done; NULL without memory. */
struct parts_room *parts_room(struct volume_request *request);

void parts_rooms_init(struct volume *volume);
void parts_rooms_free(struct volume *volume);

#endif
