/* SPDX-License-Identifier: Apache-2.0 */
/* store_internal.h - what the files of store/ call of each other; for nobody else. */
#ifndef SNAPRIG_STORE_STORE_INTERNAL_H
#define SNAPRIG_STORE_STORE_INTERNAL_H

#include "simfs/store/store_state.h"

/* ----------------------------------------------------------------- answers.c */

/* Takes one count off WAITER, for what has ended with ERROR; queues it when that was the last. */
void store_answer(struct store *store, struct store_waiter *waiter, int error);

/* Answers all in the queue: the last thing that a completion does.  STORE may be gone then. */
void store_answers_go(struct store *store);

/* Sees to it that the event loop does; the last thing that any other call does. */
void store_answers_later(struct store *store);

/* The event loop, once it has told all that is complete now, starts segments and answers. */
void store_come_back(struct store *store);

/* -------------------------------------------------------------- superblock.c */

uint64_t superblock_hash(const struct store_superblock *superblock);

/* Why UNIT cannot be used, or NULL. */
const char *superblock_fault(const struct store_superblock_unit *unit);
bool superblock_is_of_another_version(const struct store_superblock *superblock);
void superblock_facts(const struct store_superblock_unit *unit, struct store_facts *facts);

/* Writes the superblock with what the store knows, now or after the one under way. */
void superblock_write(struct store *store);

/* What it would write, with FLAGS besides, is in superblock.unit. */
void superblock_fill(struct store *store, uint32_t flags);

/* The same at once, with FLAGS besides; for opening.  Blocks. */
int superblock_do(struct store *store, uint32_t flags);

/* ------------------------------------------------------------------ append.c */

uint64_t segment_hash(const struct segment_header *header);

/*
 * Enters the acknowledged segment with HEADER into the map: 0, -EEXIST when
 * one of its blocks is known or there twice, or -ENOMEM; then nothing of it is.
 */
int store_map_segment(struct store *store, struct segment_header *header);

/* Writes a summary, which can start. */
void segment_summarize(struct store *store);

/* Sees to it that a segment is on its way, if only a seal.  The store has not ended. */
void segment_seal(struct store *store);

/* store_stop(), for a caller that answers itself. */
void segments_stop(struct store *store, int error);

/* ------------------------------------------------------------------ flight.c */

/* Starts the first of the segments that wait, whatever is in flight. */
void flight_write(struct store *store);

/* Starts what may be started of those that wait. */
void flight_go(struct store *store);

/* The same at once when nothing is in flight, else from the event loop. */
void flight_go_soon(struct store *store);

/* Everyone in SEGMENT, which is in no list, is told RESULT, later; it is spare. */
void segment_finish(struct segment *segment, int result);

/* ----------------------------------------------------------------- rewrite.c */

/* Starts what waits and may go now, and ends what never will. */
void rewrites_go(struct store *store);

/* Ends all that waits with ERROR. */
void rewrites_fail(struct store *store, int error);

/* Whether SUM is what UNIT is, or what a write in place that is under way makes of it. */
bool rewrites_sum_checks(struct store *store, uint64_t unit, uint32_t sum);

/* Whether one of units from FIRST to before END is under way. */
bool rewrites_meet(const struct store *store, uint64_t first, uint64_t end);

/* -------------------------------------------------------------------- read.c */

/* Tells the reads that are under way that units from FIRST to before END change now. */
void reads_race(struct store *store, uint64_t first, uint64_t end);

/* ----------------------------------------------------------------- summary.c */

/* 0 or -ENOMEM. */
int summary_init(struct summary *summary);
void summary_deinit(struct summary *summary);

/* The segment with HEADER was acknowledged, and is in the map. */
void summary_add(struct store *store, const struct segment_header *header);

/* A summary must come before the next segment. */
bool summary_is_due(const struct store *store);

/* None is on its way, and there is something to sum up: what was acknowledged. */
bool summary_can_start(const struct store *store);

/* There is something to sum up when the store is closed. */
bool summary_is_wanted(const struct store *store);

/* One is on its way that has what was acknowledged until now; or there is none after all. */
void summary_take(struct store *store);
void summary_untake(struct store *store);

/* Takes, and makes HEADER that of the next summary, whose data are summary.data then: 0 or
 * -ENOMEM. */
int summary_fill(struct store *store, struct segment_header *header);

/* ------------------------------------------------------------------- store.c */

/* An empty store over IO, which becomes its own when 0 is returned.  LIMITS as store_create(). */
int store_new(struct blockio_folder *folder, struct blockio *io, const struct store_facts *facts,
	const struct store_limits *limits, struct store **ret);

/* An empty map of BLOCK_COUNT: 0 or -errno. */
int store_new_map(struct store *store, uint64_t block_count);

#endif
