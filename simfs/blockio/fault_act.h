/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault_act.h - what a fault does to whoever meets it: the one table of actions.
 *
 *	            ┌─ FAULT_ANSWERS ─▶ nothing is moved; decision.error is the answer,
 *	            │                   0 of what is dropped
 *	decided ────┼─ FAULT_WAITS ───▶ goes on later, as if nothing had been
 *	            └─ FAULT_GOES_ON ─▶ fault_change() ─▶ moved ─▶ fault_spoil(), of a read
 *
 * The plane decides (faults/fault.h), and faults/action.c says who may meet
 * what.  A request, a part of a file and a moment act by the same row: each says
 * what it moves, moves what it is told to, and puts back what its caller knows.
 */
#ifndef SNAPRIG_BLOCKIO_FAULT_ACT_H
#define SNAPRIG_BLOCKIO_FAULT_ACT_H

#include "faults/fault.h"

enum fault_course {
	FAULT_GOES_ON,
	FAULT_ANSWERS,
	FAULT_WAITS,
	FAULT_DIES, /* the rig does; nobody else sees it */
};

/* Where an offset may come to lie. */
struct fault_room {
	uint64_t size_bytes;
	uint64_t unit_bytes; /* whole ones are moved, from a whole one on */
	uint64_t step_min_bytes;
	bool wraps; /* at its end; else it has none */
};

/* What is moved, as an action finds it and leaves it. */
struct fault_move {
	struct fault_room room;
	uint64_t offset;
	size_t length;
	size_t told_length; /* that the answer says */
	void *written;	    /* bytes that may be changed; NULL: it reads */
	bool is_live;	    /* it is the live view's, whosever it was */
};

struct fault_act {
	enum fault_course course;
	bool hangs;	     /* waits until it is released */
	bool fails_snapshot; /* and goes on */

	/* Optional.  Before it is moved; the room is not changed. */
	void (*change)(const struct fault_decision *decision, struct fault_move *move);

	/* Optional.  LENGTH bytes that could be read, before anybody has them. */
	void (*spoil)(const struct fault_decision *decision, void *bytes, size_t length);
};

/* The row of ACTION, which is one of the table; FAULT_NO_ACTION goes on. */
const struct fault_act *fault_act_at(enum fault_action action);

/* Whether anything about what goes on is changed, before or after. */
bool fault_changes(const struct fault_decision *decision);

void fault_change(const struct fault_decision *decision, struct fault_move *move);
void fault_spoil(const struct fault_decision *decision, void *bytes, size_t length);

#endif
