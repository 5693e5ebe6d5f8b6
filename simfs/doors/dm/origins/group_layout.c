/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/origins/group_layout.h"

#include <errno.h>

#define SECTOR_BYTES	   512u
#define EXTENT_SECTORS_MAX (4u * 1024 * 1024 / SECTOR_BYTES)
#define EXTENT_SECTORS_MIN (1024u / SECTOR_BYTES)
#define EXTENTS_MAX	   UINT32_MAX

static uint64_t round_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) / unit * unit;
}

int group_layout_make(
	uint64_t volume_sectors, uint64_t free_bytes, bool is_empty, struct group_layout *ret)
{
	uint64_t extent = EXTENT_SECTORS_MAX;
	uint64_t live = is_empty ? 0 : volume_sectors;

	while (extent > EXTENT_SECTORS_MIN && live % extent != 0)
		extent /= 2;
	if (free_bytes > (uint64_t)INT64_MAX - extent * SECTOR_BYTES)
		return -ERANGE;

	struct group_layout layout = {
		.extent_sectors = extent,
		.live_sectors = live,
		.padding_sectors = round_up(live, extent) - live,
		.free_sectors = round_up(free_bytes, extent * SECTOR_BYTES) / SECTOR_BYTES,
	};

	if (group_layout_sectors(&layout) / extent > EXTENTS_MAX)
		return -ERANGE;
	*ret = layout;
	return 0;
}

uint64_t group_layout_sectors(const struct group_layout *layout)
{
	return GROUP_METADATA_SECTORS + layout->live_sectors + layout->padding_sectors +
	       layout->free_sectors;
}

uint64_t group_layout_live_extents(const struct group_layout *layout)
{
	return (layout->live_sectors + layout->padding_sectors) / layout->extent_sectors;
}
