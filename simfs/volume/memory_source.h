/* SPDX-License-Identifier: Apache-2.0 */
/* memory_source.h - the source of the gauge memory.used. */
#ifndef SNAPRIG_VOLUME_MEMORY_SOURCE_H
#define SNAPRIG_VOLUME_MEMORY_SOURCE_H

#include <stdint.h>

struct volume;

struct memory_source {
	const char *name; /* for status: "system", "cgroup:/..." */

	/* Required. The used share, per million. Returns 0, or -errno: then the gauge keeps
	 * its last value. Must not block. */
	int (*read)(const struct memory_source *source, uint32_t *ret_per_million);
};

/* MemTotal and MemAvailable. Returns 0, or -ENODATA if /proc does not have them. */
int memory_of_system(uint64_t *ret_total_bytes, uint64_t *ret_available_bytes);

/* "system": the share of memory that is not available. */
extern const struct memory_source memory_system;

/* A cgroup with a limit; NAME and PATH stay the caller's, and must outlive it. */
struct memory_cgroup {
	struct memory_source source;
	const char *path;
};

void memory_cgroup_init(struct memory_cgroup *cgroup, const char *name, const char *path);

/*
 * From now on memory.used is measured from SOURCE, which must live until the next such call;
 * NULL: from that of the options again. A feigned value stays in force.
 */
void volume_memory_from(struct volume *volume, const struct memory_source *source);

#endif
