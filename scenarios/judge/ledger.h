/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger.h - what the live content must be: the original content plus all writes since.
 *
 * The runner keeps it block by block from what its writers wrote; it never asks the rig.  Any
 * thread may call, and several writers may write to one block at the same time.  Only the rig
 * knows the order of such writes: then the block may contain any of them, and the ledger keeps the
 * set.
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
 * Records that BLOCK is about to be overwritten by a block with HASH; returns the write's number.
 * Until the write is acknowledged (which may never happen), the block may or may not contain it. A
 * block beyond the end of the content is ignored.
 */
uint64_t ledger_begin(struct ledger *ledger, size_t block, uint64_t hash);

/* Records that WRITE to BLOCK has succeeded: it replaces every write that had ended before it
 * began. */
void ledger_acknowledge(struct ledger *ledger, size_t block, uint64_t write);

/* Returns the blocks whose content is uncertain now, with what each may be.  The caller frees
 * RET's items. */
void ledger_doubts(struct ledger *ledger, struct doubts *ret);

/* Extends the content to SIZE_BYTES with zeros. */
void ledger_grow(struct ledger *ledger, uint64_t size_bytes);

/* Compares the content MET with what it must be now. */
void ledger_compare(struct ledger *ledger, const struct digest *met, struct comparison *ret);

#endif
