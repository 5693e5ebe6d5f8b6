/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gauge.h - measured quantities that a trigger can watch and a test can feign.
 *
 * The volume stores what it measures.  Decisions use gauge_value(), which is the feigned value if
 * there is one.  Nothing here acts.
 */
#ifndef SNAPRIG_FAULTS_GAUGE_H
#define SNAPRIG_FAULTS_GAUGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gauge {
	GAUGE_STORE_USED,    /* the fullest store's share of its limit */
	GAUGE_STORE_BYTES,   /* bytes of all stores that count against their limits */
	GAUGE_MEMORY_USED,   /* of the machine or of a cgroup */
	GAUGE_READ_PROGRESS, /* of the snapshot that has been read the most */
	GAUGE_READ_OFFSET,   /* the highest offset of a read of any snapshot, as a share */
	GAUGE_SNAPSHOT_COUNT,
	GAUGE_SNAPSHOT_AGE,	 /* of the oldest snapshot */
	GAUGE_LIVE_WRITTEN,	 /* bytes written to the live view since the mount */
	GAUGE_OPS,		 /* reads and writes of all views since the mount */
	GAUGE_CHAIN_DEPTH,	 /* nodes from the image to the live view */
	GAUGE_CHAIN_COALESCABLE, /* nodes that could be merged into their parents */
	GAUGE_COUNT,
};

enum gauge_unit {
	GAUGE_SHARE, /* per million: 85 % is 850000 */
	GAUGE_BYTES,
	GAUGE_NUMBER,
	GAUGE_TIME, /* nanoseconds */
};

struct gauge_row {
	const char *name;
	enum gauge_unit unit;
	const char *about;
};

struct gauges {
	uint64_t measured[GAUGE_COUNT];
	uint64_t feigned[GAUGE_COUNT];
	bool is_feigned[GAUGE_COUNT];
};

/* The row of gauge INDEX; NULL for GAUGE_COUNT and above. */
const struct gauge_row *gauge_at(size_t index);

/* Returns 0, or -ENOENT if there is no gauge of this NAME. */
int gauge_find(const char *name, enum gauge *ret);

/* Parses TEXT in the gauge's unit ("85%", "64MiB", "29").  Returns 0, -EINVAL or -ERANGE. */
int gauge_value_parse(enum gauge gauge, const char *text, uint64_t *ret);

/* Writes VALUE for people, a share with two decimals.  Returns BUFFER. */
const char *gauge_value_format(enum gauge gauge, uint64_t value, char *buffer, size_t length);

/* Writes VALUE so that gauge_value_parse() reads it back exactly.  Returns BUFFER. */
const char *gauge_value_write(enum gauge gauge, uint64_t value, char *buffer, size_t length);

static inline void gauge_measure(struct gauges *gauges, enum gauge gauge, uint64_t value)
{
	gauges->measured[gauge] = value;
}

static inline uint64_t gauge_value(const struct gauges *gauges, enum gauge gauge)
{
	return gauges->is_feigned[gauge] ? gauges->feigned[gauge] : gauges->measured[gauge];
}

/* From now on, whatever watches the gauge sees VALUE; the measured value is kept. */
void gauge_feign(struct gauges *gauges, enum gauge gauge, uint64_t value);
void gauge_release(struct gauges *gauges, enum gauge gauge);

#endif
