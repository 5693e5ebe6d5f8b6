/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/memory_source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "simfs/base/cgroup.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/list.h"

int memory_of_system(uint64_t *ret_total_bytes, uint64_t *ret_available_bytes)
{
	AUTO(auto_fclose) FILE *file = fopen("/proc/meminfo", "re");
	uint64_t total_kib = 0, available_kib = 0;
	char line[128];

	while (file && (total_kib == 0 || available_kib == 0) && fgets(line, sizeof line, file)) {
		if (sscanf(line, "MemTotal: %" SCNu64, &total_kib) != 1)
			(void)sscanf(line, "MemAvailable: %" SCNu64, &available_kib);
	}
	if (total_kib == 0 || available_kib > total_kib)
		return -ENODATA;
	*ret_total_bytes = total_kib * 1024;
	*ret_available_bytes = available_kib * 1024;
	return 0;
}

static int read_system(const struct memory_source *source, uint32_t *ret_per_million)
{
	uint64_t total_bytes, available_bytes;
	int error = memory_of_system(&total_bytes, &available_bytes);

	(void)source;
	if (error < 0)
		return error;
	*ret_per_million = (uint32_t)((unsigned __int128)(total_bytes - available_bytes) * 1000000 /
				      total_bytes);
	return 0;
}

const struct memory_source memory_system = { "system", read_system };

static int read_cgroup(const struct memory_source *source, uint32_t *ret_per_million)
{
	const struct memory_cgroup *cgroup = CONTAINER_OF(source, struct memory_cgroup, source);
	struct cgroup_memory memory;
	int error = cgroup_read(cgroup->path, &memory);

	if (error == 0)
		*ret_per_million = cgroup_used_per_million(&memory);
	return error;
}

void memory_cgroup_init(struct memory_cgroup *cgroup, const char *name, const char *path)
{
	*cgroup = (struct memory_cgroup){ .source = { name, read_cgroup }, .path = path };
}
