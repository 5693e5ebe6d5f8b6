/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/store/map.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "simfs/base/check.h"

/* An allocation of the C library: a multiple of this, one word of which is its own. */
#define GRANULE_BYTES	      16u
#define OWN_BYTES	      8u

#define DIRECTORY_PAGE_CHUNKS (4096u / sizeof(struct map_chunk *))

static size_t directory_bytes(const struct store_map *map)
{
	uint64_t chunks = (map->block_count + MAP_CHUNK_BLOCKS - 1) / MAP_CHUNK_BLOCKS;

	/* Whole pages, so that each can be looked at as one. */
	return (chunks + DIRECTORY_PAGE_CHUNKS - 1) / DIRECTORY_PAGE_CHUNKS * 4096;
}

int store_map_init(struct store_map *map, uint64_t block_count)
{
	*map = (struct store_map){ .block_count = block_count, .dense_blocks = MAP_DENSE_BLOCKS };
	if (block_count > MAP_BLOCKS_MAX)
		return -EFBIG;

	void *chunks = mmap(NULL, directory_bytes(map), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (chunks == MAP_FAILED)
		return -ENOMEM;
	map->chunks = chunks;
	return 0;
}

void store_map_deinit(struct store_map *map)
{
	for (uint64_t i = 0; i < map->chunk_end; i++)
		free(map->chunks[i]);
	if (map->chunks)
		munmap(map->chunks, directory_bytes(map));
	*map = (struct store_map){ 0 };
}

uint64_t store_map_bytes(const struct store_map *map)
{
	return map->bytes;
}

/* Of a chunk with CAPACITY, without what the allocator adds. */
static size_t chunk_bytes(uint32_t capacity)
{
	size_t bytes = sizeof(struct map_chunk) + capacity * sizeof(uint32_t);

	return capacity == MAP_CHUNK_BLOCKS ? bytes : bytes + capacity * sizeof(uint16_t);
}

/* What the allocator takes for so many. */
static uint64_t allocation_bytes(size_t bytes)
{
	return (bytes + OWN_BYTES + GRANULE_BYTES - 1) / GRANULE_BYTES * GRANULE_BYTES;
}

/* For one more block than COUNT and an eighth, up to what is allocated anyway. */
static uint32_t sparse_capacity(uint32_t count)
{
	uint64_t bytes = allocation_bytes(chunk_bytes(count + 1 + count / 8)) - OWN_BYTES;

	return (uint32_t)((bytes - chunk_bytes(0)) / (chunk_bytes(1) - chunk_bytes(0)));
}

static bool page_is_empty(const struct store_map *map, uint64_t index)
{
	struct map_chunk **page = map->chunks +
				  index / DIRECTORY_PAGE_CHUNKS * DIRECTORY_PAGE_CHUNKS;

	for (size_t i = 0; i < DIRECTORY_PAGE_CHUNKS; i++) {
		if (page[i])
			return false;
	}
	return true;
}

/* Puts CHUNK, resized from OLD_BYTES (0: new) to BYTES, into the directory. */
static void chunk_put(struct store_map *map, uint64_t index, struct map_chunk *chunk,
	size_t old_bytes, size_t bytes)
{
	if (old_bytes > 0)
		map->bytes -= allocation_bytes(old_bytes);
	else if (page_is_empty(map, index))
		map->bytes += 4096;
	map->bytes += allocation_bytes(bytes);
	map->chunks[index] = chunk;
	if (index >= map->chunk_end)
		map->chunk_end = index + 1;
}

static int chunk_make_dense(struct store_map *map, uint64_t index)
{
	struct map_chunk *sparse = map->chunks[index];
	struct map_chunk *dense = realloc(NULL, chunk_bytes(MAP_CHUNK_BLOCKS));
	const uint16_t *lows = map_chunk_lows(sparse);

	if (!dense)
		return -ENOMEM;
	memset(dense, 0, chunk_bytes(MAP_CHUNK_BLOCKS));
	dense->count = sparse->count;
	dense->capacity = MAP_CHUNK_BLOCKS;
	for (uint32_t i = 0; i < sparse->count; i++)
		dense->positions[lows[i]] = sparse->positions[i];
	chunk_put(map, index, dense, chunk_bytes(sparse->capacity), chunk_bytes(MAP_CHUNK_BLOCKS));
	free(sparse);
	return 0;
}

/* Makes room for one more block in the chunk at INDEX, which may not be there. */
static int chunk_grow(struct store_map *map, uint64_t index)
{
	struct map_chunk *old = map->chunks[index];
	uint32_t count = old ? old->count : 0, old_capacity = old ? old->capacity : 0;

	if (count >= map->dense_blocks)
		return chunk_make_dense(map, index);

	uint32_t capacity = sparse_capacity(count);
	struct map_chunk *chunk = realloc(old, chunk_bytes(capacity));

	if (!chunk)
		return -ENOMEM;
	/* The second array begins behind the first one's new end. */
	memmove(chunk->positions + capacity, chunk->positions + old_capacity,
		count * sizeof(uint16_t));
	chunk->count = (uint16_t)count;
	chunk->capacity = (uint16_t)capacity;
	chunk_put(map, index, chunk, old ? chunk_bytes(old_capacity) : 0, chunk_bytes(capacity));
	return 0;
}

int store_map_add(struct store_map *map, uint64_t block, uint32_t position)
{
	uint64_t index = block / MAP_CHUNK_BLOCKS;
	uint32_t low = block % MAP_CHUNK_BLOCKS;
	struct map_chunk *chunk = map->chunks[index];

	if (!chunk || (chunk->count == chunk->capacity && chunk->capacity < MAP_CHUNK_BLOCKS)) {
		int error = chunk_grow(map, index);

		if (error < 0)
			return error;
		chunk = map->chunks[index];
	}
	if (chunk->capacity == MAP_CHUNK_BLOCKS) {
		MUST(chunk->positions[low] == MAP_ABSENT);
		chunk->positions[low] = position;
		chunk->count++;
		return 0;
	}

	uint16_t *lows = (uint16_t *)(chunk->positions + chunk->capacity);
	uint32_t at = map_chunk_find(chunk, low), behind = chunk->count - at;

	MUST(behind == 0 || lows[at] != low);
	memmove(chunk->positions + at + 1, chunk->positions + at, behind * sizeof(uint32_t));
	memmove(lows + at + 1, lows + at, behind * sizeof(uint16_t));
	chunk->positions[at] = position;
	lows[at] = (uint16_t)low;
	chunk->count++;
	return 0;
}

void store_map_remove(struct store_map *map, uint64_t block)
{
	struct map_chunk *chunk = map->chunks[block / MAP_CHUNK_BLOCKS];
	uint32_t low = block % MAP_CHUNK_BLOCKS;

	MUST(store_map_get(map, block) != MAP_ABSENT);
	chunk->count--;
	if (chunk->capacity == MAP_CHUNK_BLOCKS) {
		chunk->positions[low] = MAP_ABSENT;
		return;
	}

	uint16_t *lows = (uint16_t *)(chunk->positions + chunk->capacity);
	uint32_t at = map_chunk_find(chunk, low), behind = chunk->count - at;

	memmove(chunk->positions + at, chunk->positions + at + 1, behind * sizeof(uint32_t));
	memmove(lows + at, lows + at + 1, behind * sizeof(uint16_t));
}

/* The first block of CHUNK at or after LOW that is KNOWN or not, else MAP_CHUNK_BLOCKS. */
static uint32_t chunk_next(const struct map_chunk *chunk, uint32_t low, bool known)
{
	if (chunk->capacity == MAP_CHUNK_BLOCKS) {
		while (low < MAP_CHUNK_BLOCKS && (chunk->positions[low] != MAP_ABSENT) != known)
			low++;
		return low;
	}

	const uint16_t *lows = map_chunk_lows(chunk);
	uint32_t at = map_chunk_find(chunk, low);

	if (known)
		return at < chunk->count ? lows[at] : MAP_CHUNK_BLOCKS;
	while (at < chunk->count && lows[at] == low) {
		at++;
		low++;
	}
	return low;
}

uint64_t store_map_next(const struct store_map *map, uint64_t block, bool known)
{
	while (block < map->block_count) {
		uint64_t index = block / MAP_CHUNK_BLOCKS;
		uint32_t low = block % MAP_CHUNK_BLOCKS;

		if (index >= map->chunk_end)
			return known ? map->block_count : block;
		if (map->chunks[index])
			low = chunk_next(map->chunks[index], low, known);
		else if (known)
			low = MAP_CHUNK_BLOCKS;
		block = index * MAP_CHUNK_BLOCKS + low;
		if (low < MAP_CHUNK_BLOCKS)
			return block;
	}
	return map->block_count;
}
