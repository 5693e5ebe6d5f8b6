/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blockio.h - asynchronous reads and writes of one flat file.
 *
 * One ops table with several backends: files on io_uring (file.h), memory for tests
 * (memory.h). The layers above cannot tell which. Everything runs on the thread that owns the
 * volume; `done` is called from the event loop, never from within blockio_submit().
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

/* Every backend accepts ranges and memory that are multiples of this. */
#define BLOCKIO_ALIGNMENT_MAX 4096u

/*
 * A punch turns the range into a hole, which reads as zeros. An allocation takes disk space
 * for the range; the file's bytes and size do not change. In both, the single iovec gives
 * only the length and points to no memory. BLOCKIO_NOTHING completes with 0 from the event
 * loop and touches no file. A sync applies to a folder, which starts it (folder.h).
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
 * One transfer, zeroed before its first use. The caller owns it, keeps it and the memory it
 * points to until `done` is called, and does not start it again before that. The backend
 * consumes the iovec array.
 */
struct blockio_request {
	/* Required. RESULT is 0 if the whole range was transferred (flushed, punched,
	 * allocated), else -errno; it is then unknown how much was transferred. A punch or
	 * allocation that the file does not support returns -EOPNOTSUPP and has no effect. */
	void (*done)(struct blockio_request *request, int result);

	enum blockio_kind kind;
	uint64_t offset;
	struct iovec *iov;
	unsigned iov_count;

	/* For the caller's convenience: storage for the usual single buffer. */
	struct iovec single;

	/* For the backend. */
	struct blockio *io;
	struct ring_op op;
	struct list link;
	uint64_t gone_before; /* file_leaving.h */
	bool is_under_way;
};

struct blockio {
	const struct blockio_ops *ops;

	/* Offsets, lengths and addresses must be multiples of this: a power of two,
	 * 512..BLOCKIO_ALIGNMENT_MAX, or 1 for a text. Constant. */
	uint32_t alignment_bytes;

	/* Bytes in the file when it was opened or last resized. */
	uint64_t size_bytes;

	/*
	 * The number of bytes the file must have: for an image all of it, for a store what
	 * was acknowledged, initially 0 (blockio_know()). A read beyond them returns what the
	 * file has, then zeros. If the file turns out to be shorter than this, the missing
	 * bytes are lost: IS_LOSSY is set, and every read, write and punch that touches
	 * LOST_FROM..known_bytes fails with -EUCLEAN. So a hole that a later write would
	 * leave there is never taken for content.
	 */
	uint64_t known_bytes;
	uint64_t lost_from;
	bool is_lossy;

	/* Counts the transfers of this file; may be NULL. */
	struct blockio_counts *counts;
};

/* Identifies a file and the version of its content. A device only has a size. */
struct blockio_facts {
	uint64_t size_bytes;
	int64_t modified_ns; /* last change of content, since 1970 */
	int64_t changed_ns;  /* last change of content, name, owner or mode */
	uint64_t inode;
	uint64_t allocated_bytes; /* without holes; may change when nothing else does */
	bool has_name;		  /* false if the file was removed or replaced */
};

/* How space beyond the end of a file is prepared. A write over zeros changes no metadata, but
 * the bytes are written twice. A write into space that was only allocated writes them once,
 * and the file system must record each one. */
enum blockio_room { BLOCKIO_ROOM_ZEROS, BLOCKIO_ROOM_ALLOCATED };

struct blockio_ops {
	const char *name;

	/* Required. Starts REQUEST; its `done` is called exactly once, later. Fails with
	 * -EUCLEAN if the file has lost part of the range (known_bytes). */
	void (*submit)(struct blockio *io, struct blockio_request *request);

	/* Required. Truncates the file, or extends it with zeros, before it returns: 0 or
	 * -errno. May block briefly, so call it only when the volume is not serving, or for a
	 * store that is being created. */
	int (*resize)(struct blockio *io, uint64_t size_bytes);

	/* Optional. For a file that is appended to and ends at END_BYTES: prepares space
	 * beyond the end, which reads as zeros, in proportion to the file's size and not
	 * beyond LIMIT_BYTES (0: no limit). Returns at once. Errors are ignored, since the
	 * write itself will report them. */
	void (*reserve)(struct blockio *io, uint64_t end_bytes, uint64_t limit_bytes,
		enum blockio_room room);

	/* Optional. `known_bytes` has changed; a layer over a file passes that on. */
	void (*know)(struct blockio *io);

	/* Optional. Returns the file's current facts. A file found shorter than known_bytes
	 * has lost the rest (lost_from). 0 or -errno. Does not wait for a disk. */
	int (*look)(struct blockio *io, struct blockio_facts *ret);

	/* Optional, with `look`. The same for a file that is no longer written to: the facts
	 * will also hold after a power cut, and any later change gives the file different
	 * times. May block. */
	int (*settle)(struct blockio *io, struct blockio_facts *ret);

	/* Optional. Finds the first range with data at or after FROM, or the start of it:
	 * more data may follow without a gap. Returns false if the rest is a hole. May block
	 * briefly, for metadata. */
	bool (*next_data)(
		struct blockio *io, uint64_t from, uint64_t *ret_first, uint64_t *ret_end);

	/* Required for texts, used only for them. Reads or writes all of LENGTH bytes before
	 * it returns: 0 or -errno. May block. It handles no completions, so it can be called
	 * in any state. */
	int (*transfer_now)(struct blockio *io, enum blockio_kind kind, uint64_t offset,
		void *buffer, size_t length);

	/* Required. Makes one step towards some completion. A caller that may block repeats
	 * it until its request is done. */
	void (*step)(struct blockio *io);

	/* Required. Nothing may be in flight. */
	void (*destroy)(struct blockio *io);

	/* Optional; defaults to `destroy`. Destroys the handle of a removed file; its disk
	 * space is freed later. */
	void (*abandon)(struct blockio *io);
};

/* For layers over a file: passes REQUEST, which was submitted to them, on to IO. */
static inline void blockio_pass(struct blockio *io, struct blockio_request *request)
{
	request->io = io;
	io->ops->submit(io, request);
}

/* For backends: REQUEST begins, REQUEST ends. */
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

/* Starts a transfer of one buffer. The caller has set REQUEST->done. */
void blockio_start(struct blockio *io, struct blockio_request *request, enum blockio_kind kind,
	uint64_t offset, void *buffer, size_t length);

/*
 * The same, but waits for it: 0 or -errno. Other completions are handled during the wait, so
 * call it only while opening and closing, when the volume is not serving.
 */
int blockio_do(
	struct blockio *io, enum blockio_kind kind, uint64_t offset, void *buffer, size_t length);

/* Sets known_bytes of IO. */
void blockio_know(struct blockio *io, uint64_t bytes);

/* For layers over a file: counts a transfer of KIND and BYTES that is passed on to it. */
void blockio_count(struct blockio_counts *counts, enum blockio_kind kind, uint64_t bytes);

/* For backends. The first notes that IO ends at END_BYTES and returns whether known bytes are
 * lost by that. The second returns whether REQUEST touches lost bytes. */
bool blockio_note_end(struct blockio *io, uint64_t end_bytes);
bool blockio_is_lost(const struct blockio *io, const struct blockio_request *request);

/* Destroys IO; NULL is fine. */
void blockio_destroy(struct blockio *io);

/* Destroys IO of a removed file while the volume is serving: does not block. */
void blockio_abandon(struct blockio *io);

#endif
