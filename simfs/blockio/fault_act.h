/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault_act.h - what a fault does to an operation: the one table of actions.
 *
 *	            ┌─ FAULT_ANSWERS ─▶ nothing is moved; the result is decision.error,
 *	            │                   0 if it is dropped
 *	decided ────┼─ FAULT_WAITS ───▶ continues later, unchanged
 *	            └─ FAULT_GOES_ON ─▶ fault_change() ─▶ moved ─▶ fault_spoil(), if a read
 *
 * The plane decides (faults/fault.h), and faults/action.c says which action is allowed at
 * which point. A request, a part of a file and a moment use the same row: each describes what
 * it would move, moves what the action made of that, and reports to its caller in the
 * caller's terms.
 */
#ifndef SNAPRIG_BLOCKIO_FAULT_ACT_H
#define SNAPRIG_BLOCKIO_FAULT_ACT_H

#include "faults/fault.h"

enum fault_course {
	FAULT_GOES_ON,
	FAULT_ANSWERS,
	FAULT_WAITS,
	FAULT_DIES, /* the rig dies; callers never see this */
};

/* Where an offset may be moved to. */
struct fault_room {
	uint64_t size_bytes;
	uint64_t unit_bytes; /* moves are whole units, aligned to a unit */
	uint64_t step_min_bytes;
	bool wraps; /* at its end; else the room has no end */
};

/* What is moved, before and after an action changes it. */
struct fault_move {
	struct fault_room room;
	uint64_t offset;
	size_t length;
	size_t told_length; /* the length that the answer reports */
	void *written;	    /* bytes that may be changed; NULL for a read */
	bool is_live;	    /* take the live view's bytes instead */
};

struct fault_act {
	enum fault_course course;
	bool hangs;	     /* waits until released */
	bool fails_snapshot; /* and goes on */

	/* Optional. Called before the move; does not change the room. */
	void (*change)(const struct fault_decision *decision, struct fault_move *move);

	/* Optional. Changes the LENGTH bytes that were read, before the reader gets them. */
	void (*spoil)(const struct fault_decision *decision, void *bytes, size_t length);
};

/* The row of ACTION, which must be in the table; the row of FAULT_NO_ACTION goes on. */
const struct fault_act *fault_act_at(enum fault_action action);

/* Whether the action changes the operation or what it reads. */
bool fault_changes(const struct fault_decision *decision);

void fault_change(const struct fault_decision *decision, struct fault_move *move);
void fault_spoil(const struct fault_decision *decision, void *bytes, size_t length);

#endif
