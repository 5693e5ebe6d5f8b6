/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup.h - what the memory controller tells of a cgroup, in either version.
 *
 * Which version it is follows from the files in its folder.  Nothing here
 * blocks: these files are made when they are read.
 */
#ifndef SNAPRIG_BASE_CGROUP_H
#define SNAPRIG_BASE_CGROUP_H

#include <stddef.h>
#include <stdint.h>

enum cgroup_version { CGROUP_V1, CGROUP_V2 };

/* Names of files and of a line of memory.stat, which differ by version. */
struct cgroup_files {
	const char *usage;
	const char *limit;
	const char *swap;	/* to write "0" to: nothing of it is swapped out */
	const char *page_cache; /* what of memory.stat would be given back at once */
};

const struct cgroup_files *cgroup_files(enum cgroup_version version);

/* Returns 0, or -ENOENT when PATH is no folder of a cgroup with memory accounting. */
int cgroup_detect(const char *path, enum cgroup_version *ret);

struct cgroup_memory {
	uint64_t limit_bytes;
	uint64_t used_bytes; /* without inactive page cache, which is as good as free */
};

/*
 * Reads the cgroup in PATH.  Returns 0; -ENOENT as cgroup_detect(); -ENODATA when it
 * has no limit of its own; -EUCLEAN when a file holds no number; or -errno.
 */
int cgroup_read(const char *path, struct cgroup_memory *ret);

/* What is used of the limit, per million, at most a million. */
uint32_t cgroup_used_per_million(const struct cgroup_memory *memory);

/*
 * The cgroup nearest to this process's own, itself or above it, in which one
 * with a memory limit can be made, as far as its files tell; whether this user
 * may is another question.  Returns 0, or -EOPNOTSUPP when there is none.
 */
int cgroup_find_parent(char *path, size_t length);

#endif
