/* SPDX-License-Identifier: Apache-2.0 */
/* action.h - what a fault does, and where that makes sense. */
#ifndef SNAPRIG_FAULTS_ACTION_H
#define SNAPRIG_FAULTS_ACTION_H

#include <stddef.h>

#include "faults/point.h"

enum fault_action {
	FAULT_NO_ACTION,
	FAULT_ERROR,	     /* error=EIO: fails without doing anything */
	FAULT_DELAY,	     /* delay=20ms: continues later, on the rig's clock */
	FAULT_HANG,	     /* hang: continues when released */
	FAULT_SHORT,	     /* short=512: transfers only this many bytes, and says so */
	FAULT_ZERO,	     /* zero: all bytes are zeros */
	FAULT_STALE,	     /* stale: the live view's bytes */
	FAULT_FLIP,	     /* flip=1: this many bits are wrong */
	FAULT_TEAR,	     /* tear=512: writes only this many bytes, reports success */
	FAULT_DROP,	     /* drop: does nothing, reports success */
	FAULT_MISDIRECT,     /* misdirect=4KiB: happens this much further on */
	FAULT_HOLE,	     /* hole: data is reported as a hole */
	FAULT_DATA,	     /* data: a hole is reported as data */
	FAULT_LOST,	     /* lost: no change is reported */
	FAULT_MISSING,	     /* missing=1: this many changed blocks are not reported */
	FAULT_ADDED,	     /* added=1: this many unchanged blocks are reported */
	FAULT_FAIL_SNAPSHOT, /* fail-snapshot: with the error of its limit; no driver logs it */
	FAULT_REPLY,	     /* reply=reset: a door gives this answer instead */
	FAULT_CRASH,	     /* crash: SIGKILL to the rig */
	FAULT_ACTIONS,
};

enum action_value {
	ACTION_ALONE,
	ACTION_ERRNO,
	ACTION_TIME,
	ACTION_BYTES, /* from 0 */
	ACTION_COUNT, /* from 1 */
	ACTION_REPLY, /* a word in base/xapi_replies.def for the point */
};

struct action_row {
	const char *name; /* NULL: FAULT_NO_ACTION */
	enum action_value value;
	const char *about;
};

/* The row of ACTION; NULL for FAULT_ACTIONS and above. */
const struct action_row *action_at(size_t action);

/* Why ACTION makes no sense at POINT; NULL if it does. */
const char *action_refusal(enum fault_action action, enum fault_point point);

#endif
