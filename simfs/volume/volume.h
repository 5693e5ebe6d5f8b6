/* SPDX-License-Identifier: Apache-2.0 */
/*
 * volume.h - a source volume with copy-on-write snapshots.
 *
 * One thread owns a volume.  Everything is asynchronous: a call starts
 * something, and `done` is called from the event loop when it took effect.
 *
 * Promises, for any interleaving of requests:
 *  (1) A snapshot reads as the live view was at one instant between the start
 *      and the end of its creation; a write that ended before the start is in
 *      it, one that starts after the end is not.
 *  (2) A block is in the store of every active snapshot before the write that
 *      replaces it is submitted; but for what a profile does not trace, as the
 *      system it imitates does not (datto/datto.h: dormant).
 *  (3) Nothing that happens to a snapshot or its store fails a live write.
 *  (4) A snapshot that has failed stays failed, also after `kill -9`: the mark
 *      is in its file before the first write that goes unpreserved.
 *  (5) A write to a writable snapshot changes that snapshot and nothing else;
 *      promises 1 and 2 are then of the bytes that nobody wrote to it.
 *  (6) Writes that do not overlap do not disturb each other, at any size and
 *      offset; overlapping ones act one after the other, in order of arrival.
 */
#ifndef SNAPRIG_VOLUME_VOLUME_H
#define SNAPRIG_VOLUME_VOLUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "faults/journal.h"
#include "simfs/base/list.h"
#include "simfs/base/sizes.h"
#include "simfs/base/text_log.h"
#include "simfs/blockio/folder.h"
#include "simfs/profile/chain.h"
#include "simfs/profile/profile.h"
#include "simfs/store/read.h"
#include "simfs/volume/image.h"
#include "simfs/volume/memory_source.h"
#include "simfs/volume/snapshot_hold.h"
#include "simfs/volume/volume_faults.h"
#include "simfs/volume/volume_gauges.h"
#include "simfs/volume/volume_limits.h"
#include "simfs/volume/writers/writers.h"

/* Longest read or write; FUSE's largest too. */
#define VOLUME_REQUEST_MAX_BYTES (1u << 20)

/* A read rounds out to the backend's alignment on both sides. */
#define VOLUME_BUFFER_BYTES	 (VOLUME_REQUEST_MAX_BYTES + 2 * BLOCKIO_ALIGNMENT_MAX)

#define VOLUME_SNAPSHOT_NAME_MAX 64 /* longest; it is a file name in three places */

#define VOLUME_STATUS_VERSION	 1 /* `schema_version` of volume_status() */

struct volume;
struct snapshot;

struct volume_options {
	const struct profile *profile;
	bool has_limit;
	struct size_or_share limit; /* when has_limit */
	uint32_t block_bytes;	    /* 0: the profile's */

	/*
	 * Snapshots outlive a power cut: what is preserved is on the disk before
	 * what it saves is replaced.  Without it they are given up when the machine
	 * went down while they were in use, for which BOOT_ID must tell one run of
	 * the machine from another; 0: not known, and nothing is given up.
	 */
	bool durable;
	uint64_t boot_id;

	/* The data of every store is read and checked when the volume is opened; else
	 * only that of stores so small that nobody notices (state.c). */
	bool verify;

	/* Of a chain. */
	enum chain_sr sr;
	enum chain_format format;
	uint64_t coalesce_bytes_per_second; /* 0: as fast as it goes */
	bool no_coalesce;		    /* but when it is asked for */

	const struct volume_limits *limits; /* live longer than the volume; NULL: the default */
	uint64_t seed;			    /* of what faults leave to chance */
	struct volume_fault_options faults;
	struct volume_writer_options writers;
	const char *image;     /* absolute path, for status */
	const char *live_path; /* absolute path of the live view, for datto-info */
	const char *transport; /* for status */
	bool quiet;	       /* does not say what it found when it was opened */
	enum image_policy image_policy;

	/* Optional.  Of the gauge memory.used, which stays at nothing without one. */
	const struct memory_source *memory;

	/* Optional.  SNAPSHOT cannot be read any more, as when it has failed:
	 * whoever cached its content forgets it. */
	void (*snapshot_failed)(void *context, struct snapshot *snapshot);
	void *context;
};

/*
 * Opens the volume in ORIGIN with the state in FOLDER, and recovers snapshots
 * whose rig was killed.  Blocks.  ORIGIN and FOLDER stay the caller's and must
 * live longer.  What was found is said (log_info) unless OPTIONS->quiet.
 * Returns 0; -EINVAL when the size is no multiple of 512 or is 0, or a rule cannot be read;
 * -EUCLEAN when the state belongs to another volume; -ESTALE (image_compare(), nothing was
 * touched); or -errno; all but the last said.
 */
int volume_open(struct blockio *origin, struct blockio_folder *folder,
	const struct volume_options *options, struct volume **ret);

/* Closes the stores in order and frees.  Blocks; nothing may be under way.  0 or -errno. */
int volume_close(struct volume *volume);

/*
 * Frees without touching a file, as if the process had been killed: the backends
 * have dropped what was under way, and `done` of it is never called.
 */
void volume_forget(struct volume *volume);

/* Nothing is under way, waiting or held. */
bool volume_idle(const struct volume *volume);

/* The volume does nothing more of itself, so that it becomes idle. */
void volume_stop(struct volume *volume);

/*
 * What a volume does of itself, it does at volume_tick().  That is called when
 * clock_now_ns() has reached volume_due_ns(), which may change with any call or
 * completion; UINT64_MAX is never.
 */
uint64_t volume_due_ns(const struct volume *volume);
void volume_tick(struct volume *volume);

/*
 * Has the chain made shorter at once, without the quiet period; or, with ABORT,
 * not any more.  Returns 0 when that has begun, or -EOPNOTSUPP: no chain.
 */
int volume_coalesce(struct volume *volume, bool abort);

/* How long it is; volume_grow() (grow.h) makes that more. */
uint64_t volume_bytes(const struct volume *volume);

/* ---------------------------------------------------------------- requests */

/* A discard and a zeroing make a range of the live view read as zeros (zero.c). */
enum volume_kind { VOLUME_READ, VOLUME_WRITE, VOLUME_FLUSH, VOLUME_DISCARD, VOLUME_ZERO };

struct node;

/* Part of a snapshot read, and of any request in a chain: one run of blocks from one file. */
struct request_part {
	struct blockio_request io;
	struct store_read read;
	void (*ended)(struct request_part *part, int result); /* see damage.h */
	struct volume_request *request;
	uint64_t offset; /* in the volume */
	size_t length;
	struct snapshot *holder; /* by copy-on-write: whose store is read; NULL: the origin */
	struct node *node;	 /* in a chain: whose data it is */
};

/* A range of the live view that writes take turns in. */
struct volume_range {
	uint64_t first;
	uint64_t end;
	bool waits;
	struct list link;
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
	struct store_waiter preserved;
	char *scratch;
	bool is_punched; /* a piece without bytes */
	uint64_t cursor; /* of a read in parts: what has been read */
	unsigned parts_under_way;
	unsigned part_count;
	int error;
	bool error_from_origin;
	struct request_part parts[VOLUME_REQUEST_PARTS];
	struct request_fault fault;
	struct list link;
};

void volume_submit(struct volume *volume, struct volume_request *request);

/* The first range with data of SNAPSHOT (NULL: the live view) at or after FROM; another may follow
 * it without a gap.  It is not empty, and ends in the volume.  False when the rest is a hole, or
 * FROM is no place in the volume. */
bool volume_next_data(struct volume *volume, struct snapshot *snapshot, uint64_t from,
	uint64_t *ret_first, uint64_t *ret_end);

/* --------------------------------------------------------------- snapshots */

/* Stops live writes: those under way end, `drained` is called, those that come wait until
 * volume_barrier_end().  Several may stand at once. */
struct volume_barrier {
	void (*drained)(struct volume_barrier *barrier);
	bool is_drained;
	struct list link;
};

void volume_barrier_begin(struct volume *volume, struct volume_barrier *barrier);

/* Also before `drained`: then it is not called any more. */
void volume_barrier_end(struct volume *volume, struct volume_barrier *barrier);

/* Why NAME cannot name a snapshot (-EINVAL, -ENAMETOOLONG), or 0. */
int snapshot_name_check(const char *name);

/* Waits until nobody else changes the order of a chain's nodes, or that of the snapshots. */
struct chain_turn {
	void (*go)(struct chain_turn *turn);
	struct list link;
};

/* Of a chain: what one can make of what is there. */
enum snapshot_kind {
	SNAPSHOT_TAKEN,	 /* a snapshot of the live view or of a clone */
	SNAPSHOT_CLONED, /* a clone of a snapshot: it can be written to, and shares its data */
	SNAPSHOT_COPIED, /* a clone that shares nothing: all data is copied before it is there */
};

struct snapshot_create {
	/* In. */
	const char *name; /* copied */
	enum snapshot_kind kind;
	struct snapshot *of; /* NULL: the live view; it is not deleted meanwhile */
	bool has_limit;
	bool with_writers; /* they freeze for it (writers/writers.h) */
	struct size_or_share limit;
	uint32_t block_bytes; /* 0: the volume's */

	/* Of dattobd's commands (datto/datto.h). */
	uint32_t minor;
	const char *label;	   /* kept until `done`; NULL: "" */
	struct snapshot *replaces; /* an incremental of that name, kept by one reference */

	/* Required.  RESULT 0: `snapshot` is taken (it may have failed since, and it may be
	 * deleted as soon as this returns, if no file of it is open then); without writers that
	 * thaw no live write has begun since its instant, and when `hold_writes` was set, `barrier`
	 * stands and is the caller's to end. Else -EEXIST; -EINVAL (name, limit, block, or the
	 * profile refuses a second one, or nothing of this kind can be made of `of`);
	 * -ENAMETOOLONG; -ENOSPC; -EMLINK (a chain is too long); -EOPNOTSUPP (of a chain only);
	 * -ECANCELED (a copy, or with writers: the volume is being closed); of a writer that
	 * failed, or of flushing and holding writes, what vss_codes.h has; -EBUSY (the writers are
	 * busy); -errno of the store's file. */
	void (*done)(struct snapshot_create *create, int result);
	bool hold_writes;

	/* Out. */
	struct snapshot *snapshot;
	struct volume_barrier barrier;
	const char *refusal; /* what was wrong, for a message; or NULL */
	bool was_logged;     /* it is in the kernel log */

	/* Of the volume. */
	bool hold_is_limited, is_in_set, is_cancelled;
	struct volume *volume;
	struct store *store;
	struct store_waiter written;
	struct blockio_request io;
	void (*has_room)(struct snapshot_create *create, int result);
	void (*entered)(struct snapshot_create *create, int result);
	struct snapshot *entering; /* not on the list yet */
	int sync_error;
	struct chain_turn turn;
	struct volume_moment moment;
	struct snapshot_hold hold;
	struct node *base; /* in a chain */
	char copied_name[STORE_NAME_BYTES];
	uint64_t of_id, replaces_id;
	struct list link;
};

void volume_snapshot_create(struct volume *volume, struct snapshot_create *create);

struct snapshot_delete {
	/* Required.  Called when the reads of it that are under way have ended, and when whoever
	 * takes it was told of it, which writers that thaw hold up; none may begin any more.
	 * RESULT 0: it and its file are gone.  Else it stays: -EBUSY (a file of it is open, or it
	 * is being deleted already), -ENOENT (it went while a fault held this up), or -errno of
	 * removing its file or of a fault. */
	void (*done)(struct snapshot_delete *command, int result);

	/* Of the volume. */
	struct volume *volume;
	struct volume_moment moment;
	uint64_t snapshot_id;
	struct volume_barrier barrier;
	bool has_begun; /* the barrier */
	bool is_syncing, is_removed;
	struct blockio_request io;
	struct store_waiter still;
	struct snapshot *snapshot;
};

void volume_snapshot_delete(
	struct volume *volume, struct snapshot *snapshot, struct snapshot_delete *command);

/* The snapshot of this name, or NULL. */
struct snapshot *volume_snapshot_find(struct volume *volume, const char *name);

/* The snapshot of this id, or NULL.  Ids are not used again while mounted. */
struct snapshot *volume_snapshot_by_id(struct volume *volume, uint64_t id);

/* The snapshot after SNAPSHOT (NULL: the first), oldest first, or NULL. */
struct snapshot *volume_snapshot_next(struct volume *volume, struct snapshot *snapshot);

const char *snapshot_name(const struct snapshot *snapshot);
uint64_t snapshot_id(const struct snapshot *snapshot);
int64_t snapshot_created_seconds(const struct snapshot *snapshot);

/* Whether writes to SNAPSHOT may be submitted; they act on it alone. */
bool snapshot_is_writable(const struct snapshot *snapshot);

/* Of a chain: it is a clone, of which snapshots can be taken. */
bool snapshot_is_clone(const struct snapshot *snapshot);

/* Counts the files open on SNAPSHOT, which keep it from being deleted. */
void snapshot_opened(struct snapshot *snapshot);
void snapshot_closed(struct snapshot *snapshot);

/* ---------------------------------------------------------- changed blocks */

/*
 * Which blocks of the live view changed since SNAPSHOT was taken, by its own
 * blocks: every one that a write to the live view touched since, and no other.
 * Of a snapshot that was written to itself: those at which the two may differ.
 * It lasts over mounts and kills.
 *
 * Returns 0, or the -errno with which the snapshot failed: its record is then
 * not complete, and the calls below must not be made.
 */
int snapshot_changed_error(const struct snapshot *snapshot);

uint64_t snapshot_changed_blocks(const struct snapshot *snapshot);

/*
 * The first changed range at or after FROM_BYTES: whole blocks, but for one
 * that FROM_BYTES or the end of the volume cuts.  False when there is none.
 */
bool snapshot_changed_next(const struct snapshot *snapshot, uint64_t from_bytes,
	uint64_t *ret_offset_bytes, uint64_t *ret_length_bytes);

/* ------------------------------------------------------------------- texts */

/* The object of .snaprig/status.json, the caller's; NULL without memory. */
json_t *volume_status(struct volume *volume);

/* The element of SNAPSHOT in it. */
json_t *snapshot_status(const struct snapshot *snapshot);

const struct profile *volume_profile(const struct volume *volume);
const struct text_log *volume_kernel_log(const struct volume *volume);
struct journal *volume_journal(struct volume *volume);

#endif
