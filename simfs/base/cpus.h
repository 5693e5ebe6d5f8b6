/* SPDX-License-Identifier: Apache-2.0 */
/* cpus.h - how many CPUs this process can use at once. */
#ifndef SNAPRIG_BASE_CPUS_H
#define SNAPRIG_BASE_CPUS_H

/*
 * At least 1: the CPUs in its affinity mask, or fewer if its cgroups limit its CPU time, rounded
 * down.
 */
unsigned cpus_usable(void);

/*
 * How many CPUs the limit of the cgroup (either version) in folder PATH allows, ignoring its
 * parents; UINT_MAX if it has no limit, or if PATH is not a cgroup.
 */
unsigned cpus_of_cgroup(const char *path);

#endif
