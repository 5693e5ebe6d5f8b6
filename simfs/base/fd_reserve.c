/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/fd_reserve.h"

#include <fcntl.h>
#include <unistd.h>

#include "simfs/base/check.h"

static int kept[FD_RESERVE_COUNT];
static unsigned kept_count;
static unsigned lent_count;

void fd_reserve_fill(void)
{
	while (kept_count + lent_count < FD_RESERVE_COUNT) {
		int fd = open("/", O_PATH | O_CLOEXEC);

		if (fd < 0)
			return;
		kept[kept_count++] = fd;
	}
}

static bool let_go(void)
{
	if (kept_count == 0)
		return false;
	close(kept[--kept_count]);
	return true;
}

bool fd_reserve_lend(void)
{
	if (!let_go())
		return false;
	lent_count++;
	return true;
}

void fd_reserve_return(void)
{
	MUST(lent_count > 0);
	lent_count--;
	fd_reserve_fill();
}

void fd_reserve_give_all(void)
{
	while (let_go())
		;
}
