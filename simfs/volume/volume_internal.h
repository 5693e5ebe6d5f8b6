/* SPDX-License-Identifier: Apache-2.0 */
/* volume_internal.h - what the files of volume/ share; for nobody else. */
#ifndef SNAPRIG_VOLUME_VOLUME_INTERNAL_H
#define SNAPRIG_VOLUME_VOLUME_INTERNAL_H

#include "simfs/volume/cow/area.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/event_file.h"
#include "simfs/volume/state_record.h"
#include "simfs/volume/surface.h"
#include "simfs/volume/topology.h"
#include "simfs/volume/volume.h"
#include "simfs/volume/volume_watch.h"
#include "simfs/volume/writers/set.h"

/* Largest block of any profile; a preserved range rounds out to it on both sides. */
#define VOLUME_BLOCK_MAX_BYTES (512u << 10)

/*
 *   ACTIVE ──snapshot_fail()──▶ FAILING ──mark_done()──▶ FAILED
 *
 * FAILING: reads fail already; the mark is on its way into the store's file,
 * and live writes wait for it (promise 4).  All states: only deletion leaves.
 */
enum snapshot_state { SNAPSHOT_ACTIVE, SNAPSHOT_FAILING, SNAPSHOT_FAILED };

/* What struct store_facts.mode says. */
enum snapshot_mode { SNAPSHOT_MODE_SNAPSHOT, SNAPSHOT_MODE_INCREMENTAL, SNAPSHOT_MODE_CLONE };

/* A device that dattobd was told of while its file system was not mounted. */
struct datto_unverified {
	bool exists;
	bool is_incremental;
	uint32_t minor;
	int error;
	char cow_path[STORE_LABEL_BYTES];
};

struct snapshot {
	struct volume *volume;
	struct list link;
	uint64_t id;
	char name[STORE_NAME_BYTES];
	const struct profile *profile; /* of when it was taken */
	struct store *store;	       /* NULL: its file could not be read at all */
	enum snapshot_state state;
	int error;
	uint64_t overflow_blocks;
	uint64_t highest_read; /* offset at which a read began */
	uint64_t known_ns;     /* on the rig's clock: since when the volume has it ... */
	uint64_t older_ns;     /* ... and how old it was then */
	unsigned files_open;
	unsigned references;	      /* snapshot_get() */
	struct store_waiter marked;   /* that it has failed */
	struct store_waiter relinked; /* its parent changes */
	struct list waiting_for_mark; /* struct volume_request.link */
	struct node *base;	      /* in a chain: its parent; of a clone: its head */
	bool is_lost;		      /* its file has LOST_SUFFIX (state_lost.c) */
	bool is_clone;		      /* in a chain */
	bool tracks_only;	      /* of dattobd: an incremental */
	bool has_been_dormant;
	bool is_kept;			  /* deleted, but older ones share its store (cow/area.h) */
	bool is_given_up;		  /* while the volume is opened: see cow/area_life.c */
	uint64_t counted_blocks;	  /* of a shared area, unless it is the receiver */
	uint64_t kept_blocks;		  /* of those that are kept for it */
	int64_t written_ns;		  /* when it was written to; 0: never */
	struct snapshot_delete *deletion; /* when set: not found by name or id any more */
	struct snapshot_delete drop;	  /* the deletion, when it is not asked for (cow/area.c) */
};

struct volume {
	struct blockio *origin;	       /* these two ask the fault plane */
	struct blockio_folder *folder; /* (blockio/faulty.h) */
	struct fault_site faults;
	struct volume_options options;
	const struct volume_limits *limits; /* those of the options, or the default */
	const struct topology *topology;    /* the profile's */
	uint64_t volume_id;
	uint64_t size_bytes;	      /* that requests see: the image is longer while it grows */
	struct volume_growth *growth; /* under way, or NULL */
	struct image image;
	uint64_t alignment_bytes; /* every transfer of the origin is a multiple of it */
	uint64_t turn_bytes;	  /* writes that meet in so many bytes take turns */

	struct list snapshots; /* oldest first; constant while a write is under way */
	unsigned snapshot_count;
	uint64_t next_order;
	struct list creating; /* struct snapshot_create.link */
	bool is_entering;     /* one of them comes on the list; the turns of the others: */
	struct list entering; /* struct snapshot_create.turn.link */

	/* Of the snapshots that share an area (cow/area.c). */
	struct snapshot *area_receiver;
	uint64_t area_older_blocks;

	struct {
		bool is_unmounted;
		uint64_t cache_bytes;
		uint64_t step_bytes; /* of auto-expand; 0: off */
		uint64_t reserved_bytes;
		struct datto_unverified unverified;
	} datto;

	struct list ranges; /* of writes that have begun, in order of arrival */
	unsigned ranges_waiting;
	uint64_t writes_under_way;
	uint64_t reads_under_way;
	struct list barriers;
	struct list parked_writes; /* behind a barrier */
	struct list watches;	   /* struct volume_watch.link */
	uint64_t watch_count;	   /* of all that were begun */

	struct list zeros; /* under way */
	bool cannot_punch; /* the image's file system has said so */

	struct list holds;
	struct list held_reads;

	struct list scratch_spare;
	struct gauges gauges;
	uint64_t memory_sampled_ns;
	const struct memory_source *memory; /* NULL: that of the options */
	struct text_log kernel_log;
	struct journal journal;
	unsigned damage_lines;	      /* that were said (damage.c) */
	struct event_file event_file; /* does not ask the fault plane, nor counts as I/O */
	struct volume_writers writers;
	struct volume_surface surface;
	struct chain *chain; /* NULL: copy-on-write */

	struct {
		uint64_t live_reads, live_writes, live_flushes;
		uint64_t live_read_bytes, live_written_bytes;
		uint64_t live_discards, live_discarded_bytes; /* zeroing, too */
		uint64_t snapshot_reads, snapshot_read_bytes, snapshot_read_errors;
		uint64_t snapshot_writes, snapshot_written_bytes;
		uint64_t blocks_preserved, snapshot_read_retries;
	} counters;
};

static inline uint64_t round_down(uint64_t value, uint64_t unit)
{
	return value & ~(unit - 1);
}

static inline uint64_t round_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) & ~(unit - 1);
}

static inline uint32_t snapshot_block_bytes(const struct snapshot *snapshot)
{
	return store_facts(snapshot->store)->block_bytes;
}

/* range.c: calls write_turn() for REQUEST, now or when its turn comes. */
void range_take(struct volume *volume, struct volume_request *request);

/* Gives the range back, and lets go on who waited for it: after REQUEST has
 * been answered, since they may be answered at once. */
struct volume_range range_leave(struct volume_request *request);
void range_wake(struct volume *volume, struct volume_range given);
void write_turn(struct volume_request *request);

/* fault_io.c: whether a fault has taken REQUEST, which is armed for: it goes on of itself. */
enum fault_point request_point(const struct volume_request *request);
bool fault_takes(struct volume_request *request, enum fault_point point);

/* OFFSET moved on by BYTES, so that LENGTH bytes from there are in the volume. */
uint64_t fault_misdirected(
	const struct volume *volume, uint64_t offset, uint64_t length, uint64_t bytes);

/* fault_moment.c: a hit of POINT at which SNAPSHOT (of that name, if it is there) is known. */
void fault_moment(struct volume *volume, enum fault_point point, const char *name,
	struct snapshot *snapshot, struct volume_moment *moment);

/* The same for a writer, which is told of something. */
void fault_writer(struct volume *volume, enum fault_point point, const char *writer,
	struct volume_moment *moment);

/* Opens what asks the fault plane, and adds the rules of the options: 0, or -errno, said. */
int faults_open(struct volume *volume, struct blockio *origin, struct blockio_folder *folder);
void faults_close(struct volume *volume);

/* Fails SNAPSHOT as at its limit, when it has not failed yet. */
void fault_fail_snapshot(struct snapshot *snapshot);

/* volume.c: starts REQUEST as it stands. */
void request_start(struct volume_request *request);

/* live.c */
void live_read_start(struct volume_request *request);
void live_write_start(struct volume_request *request);
void live_flush_start(struct volume_request *request);

/* Ends a live write whose turn it is. */
void live_write_end(struct volume_request *request, int result);

/* Ends a live read or flush. */
void live_end(struct volume_request *request, int result);

/* zero.c */
void zero_start(struct volume_request *request);

/* Sets the range of PIECE, whose snapshots stand still from now on. */
void zero_choose(struct volume_request *piece);
void zero_forget_all(struct volume *volume);

/* cow/cow.c: the bodies, of which a chain without nodes makes use too. */
void cow_live_read(struct volume_request *request);
void cow_live_flush(struct volume_request *request);

/* Writes REQUEST to the origin, what it replaces being preserved. */
void cow_write_submit(struct volume_request *request);

/* cow/preserve.c: preserves what REQUEST will replace, then calls cow_write_submit(). */
void preserve_start(struct volume_request *request);

/*
 * Appends the blocks from FIRST to before END, which SNAPSHOT lacks, as far as
 * the profile admits them; request->preserved is counted for them.  Beyond
 * that the snapshot fails.  BYTES is their content.
 */
void preserve_run(struct snapshot *snapshot, struct volume_request *request, uint64_t first,
	uint64_t end, char *bytes);

/* Fails SNAPSHOT when its driver gives it up for what REQUEST has appended. */
void preserve_commit(struct snapshot *snapshot, const struct volume_request *request);

/* Ends REQUEST, for a live write or one to a snapshot, once no snapshot's mark is on its way. */
void preserve_settle(struct volume_request *request);

/* datto/states.c: ends COMMAND, after its handler's line. */
struct datto_command;
void datto_command_end(struct datto_command *command, int result);

/* datto/mount.c: 0 when it has begun. */
int datto_mount_or_unmount(struct datto_command *command);

/* datto/device.c: the snapshot that the driver traces, or NULL: it has one of a block device. */
struct snapshot *datto_traced(struct volume *volume);

/* That, or one that is not verified. */
bool datto_device_exists(struct volume *volume);

/* Gives SNAPSHOT, which is full, a step more room when that is asked for; says when it cannot. */
bool datto_auto_expand(struct snapshot *snapshot);
bool datto_is_dormant(const struct snapshot *snapshot);

/* cow/read.c: a read of SNAPSHOT that begins now does not fail at once. */
bool snapshot_is_readable(const struct snapshot *snapshot);
void snapshot_read_start(struct volume_request *request);
void snapshot_read_go(struct volume_request *request);
void snapshot_read_end(struct volume_request *request, int result);
void snapshot_read_cow(struct volume_request *request);

/* cow/write.c */
void snapshot_write_start(struct volume_request *request);
void snapshot_write_turn(struct volume_request *request);
void snapshot_write_end(struct volume_request *request);
void snapshot_flush_start(struct volume_request *request);
void snapshot_flush_cow(struct volume_request *request);
void snapshot_flush_end(struct volume_request *request, int result);

/* snapshot.c */
void snapshot_fail(struct snapshot *snapshot, int error, const char *why);

/* The same without those that share an area with it. */
void snapshot_fail_one(struct snapshot *snapshot, int error, const char *why);

/* snapshot_fail(), and what the profile logs of it; WRITE is NULL for a reader's failure. */
void snapshot_fail_logged(struct snapshot *snapshot, enum profile_failure failure, int error,
	const struct volume_request *write);

/* Failed in a way in which it can be read on (struct profile, goes_stale). */
bool snapshot_is_stale(const struct snapshot *snapshot);

/* What a request of KIND replaces in the live view is kept for SNAPSHOT. */
bool snapshot_traces(const struct snapshot *snapshot, enum volume_kind kind);
struct profile_snapshot snapshot_for_profile(const struct snapshot *snapshot);
void snapshot_maybe_delete(struct snapshot *snapshot);

/* Deletes SNAPSHOT, which nobody deletes yet, when the last file on it is closed. */
void snapshot_delete_begin(struct snapshot *snapshot, struct snapshot_delete *command);

/*
 * Whoever keeps a pointer to SNAPSHOT over a completion holds a reference: it
 * stays, and its deletion waits, until the last one was put.  After that the
 * pointer is not used any more: it may be gone.  NULL, the live view, is fine.
 */
void snapshot_get(struct snapshot *snapshot);
void snapshot_put(struct snapshot *snapshot);

struct snapshot *snapshot_new(struct volume *volume, const char *name, struct store *store);
void snapshot_free(struct snapshot *snapshot);

/* barrier.c */
bool barrier_parks(struct volume *volume, struct volume_request *request);
void barrier_check(struct volume *volume);

/* hold.c */
bool hold_parks(struct volume *volume, struct volume_request *request);
void hold_check(struct volume *volume);

/* watch.c: a snapshot of that NAME is there, and its barrier still stands. */
void watch_tell(struct volume *volume, const char *name);

/* snapshot_create.c: the snapshot itself, when all writers are frozen. */
void snapshot_create_commit(struct snapshot_create *create);

/* snapshot_place.c: whether name and number of snapshots allow it: 0 or what `done` gets. */
int snapshot_place_check(struct volume *volume, struct snapshot_create *create);
bool snapshot_is_being_created(struct volume *volume, const char *name);

/* Says WHY to whoever asked for CREATE; returns ERROR. */
int snapshot_refuse(struct snapshot_create *create, int error, const char *why);

/* snapshot_facts.c: fills FACTS from what was asked for: 0, or what `done` gets. */
int snapshot_choose_facts(struct snapshot_create *create, struct store_facts *facts);

/* Ends CREATE; after an error nothing of its file NAME.store.new is left. */
void snapshot_create_end(struct snapshot_create *create, int result);

/* Tells whoever asked for CREATE, and lets go of its snapshot; or its set first. */
void snapshot_create_tell(struct snapshot_create *create, int result);
void snapshot_create_answer(struct snapshot_create *create, int result);

/* Of the store while the snapshot is made. */
void snapshot_new_file_name(const struct snapshot_create *create, char *buffer, size_t length);

/* Puts the snapshot of create->store on the list under its own name, then calls ENTERED, now or
 * later, with 0, or -errno and nothing is changed.  No live write is under way until then. */
void snapshot_create_enter(struct snapshot_create *create,
	void (*entered)(struct snapshot_create *create, int result));
void snapshot_create_cow(struct snapshot_create *create);

/* cow/room.c: takes room on the disk for the whole limit of CREATE's store, where the profile does
 * (log_no_room), and calls GO, now or later, with 0 or -errno. */
void room_take(
	struct snapshot_create *create, void (*go)(struct snapshot_create *create, int result));

/* The same for SNAPSHOT, which was found in the state folder.  Blocks. */
void room_take_again(struct snapshot *snapshot);

/* gauges.c: brings measured values up to date. */
void gauges_measure(struct volume *volume);
void gauge_measure_now(struct volume *volume, enum gauge gauge);
void memory_guard(struct volume *volume);

/* Of memory.used, or NULL. */
const char *volume_memory_source_name(const struct volume *volume);

/* state.c: reads what FOLDER holds. */
int state_load(struct volume *volume);

/* What struct store_facts.role says. */
enum store_role { ROLE_COW_SNAPSHOT, ROLE_CHAIN_SNAPSHOT, ROLE_CHAIN_NODE };

/* Writes FACTS, or that STORE has failed with ERROR, and waits for it: 0 or -errno. */
int state_update(struct store *store, const struct store_facts *facts);
int state_mark(struct store *store, int error);

bool state_has_suffix(const char *name, const char *suffix);

/* For store_open(): whether a failed store is read on, and whether one needs data. */
bool state_reads_failed(const struct store_facts *facts, void *context);
bool state_needs_data(const struct store_facts *facts, void *context);

/* Of the store of an active snapshot of that name. */
void snapshot_file_name(const char *snapshot, char *buffer, size_t length);

/* Of SNAPSHOT's store, whatever has become of it. */
void snapshot_file(const struct snapshot *snapshot, char *buffer, size_t length);

/* Puts SNAPSHOT, whose number is set, into the list in order of creation. */
void state_insert(struct volume *volume, struct snapshot *snapshot);

/* state_lost.c: SNAPSHOT's store in FILE was found damaged: it is shown as failed, and the file
 * renamed, so that no later mount believes it.  0, or -errno after a message. */
int state_lose(struct snapshot *snapshot, const char *file);

/* Loads what is left of one, whose FILE ends in LOST_SUFFIX: 0, or -errno after a message. */
int state_load_lost(struct volume *volume, const char *file);

/* Loads the snapshot in FILE, whose name ends in STORE_SUFFIX; ROLE is what the topology has. */
#define STORE_SUFFIX ".store"
#define NODE_SUFFIX  ".node"
#define LOST_SUFFIX  ".lost"
#define KEPT_SUFFIX  ".kept"
#define NEW_SUFFIX   ".new"
int state_load_snapshot(struct volume *volume, const char *file, enum store_role role);

/* scratch.c: buffers of SCRATCH_BYTES; NULL without memory. */
#define SCRATCH_BYTES ((size_t)VOLUME_REQUEST_MAX_BYTES + 2 * VOLUME_BLOCK_MAX_BYTES)
char *scratch_take(struct volume *volume);
void scratch_give(struct volume *volume, char *scratch);
void scratch_free_all(struct volume *volume);

#endif
