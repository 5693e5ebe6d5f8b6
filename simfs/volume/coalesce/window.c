/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window.c - the chunks of a merge that are in flight.
 *
 *	                      first        writing      gathering        end
 *	   ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ┼────────────┼────────────┼────────────────┼ ─ ─ ─ ─ ─ ─ ─
 *	   in the parent       │ being      │ read, or   │ no read        │ not begun
 *	                       │ written    │ being read │ started        │
 *
 * A disk is fast with many transfers at a time, and slow with one.
 *
 *  (1) Chunks are started, read and written in the order of their blocks. So what a fault at
 *      one of these points strikes does not depend on the speed of the disk.
 *  (2) No block is in two chunks, so no two writes overlap. A chunk is written once all of it
 *      was read. The node hides the written data from all views, in any order and any part of
 *      them.
 *  (3) After an error no read or write is started, and the merge ends with that error when
 *      everything in flight has ended: until then the disk uses the buffer.
 *  (4) If a rule may strike a merge, or a rate was requested, one chunk is in flight at a
 *      time: when it is struck, exactly the earlier ones are done. A chunk whose turn came
 *      before the rule was added is started anyway.
 *  (5) A chunk's place in the buffer is free once it and all earlier chunks have ended.
 *  (6) While the volume has other requests, less is in flight (giving_way.h), and chunks are
 *      shorter. Not if (4) limits them: then they have their full length, one at a time.
 */
#include <errno.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/volume/acting.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/chain/space.h"
#include "simfs/volume/coalesce/giving_way.h"
#include "simfs/volume/coalesce/merge.h"

static struct merge_window *of(struct chain *chain)
{
	return &chain->coalesce.window;
}

/* ---- memory ---- */

int window_begin(struct chain *chain)
{
	const struct volume_limits *limits = chain->volume->limits;
	struct merge_window *window = of(chain);
	void *buffer = window->buffer;
	uint64_t bytes = limits->coalesce_window_bytes > limits->coalesce_chunk_bytes
				 ? limits->coalesce_window_bytes
				 : limits->coalesce_chunk_bytes;

	MUST(chain->coalesce.reads_under_way == 0 && window->writes_under_way == 0);
	if (!buffer && posix_memalign(&buffer, BLOCKIO_ALIGNMENT_MAX, bytes) != 0)
		return -ENOMEM;
	*window = (struct merge_window){ .buffer = buffer, .buffer_bytes = bytes };
	return 0;
}

void window_free(struct chain *chain)
{
	free(of(chain)->buffer);
	of(chain)->buffer = NULL;
}

static uint64_t chunk_bytes(const struct merge_chunk *chunk)
{
	return chunk->count * CHAIN_BLOCK_BYTES;
}

/* Finds a place for BYTES after the last chunk; false if there is none. */
static bool place_find(const struct merge_window *window, uint64_t bytes, uint64_t *ret)
{
	const struct merge_chunk *first = &window->chunks[window->first % VOLUME_COALESCE_CHUNKS];
	const struct merge_chunk *last =
		&window->chunks[(window->end - 1) % VOLUME_COALESCE_CHUNKS];

	*ret = 0;
	if (window->first == window->end)
		return bytes <= window->buffer_bytes;
	*ret = last->place + chunk_bytes(last);
	/* If the last chunk lies before the first, the free space is contiguous. */
	if (*ret <= first->place)
		return bytes <= first->place - *ret;
	if (bytes <= window->buffer_bytes - *ret)
		return true;
	*ret = 0;
	return bytes <= first->place;
}

/* ---- how many ---- */

static bool may_be_struck(const struct chain *chain)
{
	static const enum fault_point points[] = { FAULT_COALESCE_COPY, FAULT_STORE_APPEND,
		FAULT_STORE_FLUSH, FAULT_ORIGIN_WRITE };

	for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
		if (fault_is_armed(&chain->volume->faults.plane, points[i]))
			return true;
	return false;
}

/* A leaf's writers wait for it: it is small, so its rate is not limited. */
static uint64_t rate(const struct chain *chain)
{
	return chain->coalesce.is_leaf ? 0 : chain->volume->options.coalesce_bytes_per_second;
}

bool window_has_room(struct chain *chain)
{
	const struct merge_window *window = &chain->coalesce.window;
	const struct volume_limits *limits = chain->volume->limits;
	bool is_one_by_one = rate(chain) > 0 || may_be_struck(chain);
	uint64_t place;

	if (giving_way_is_due(chain) && window->bytes >= limits->coalesce_beside_bytes)
		return false;
	return window->end - window->first < (is_one_by_one ? 1 : limits->coalesce_chunks) &&
	       place_find(window, limits->coalesce_chunk_bytes, &place);
}

uint64_t window_chunk_blocks(struct chain *chain)
{
	const struct volume_limits *limits = chain->volume->limits;
	uint64_t bytes = limits->coalesce_chunk_bytes;

	if (!may_be_struck(chain) && giving_way_is_due(chain)) {
		uint64_t beside = limits->coalesce_beside_bytes;
		uint64_t left = beside > of(chain)->bytes ? beside - of(chain)->bytes : 0;

		bytes = left < bytes ? left : bytes;
	}
	/* Other requests may have come since its turn. */
	return bytes >= CHAIN_BLOCK_BYTES ? bytes / CHAIN_BLOCK_BYTES : 1;
}

/* After an error nothing is started any more, so some chunks may never end. */
bool window_is_empty(const struct chain *chain)
{
	const struct merge_window *window = &chain->coalesce.window;

	return chain->coalesce.reads_under_way == 0 && window->writes_under_way == 0 &&
	       (window->error < 0 || window->first == window->end);
}

void window_fail(struct chain *chain, int error)
{
	if (of(chain)->error == 0)
		of(chain)->error = error;
}

void window_add(struct chain *chain, uint64_t first, uint64_t count)
{
	struct merge_window *window = of(chain);
	struct merge_chunk *chunk = window_chunk(window, window->end);
	uint64_t place;

	/* A rule may have been added since there was room by (4): this chunk's turn was before. */
	MUST(window->end - window->first < chain->volume->limits->coalesce_chunks &&
		place_find(window, count * CHAIN_BLOCK_BYTES, &place));
	*chunk = (struct merge_chunk){
		.chain = chain,
		.first = first,
		.count = count,
		.place = place,
	};
	window->end++;
	window->bytes += chunk_bytes(chunk);
	gather_go(chain);
}

/* ---- writing ---- */

/* Removes the chunks in front that have ended. */
static void chunks_leave(struct chain *chain)
{
	struct merge_window *window = of(chain);
	const struct merge_chunk *chunk;

	while (window->first < window->writing &&
		(chunk = window_chunk(window, window->first))->has_ended) {
		chain->coalesce.done_blocks += chunk->count;
		window->bytes -= chunk_bytes(chunk);
		window->first++;
	}
}

static void chunk_written(struct merge_chunk *chunk, int error)
{
	struct chain *chain = chunk->chain;
	uint64_t pause_ns = 0;

	of(chain)->writes_under_way--;
	chunk->has_ended = true;
	if (error < 0) {
		window_fail(chain, error);
	} else {
		chain->volume->io.copied_bytes += chunk_bytes(chunk);
		chunks_leave(chain);
	}
	if (rate(chain) > 0 && !chain->coalesce.abort_asked)
		pause_ns = (uint64_t)((unsigned __int128)chunk_bytes(chunk) * NS_PER_S /
				      rate(chain));
	if (chain->coalesce.has_timed_out)
		window_fail(chain, -ETIMEDOUT);
	merge_copy_on(chain, pause_ns);
}

static void image_written(struct blockio_request *io, int result)
{
	chunk_written(CONTAINER_OF(io, struct merge_chunk, io), result);
}

static void node_written(struct store_waiter *waiter, int error)
{
	chunk_written(CONTAINER_OF(waiter, struct merge_chunk, written), error);
}

/* The last block of the image may be partial; its transfers are aligned anyway. */
static void image_write(struct chain *chain, struct merge_chunk *chunk)
{
	uint64_t first = chunk->first * CHAIN_BLOCK_BYTES;
	uint64_t end = first + chunk_bytes(chunk);
	uint64_t volume_end = volume_bytes(chain->volume);

	if (end > volume_end)
		end = round_up(volume_end, chain->volume->alignment_bytes);
	chunk->io.done = image_written;
	blockio_start(chain->volume->origin, &chunk->io, BLOCKIO_WRITE, first,
		of(chain)->buffer + chunk->place, end - first);
}

static void chunk_write(struct chain *chain, struct merge_chunk *chunk)
{
	struct node *parent = chain->coalesce.node->parent;

	of(chain)->writes_under_way++;
	node_dirtied(chain, parent);
	space_allocate(chain, parent, chunk->first, chunk->count);
	if (!parent->store) {
		image_write(chain, chunk);
		return;
	}
	store_waiter_arm(&chunk->written, node_written);
	store_waiter_add(&chunk->written);
	node_write(parent, chunk->first, chunk->count, of(chain)->buffer + chunk->place,
		&chunk->written);
	store_waiter_release(&chunk->written, 0);
}

void window_go(struct chain *chain)
{
	struct merge_window *window = of(chain);

	if (chain->coalesce.has_timed_out)
		window_fail(chain, -ETIMEDOUT);
	while (window->error == 0 && window->writing < window->end) {
		struct merge_chunk *chunk = window_chunk(window, window->writing);

		if (chunk->gathered < chunk->count || chunk->reads_under_way > 0)
			break;
		window->writing++;
		chunk_write(chain, chunk);
	}
	merge_copy_on(chain, 0);
}
