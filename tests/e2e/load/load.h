/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.h - a load on a mounted volume that knows what must be there.
 *
 * Several writers own a stripe of MNT/live each, one keeper makes, reads,
 * writes and deletes snapshots.  All they know lies in the ledger, a mapped
 * file: it outlives the rig and the load, and is what `verify` compares with.
 *
 *  1. A byte of the live view belongs to one writer, and a writer does one
 *     thing at a time.  It counts an operation as issued before, and as
 *     acknowledged after it was done, and notes what it does in its log.
 *  2. So a view of a stripe is right when it is what some number of operations
 *     left, between those acknowledged when the view was asked for and those
 *     issued when it was there; of the operation after these, any part may be
 *     there as well, for the kernel may cut it into several requests.
 *  3. `base` is each stripe after the first `replayed` operations of its log.
 *     Only the keeper moves it on, and `verify`, which runs alone.
 *  4. What an operation that failed has left in its range is unknown until
 *     another one has overwritten it: `mask` is 1 there.
 *  5. What a snapshot was found to be when it was taken, it must stay.
 */
#ifndef SNAPRIG_TESTS_LOAD_H
#define SNAPRIG_TESTS_LOAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	WRITERS_MAX = 32,
	SNAPSHOTS_MAX = 6,
	MEDDLERS = 2,
	LOG_OPERATIONS = 1 << 13,
	OPERATION_BYTES_MAX = 1 << 20,
	PAGE_BYTES = 4096,
	SECTOR_BYTES = 512,
};

/* How a command ends. */
enum {
	END_RIGHT = 0,
	END_DIFFERENCE = 1,
	END_USAGE = 2,
	END_HANG = 3,
	END_MACHINE = 4,
	END_UNMOUNTED = 5,
};

enum kind {
	KIND_WRITE,
	KIND_DIRECT,
	KIND_MAPPED,
	KIND_DISCARD,
	KIND_ZERO,
	KIND_READ,
	KIND_MAPPED_READ,
	KIND_SEEK,
	KIND_SYNC,
	KIND_COUNT,
};

enum trait {
	TRAIT_DISCARDS = 1 << 0,
	TRAIT_CLONES = 1 << 1,	   /* and what coalesces */
	TRAIT_WRITABLE = 1 << 2,   /* snapshots are */
	TRAIT_GROWS = 1 << 3,	   /* while it has no snapshot */
	TRAIT_SECTORS = 1 << 4,	   /* all is sectors, as on a device */
	TRAIT_BIG = 1 << 5,	   /* writes of 1 MiB, and reads of them */
	TRAIT_MAY_FAIL = 1 << 6,   /* writes and snapshots, of the store's room or faults */
	TRAIT_MAY_REFUSE = 1 << 7, /* a snapshot cannot always be taken */
	TRAIT_MEDDLED = 1 << 8,	   /* others come between */
};

struct operation {
	uint64_t offset;
	uint64_t number;
	uint32_t length;
	uint16_t kind;
	uint16_t has_failed;
};

struct writer {
	uint64_t from;
	_Atomic uint64_t to;
	_Atomic uint64_t issued, acknowledged, replayed; /* of the log, since `verify` */
	_Atomic uint64_t number;			 /* of the last operation, for ever */
	_Atomic uint64_t beats;				 /* moves on with whatever was done */
	_Atomic uint64_t doing;				 /* enum kind */
	uint64_t done[KIND_COUNT];
	uint64_t failed, bytes;
	struct operation log[LOG_OPERATIONS];
};

enum slot_state {
	SLOT_FREE,
	SLOT_CREATING, /* lo[] is set; it may be there */
	SLOT_CLONING,  /* of what `content` is */
	SLOT_ALIVE,
	SLOT_WRITING, /* `pending` is under way or has failed */
	SLOT_DELETING,
};

struct slot {
	_Atomic uint64_t state;
	char name[32];
	bool is_writable;
	uint64_t size_bytes;
	uint64_t lo[WRITERS_MAX], hi[WRITERS_MAX];
	struct operation pending;
};

struct keeper {
	_Atomic uint64_t beats;
	uint64_t made, refused, cloned, deleted, read, written, coalesced, grown, failed;
	uint64_t names;
};

struct ledger {
	uint64_t marker;
	uint64_t seed;
	uint64_t traits;
	uint64_t writer_count, slot_count;
	uint64_t size_max_bytes;
	_Atomic uint64_t size_bytes;
	uint64_t size_next_bytes; /* while it is made longer */
	_Atomic uint64_t stop;
	_Atomic uint64_t operations;
	_Atomic uint64_t meddler_beats[MEDDLERS];
	struct keeper keeper;
	struct slot slots[SNAPSHOTS_MAX];
	struct writer writers[WRITERS_MAX];
};

/* What is mapped of a ledger; the arrays have size_max_bytes each. */
struct load {
	struct ledger *ledger;
	unsigned char *live;	  /* what the writers left of the live view ... */
	unsigned char *live_mask; /* ... and where that is unknown */
	unsigned char *base, *base_mask;
	unsigned char *content[SNAPSHOTS_MAX];
	const char *mount;
	const char *device; /* to reach the live view by, or NULL */
};

/* ---- ledger.c ---- */

/* Both end the program with END_MACHINE or END_USAGE if they cannot. */
void ledger_create(const char *path, const struct ledger *facts);
void ledger_open(struct load *load, const char *path);

/* PATH below the mount, in a buffer of its own that the next call overwrites. */
const char *load_path(const struct load *load, const char *folder, const char *name);

/* Is the volume still served?  Not so after its rig was killed. */
bool load_is_mounted(const struct load *load);

/* Opens the live view with FLAGS; ends the program when it cannot (END_UNMOUNTED, END_MACHINE). */
int load_open_live(const struct load *load, int flags);

/* Fills the bytes at OFFSET as operation NUMBER of WRITER writes them (zeros: KIND_ZERO, _DISCARD).
 */
void operation_fill(const struct load *load, unsigned writer, const struct operation *operation,
	unsigned char *bytes);

/* What the operation does to a stripe of which BYTES and MASK are byte 0 of the volume. */
void operation_apply(const struct load *load, unsigned writer, const struct operation *operation,
	unsigned char *bytes, unsigned char *mask);

bool operation_changes(enum kind kind);
const char *kind_name(uint64_t kind);

/* A number in [0, bound), another one for each turn of *STATE. */
uint64_t draw(uint64_t *state, uint64_t bound);

/* Prints what differs and where, and ends the program with END_DIFFERENCE. */
__attribute__((noreturn, format(printf, 1, 2))) void differs(const char *format, ...);

/* Calls SNAPRIG with arguments up to a NULL; its exit code. */
int call_program(const char *const *arguments);

/* ---- writer.c, keeper.c, meddler.c: the processes; they return END_... ---- */

int writer_run(struct load *load, unsigned index);
int keeper_run(struct load *load);
int meddler_run(struct load *load, unsigned index);

/* What the names of meddlers' snapshots begin with, and how all of them go. */
#define MEDDLED_PREFIX "meddled"
void meddlers_clear(const struct load *load);

/* ---- mapped.c: 0 or an errno ---- */

int mapped_read(int fd, unsigned char *bytes, uint64_t length, uint64_t offset);
int mapped_write(int fd, const unsigned char *bytes, uint64_t length, uint64_t offset);

/* ---- judge.c ---- */

/* Reads LENGTH bytes; 0 or an errno. */
int read_whole(int fd, unsigned char *bytes, uint64_t length, uint64_t offset);

/* VIEW of the whole volume against the logs from base up to LO..HI (point 2); WHAT names it. */
void judge_view(const struct load *load, const unsigned char *view, uint64_t size_bytes,
	const uint64_t *lo, const uint64_t *hi, const char *what);

/* Base moves on to TO operations of a writer's log. */
void base_advance(const struct load *load, unsigned writer, uint64_t to);

/* Found against wanted; a byte inside PENDING (or NULL) may be what that writes, too. */
void judge_content(const struct load *load, const struct slot *slot, const unsigned char *found,
	const unsigned char *wanted, const struct operation *pending);

/* With nothing running: all views are compared, what was under way is settled. */
int verify_all(struct load *load);

#endif
