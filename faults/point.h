/* SPDX-License-Identifier: Apache-2.0 */
/*
 * point.h - the closed list of places where a fault can strike.
 *
 * The list itself is fault_points.def.  A misspelt point is a compile error in
 * C and a parse error in a rule.
 */
#ifndef SNAPRIG_FAULTS_POINT_H
#define SNAPRIG_FAULTS_POINT_H

#include <stddef.h>

enum fault_point {
#define FAULT_POINT(symbol, name, kind, traits, about) FAULT_##symbol,
#include "faults/fault_points.def"
#undef FAULT_POINT
	FAULT_POINTS, /* how many there are; as a point: nowhere */
};

/* What is under way there; decides which actions make sense (action.h). */
enum point_kind {
	POINT_READ,
	POINT_WRITE,
	POINT_FLUSH,
	POINT_APPEND, /* a store gets bytes that only it has */
	POINT_MOMENT, /* something is about to happen that moves no bytes */
	POINT_EVENT,  /* somebody is told of something: a writer, udev, a client of XAPI */
	POINT_CLEAR,  /* a range is to read as zeros */
	POINT_SEEK,   /* it is told what is data and what a hole */
	POINT_MAP,    /* it is told which blocks have changed */
};

enum point_trait {
	POINT_IN_VIEW = 1 << 0,	     /* the answer goes to whoever uses the mount */
	POINT_HAS_RANGE = 1 << 1,    /* offset and length are known */
	POINT_HAS_BYTES = 1 << 2,    /* the bytes are its own to change */
	POINT_OF_SNAPSHOT = 1 << 3,  /* it is known of which snapshot */
	POINT_MAY_FAIL_IT = 1 << 4,  /* which can fail there */
	POINT_OVER_LIVE = 1 << 5,    /* the live view has other bytes at the same place */
	POINT_CAN_WAIT = 1 << 6,     /* who waits there can be released */
	POINT_OF_WRITER = 1 << 7,    /* it is known of which writer */
	POINT_HAS_CODES = 1 << 8,    /* an error there has a code of VSS (base/vss_codes.h) */
	POINT_OF_DEVICE = 1 << 9,    /* it is known of which device of device-mapper */
	POINT_OF_IOCTL = 1 << 10,    /* and for which ioctl */
	POINT_OF_DOOR = 1 << 11,     /* a door asks, and does what is left to do */
	POINT_OF_METHOD = 1 << 12,   /* which method of XAPI was called */
	POINT_HAS_REPLIES = 1 << 13, /* what can be answered instead: base/xapi_replies.def */
};

struct point_row {
	const char *name;
	enum point_kind kind;
	unsigned traits;
	const char *about; /* what is true at that moment */
};

/* The row of point INDEX, or NULL from FAULT_POINTS on. */
const struct point_row *fault_point_at(size_t index);

/* Returns 0, or -ENOENT when there is no point of this NAME. */
int fault_point_find(const char *name, enum fault_point *ret);

/* "read", "moment". */
const char *point_kind_name(enum point_kind kind);

#endif
