/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_leaving.h - frees the space of removed files in the background.
 *
 * A file system frees 4 GiB in half a second, during which every other write takes 20 ms
 * (bench-latency). So a kernel thread empties the file from its end in small steps, and
 * between two steps the disk is left alone for several times as long as a step took. Files
 * are freed one after the other: several at once would only compete for the file system's
 * journal.
 *
 * The caller who removes a file counts on its space at once, so the delay must not be
 * visible:
 *
 *   (1) The more bytes wait behind the current file, the shorter the rests; in the end rests
 *       are skipped and files are closed whole. So the backlog is bounded, however slow the
 *       disk is.
 *   (2) The same happens when the disk has less space left than what is being freed.
 *   (3) A write that finds no space while files are being freed waits for them instead of
 *       failing.
 *   (4) An open that runs out of descriptors gets one: a waiting file is closed at once; if
 *       none waits, a reserved descriptor (fd_reserve.h) stands in for that of the current
 *       file.
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
	/* Required. The file is closed, or the ring that was used with it is destroyed. */
	void (*gone)(struct file_leaver *leaver);
	int fd;
	bool is_ready; /* nothing is in flight on it */
	struct list link;

	/* For file_leaving. */
	uint64_t room_bytes; /* an upper bound of the disk space it takes */
	bool fd_is_lent;     /* a reserved descriptor was lent in its place */
};

/* How much is freed per step: less when a step takes long, as in a fragmented file. The
 * minimum keeps the space of a large file from taking hours to free on a slow disk. */
#define FILE_LEAVING_STEP_MIN (4u << 20)
#define FILE_LEAVING_STEP_MAX (16u << 20)

/* A rest is REST_FACTOR times as long as the step took, less one for each HASTE_BYTES that wait. */
#define FILE_LEAVING_REST_FACTOR 8u
#define FILE_LEAVING_HASTE_BYTES (512u << 20)

/* On a machine without spare CPUs a step takes long, but not because of the disk. */
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
	uint64_t room_bytes;  /* of all files, including the current one */
	uint64_t haste_bytes; /* FILE_LEAVING_HASTE_BYTES, or a test's value */
	uint64_t gone_count;
	struct list without_room; /* requests to retry after a file has gone */

	/* The free space on the disk of FD; tests replace it. */
	uint64_t (*disk_bytes)(int fd);

	enum file_leaving_state state;
	struct file_leaver *leaver; /* NULL: none is being freed, or it is closed already */
	uint64_t left_bytes;	    /* of its length, not freed yet */
	uint64_t step_bytes;
	uint64_t step_bytes_max; /* FILE_LEAVING_STEP_MAX, or a test's value */
	uint64_t begun_ns;
	struct __kernel_timespec rest;
	struct ring_op op;
};

void file_leaving_init(struct file_leaving *leaving, struct ring *ring);

/* Call after the ring is destroyed: closes the remaining files at once and calls `gone`. */
void file_leaving_deinit(struct file_leaving *leaving);

/* The first takes LEAVER over until it is `gone`. A leaver that is not ready yet is reported
 * with the second when it is. */
void file_leaving_add(struct file_leaving *leaving, struct file_leaver *leaver);
void file_leaving_ready(struct file_leaving *leaving, struct file_leaver *leaver);

/*
 * The disk had no space for REQUEST, a file's request that stored gone_count in gone_before
 * when it was submitted. Returns true if it is submitted again (file_submit()): now if a file
 * has gone since then, else when the next one has. Returns false if nothing is being freed.
 */
bool file_leaving_makes_wait(struct file_leaving *leaving, struct blockio_request *request);

/*
 * A file could not be opened for lack of descriptors. Returns true if one is available now,
 * false if nothing being freed could give one.
 */
bool file_leaving_gives_descriptor(struct file_leaving *leaving);

#endif
