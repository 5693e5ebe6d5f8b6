/* SPDX-License-Identifier: Apache-2.0 */
#include "faults/gauge.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/sizes.h"

static const struct gauge_row rows[GAUGE_COUNT] = {
	[GAUGE_STORE_USED] = { "store.used", GAUGE_SHARE,
		"the fullest store's share of its limit" },
	[GAUGE_STORE_BYTES] = { "store.bytes", GAUGE_BYTES,
		"bytes that count against the limits of all stores" },
	[GAUGE_MEMORY_USED] = { "memory.used", GAUGE_SHARE,
		"memory that is not available, as a share of all memory" },
	[GAUGE_READ_PROGRESS] = { "read.progress", GAUGE_SHARE,
		"the share of the most-read snapshot that has been read, each block once" },
	[GAUGE_READ_OFFSET] = { "read.offset", GAUGE_SHARE,
		"the highest offset at which a snapshot was read, as a share of the volume" },
	[GAUGE_SNAPSHOT_COUNT] = { "snapshot.count", GAUGE_NUMBER,
		"snapshots, failed ones included" },
	[GAUGE_SNAPSHOT_AGE] = { "snapshot.age", GAUGE_TIME,
		"how long ago the oldest snapshot was taken, on the rig's clock" },
	[GAUGE_LIVE_WRITTEN] = { "live.written", GAUGE_BYTES,
		"bytes written to the live view since the mount" },
	[GAUGE_OPS] = { "ops", GAUGE_NUMBER,
		"reads and writes of the live view and of snapshots since the mount" },
	[GAUGE_CHAIN_DEPTH] = { "chain.depth", GAUGE_NUMBER,
		"the number of nodes from the image to the live view" },
	[GAUGE_CHAIN_COALESCABLE] = { "chain.coalescable", GAUGE_NUMBER,
		"nodes that could be merged into their parents" },
};

const struct gauge_row *gauge_at(size_t index)
{
	return index < GAUGE_COUNT ? &rows[index] : NULL;
}

int gauge_find(const char *name, enum gauge *ret)
{
	for (size_t i = 0; i < GAUGE_COUNT; i++) {
		if (strcmp(rows[i].name, name) == 0) {
			*ret = (enum gauge)i;
			return 0;
		}
	}
	return -ENOENT;
}

int gauge_value_parse(enum gauge gauge, const char *text, uint64_t *ret)
{
	uint32_t per_million;
	int error;

	if (rows[gauge].unit == GAUGE_TIME)
		return duration_parse(text, ret);
	if (rows[gauge].unit != GAUGE_SHARE)
		return size_parse(text, ret);
	error = share_parse(text, &per_million);
	if (error == 0)
		*ret = per_million;
	return error;
}

const char *gauge_value_format(enum gauge gauge, uint64_t value, char *buffer, size_t length)
{
	uint64_t hundredths = value / 100;

	if (rows[gauge].unit == GAUGE_TIME)
		duration_write(value, buffer, length);
	else if (rows[gauge].unit != GAUGE_SHARE)
		snprintf(buffer, length, "%" PRIu64, value);
	else if (hundredths % 100 == 0)
		snprintf(buffer, length, "%" PRIu64 "%%", hundredths / 100);
	else
		snprintf(buffer, length, "%" PRIu64 ".%02" PRIu64 "%%", hundredths / 100,
			hundredths % 100);
	return buffer;
}

const char *gauge_value_write(enum gauge gauge, uint64_t value, char *buffer, size_t length)
{
	switch (rows[gauge].unit) {
	case GAUGE_SHARE:
		return share_write(value, buffer, length);
	case GAUGE_BYTES:
		return size_write(value, buffer, length);
	case GAUGE_TIME:
		return duration_write(value, buffer, length);
	case GAUGE_NUMBER:
		break;
	}
	snprintf(buffer, length, "%" PRIu64, value);
	return buffer;
}

void gauge_feign(struct gauges *gauges, enum gauge gauge, uint64_t value)
{
	gauges->is_feigned[gauge] = true;
	gauges->feigned[gauge] = value;
}

void gauge_release(struct gauges *gauges, enum gauge gauge)
{
	gauges->is_feigned[gauge] = false;
}
