/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_leaving.h - gives back the room of files that have no name any more, and nobody waits.
 *
 * A file system gives back 4 GiB in half a second, in which each write of others
 * takes 20 ms (bench-latency).  So the file is emptied from its end, a little at a time by a
 * thread of the kernel's, and between two steps the disk is left alone for several times as
 * long as a step took.  One file after the other: several would only keep each
 * other from the file system's journal.
 *
 * Who removes a file has its room by that, so this must not be seen:
 *
 *   (1) The more waits behind the one on its way, the shorter are the rests; in the end there are
 *       none, and files are closed as a whole.  So what waits is bounded, however slow the disk is.
 *   (2) They are, too, when the disk has no more room left than what is on its way.
 *   (3) Who finds no room while something leaves is not told so, but waits for it.
 *   (4) Who finds no descriptor gets one of theirs: of those that wait, which are closed at once,
 *       or in place of the one on its way one that is kept back (fd_reserve.h).
 *
 *	waiting -> emptying <-> resting -> closing -> gone, resting -> the next one
 */
#ifndef SNAPRIG_BLOCKIO_FILE_LEAVING_H
#define SNAPRIG_BLOCKIO_FILE_LEAVING_H

#include <stdbool.h>

#include "simfs/base/list.h"
#include "simfs/blockio/ring.h"

struct blockio_request;

struct file_leaver {
	/* Required.  The file is closed, or the ring that it was used with is gone. */
	void (*gone)(struct file_leaver *leaver);
	int fd;
	bool is_ready; /* nothing is under way on it */
	struct list link;

	/* Of file_leaving. */
	uint64_t room_bytes; /* that it takes on the disk, at most */
	bool fd_is_lent;     /* somebody has got a descriptor in its place already */
};

/* What is given back at a time: less when a step takes long, as in a file in many pieces; but
 * on a disk that is slow at anything the room of a large file is not to come back hours later. */
#define FILE_LEAVING_STEP_MIN (4u << 20)
#define FILE_LEAVING_STEP_MAX (16u << 20)

/* A rest is so many times what the step took, less one for each so many bytes that wait. */
#define FILE_LEAVING_REST_FACTOR 8u
#define FILE_LEAVING_HASTE_BYTES (512u << 20)

/* On a machine without processors to spare a step takes long, and it is not the disk. */
#define FILE_LEAVING_REST_NS_MAX (50u * 1000000u)

enum file_leaving_state {
	FILE_LEAVING_IDLE,
	FILE_LEAVING_EMPTYING,
	FILE_LEAVING_CLOSING,
	FILE_LEAVING_RESTING,
};

struct file_leaving {
	struct ring *ring;
	struct list waiting;
	uint64_t room_bytes;  /* of all of them, and of the one on its way */
	uint64_t haste_bytes; /* FILE_LEAVING_HASTE_BYTES, or what a test sets */
	uint64_t gone_count;
	struct list without_room; /* requests, which go on when a file has gone */

	/* What the disk of FD has left; a test has its own. */
	uint64_t (*disk_bytes)(int fd);

	enum file_leaving_state state;
	struct file_leaver *leaver; /* NULL: none is on its way, or it is closed already */
	uint64_t left_bytes;	    /* of its length, not given back yet */
	uint64_t step_bytes;
	uint64_t step_bytes_max; /* FILE_LEAVING_STEP_MAX, or what a test sets */
	uint64_t begun_ns;
	struct __kernel_timespec rest;
	struct ring_op op;
};

void file_leaving_init(struct file_leaving *leaving, struct ring *ring);

/* After the ring: those that are left are closed at once, and `gone`. */
void file_leaving_deinit(struct file_leaving *leaving);

/* Takes LEAVER over until it is `gone`; it may become ready later, which is told so. */
void file_leaving_add(struct file_leaving *leaving, struct file_leaver *leaver);
void file_leaving_ready(struct file_leaving *leaving, struct file_leaver *leaver);

/*
 * The disk had no room for REQUEST, a file's, which has noted in gone_before how many files had
 * gone when it was submitted.  True when it is submitted again (file_submit()): now, if one has
 * gone meanwhile, or when the next one has; false when nothing leaves.
 */
bool file_leaving_makes_wait(struct file_leaving *leaving, struct blockio_request *request);

/*
 * A file could not be opened for want of descriptors.  True: there is one more now; false when
 * nothing leaves that could give one.
 */
bool file_leaving_gives_descriptor(struct file_leaving *leaving);

#endif
