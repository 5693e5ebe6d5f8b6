/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine.h - a volume on a memory disk, stepped by the test.
 *
 * An error in this code ends the test; what the engine answers is returned.
 */
#ifndef SNAPRIG_TESTS_LIB_ENGINE_H
#define SNAPRIG_TESTS_LIB_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/blockio/memory.h"
#include "simfs/volume/request.h"
#include "simfs/volume/snapshot.h"
#include "simfs/volume/volume.h"
#include "tests/lib/engine_limits.h"

/* The file of the source volume, beside the stores. */
#define ENGINE_IMAGE "image"

struct engine_options {
	uint64_t volume_bytes;
	const struct profile *profile;	/* NULL: plain */
	const char *limit;		/* as a user writes it; NULL: the profile's */
	uint32_t block_bytes;		/* 0: the profile's */
	uint32_t store_alignment_bytes; /* 0: 512 */
	enum chain_sr sr;
	enum chain_format format;
	uint64_t coalesce_bytes_per_second;
	bool no_coalesce;
	const struct volume_limits *limits; /* NULL: the default */
	bool any_limits;  /* each opening has other limits, chosen by the seed (engine_limits.h) */
	uint64_t step_ns; /* the clock is stepped, by this much with each step of the disk */
	uint64_t
		jump_ns; /* with step_ns: when the disk is idle, the clock jumps at most this far */
	bool tells_holes; /* of the image; else all of it counts as data */
	bool power_cuts;  /* engine_power_cut() will be called */
	bool durable;
	uint32_t (*memory_used)(void);
	void (*snapshot_failed)(void *context, struct snapshot *snapshot);
	void *context;
};

struct engine {
	uint64_t seed;
	uint64_t step_ns, jump_ns;
	struct volume_options volume_options;
	struct engine_limits limits; /* if any_limits */
	bool any_limits;
	uint64_t openings;
	struct memory_source memory; /* calls the test's memory_used() */
	uint32_t (*memory_used)(void);
	struct memory_disk *disk;
	struct blockio_folder *folder;
	struct blockio_folder *image_folder;
	struct blockio *origin;
	struct volume *volume; /* NULL: not open */
};

/* Makes an image of zeros and opens it; SEED decides the order of completions. */
void engine_init(struct engine *engine, uint64_t seed, const struct engine_options *options);

/* Requests of the test that are still in flight are dropped. */
void engine_deinit(struct engine *engine);

/* Open and close like a mount and an unmount.  Return 0 or the engine's error. */
int engine_open(struct engine *engine);
int engine_close(struct engine *engine);

/* Drops everything in flight, like kill -9; the test owns its requests again. */
void engine_kill(struct engine *engine);

/* Kills and opens. */
int engine_kill_and_open(struct engine *engine);

/* The same with a power cut: what was not durable is lost or not, as SEED chooses. */
void engine_power_cut(struct engine *engine, uint64_t seed);

/* Ticks the volume if that is due, else completes one request on the disk.  Returns false if none
 * is waiting. */
bool engine_step(struct engine *engine);

/* Steps until none is waiting. */
void engine_settle(struct engine *engine);

/* ---------------------------------------------------------------- requests */

struct engine_request {
	struct volume_request request;
	bool has_ended;
	int result;
};

/* A request with its own buffer; a write's buffer is filled from STAMP. */
struct engine_request *engine_read_new(struct snapshot *snapshot, uint64_t offset, size_t length);
struct engine_request *engine_write_new(uint64_t offset, size_t length, uint64_t stamp);
struct engine_request *engine_flush_new(struct snapshot *snapshot);

/* REQUEST may be NULL. */
void engine_request_free(struct engine_request *request);

void engine_submit(struct engine *engine, struct engine_request *request);

/* Steps until REQUEST has ended; returns its result. */
int engine_wait(struct engine *engine, struct engine_request *request);

/* Fills BYTES with the LENGTH bytes that a write with STAMP writes. */
void engine_stamp_fill(void *bytes, size_t length, uint64_t stamp);

/* -------------------------------------------------------- all in one go */

int engine_write(struct engine *engine, uint64_t offset, size_t length, uint64_t stamp);

/* The same for the snapshot NAME, and a flush of it. */
int engine_write_to(
	struct engine *engine, const char *name, uint64_t offset, size_t length, uint64_t stamp);
int engine_flush_of(struct engine *engine, const char *name);
int engine_flush(struct engine *engine);

/* Reads any length; SNAPSHOT NULL is the live view.  Returns the first error or 0. */
int engine_read(struct engine *engine, struct snapshot *snapshot, uint64_t offset, void *bytes,
	uint64_t length);

struct engine_snapshot_options {
	const char *limit; /* NULL: the volume's */
	uint32_t block_bytes;
	enum snapshot_kind kind;
	const char *of; /* NULL: the live view */
	bool with_writers;
};

/* Takes the snapshot NAME; OPTIONS and RET may be NULL. */
int engine_snapshot(struct engine *engine, const char *name,
	const struct engine_snapshot_options *options, struct snapshot **ret);

/* Deletes the snapshot NAME, which must exist. */
int engine_delete(struct engine *engine, const char *name);

/* Grows the volume to BYTES; RET_WHY, the reason of an error, may be NULL. */
int engine_grow(struct engine *engine, uint64_t bytes, const char **ret_why);

/* Changes the snapshot NAME, which must exist, as CHANGE says (volume/lvm/lvm.h). */
struct lvm_change;
int engine_change(struct engine *engine, const char *name, struct lvm_change *change);

/* Returns the snapshot NAME, which must exist. */
struct snapshot *engine_find(struct engine *engine, const char *name);

/* Returns whether SNAPSHOT reports a failure, with its errno if RET is not NULL. */
bool engine_has_failed(const struct snapshot *snapshot, int *ret);

/* Returns the whole content, which the caller frees. */
uint8_t *engine_content(struct engine *engine, struct snapshot *snapshot);

/* Returns where FOUND first differs from WANTED; LENGTH if nowhere. */
uint64_t engine_difference(const uint8_t *found, const uint8_t *wanted, uint64_t length);

/*
 * Returns the first byte of SNAPSHOT (NULL: the live view) that differs from WANTED; the volume's
 * size if none does.
 */
uint64_t engine_view_difference(
	struct engine *engine, struct snapshot *snapshot, const uint8_t *wanted);

/* Returns the bytes of a file on the disk, which must exist. */
uint8_t *engine_file(struct engine *engine, const char *name, uint64_t *ret_size_bytes);

bool engine_file_exists(struct engine *engine, const char *name);

/* Truncates or extends a file that is not open. */
void engine_file_resize(struct engine *engine, const char *name, uint64_t size_bytes);

#endif
