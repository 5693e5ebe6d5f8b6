/* SPDX-License-Identifier: Apache-2.0 */
/* cpus.h - how many processors this process can use at a time. */
#ifndef SNAPRIG_BASE_CPUS_H
#define SNAPRIG_BASE_CPUS_H

/* No less than 1: those that it may run on, or as many as its cgroups give it time of, if that is
 * less; a part of one is none. */
unsigned cpus_usable(void);

/* What the cgroup in the folder PATH, of either version, gives time of alone: UINT_MAX without a
 * limit of its own, which is also what a folder that is no cgroup has. */
unsigned cpus_of_cgroup(const char *path);

#endif
