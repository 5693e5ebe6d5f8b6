/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h - POOL.yaml: what a pool is to have to begin with.
 */
#ifndef SNAPRIG_DOORS_XAPI_POOL_CONFIG_H
#define SNAPRIG_DOORS_XAPI_POOL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_host {
	char *name;
	char *address;
};

struct config_sr {
	char *name;
	char *type; /* lvm is thick; ext, nfs are thin; udev cannot take snapshots */
	uint64_t capacity_bytes;
};

struct config_disk {
	char *name;
	char *sr;
	char *image;	     /* or … */
	uint64_t size_bytes; /* … a new one of zeros, or … */
	char *mount;	     /* … a rig that somebody has mounted */
};

struct config_vm {
	char *name;
	char *uuid; /* NULL: from the seed */
	bool is_running;
	bool has_vendor_device;
	struct config_disk *disks;
	size_t disk_count;
};

struct pool_config {
	char *path;   /* of the file */
	char *folder; /* relative paths begin here */
	char *name;
	char *user, *password;
	char *edition; /* NULL: free of restrictions */
	uint64_t seed;
	double time_scale;
	bool coalesces;
	struct config_host *hosts;
	size_t host_count;
	struct config_sr *srs;
	size_t sr_count;
	struct config_vm *vms;
	size_t vm_count;
	char **faults;
	size_t fault_count;
};

/* Reads PATH.  0 and *RET, or -errno; what is wrong was said, each as file:line:column. */
int pool_config_read(const char *path, struct pool_config **ret);
void pool_config_destroy(struct pool_config *config); /* NULL is fine */

#endif
