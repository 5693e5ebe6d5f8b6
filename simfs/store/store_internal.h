/* SPDX-License-Identifier: Apache-2.0 */
/* store_internal.h - functions that the files of store/ share; for them only. */
#ifndef SNAPRIG_STORE_STORE_INTERNAL_H
#define SNAPRIG_STORE_STORE_INTERNAL_H

#include "simfs/store/store_state.h"

/* ----------------------------------------------------------------- answers.c */

/* Takes one count off WAITER, for an operation that ended with ERROR; queues it at the last. */
void store_answer(struct store *store, struct store_waiter *waiter, int error);

/* Gives all queued answers; completions call this last. STORE may be freed on return. */
void store_answers_go(struct store *store);

/* Makes the event loop do that; all other functions call this last. */
void store_answers_later(struct store *store);

/* After the event loop has handled the current completions, it starts segments and answers. */
void store_come_back(struct store *store);

/* -------------------------------------------------------------- superblock.c */

uint64_t superblock_hash(const struct store_superblock *superblock);

/* Why UNIT cannot be used, or NULL. */
const char *superblock_fault(const struct store_superblock_unit *unit);
bool superblock_is_of_another_version(const struct store_superblock *superblock);
void superblock_facts(const struct store_superblock_unit *unit, struct store_facts *facts);

/* Writes the superblock from the current state, now or after the write in flight. */
void superblock_write(struct store *store);

/* Fills superblock.unit for such a write, with additional FLAGS. */
void superblock_fill(struct store *store, uint32_t flags);

/* Writes it synchronously, with additional FLAGS; for opening. Blocks. */
int superblock_do(struct store *store, uint32_t flags);

/* ------------------------------------------------------------------ append.c */

uint64_t segment_hash(const struct segment_header *header);

/*
 * Enters the acknowledged segment with HEADER into the map. Returns 0, -EEXIST if one of its
 * blocks is known or occurs twice, or -ENOMEM; then none of it is entered.
 */
int store_map_segment(struct store *store, struct segment_header *header);

/* Writes a summary; summary_can_start() must hold. */
void segment_summarize(struct store *store);

/* Ensures that a segment is in flight, appending a seal if needed. The store must not have
 * ended. */
void segment_seal(struct store *store);

/* store_stop(), for a caller that gives the answers itself. */
void segments_stop(struct store *store, int error);

/* ------------------------------------------------------------------ flight.c */

/* Starts the first waiting segment, whatever is in flight. */
void flight_write(struct store *store);

/* Starts the waiting segments that may start. */
void flight_go(struct store *store);

/* The same now if nothing is in flight, else from the event loop. */
void flight_go_soon(struct store *store);

/* Queues RESULT for all waiters of SEGMENT, which is in no list; it becomes spare. */
void segment_finish(struct segment *segment, int result);

/* ----------------------------------------------------------------- rewrite.c */

/* Starts the waiting rewrites that can start, and fails those that never will. */
void rewrites_go(struct store *store);

/* Fails all waiting rewrites with ERROR. */
void rewrites_fail(struct store *store, int error);

/* Whether SUM is the sum of UNIT, or the one that a rewrite in flight gives it. */
bool rewrites_sum_checks(struct store *store, uint64_t unit, uint32_t sum);

/* Whether a rewrite of a unit from FIRST to before END is in flight. */
bool rewrites_meet(const struct store *store, uint64_t first, uint64_t end);

/* -------------------------------------------------------------------- read.c */

/* Tells the reads in flight that the units from FIRST to before END are changing. */
void reads_race(struct store *store, uint64_t first, uint64_t end);

/* ----------------------------------------------------------------- summary.c */

/* 0 or -ENOMEM. */
int summary_init(struct summary *summary);
void summary_deinit(struct summary *summary);

/* Call when the segment with HEADER was acknowledged and is in the map. */
void summary_add(struct store *store, const struct segment_header *header);

/* The next segment must be a summary. */
bool summary_is_due(const struct store *store);

/* No summary is in flight, and some acknowledged segments are not summarized. */
bool summary_can_start(const struct store *store);

/* A summary is worth writing when the store is closed. */
bool summary_is_wanted(const struct store *store);

/* A summary of everything acknowledged so far is in flight; it failed and takes nothing. */
void summary_take(struct store *store);
void summary_untake(struct store *store);

/* Takes, and turns HEADER into that of the next summary, with its data in summary.data. 0 or
 * -ENOMEM. */
int summary_fill(struct store *store, struct segment_header *header);

/* ------------------------------------------------------------------- store.c */

/* Creates an empty store over IO, which it owns if 0 is returned. LIMITS as for store_create(). */
int store_new(struct blockio_folder *folder, struct blockio *io, const struct store_facts *facts,
	const struct store_limits *limits, struct store **ret);

/* Creates an empty map of BLOCK_COUNT: 0 or -errno. */
int store_new_map(struct store *store, uint64_t block_count);

#endif
