/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger.h - what the live content must be: what it was, and what was written since.
 *
 * Kept by the runner of what its writers wrote, block by block, and never by
 * looking at the rig.  Any thread may call, and several writers may be at one
 * block at a time.  Nobody but the rig knows in which order those acted: then the
 * block may be any of what they wrote, and the ledger knows the set.
 */
#ifndef SNAPRIG_SCENARIOS_JUDGE_LEDGER_H
#define SNAPRIG_SCENARIOS_JUDGE_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#include "scenarios/judge/oracle.h"

struct ledger;

/* Takes over BEFORE, the content before the first write. */
struct ledger *ledger_create(struct digest *before);
void ledger_destroy(struct ledger *ledger);

/*
 * BLOCK is about to be overwritten by a block with HASH; returns the write's
 * number.  Until it is acknowledged (which may never be) the block may have been
 * written or not.  A block behind the content counts for nothing.
 */
uint64_t ledger_begin(struct ledger *ledger, size_t block, uint64_t hash);

/* WRITE to BLOCK has ended well: what others had ended before it began is gone. */
void ledger_acknowledge(struct ledger *ledger, size_t block, uint64_t write);

/* What blocks may be, now, for which that is not certain.  RET's items are the caller's. */
void ledger_doubts(struct ledger *ledger, struct doubts *ret);

/* The content has become longer, SIZE_BYTES, by zeros. */
void ledger_grow(struct ledger *ledger, uint64_t size_bytes);

/* Compares the content MET with what it must be. */
void ledger_compare(struct ledger *ledger, const struct digest *met, struct comparison *ret);

#endif
