/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request.h - reads, writes and other requests to a volume.
 *
 * See promise (6) of volume.h.
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

/* The longest read or write; also FUSE's maximum. */
#define VOLUME_REQUEST_MAX_BYTES (1u << 20)

/* A read rounds out to the backend's alignment on both sides. */
#define VOLUME_BUFFER_BYTES (VOLUME_REQUEST_MAX_BYTES + 2 * BLOCKIO_ALIGNMENT_MAX)

/* The parts that fit into a request itself; for more it borrows room from the volume (parts.h). */
#define VOLUME_PARTS_INLINE 2

/* A discard and a zeroing make a range of the live view read as zeros (zero.c). */
enum volume_kind { VOLUME_READ, VOLUME_WRITE, VOLUME_FLUSH, VOLUME_DISCARD, VOLUME_ZERO };

struct node;

/* One transfer of one file: part of a snapshot read, or of any request in a chain. */
struct request_part {
	struct store_read read;				      /* for the image only its `io` */
	void (*ended)(struct request_part *part, int result); /* see damage.h */
	struct volume_request *request;
	uint64_t offset; /* in the volume */
	size_t length;
	struct snapshot *holder; /* copy-on-write: its store is read; NULL: the origin */
	struct node *node;	 /* in a chain: the owner of the data */

	/* For a scattered read (scattered.h): the targets of its bytes, contiguous in the
	 * file; gaps between them (store_read_over) are discarded. */
	const struct iovec *spans;
	unsigned span_count;
	bool has_gaps;
	struct iovec single; /* if there is only one */
};

/* Bytes of the volume, from FIRST to before END; empty if END is 0. */
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

/* The state of a copy-on-write live write between its steps (cow/live_write.c). */
struct request_preserving {
	struct extent old; /* bytes to read from the origin */
	struct fault_decision old_fault;
	int old_result;
	struct list *at, *end; /* the snapshots still to be given what they lack */
	bool is_held_up;       /* the one at `at`, by a fault */
};

/*
 * One read, write, flush, discard or zeroing. The caller owns it and keeps it until `done`.
 * Offset and length are in bytes, of any alignment, within the volume, and not 0 (a flush has
 * neither); reads and writes have at most VOLUME_REQUEST_MAX_BYTES. Writes are allowed only
 * to the live view and to snapshots that are snapshot_is_writable(), discards and zeroing
 * only to the live view. Those two act piece by piece: a snapshot may be taken in between.
 * -EOPNOTSUPP: a chain does not support discards.
 */
struct volume_request {
	enum volume_kind kind;
	struct snapshot *snapshot; /* NULL: the live view */
	uint64_t offset;
	size_t length;

	/* For a read: no fault may shorten it to end before bad sectors; it fails as a whole. */
	bool is_whole;

	/* For a read: read-ahead (ahead.h), with no reader behind it. */
	bool is_ahead;

	/* Aligned to BLOCKIO_ALIGNMENT_MAX. A write's bytes begin here. A read has room for
	 * VOLUME_BUFFER_BYTES, and its bytes end up at `data`. A discard and a zeroing
	 * overwrite VOLUME_REQUEST_MAX_BYTES. */
	char *buffer;
	char *data;

	/* Required. RESULT is 0 or -errno. A request that needs no I/O (a read of a failed
	 * snapshot) ends within volume_submit(). */
	void (*done)(struct volume_request *request, int result);

	/* Out: how many of `length` bytes were read or written; fewer if a fault cut it
	 * short. A fault may also have changed a write's buffer. */
	size_t done_length;

	/* For the volume. */
	struct volume *volume;
	struct blockio_request io;
	struct volume_range range;
	void (*go)(struct volume_request *request, int result); /* steps.h */
	unsigned step;
	struct store_waiter stored; /* its appends and rewrites in stores */
	char *scratch;		    /* scratch.c */
	bool is_punched;	    /* a piece that is punched and has no bytes */
	struct request_preserving preserving;
	uint64_t cursor; /* progress of its parts (parts.h) */
	const struct parts_ops *parts_ops;
	unsigned parts_under_way;
	unsigned part_count;	 /* in this round */
	bool is_planned;	 /* up to the end: later rounds only repeat parts */
	struct parts_room *room; /* NULL: the inline parts are enough */
	struct {
		uint64_t unread[(VOLUME_BUFFER_BYTES / BLOCKIO_ALIGNMENT_MAX + 63) / 64];
		bool is_exact; /* gaps are not read */
	} scattered;
	struct {
		const struct edges_ops *ops;
		uint32_t block_bytes;
		char *bytes; /* with their edges; from BYTES_FIRST of the volume on */
		uint64_t bytes_first;
	} edges;		 /* of a write (edges.h) */
	bool is_counted;	 /* of a reader: snapshot_read_over() must follow (way.h) */
	uint64_t flush_sequence; /* in a chain: it flushes the writes that ended before this */
	int error;
	bool error_from_origin;
	struct request_part parts[VOLUME_PARTS_INLINE];
	struct request_fault fault;
	struct list link;
};

void volume_submit(struct volume *volume, struct volume_request *request);

/* Finds the first range with data of SNAPSHOT (NULL: the live view) at or after FROM; the
 * next one may be adjacent. It is not empty, and ends within the volume. Returns false if the
 * rest is a hole, or FROM is beyond the volume. */
bool volume_next_data(struct volume *volume, struct snapshot *snapshot, uint64_t from,
	uint64_t *ret_first, uint64_t *ret_end);

/* The same as distorted by a fault: in LIE's range, a hole is reported as data, or data as a
 * hole; other actions change nothing. */
bool volume_next_told(struct volume *volume, struct snapshot *snapshot,
	const struct fault_decision *lie, uint64_t from, uint64_t *ret_first, uint64_t *ret_end);

#endif
