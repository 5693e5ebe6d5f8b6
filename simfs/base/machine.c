/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/machine.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <xxhash.h>

#include "simfs/base/cleanup.h"

uint64_t machine_boot_id(void)
{
	AUTO(auto_fclose) FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	char text[64];

	if (!file || !fgets(text, sizeof text, file))
		return 0;
	return XXH3_64bits(text, strlen(text)) | 1;
}

void machine_raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

void machine_keep_small_blocks(void)
{
	/* The largest value that mallopt(3) has. */
	mallopt(M_MXFAST, 80 * sizeof(size_t) / 4);
}

bool machine_can_unmount(const char **ret_why)
{
	if (geteuid() == 0 || access("/etc/mtab", R_OK) == 0)
		return true;
	*ret_why = "fusermount3 cannot unmount without '/etc/mtab' "
		   "(ln -s /proc/self/mounts /etc/mtab)";
	return false;
}
