/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup.h - what the memory controller says about a cgroup, in either version.
 *
 * The files in the cgroup's folder show which version it is.  Nothing here blocks: the kernel
 * generates these files on read.
 */
#ifndef SNAPRIG_BASE_CGROUP_H
#define SNAPRIG_BASE_CGROUP_H

#include <stddef.h>
#include <stdint.h>

enum cgroup_version { CGROUP_V1, CGROUP_V2 };

/* The names of files and of a line of memory.stat, which differ between versions. */
struct cgroup_files {
	const char *usage;
	const char *limit;
	const char *swap;	/* "0" written here keeps its memory from being swapped out */
	const char *page_cache; /* the line of memory.stat that counts memory reclaimable at once */
};

const struct cgroup_files *cgroup_files(enum cgroup_version version);

/* Returns 0, or -ENOENT if PATH is not the folder of a cgroup with memory accounting. */
int cgroup_detect(const char *path, enum cgroup_version *ret);

struct cgroup_memory {
	uint64_t limit_bytes;
	uint64_t used_bytes; /* without inactive page cache, which is as good as free */
};

/*
 * Reads the cgroup in PATH.  Returns 0; -ENOENT as cgroup_detect(); -ENODATA if it has no limit of
 * its own; -EUCLEAN if a file does not hold a number; or -errno.
 */
int cgroup_read(const char *path, struct cgroup_memory *ret);

/* The share of the limit in use, per million, at most a million. */
uint32_t cgroup_used_per_million(const struct cgroup_memory *memory);

/*
 * Finds the nearest cgroup, from this process's own upwards, in which a cgroup with a memory limit
 * can be created, judging by its files; permissions are not checked.  Returns 0, or -EOPNOTSUPP if
 * none is found.
 */
int cgroup_find_parent(char *path, size_t length);

#endif
