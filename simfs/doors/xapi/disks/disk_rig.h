/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk_rig.h - one mounted volume of profile xen: ours, a process that ends with us, or one joined.
 *
 * Several threads may call at once: each has a connection of its own.
 */
#ifndef SNAPRIG_DOORS_XAPI_DISKS_DISK_RIG_H
#define SNAPRIG_DOORS_XAPI_DISKS_DISK_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct disk_rig;

struct disk_rig_order {
	const char *image;	   /* a file, which exists */
	const char *mount_point;   /* a folder, which is made */
	const char *log_path;	   /* what the process prints */
	const char *sr;		   /* "file" or "lvm" */
	const char *format;	   /* "vhd" or "qcow2" */
	uint64_t limit_bytes;	   /* of the SR to begin with; 0: none */
	uint64_t time_scale;	   /* of the rig's clock; 0: 1 */
	uint64_t seed;		   /* of its faults; 0: the usual one */
	bool coalesces_when_asked; /* and not by itself */
};

/* The rig of a server that was killed is about to end, and its image not free before. */
void disk_rig_await_old(const char *mount_point);

/* Starts one; it is mounted when this returns.  0, or -errno, said. */
int disk_rig_start(const struct disk_rig_order *order, struct disk_rig **ret);

/*
 * The one that somebody has mounted: 0; -ENOTCONN; -EOPNOTSUPP for another profile; -ETIMEDOUT when
 * it does not answer in control_client_patience_ns(); said.
 */
int disk_rig_join(const char *mount_point, struct disk_rig **ret);

/* Whoever waits for an answer, now or later, gets -ECANCELED. */
void disk_rig_cancel(struct disk_rig *rig);

/* One of ours begins to end. */
void disk_rig_release(struct disk_rig *rig);

/* One of ours is killed and unmounted: whoever is in it comes out.  disk_rig_end() is to come. */
void disk_rig_kill(struct disk_rig *rig);

/* Ends and unmounts one of ours, lets a joined one go, and frees it.  NULL is fine. */
void disk_rig_end(struct disk_rig *rig);

const char *disk_rig_mount_point(const struct disk_rig *rig);
uint64_t disk_rig_size_bytes(const struct disk_rig *rig);
/* Of its SR, as it was when it was started or joined; 0: none. */
uint64_t disk_rig_limit_bytes(const struct disk_rig *rig);

/*
 * Sends COMMAND of protocol.h with ARGUMENTS (stolen; NULL for none) and waits for its answer, for
 * as long as it takes.  0 and *RET (may be NULL; the caller's); what the rig answered, with its
 * message in *RET_MESSAGE (may be NULL; the caller's, free(); else NULL); -ENOTCONN when it has
 * gone; or -ECANCELED.
 */
int disk_rig_call(struct disk_rig *rig, const char *command, json_t *arguments, json_t **ret,
	char **ret_message);

/* What status.json says.  It is no command, and no fault strikes it.  0, -ENOTCONN or -errno. */
int disk_rig_status(struct disk_rig *rig, json_t **ret);

#endif
