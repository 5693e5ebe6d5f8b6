/* SPDX-License-Identifier: Apache-2.0 */
#include "faults/point.h"

#include <errno.h>
#include <string.h>

/* The traits without their prefix, for the .def. */
enum {
	IN_VIEW = POINT_IN_VIEW,
	HAS_RANGE = POINT_HAS_RANGE,
	HAS_BYTES = POINT_HAS_BYTES,
	OF_SNAPSHOT = POINT_OF_SNAPSHOT,
	MAY_FAIL_IT = POINT_MAY_FAIL_IT,
	OVER_LIVE = POINT_OVER_LIVE,
	CAN_WAIT = POINT_CAN_WAIT,
	HAS_CODES = POINT_HAS_CODES,
	OF_DEVICE = POINT_OF_DEVICE,
	OF_IOCTL = POINT_OF_IOCTL,
	OF_DOOR = POINT_OF_DOOR,
	OF_METHOD = POINT_OF_METHOD,
	HAS_REPLIES = POINT_HAS_REPLIES,
	WRITER_TRAITS = POINT_OF_WRITER | POINT_OF_SNAPSHOT | POINT_HAS_CODES | POINT_CAN_WAIT,
};

static const struct point_row rows[FAULT_POINTS] = {
#define FAULT_POINT(symbol, name, kind, traits, about)                                             \
	[FAULT_##symbol] = { name, POINT_##kind, (traits), about },
#include "faults/fault_points.def"
#undef FAULT_POINT
};

const struct point_row *fault_point_at(size_t index)
{
	return index < FAULT_POINTS ? &rows[index] : NULL;
}

int fault_point_find(const char *name, enum fault_point *ret)
{
	for (size_t i = 0; i < FAULT_POINTS; i++) {
		if (strcmp(rows[i].name, name) == 0) {
			*ret = (enum fault_point)i;
			return 0;
		}
	}
	return -ENOENT;
}

const char *point_kind_name(enum point_kind kind)
{
	static const char *const names[] = {
		[POINT_READ] = "read",
		[POINT_WRITE] = "write",
		[POINT_FLUSH] = "flush",
		[POINT_APPEND] = "append",
		[POINT_MOMENT] = "moment",
		[POINT_EVENT] = "event",
		[POINT_CLEAR] = "clear",
		[POINT_SEEK] = "seek",
		[POINT_MAP] = "map",
	};

	return names[kind];
}
