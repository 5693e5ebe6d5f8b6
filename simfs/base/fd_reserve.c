/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/fd_reserve.h"

#include <fcntl.h>
#include <unistd.h>

static int kept[FD_RESERVE_COUNT];
static unsigned kept_count;

void fd_reserve_fill(void)
{
	while (kept_count < FD_RESERVE_COUNT) {
		int fd = open("/", O_PATH | O_CLOEXEC);

		if (fd < 0)
			return;
		kept[kept_count++] = fd;
	}
}

bool fd_reserve_give(void)
{
	if (kept_count == 0)
		return false;
	close(kept[--kept_count]);
	return true;
}

void fd_reserve_give_all(void)
{
	while (fd_reserve_give())
		;
}
