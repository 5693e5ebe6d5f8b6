/* SPDX-License-Identifier: Apache-2.0 */
/*
 * point.h - the closed list of places where a fault can strike.
 *
 * The list itself is fault_points.def.  A misspelt point is a compile error in C and a parse error
 * in a rule.
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

/* What happens there, which decides the actions that make sense (action.h). */
enum point_kind {
	POINT_READ,
	POINT_WRITE,
	POINT_FLUSH,
	POINT_APPEND, /* a store gets bytes that only it has */
	POINT_MOMENT, /* about to do something that moves no data */
	POINT_EVENT,  /* about to notify a writer, udev or a client of XAPI */
	POINT_CLEAR,  /* a range will read as zeros */
	POINT_SEEK,   /* reports what is data and what is a hole */
	POINT_MAP,    /* reports which blocks have changed */
};

enum point_trait {
	POINT_IN_VIEW = 1 << 0,	     /* the answer goes to a user of the mount */
	POINT_HAS_RANGE = 1 << 1,    /* offset and length are known */
	POINT_HAS_BYTES = 1 << 2,    /* its data may be changed */
	POINT_OF_SNAPSHOT = 1 << 3,  /* the snapshot is known */
	POINT_MAY_FAIL_IT = 1 << 4,  /* the snapshot can fail there */
	POINT_OVER_LIVE = 1 << 5,    /* the live view has other data at the same offset */
	POINT_CAN_WAIT = 1 << 6,     /* what waits there can be released */
	POINT_OF_WRITER = 1 << 7,    /* the writer is known */
	POINT_HAS_CODES = 1 << 8,    /* an error there has a VSS code (base/vss_codes.h) */
	POINT_OF_DEVICE = 1 << 9,    /* the device of device-mapper is known */
	POINT_OF_IOCTL = 1 << 10,    /* and so is the ioctl */
	POINT_OF_DOOR = 1 << 11,     /* a door asks, and does the rest */
	POINT_OF_METHOD = 1 << 12,   /* the XAPI method is known */
	POINT_HAS_REPLIES = 1 << 13, /* answers can be replaced: base/xapi_replies.def */
};

struct point_row {
	const char *name;
	enum point_kind kind;
	unsigned traits;
	const char *about; /* what is true at that moment */
};

/* The row of point INDEX; NULL for FAULT_POINTS and above. */
const struct point_row *fault_point_at(size_t index);

/* Returns 0, or -ENOENT if there is no point of this NAME. */
int fault_point_find(const char *name, enum fault_point *ret);

/* "read", "moment". */
const char *point_kind_name(enum point_kind kind);

#endif
