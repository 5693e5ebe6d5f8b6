/* SPDX-License-Identifier: Apache-2.0 */
/* map_memory.h - a map's memory, counted with the allocator's overhead; for the files of map. */
#ifndef SNAPRIG_STORE_MAP_MEMORY_H
#define SNAPRIG_STORE_MAP_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* The C library's allocations are multiples of this, including one word of overhead. */
#define MAP_GRANULE_BYTES    16u
#define MAP_OWN_BYTES	     8u
#define MAP_ALLOCATION_BYTES 32u /* at least */

/* What the allocator takes for BYTES; 0 for none. */
static inline uint64_t map_allocation_bytes(size_t bytes)
{
	uint64_t taken = (bytes + MAP_OWN_BYTES + MAP_GRANULE_BYTES - 1) / MAP_GRANULE_BYTES *
			 MAP_GRANULE_BYTES;

	if (bytes == 0)
		return 0;
	return taken < MAP_ALLOCATION_BYTES ? MAP_ALLOCATION_BYTES : taken;
}

/* Adds the allocation to TOTAL unless it fails. */
static inline void *map_allocate(size_t bytes, uint64_t *total)
{
	void *memory = malloc(bytes);

	if (memory)
		*total += map_allocation_bytes(bytes);
	return memory;
}

/* BYTES as passed to map_allocate(). */
static inline void map_give_back(void *memory, size_t bytes, uint64_t *total)
{
	*total -= map_allocation_bytes(bytes);
	free(memory);
}

#endif
