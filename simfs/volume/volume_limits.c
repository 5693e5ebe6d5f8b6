/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/volume_limits.h"
#include "simfs/volume/request.h"

#include "faults/journal.h"
#include "simfs/base/clock.h"

const struct volume_limits volume_limits_default = {
	.store = &store_limits_default,
	.request_parts = VOLUME_REQUEST_PARTS,
	.read_over_bytes = VOLUME_READ_OVER_BYTES,
	.ahead_bytes = 2u << 20,
	.ahead_beside_ns = 5 * NS_PER_MS,
	.zero_piece_bytes = VOLUME_REQUEST_MAX_BYTES,
	.snapshots = 4096,
	.common_snapshots = 8,
	.common_words = 4096,
	.verify_up_to_bytes = 64u << 20,
	.chain_nodes = VOLUME_CHAIN_NODES,
	.chain_slots = VOLUME_CHAIN_SLOTS,
	.coalesce_chunk_bytes = 1u << 20,
	.coalesce_chunks = VOLUME_COALESCE_CHUNKS,
	.coalesce_window_bytes = 4u << 20,
	.coalesce_reads = VOLUME_COALESCE_READS,
	.coalesce_beside_bytes = 32u << 10,
	.coalesce_beside_ns = 5 * NS_PER_MS,
	.journal_bytes = JOURNAL_MAX_BYTES,
	.journal_noted = JOURNAL_NOTED_MAX,
	.event_batch_bytes = 64u << 10,
};

const struct volume_limits volume_limits_smallest = {
	.store = &store_limits_smallest,
	.request_parts = 2,
	.read_over_bytes = 4u << 10,
	.ahead_bytes = 8u << 10,
	.zero_piece_bytes = 8u << 10,
	.snapshots = 64,
	.common_snapshots = 1,
	.common_words = 2,
	.verify_up_to_bytes = 64u << 10,
	.chain_nodes = 40,
	.chain_slots = 4,
	.coalesce_chunk_bytes = 8u << 10,
	.coalesce_chunks = 1,
	.coalesce_window_bytes = 8u << 10,
	.coalesce_reads = 1,
	.coalesce_beside_bytes = 4u << 10,
	.coalesce_beside_ns = 5 * NS_PER_MS,
	.journal_bytes = 32u << 10,
	.journal_noted = 1,
	.event_batch_bytes = 1u << 10,
};
