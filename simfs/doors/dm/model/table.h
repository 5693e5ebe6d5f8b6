/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.h - a table of a device: targets, and the devices below them.
 *
 * A table is parsed once and never changes after that, so anyone with a reference may read it
 * without a lock.  Positions and lengths are in sectors of 512 bytes.
 */
#ifndef SNAPRIG_DOORS_DM_MODEL_TABLE_H
#define SNAPRIG_DOORS_DM_MODEL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simfs/base/list.h"

struct dm_base;
struct dm_device;

#define DM_SECTOR 512
/* The longest parameter line of a target, with its end; a longer one is -EINVAL. */
#define DM_PARAMS_MAX 4096

enum dm_target_kind {
	DM_LINEAR,
	DM_STRIPED,
	DM_ERROR,
	DM_ZERO,
	DM_DELAY,
	DM_SNAPSHOT,
	DM_SNAPSHOT_ORIGIN,
	DM_SNAPSHOT_MERGE,
	DM_TARGET_KINDS
};

struct dm_target_type {
	const char *name;
	uint32_t version[3];
};

/* The name and version of a kind, as in LIST_VERSIONS. */
const struct dm_target_type *dm_target_type(enum dm_target_kind kind);

/* How a table opens a device below it. */
enum { DM_READS = 1, DM_WRITES = 2 };

/* A device below a target: one of ours, or a base disk; the other one is NULL. */
struct dm_ref {
	struct dm_device *device;
	const struct dm_base *base;
	unsigned int major, minor;
	/* The number of its disk, copied from dm_device or dm_base. */
	uint64_t disk;
	/* DM_READS, DM_WRITES or both. */
	unsigned int mode;
};

/* A piece of a lower device; linear, striped and delay consist of these. */
struct dm_piece {
	unsigned int ref; /* index into the table's refs */
	uint64_t offset;
};

struct dm_striped {
	unsigned int stripes;
	uint64_t chunk; /* sectors on one stripe before the next one's turn */
	struct dm_piece *pieces;
};

/* DELAY: reads, writes and flushes each have a place and a delay. */
struct dm_delayed {
	struct dm_piece piece;
	unsigned int delay_ms;
};

enum dm_delay_class { DM_DELAY_READ, DM_DELAY_WRITE, DM_DELAY_FLUSH, DM_DELAY_CLASSES };

/* How exceptions are stored: P persists, PO also reports `Overflow', N is transient. */
enum dm_persistence { DM_PERSISTENT, DM_PERSISTENT_OVERFLOW, DM_TRANSIENT };

/* SNAPSHOT and SNAPSHOT_MERGE. */
struct dm_snapshot_target {
	unsigned int origin; /* index into the table's refs */
	unsigned int cow;
	enum dm_persistence persistence;
	uint32_t chunk; /* sectors, for a new header; an old one has its own */
	bool discard_zeroes_cow;
	bool discard_passdown_origin;
};

struct dm_target {
	enum dm_target_kind kind;
	uint64_t start, length;
	union {
		struct dm_piece linear;
		struct dm_striped striped;
		struct {
			/* How many of the three were given: 1, 2 or 3; all are filled. */
			unsigned int given;
			struct dm_delayed classes[DM_DELAY_CLASSES];
		} delay;
		struct dm_snapshot_target snapshot;
		unsigned int origin; /* SNAPSHOT_ORIGIN: index into refs */
	};
};

struct dm_table {
	unsigned int holders;
	/* In the list of its device; private to the model. */
	struct list link;
	bool read_only;
	/* Without gaps, from sector 0. */
	struct dm_target *targets;
	unsigned int target_count;
	/* Each lower device once, in order of first mention. */
	struct dm_ref *refs;
	unsigned int ref_count;
};

/* Any thread may take or drop a reference. */
struct dm_table *dm_table_get(struct dm_table *table);
/* NULL is fine.  The last reference frees the table, and drops those to its devices. */
void dm_table_put(struct dm_table *table);

/* Its length in sectors; 0 for NULL. */
uint64_t dm_table_size(const struct dm_table *table);

/* Whether it has a target of that kind. */
bool dm_table_has(const struct dm_table *table, enum dm_target_kind kind);

/*
 * The parameters of a target, as TABLE_STATUS prints them for `dmsetup table'.  Returns the length
 * of the text, which is truncated, but terminated, if SIZE is too small.
 */
size_t dm_target_params(
	const struct dm_table *table, const struct dm_target *target, char *text, size_t size);

#endif
