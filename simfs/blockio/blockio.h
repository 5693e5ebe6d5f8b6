/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blockio.h - asynchronous reads and writes of one flat file.
 *
 * One ops table with several bodies: files on io_uring (file.h), memory for
 * tests (memory.h).  What is above cannot tell which.  Everything runs on the
 * thread that owns the volume; `done` is called from the event loop, never
 * from within blockio_submit().
 */
#ifndef SNAPRIG_BLOCKIO_BLOCKIO_H
#define SNAPRIG_BLOCKIO_BLOCKIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "simfs/base/list.h"
#include "simfs/blockio/counts.h"
#include "simfs/blockio/ring.h"

/* Any backend accepts ranges and memory that are multiples of this. */
#define BLOCKIO_ALIGNMENT_MAX 4096u

/*
 * A punch makes the range a hole, which reads as zeros.  An allocation takes
 * room for the range from the disk; the file's bytes and its size stay.  The
 * one iovec of both names no memory.  Nothing is answered with 0 from the event
 * loop, and touches no file.  A sync is of a folder, which starts it (folder.h).
 */
enum blockio_kind {
	BLOCKIO_READ,
	BLOCKIO_WRITE,
	BLOCKIO_FLUSH,
	BLOCKIO_PUNCH,
	BLOCKIO_ALLOCATE,
	BLOCKIO_NOTHING,
	BLOCKIO_SYNC,
};

#define BLOCKIO_KINDS (BLOCKIO_SYNC + 1)

/*
 * One transfer, all zeros before it is first used.  The caller owns it, keeps it
 * and the memory it names, and does not start it again, until `done` was called.
 * The iovec array is used up by the backend.
 */
struct blockio_request {
	/* Required.  RESULT is 0 when the whole range was transferred (flushed,
	 * punched, allocated), else -errno; how much was transferred is then unknown.
	 * -EOPNOTSUPP of the last two: this file cannot, and nothing was done. */
	void (*done)(struct blockio_request *request, int result);

	enum blockio_kind kind;
	uint64_t offset;
	struct iovec *iov;
	unsigned iov_count;

	/* For the caller's convenience: storage for the usual single buffer. */
	struct iovec single;

	/* Of the backend. */
	struct blockio *io;
	struct ring_op op;
	struct list link;
	uint64_t gone_before; /* file_leaving.h */
	bool is_under_way;
};

struct blockio {
	const struct blockio_ops *ops;

	/* Offsets, lengths and addresses must be multiples of this (a power of
	 * two, 512..BLOCKIO_ALIGNMENT_MAX; 1 of a text); constant. */
	uint32_t alignment_bytes;

	/* Bytes in the file when it was opened or last resized. */
	uint64_t size_bytes;

	/*
	 * So many bytes the file is known to have: of an image all, of a store what
	 * was acknowledged, at first none (blockio_know()).  Behind them a read finds
	 * what is there, then zeros.  One of them that is not there any more is lost:
	 * when IS_LOSSY, every read, write and punch from LOST_FROM to known_bytes is
	 * -EUCLEAN, so that a hole that a later write would leave there is never taken
	 * for content.
	 */
	uint64_t known_bytes;
	uint64_t lost_from;
	bool is_lossy;

	/* Whoever counts what is done to the file; NULL: nobody. */
	struct blockio_counts *counts;
};

/* What tells a file from another one, and from what it was. */
struct blockio_facts {
	uint64_t size_bytes;
	int64_t modified_ns; /* since 1970: its content was changed; of a device 0, as are ... */
	int64_t changed_ns;  /* ... the same, or its name, owner, mode, */
	uint64_t inode;	     /* ... and this */
	uint64_t allocated_bytes; /* without its holes; changes when nothing else does */
	bool has_name;		  /* false: it was removed, or another one has its place */
};

/* What room behind the end of a file is made of.  What is written over zeros changes nothing
 * else, but is written twice; what is written to room that was only allocated is written once,
 * and each time the file system notes that. */
enum blockio_room { BLOCKIO_ROOM_ZEROS, BLOCKIO_ROOM_ALLOCATED };

struct blockio_ops {
	const char *name;

	/* Required.  Starts REQUEST; its `done` is called exactly once, later.
	 * -EUCLEAN: the file has lost some of it (known_bytes). */
	void (*submit)(struct blockio *io, struct blockio_request *request);

	/* Required.  Cuts or extends the file (with zeros) at once: 0 or -errno.
	 * May block shortly: only where the volume is not serving, or for a
	 * store that is being created. */
	int (*resize)(struct blockio *io, uint64_t size_bytes);

	/* Optional.  The file is being appended to and ends at END_BYTES: makes
	 * ROOM behind it, which reads as zeros, ahead of need, in proportion to what it
	 * holds and not beyond LIMIT_BYTES (0: no limit), and goes on at once.  A failure
	 * is silent, since the write itself will tell. */
	void (*reserve)(struct blockio *io, uint64_t end_bytes, uint64_t limit_bytes,
		enum blockio_room room);

	/* Optional.  `known_bytes` has changed: who stands before a file tells it. */
	void (*know)(struct blockio *io);

	/* Optional.  What the file is just now; one that is found shorter than
	 * known_bytes has lost what is not there (lost_from).  0 or -errno.  Does not
	 * wait for a disk. */
	int (*look)(struct blockio *io, struct blockio_facts *ret);

	/* Optional, with `look`.  The same for a file that nobody writes to any more,
	 * as it will be found after a power cut, too; and whoever changes it from now
	 * on leaves it with other times than these.  May block. */
	int (*settle)(struct blockio *io, struct blockio_facts *ret);

	/* Optional.  The first range with data at or after FROM, or the beginning of it:
	 * more may follow without a gap.  False when all of the rest is a hole.  May
	 * block shortly, for metadata. */
	bool (*next_data)(
		struct blockio *io, uint64_t from, uint64_t *ret_first, uint64_t *ret_end);

	/* Required of a text, for nobody else.  Reads or writes all of LENGTH bytes
	 * before it returns: 0 or -errno.  May block.  No completion is handled
	 * meanwhile, so that it can be done in the middle of anything. */
	int (*transfer_now)(struct blockio *io, enum blockio_kind kind, uint64_t offset,
		void *buffer, size_t length);

	/* Required.  Makes one step towards some completion; what a caller that
	 * may block does until its request is done. */
	void (*step)(struct blockio *io);

	/* Required.  Nothing may be under way. */
	void (*destroy)(struct blockio *io);

	/* Optional; else `destroy` it is.  The same of a file that was removed: what it
	 * took on the disk is given back later. */
	void (*abandon)(struct blockio *io);
};

/* For who stands before a file: REQUEST, which was submitted to it, goes on to IO. */
static inline void blockio_pass(struct blockio *io, struct blockio_request *request)
{
	request->io = io;
	io->ops->submit(io, request);
}

/* For backends: REQUEST begins, and it ends. */
static inline void blockio_begin(struct blockio_request *request)
{
	MUST(!request->is_under_way);
	request->is_under_way = true;
}

static inline void blockio_end(struct blockio_request *request, int result)
{
	MUST(request->is_under_way);
	request->is_under_way = false;
	request->done(request, result);
}

static inline void blockio_submit(struct blockio *io, struct blockio_request *request)
{
	blockio_begin(request);
	blockio_pass(io, request);
}

/* Starts a transfer of one buffer; REQUEST->done is set by the caller before. */
void blockio_start(struct blockio *io, struct blockio_request *request, enum blockio_kind kind,
	uint64_t offset, void *buffer, size_t length);

/*
 * The same, and waits for it: 0 or -errno.  For opening and closing only,
 * when nobody is served: other completions are handled meanwhile.
 */
int blockio_do(
	struct blockio *io, enum blockio_kind kind, uint64_t offset, void *buffer, size_t length);

/* Sets known_bytes of IO. */
void blockio_know(struct blockio *io, uint64_t bytes);

/* For who stands before a file: a transfer of KIND of so many BYTES goes on to it. */
void blockio_count(struct blockio_counts *counts, enum blockio_kind kind, uint64_t bytes);

/* For backends: notes that IO ends at END_BYTES, and whether it has lost something by that;
 * whether REQUEST is of something that it has lost. */
bool blockio_note_end(struct blockio *io, uint64_t end_bytes);
bool blockio_is_lost(const struct blockio *io, const struct blockio_request *request);

/* Destroys IO; NULL is fine. */
void blockio_destroy(struct blockio *io);

/* The same of a file that was removed while the volume is being served: does not block. */
void blockio_abandon(struct blockio *io);

#endif
