/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "simfs/base/cleanup.h"

uint32_t machine_memory_used(void)
{
	AUTO(auto_fclose) FILE *file = fopen("/proc/meminfo", "re");
	uint64_t total = 0, available = 0;
	char line[128];

	while (file && (total == 0 || available == 0) && fgets(line, sizeof line, file)) {
		if (sscanf(line, "MemTotal: %" SCNu64, &total) != 1)
			(void)sscanf(line, "MemAvailable: %" SCNu64, &available);
	}
	if (total == 0 || available > total)
		return 0;
	return (uint32_t)((total - available) * 1000000 / total);
}

uint64_t machine_boot_id(void)
{
	AUTO(auto_fclose) FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	char text[64];

	if (!file || !fgets(text, sizeof text, file))
		return 0;
	return XXH3_64bits(text, strlen(text)) | 1;
}
