/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ahead.h - reads ahead for sequential readers of snapshots.
 *
 * The kernel does no read-ahead on the mounted files (direct I/O), so a program that reads a
 * snapshot one request at a time waits for the disk each time.
 *
 *	reader     ▓▓▓▓▓▓▓▓┆			▓ answered
 *	stream             ┆▒▒▒▒▒▒▒▒░░░░░░░░┆	▒ pieces that are read, ░ in flight
 *	                 next              end	window = end - next, at most
 *
 *  (1) It changes only the timing: a read meets faults, is held, counted and logged when it
 *      arrives, and returns the bytes that the files would give at that moment.
 *  (2) So nothing is read ahead, and nothing read ahead is used, where it could make a
 *      visible difference: for a failed, dormant or detached snapshot, across a write to it,
 *      while a rule is armed at a point where files are read or written, or after a rule was
 *      added.
 *  (3) It causes no failure: whatever cannot be read, or is damaged, is reported only to a
 *      reader that requests it.
 *  (4) It uses at most AHEAD_STREAMS windows of memory, and none while no snapshot is open.
 *  (5) It does nothing for a reader that reads at random, or has that much in flight itself.
 *  (6) It pauses while the live view has requests, and for limits->ahead_beside_ns after
 *      them: they would wait for it at the disk.
 */
#ifndef SNAPRIG_VOLUME_AHEAD_H
#define SNAPRIG_VOLUME_AHEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/base/list.h"
#include "simfs/volume/lull.h"

struct snapshot;
struct volume;
struct volume_request;

/* The maximum number of sequential readers at a time. */
#define AHEAD_STREAMS 4

struct ahead_stream {
	uint64_t snapshot_id; /* 0: unused */
	uint64_t next;	      /* where its next sequential read begins */
	uint64_t end;	      /* of what was read ahead: never before `next` */
	uint64_t bad_end;     /* up to here reading ahead failed, and is not retried */
	uint64_t window_bytes;
	uint64_t length;    /* of its last read, ... */
	uint64_t turn;	    /* ... and the time of that read */
	struct lull live;   /* in requests to the live view */
	struct list pieces; /* contiguous, up to `end` */
};

/* How many reads are remembered as possible starts of a sequence. */
#define AHEAD_STARTS 64

struct ahead_start {
	uint64_t snapshot_id; /* 0: unused */
	uint64_t next;	      /* where the next read would begin */
	unsigned reads;
	uint64_t live_seen; /* live requests counted before the first read */
};

/* Embedded in the volume. */
struct ahead {
	uint64_t window_most_bytes; /* 0: read-ahead is off */
	struct ahead_stream streams[AHEAD_STREAMS];
	struct ahead_start starts[AHEAD_STARTS]; /* indexed by a hash of `next` */
	uint64_t turn;
	unsigned piece_count;  /* that have memory: those of streams, and these: */
	struct list spare;     /* unused */
	struct list dropped;   /* unused, but still in flight */
	struct list waiting;   /* for pieces: struct volume_request.link */
	uint64_t read_bytes;   /* read ahead since the volume was opened ... */
	uint64_t served_bytes; /* ... and how much of it was used */
};

void ahead_init(struct volume *volume);

/* Also while dropped pieces are in flight, if the backend has dropped them. */
void ahead_deinit(struct volume *volume);

/* Call the first before a read of a snapshot starts; then, once it has started, ahead_fill()
 * with the stream it returned, unless that is NULL. */
struct ahead_stream *ahead_note(const struct volume_request *request);
void ahead_fill(struct volume *volume, struct ahead_stream *stream);

/* Returns whether REQUEST, a read of a readable snapshot, was answered, or waits for a piece
 * in flight; then snapshot_read_go() is called again. */
bool ahead_serves(struct volume_request *request);

/* The content of SNAPSHOT from FIRST to before END has changed: what was read ahead of that
 * range is no longer used. */
void ahead_drop(struct snapshot *snapshot, uint64_t first, uint64_t end);

/* No file of SNAPSHOT is open any more. */
void ahead_close(struct snapshot *snapshot);

/* Whether REQUEST, which reads ahead, should end without further reads. */
bool ahead_is_over(const struct volume_request *request);

#endif
