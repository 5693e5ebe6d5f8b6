/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_source.h - what the gauge memory.used is measured from.
 */
#ifndef SNAPRIG_VOLUME_MEMORY_SOURCE_H
#define SNAPRIG_VOLUME_MEMORY_SOURCE_H

#include <stdint.h>

struct volume;

struct memory_source {
	const char *name; /* for status: "system", "cgroup:/..." */

	/* Required.  The share that is used, per million.  Returns 0, or -errno:
	 * then the gauge stays at what it read last.  Must not block. */
	int (*read)(const struct memory_source *source, uint32_t *ret_per_million);
};

/* MemTotal and MemAvailable.  Returns 0, or -ENODATA where /proc does not tell. */
int memory_of_system(uint64_t *ret_total_bytes, uint64_t *ret_available_bytes);

/* "system": the share of memory that is not available. */
extern const struct memory_source memory_system;

/* A cgroup with a limit; NAME and PATH are the caller's, and outlive it. */
struct memory_cgroup {
	struct memory_source source;
	const char *path;
};

void memory_cgroup_init(struct memory_cgroup *cgroup, const char *name, const char *path);

/*
 * From now on memory.used is measured from SOURCE, which is kept until the next
 * such call; NULL: from that of the options again.  What is feigned stays feigned.
 */
void volume_memory_from(struct volume *volume, const struct memory_source *source);

#endif
