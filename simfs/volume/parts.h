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

/*
 * For `plan`, at most once in a call: a part of LENGTH bytes at OFFSET of the volume, which
 * counts as under way.  What starts it has it end, now or later, with part->ended().
 */
struct request_part *part_begin(struct volume_request *request, uint64_t offset, size_t length);

#endif
