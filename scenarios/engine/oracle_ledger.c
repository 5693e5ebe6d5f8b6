/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/engine/oracle_ledger.h"

#include <pthread.h>
#include <stdlib.h>

#include "scenarios/engine/memory.h"
#include "simfs/base/check.h"

struct ledger {
	pthread_mutex_t lock;
	struct digest *expected;    /* protected by lock, as is all below */
	uint64_t *begun;	    /* the hash of an unacknowledged write … */
	struct block_set *in_doubt; /* … of these blocks */
};

struct ledger *ledger_create(struct digest *before)
{
	struct ledger *ledger = memory_new(sizeof *ledger);

	pthread_mutex_init(&ledger->lock, NULL);
	ledger->expected = before;
	ledger->begun = memory_new((before->block_count + 1) * sizeof *ledger->begun);
	ledger->in_doubt = block_set_create(before->block_count);
	return ledger;
}

void ledger_destroy(struct ledger *ledger)
{
	if (!ledger)
		return;
	pthread_mutex_destroy(&ledger->lock);
	digest_destroy(ledger->expected);
	block_set_destroy(ledger->in_doubt);
	free(ledger->begun);
	free(ledger);
}

void ledger_begin(struct ledger *ledger, size_t block, uint64_t hash)
{
	pthread_mutex_lock(&ledger->lock);
	MUST(block < ledger->expected->block_count);
	ledger->begun[block] = hash;
	block_set_add(ledger->in_doubt, block);
	pthread_mutex_unlock(&ledger->lock);
}

void ledger_acknowledge(struct ledger *ledger, size_t block)
{
	pthread_mutex_lock(&ledger->lock);
	MUST(block_set_has(ledger->in_doubt, block));
	ledger->expected->hashes[block] = ledger->begun[block];
	ledger->in_doubt->words[block / 64] &= ~(1ull << (block % 64));
	pthread_mutex_unlock(&ledger->lock);
}

void ledger_compare(struct ledger *ledger, const struct digest *met, struct comparison *ret)
{
	pthread_mutex_lock(&ledger->lock);
	/* A block in doubt that was written is as good as acknowledged. */
	for (size_t block = 0; block < met->block_count; block++) {
		if (block_set_has(ledger->in_doubt, block) &&
			met->hashes[block] == ledger->begun[block])
			ledger->expected->hashes[block] = met->hashes[block];
	}
	digest_compare(ledger->expected, met, NULL, ret);
	pthread_mutex_unlock(&ledger->lock);
}
