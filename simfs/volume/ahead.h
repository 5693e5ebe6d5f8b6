/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ahead.h - what a reader in sequence will ask for next, read before it does.
 *
 * The kernel reads nothing ahead of the mounted files (direct I/O), so that one who reads a
 * snapshot one request after the other waits for the disk each time.
 *
 *	reader     ▓▓▓▓▓▓▓▓┆			▓ answered
 *	stream             ┆▒▒▒▒▒▒▒▒░░░░░░░░┆	▒ pieces that are there, ░ under way
 *	                 next              end	window = end - next, at most
 *
 *  (1) Nobody sees it but by the time: a read is judged by faults, held, counted and noted when
 *      it comes, and gets the bytes that it would get of the files at that moment.
 *  (2) So nothing is read ahead, and nothing that was is used, where that could be told: of a
 *      snapshot that has failed, lies dormant or is detached, behind a write to it, and while a
 *      rule is armed at a point where files are read or written, or since one was added.
 *  (3) It fails nothing: what cannot be read, or is damaged, is met by who asks for it.
 *  (4) It has AHEAD_STREAMS windows of memory at most, and none when no snapshot is open.
 *  (5) Who reads at random, or has as much under way himself, gets nothing read ahead.
 *  (6) Nor does anybody while the live view is asked for something, and for limits->ahead_beside_ns
 *      after that: live requests would wait behind it at the disk.
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

/* Readers in sequence that are told apart at a time. */
#define AHEAD_STREAMS 4

struct ahead_stream {
	uint64_t snapshot_id; /* 0: nobody's */
	uint64_t next;	      /* where its next read begins, if it goes on */
	uint64_t end;	      /* of what was read ahead: not before `next` */
	uint64_t bad_end;     /* up to there it could not be read ahead, and is not again */
	uint64_t window_bytes;
	uint64_t length;    /* of its latest read, ... */
	uint64_t turn;	    /* ... and when that came */
	struct lull live;   /* of requests to the live view */
	struct list pieces; /* of what is ahead, one behind the other up to `end` */
};

/* Reads one behind the other that may become a sequence, as many as are remembered. */
#define AHEAD_STARTS 64

struct ahead_start {
	uint64_t snapshot_id; /* 0: none */
	uint64_t next;	      /* where the next of them begins */
	unsigned reads;
	uint64_t live_seen; /* live requests that had come before the first of them */
};

/* Embedded in the volume. */
struct ahead {
	uint64_t window_most_bytes; /* 0: nothing is read ahead */
	struct ahead_stream streams[AHEAD_STREAMS];
	struct ahead_start starts[AHEAD_STARTS]; /* by their `next` */
	uint64_t turn;
	unsigned piece_count;  /* that have memory: of streams, and these: */
	struct list spare;     /* nobody's */
	struct list dropped;   /* nobody's any more, but still under way */
	struct list waiting;   /* for pieces: struct volume_request.link */
	uint64_t read_bytes;   /* ahead, since the volume was opened ... */
	uint64_t served_bytes; /* ... and of those what was asked for */
};

void ahead_init(struct volume *volume);

/* Also when something is under way that was dropped. */
void ahead_deinit(struct volume *volume);

/* A read of a snapshot has come, and is started next; then ahead_fill() with what this returns,
 * which may be NULL. */
struct ahead_stream *ahead_note(const struct volume_request *request);
void ahead_fill(struct volume *volume, struct ahead_stream *stream);

/* Whether REQUEST, a read of a snapshot that is readable, was answered, or waits for what is under
 * way: then snapshot_read_go() is called again. */
bool ahead_serves(struct volume_request *request);

/* What SNAPSHOT shows from FIRST to before END has changed: nothing that was read ahead of that so
 * far is used. */
void ahead_drop(struct snapshot *snapshot, uint64_t first, uint64_t end);

/* Nobody has SNAPSHOT open any more. */
void ahead_close(struct snapshot *snapshot);

/* Whether REQUEST, which reads ahead, is to end before it reads any more. */
bool ahead_is_over(const struct volume_request *request);

#endif
