/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oracle_ledger.h - what the live content must be: what it was, and what was written since.
 *
 * Kept by the runner of what its writers wrote, block by block, and never by
 * looking at the rig.  Any thread may call; one writer at a time per block.
 */
#ifndef SNAPRIG_SCENARIOS_ORACLE_LEDGER_H
#define SNAPRIG_SCENARIOS_ORACLE_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#include "scenarios/engine/oracle.h"

struct ledger;

/* Takes over BEFORE, the content before the first write. */
struct ledger *ledger_create(struct digest *before);
void ledger_destroy(struct ledger *ledger);

/*
 * BLOCK is about to be overwritten by a block with HASH.  Until it is
 * acknowledged (which may never be), the block may be the old one or the new.
 */
void ledger_begin(struct ledger *ledger, size_t block, uint64_t hash);
void ledger_acknowledge(struct ledger *ledger, size_t block);

/* Compares the content MET with what it must be. */
void ledger_compare(struct ledger *ledger, const struct digest *met, struct comparison *ret);

#endif
