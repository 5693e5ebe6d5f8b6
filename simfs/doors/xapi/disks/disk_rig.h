/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk_rig.h - one mounted volume of profile xen: ours, a process that ends with us, or a joined
 * one.
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
	const char *image;	   /* an existing file */
	const char *mount_point;   /* a folder, which is created */
	const char *log_path;	   /* for the process's output */
	const char *sr;		   /* "file" or "lvm" */
	const char *format;	   /* "vhd" or "qcow2" */
	uint64_t limit_bytes;	   /* initial limit of the SR; 0: none */
	uint64_t time_scale;	   /* of the rig's clock; 0: 1 */
	uint64_t seed;		   /* of its faults; 0: the default */
	bool coalesces_when_asked; /* and not by itself */
};

/* Waits for the rig of a killed server, which is about to end and still uses its image. */
void disk_rig_await_old(const char *mount_point);

/* Starts a rig, which is mounted on return.  Returns 0, or -errno after a message. */
int disk_rig_start(const struct disk_rig_order *order, struct disk_rig **ret);

/*
 * Joins a rig that the user has mounted.  Returns 0; -ENOTCONN; -EOPNOTSUPP for another profile;
 * -ETIMEDOUT if it does not answer within control_client_patience_ns(); after a message.
 */
int disk_rig_join(const char *mount_point, struct disk_rig **ret);

/* Fails all waiting and all later calls with -ECANCELED. */
void disk_rig_cancel(struct disk_rig *rig);

/* One of ours begins to end. */
void disk_rig_release(struct disk_rig *rig);

/*
 * Kills and unmounts one of ours, which frees threads that hang in it.  Call disk_rig_end() after
 * it.
 */
void disk_rig_kill(struct disk_rig *rig);

/* Ends and unmounts one of ours, leaves a joined one, and frees RIG.  NULL is fine. */
void disk_rig_end(struct disk_rig *rig);

const char *disk_rig_mount_point(const struct disk_rig *rig);
uint64_t disk_rig_size_bytes(const struct disk_rig *rig);
/* The limit of its SR at the time of start or join; 0: none. */
uint64_t disk_rig_limit_bytes(const struct disk_rig *rig);

/*
 * Sends COMMAND of protocol.h with ARGUMENTS (stolen; NULL for none) and waits for the answer,
 * however long that takes.  Returns 0 and *RET (may be NULL; the caller's); the rig's error, with
 * its message in *RET_MESSAGE (may be NULL; the caller frees it; NULL if it has none); -ENOTCONN if
 * the rig is gone; or -ECANCELED.
 */
int disk_rig_call(struct disk_rig *rig, const char *command, json_t *arguments, json_t **ret,
	char **ret_message);

/*
 * Reads status.json.  This is no command, and no fault strikes it.  Returns 0, -ENOTCONN or -errno.
 */
int disk_rig_status(struct disk_rig *rig, json_t **ret);

#endif
