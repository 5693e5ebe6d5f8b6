/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rig.h - one mounted volume of profile xen: ours, a process that ends with us, or one joined.
 *
 * Several threads may call at once: each has a connection of its own.
 */
#ifndef SNAPRIG_DOORS_XAPI_DISKS_RIG_H
#define SNAPRIG_DOORS_XAPI_DISKS_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct rig;

struct rig_order {
	const char *image;	 /* a file, which exists */
	const char *mount_point; /* a folder, which is made */
	const char *log_path;	 /* what the process prints */
	const char *sr;		 /* "file" or "lvm" */
	const char *format;	 /* "vhd" or "qcow2" */
	uint64_t limit_bytes;	 /* of the SR to begin with */
	double time_scale;	 /* of the rig's clock; 0: 1 */
	bool coalesces;		 /* by itself, behind its quiet period */
	uint64_t seed;
	const char *const *faults; /* rules that are armed from the start */
	size_t fault_count;
};

/* Starts one; it is mounted when this returns.  0, or -errno, said. */
int rig_start(const struct rig_order *order, struct rig **ret);

/* The one that somebody has mounted: 0, -ENOTCONN, or -EOPNOTSUPP for another profile; said. */
int rig_join(const char *mount_point, struct rig **ret);

/* Ends and unmounts one of ours, lets a joined one go, and frees it.  NULL is fine. */
void rig_end(struct rig *rig);

const char *rig_mount_point(const struct rig *rig);
uint64_t rig_size_bytes(const struct rig *rig);

/*
 * Sends COMMAND of protocol.h with ARGUMENTS (stolen; NULL for none) and waits for its answer, for
 * as long as it takes.  0 and *RET (may be NULL; the caller's), what the rig answered, or
 * -ENOTCONN when it has gone.
 */
int rig_call(struct rig *rig, const char *command, json_t *arguments, json_t **ret);

#endif
