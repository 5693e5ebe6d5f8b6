/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the blocks that an export has. */
#include <errno.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/doors/xapi/transfer/internal.h"
#include "simfs/doors/xapi/vhd/format.h"

static int add_extent(void *context, uint64_t offset, uint64_t length)
{
	vhd_blocks_add(context, offset, length);
	return 0;
}

static int add_data(int fd, uint64_t disk_bytes, struct vhd_blocks *blocks)
{
	off_t at = 0;

	while ((uint64_t)at < disk_bytes) {
		off_t data = lseek(fd, at, SEEK_DATA);
		off_t hole = data < 0 ? -1 : lseek(fd, data, SEEK_HOLE);

		if (data < 0 && errno == ENXIO)
			return 0;
		/* A disk that makes no progress is not asked again. */
		if (hole <= data || data < at)
			return -EIO;
		vhd_blocks_add(blocks, (uint64_t)data, (uint64_t)(hole - data));
		at = hole;
	}
	return 0;
}

int transfer_blocks(struct transfer *transfer, int fd, struct vhd_blocks *ret)
{
	int error = vhd_blocks_init(ret, transfer->disk.size_bytes, VHD_BLOCK_BYTES);

	if (error < 0)
		return error;
	if (transfer->base_uuid[0])
		error = disks_changed(transfer->options->disks, transfer->base_uuid, transfer->uuid,
			add_extent, ret);
	else
		error = add_data(fd, transfer->disk.size_bytes, ret);
	if (error < 0)
		vhd_blocks_deinit(ret);
	return error;
}
