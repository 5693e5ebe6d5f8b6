/* SPDX-License-Identifier: Apache-2.0 */
/* engine_store.h - one store on a memory disk, and what it must contain. */
#ifndef SNAPRIG_TESTS_LIB_ENGINE_STORE_H
#define SNAPRIG_TESTS_LIB_ENGINE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/blockio/memory.h"
#include "simfs/store/store.h"

#define STORE_BENCH_NAME "s.store"

/* More appends than any test makes. */
#define STORE_BENCH_APPENDS_MAX 32768

struct store_bench_append {
	struct store_waiter waiter;
	bool has_ended;
	int result;
	void *data;
};

struct store_bench {
	struct memory_disk *disk;
	struct blockio_folder *folder;
	struct store_facts facts;
	struct store *store; /* NULL: not open */
	struct store_open_options open_options;
	struct store_findings findings;
	struct store_bench_append *appends[STORE_BENCH_APPENDS_MAX];
	unsigned append_count;
};

/* Creates and marks a store of volume_bytes / block_bytes blocks.  The second function also sets
 * LIMITS for it and for later openings. */
void store_bench_init(
	struct store_bench *bench, uint64_t seed, uint64_t volume_bytes, uint32_t block_bytes);
void store_bench_init_limited(struct store_bench *bench, uint64_t seed, uint64_t volume_bytes,
	uint32_t block_bytes, const struct store_limits *limits);
void store_bench_deinit(struct store_bench *bench);

/* Appends blocks with their content; the result is in the returned struct. */
struct store_bench_append *store_bench_append(
	struct store_bench *bench, uint64_t first_block, uint64_t count);

/* The same without data: the blocks are only marked as changed. */
struct store_bench_append *store_bench_change(
	struct store_bench *bench, uint64_t first_block, uint64_t count);

/* Writes bytes of STAMP (mix_fill) into BLOCK, in place. */
struct store_bench_append *store_bench_rewrite(struct store_bench *bench, uint64_t block,
	uint32_t within_bytes, uint32_t length_bytes, uint64_t stamp);

/* Fills in the bytes that store_bench_append() gives to BLOCK. */
void store_bench_fill(const struct store_bench *bench, uint64_t block, void *bytes);

void store_bench_settle(struct store_bench *bench);

/* Marks the store with ERROR and waits.  Returns 0 or -errno. */
int store_bench_mark(struct store_bench *bench, int error, uint64_t overflow_blocks);

/* Updates it to FACTS and waits.  Returns 0 or -errno. */
int store_bench_update(struct store_bench *bench, const struct store_facts *facts);

/* Frees the store like a kill (nothing may be in flight), or closes it.  Returns 0 or -errno. */
void store_bench_leave(struct store_bench *bench);
int store_bench_close(struct store_bench *bench);

/* Opens it and keeps the findings.  Returns 0 or -errno. */
int store_bench_open(struct store_bench *bench);

/* Returns whether the store has the blocks with their right bytes; wrong bytes end the test. */
bool store_bench_has(struct store_bench *bench, uint64_t first_block, uint64_t count);

/* Returns the file on the disk, which the caller frees; and writes it back while it is closed. */
uint8_t *store_bench_save(struct store_bench *bench, uint64_t *ret_size_bytes);
void store_bench_restore(struct store_bench *bench, const uint8_t *bytes, uint64_t size_bytes);

#endif
