/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request.h - reads, writes and what else is asked of a volume.
 *
 * Promise (6) of volume.h is of these.
 */
#ifndef SNAPRIG_VOLUME_REQUEST_H
#define SNAPRIG_VOLUME_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simfs/base/list.h"
#include "simfs/blockio/blockio.h"
#include "simfs/store/read.h"
#include "simfs/store/store.h"
#include "simfs/volume/volume_faults.h"
#include "simfs/volume/volume_limits.h"

struct edges_ops;
struct parts_ops;
struct parts_room;
struct snapshot;
struct volume;

/* Longest read or write; FUSE's largest too. */
#define VOLUME_REQUEST_MAX_BYTES (1u << 20)

/* A read rounds out to the backend's alignment on both sides. */
#define VOLUME_BUFFER_BYTES (VOLUME_REQUEST_MAX_BYTES + 2 * BLOCKIO_ALIGNMENT_MAX)

/* Parts that a request has room for in itself; for more it takes some of the volume's (parts.h). */
#define VOLUME_PARTS_INLINE 2

/* A discard and a zeroing make a range of the live view read as zeros (zero.c). */
enum volume_kind { VOLUME_READ, VOLUME_WRITE, VOLUME_FLUSH, VOLUME_DISCARD, VOLUME_ZERO };

struct node;

/* Part of a snapshot read, and of any request in a chain: one transfer of one file. */
struct request_part {
	struct store_read read;				      /* of the image: only its `io` */
	void (*ended)(struct request_part *part, int result); /* see damage.h */
	struct volume_request *request;
	uint64_t offset; /* in the volume */
	size_t length;
	struct snapshot *holder; /* by copy-on-write: whose store is read; NULL: the origin */
	struct node *node;	 /* in a chain: whose data it is */

	/* Of a scattered read (scattered.h): where its bytes go, one behind the other in the file;
	 * of what lies between (store_read_over), nobody wants them. */
	const struct iovec *spans;
	unsigned span_count;
	bool has_gaps;
	struct iovec single; /* when it is one */
};

/* Bytes of the volume, from FIRST to before END; none when END is 0. */
struct extent {
	uint64_t first;
	uint64_t end;
};

/* A range of the live view that writes take turns in. */
struct volume_range {
	struct extent bytes;
	bool waits;
	struct list link;
};

/* What a live write by copy-on-write keeps from step to step (cow/live_write.c). */
struct request_preserving {
	struct extent old; /* bytes that are read of the origin */
	struct fault_decision old_fault;
	int old_result;
	struct list *at, *end; /* the snapshots that are still to get what they lack */
	bool is_held_up;       /* the one at `at`, by a fault */
};

/*
 * One read, write, flush, discard or zeroing.  The caller owns it and keeps it
 * until `done`.  Offset and length are in bytes, of any alignment, within the
 * volume and not 0 (a flush has neither), reads and writes at most
 * VOLUME_REQUEST_MAX_BYTES long.  Only snapshots that snapshot_is_writable() are
 * written to; discards and zeroing are of the live view only.  They act piece by
 * piece: a snapshot may be taken in between.  -EOPNOTSUPP: a chain has no discard.
 */
struct volume_request {
	enum volume_kind kind;
	struct snapshot *snapshot; /* NULL: the live view */
	uint64_t offset;
	size_t length;

	/* Of a read: no fault may cut it short before bad sectors; it fails as one. */
	bool is_whole;

	/* Of a read: it reads ahead (ahead.h), and nobody has asked for it. */
	bool is_ahead;

	/* Aligned to BLOCKIO_ALIGNMENT_MAX.  A write's bytes begin here; a read
	 * has room for VOLUME_BUFFER_BYTES and finds its bytes at `data`; a
	 * discard and a zeroing overwrite VOLUME_REQUEST_MAX_BYTES. */
	char *buffer;
	char *data;

	/* Required.  RESULT is 0 or -errno.  What needs no I/O (a read of a failed
	 * snapshot) ends within volume_submit(). */
	void (*done)(struct volume_request *request, int result);

	/* Out: how many bytes of `length` were read or written; not all when a
	 * fault cut it short.  A fault may also have changed a write's buffer. */
	size_t done_length;

	/* Of the volume. */
	struct volume *volume;
	struct blockio_request io;
	struct volume_range range;
	void (*go)(struct volume_request *request, int result); /* steps.h */
	unsigned step;
	struct store_waiter stored; /* what it puts into stores */
	char *scratch;		    /* scratch.c */
	bool is_punched;	    /* a piece without bytes */
	struct request_preserving preserving;
	uint64_t cursor; /* in parts (parts.h): how far it has got */
	const struct parts_ops *parts_ops;
	unsigned parts_under_way;
	unsigned part_count;	 /* of this round */
	bool is_planned;	 /* up to the end: another round is only for what goes back */
	struct parts_room *room; /* NULL: those in here are enough */
	struct {
		uint64_t unread[(VOLUME_BUFFER_BYTES / BLOCKIO_ALIGNMENT_MAX + 63) / 64];
		bool is_exact; /* what lies between is not read, too */
	} scattered;
	struct {
		const struct edges_ops *ops;
		uint32_t block_bytes;
		char *bytes; /* with their edges; from BYTES_FIRST of the volume on */
		uint64_t bytes_first;
	} edges;		 /* of a write (edges.h) */
	bool is_counted;	 /* a reader's: snapshot_read_over() is to come (way.h) */
	uint64_t flush_sequence; /* in a chain: it flushes writes that ended up to here */
	int error;
	bool error_from_origin;
	struct request_part parts[VOLUME_PARTS_INLINE];
	struct request_fault fault;
	struct list link;
};

void volume_submit(struct volume *volume, struct volume_request *request);

/* The first range with data of SNAPSHOT (NULL: the live view) at or after FROM; another may follow
 * it without a gap.  It is not empty, and ends in the volume.  False when the rest is a hole, or
 * FROM is no place in the volume. */
bool volume_next_data(struct volume *volume, struct snapshot *snapshot, uint64_t from,
	uint64_t *ret_first, uint64_t *ret_end);

/* The same as a fault has it: of LIE, from its first offset to its end, a hole is data or data
 * are a hole; another action changes nothing. */
bool volume_next_told(struct volume *volume, struct snapshot *snapshot,
	const struct fault_decision *lie, uint64_t from, uint64_t *ret_first, uint64_t *ret_end);

#endif
