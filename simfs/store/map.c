/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/store/map.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

int store_map_init(struct store_map *map, uint64_t block_count)
{
	void *positions = mmap(NULL, block_count * sizeof *map->positions, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (positions == MAP_FAILED)
		return -ENOMEM;
	*map = (struct store_map){ .positions = positions, .block_count = block_count };
	return 0;
}

void store_map_deinit(struct store_map *map)
{
	if (map->positions)
		munmap(map->positions, map->block_count * sizeof *map->positions);
	*map = (struct store_map){ 0 };
}

uint64_t store_map_next(const struct store_map *map, uint64_t block, bool known)
{
	while (block < map->block_count && (store_map_get(map, block) != MAP_ABSENT) != known)
		block++;
	return block < map->block_count ? block : map->block_count;
}
