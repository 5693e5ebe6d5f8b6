/* SPDX-License-Identifier: Apache-2.0 */
/* action.h - what a fault does, and where that makes sense. */
#ifndef SNAPRIG_FAULTS_ACTION_H
#define SNAPRIG_FAULTS_ACTION_H

#include <stddef.h>

#include "faults/point.h"

enum fault_action {
	FAULT_NO_ACTION,
	FAULT_ERROR,	     /* error=EIO: fails, nothing is done */
	FAULT_DELAY,	     /* delay=20ms: goes on later, on the rig's clock */
	FAULT_HANG,	     /* hang: goes on when it is released */
	FAULT_SHORT,	     /* short=512: only so many bytes, and says so */
	FAULT_ZERO,	     /* zero: all bytes are zeros */
	FAULT_STALE,	     /* stale: the live view's bytes */
	FAULT_FLIP,	     /* flip=1: so many bits are wrong */
	FAULT_TEAR,	     /* tear=512: only so many bytes are written, success is said */
	FAULT_DROP,	     /* drop: nothing is done, success is said */
	FAULT_MISDIRECT,     /* misdirect=4KiB: it happens so much further on */
	FAULT_HOLE,	     /* hole: data are told for a hole */
	FAULT_DATA,	     /* data: a hole is told for data */
	FAULT_LOST,	     /* lost: nothing is said to have changed */
	FAULT_MISSING,	     /* missing=1: so many blocks that changed are not told */
	FAULT_ADDED,	     /* added=1: so many that did not change are told */
	FAULT_FAIL_SNAPSHOT, /* fail-snapshot: with the error of its limit; no driver logs it */
	FAULT_REPLY,	     /* reply=reset: what a door answers instead */
	FAULT_CRASH,	     /* crash: SIGKILL to the rig */
	FAULT_ACTIONS,
};

enum action_value {
	ACTION_ALONE,
	ACTION_ERRNO,
	ACTION_TIME,
	ACTION_BYTES, /* from 0 */
	ACTION_COUNT, /* from 1 */
	ACTION_REPLY, /* a word of base/xapi_replies.def, of the point */
};

struct action_row {
	const char *name; /* NULL: FAULT_NO_ACTION */
	enum action_value value;
	const char *about;
};

/* The row of ACTION, or NULL from FAULT_ACTIONS on. */
const struct action_row *action_at(size_t action);

/* Why ACTION makes no sense at POINT; NULL: it does. */
const char *action_refusal(enum fault_action action, enum fault_point point);

#endif
