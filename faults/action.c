/* SPDX-License-Identifier: Apache-2.0 */
#include "faults/action.h"

#define KIND(name) (1u << POINT_##name)
#define ANY_KIND                                                                                   \
	(KIND(READ) | KIND(WRITE) | KIND(FLUSH) | KIND(APPEND) | KIND(MOMENT) | KIND(EVENT) |      \
		KIND(CLEAR) | KIND(SEEK) | KIND(MAP))

static const struct action_row rows[FAULT_ACTIONS] = {
	[FAULT_NO_ACTION] = { NULL, ACTION_ALONE, "" },
	[FAULT_ERROR] = { "error", ACTION_ERRNO, "fails with this errno; nothing is done" },
	[FAULT_DELAY] = { "delay", ACTION_TIME, "continues after this time, on the rig's clock" },
	[FAULT_HANG] = { "hang", ACTION_ALONE, "waits until it is released" },
	[FAULT_SHORT] = { "short", ACTION_BYTES, "only this many bytes, and says so" },
	[FAULT_ZERO] = { "zero", ACTION_ALONE, "all bytes are zeros" },
	[FAULT_STALE] = { "stale", ACTION_ALONE, "returns the present bytes of the live view" },
	[FAULT_FLIP] = { "flip", ACTION_COUNT, "this many bits are wrong" },
	[FAULT_TEAR] = { "tear", ACTION_BYTES, "writes only this many bytes; reports success" },
	[FAULT_DROP] = { "drop", ACTION_ALONE, "does nothing; reports success" },
	[FAULT_MISDIRECT] = { "misdirect", ACTION_BYTES, "happens this many bytes further on" },
	[FAULT_HOLE] = { "hole", ACTION_ALONE, "reports data in the offset range as a hole" },
	[FAULT_DATA] = { "data", ACTION_ALONE, "reports a hole in the offset range as data" },
	[FAULT_LOST] = { "lost", ACTION_ALONE, "reports that no block has changed" },
	[FAULT_MISSING] = { "missing", ACTION_COUNT, "leaves out this many changed blocks" },
	[FAULT_ADDED] = { "added", ACTION_COUNT, "reports this many blocks that did not change" },
	[FAULT_FAIL_SNAPSHOT] = { "fail-snapshot", ACTION_ALONE,
		"the snapshot fails, with the error of its limit; no driver logs it" },
	[FAULT_REPLY] = { "reply", ACTION_REPLY, "a door gives this answer instead" },
	[FAULT_CRASH] = { "crash", ACTION_ALONE, "SIGKILL to the rig" },
};

/* Where an action makes sense, and the two reasons why it does not elsewhere. */
static const struct {
	unsigned kinds, traits;
	const char *kind_reason, *trait_reason;
} sense[FAULT_ACTIONS] = {
	[FAULT_ERROR] = { ANY_KIND, 0, NULL, NULL },
	[FAULT_DELAY] = { ANY_KIND, POINT_CAN_WAIT, NULL, "a mount cannot be used while it waits" },
	[FAULT_HANG] = { ANY_KIND, POINT_CAN_WAIT, NULL,
		"nobody could release it before the mount exists" },
	[FAULT_SHORT] = { KIND(READ) | KIND(WRITE), POINT_IN_VIEW,
		"only reads and writes have a length",
		"below the mount a transfer is whole or fails (try live.* or snapshot.*)" },
	[FAULT_ZERO] = { KIND(READ), POINT_HAS_BYTES, "only a read brings bytes", NULL },
	[FAULT_STALE] = { KIND(READ), POINT_OVER_LIVE, "only a read brings bytes",
		"only a snapshot can show the live view instead (try snapshot.read)" },
	[FAULT_FLIP] = { KIND(READ) | KIND(WRITE) | KIND(APPEND), POINT_HAS_BYTES,
		"no data is moved there", "all stores share the old bytes (try store.append)" },
	[FAULT_TEAR] = { KIND(WRITE) | KIND(APPEND), POINT_HAS_BYTES, "only a write can be torn",
		"all stores share the old bytes (try store.append)" },
	[FAULT_DROP] = { KIND(WRITE) | KIND(FLUSH) | KIND(APPEND) | KIND(EVENT) | KIND(CLEAR), 0,
		"only an acknowledged operation can be dropped", NULL },
	[FAULT_MISDIRECT] = { KIND(READ) | KIND(WRITE) | KIND(APPEND), POINT_HAS_BYTES,
		"no data is moved there", "all stores share the old bytes (try store.append)" },
	[FAULT_HOLE] = { KIND(SEEK), 0, "only a seek reports holes (try snapshot.seek)", NULL },
	[FAULT_DATA] = { KIND(SEEK), 0, "only a seek reports data (try snapshot.seek)", NULL },
	[FAULT_LOST] = { KIND(MAP), 0, "no changes are reported there (try changed.read)", NULL },
	[FAULT_MISSING] = { KIND(MAP), 0, "no changes are reported there (try changed.read)",
		NULL },
	[FAULT_ADDED] = { KIND(MAP), 0, "no changes are reported there (try changed.read)", NULL },
	[FAULT_FAIL_SNAPSHOT] = { ANY_KIND, POINT_MAY_FAIL_IT, NULL,
		"there is no snapshot there (try snapshot.read or cow.store)" },
	[FAULT_REPLY] = { ANY_KIND, POINT_HAS_REPLIES, NULL,
		"no door answers there (try xapi.call)" },
	[FAULT_CRASH] = { ANY_KIND, 0, NULL, NULL },
};

const struct action_row *action_at(size_t action)
{
	return action < FAULT_ACTIONS ? &rows[action] : NULL;
}

const char *action_refusal(enum fault_action action, enum fault_point point)
{
	const struct point_row *row = fault_point_at(point);

	if (!(sense[action].kinds & 1u << row->kind))
		return sense[action].kind_reason;
	if ((row->traits & sense[action].traits) != sense[action].traits)
		return sense[action].trait_reason;
	return NULL;
}
