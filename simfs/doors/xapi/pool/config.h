/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h - POOL.yaml: the initial content of a pool.
 *
 * A plain tree, owned by struct pool_config.  It is consistent: names are unique, each disk lies on
 * an existing SR, and numbers are within their limits.
 */
#ifndef SNAPRIG_DOORS_XAPI_POOL_CONFIG_H
#define SNAPRIG_DOORS_XAPI_POOL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simfs/base/yaml/fields.h"

#define CONFIG_HOSTS_MAX 16
#define CONFIG_SRS_MAX	 16
#define CONFIG_VMS_MAX	 64
#define CONFIG_DISKS_MAX 16 /* of a VM */

struct config_host {
	struct place place;
	char *name;
	char *address; /* NULL: 127.0.0.1 */
	char *version; /* NULL: a current one; "6.2": cannot export a VHD */
};

enum config_sr_type { CONFIG_SR_EXT, CONFIG_SR_NFS, CONFIG_SR_LVM, CONFIG_SR_UDEV, CONFIG_SR_ISO };

/* When the nodes of an SR are merged. */
enum config_coalesce {
	CONFIG_COALESCE_ITSELF, /* after a quiet period, and on a scan */
	CONFIG_COALESCE_ASKED,	/* on a scan */
	CONFIG_COALESCE_NEVER,
};

enum config_format { CONFIG_FORMAT_VHD, CONFIG_FORMAT_QCOW2 };

struct config_sr {
	struct place place;
	char *name;
	enum config_sr_type type;
	uint64_t capacity_bytes; /* 0: no limit */
	enum config_coalesce coalesce;
	enum config_format format;
};

struct config_disk {
	struct place place, sr_place;
	char *name;
	char *sr;
	/* Exactly one of the three is given. */
	char *image;	     /* a file */
	uint64_t size_bytes; /* a new file of zeros */
	char *mount;	     /* a rig that the user has mounted */
};

enum config_power { CONFIG_POWER_RUNNING, CONFIG_POWER_HALTED, CONFIG_POWER_SUSPENDED };

struct config_vm {
	struct place place;
	char *name;
	char *uuid; /* NULL: follows from the seed */
	enum config_power power;
	bool has_vendor_device;
	struct config_disk *disks;
	size_t disk_count;
};

struct config_credentials {
	char *user, *password;
};

/* What the licence permits. */
enum config_edition { CONFIG_EDITION_XCP_NG, CONFIG_EDITION_ENTERPRISE, CONFIG_EDITION_FREE };

struct pool_config {
	char *path;   /* of the file */
	char *folder; /* base of its relative paths */
	char *name;
	struct config_credentials credentials;
	enum config_edition edition;
	uint64_t seed;	     /* 0 if not given */
	uint64_t time_scale; /* of the rigs' clocks; 0 if not given */
	struct config_host *hosts;
	size_t host_count; /* 0: one with a usual name */
	struct config_sr *srs;
	size_t sr_count;
	struct config_vm *vms;
	size_t vm_count;
	char **faults; /* rules, for the rig of the first disk */
	size_t fault_count;
};

/* Reads file PATH.  Returns 0 and *RET; or -errno, after messages with file:line:column. */
int pool_config_read(const char *path, struct pool_config **ret);

/* The same for LENGTH bytes at TEXT; adds mistakes to MISTAKES instead of printing them. */
int pool_config_parse(const char *path, const char *text, size_t length, struct mistakes *mistakes,
	struct pool_config **ret);

void pool_config_destroy(struct pool_config *config); /* NULL is fine */

/* PATH of POOL.yaml: relative to the file, unless absolute.  The caller's. */
char *pool_config_path(const struct pool_config *config, const char *path);

/* NULL if there is none. */
const struct config_sr *pool_config_sr(const struct pool_config *config, const char *name);

/* "ext": as in POOL.yaml and XAPI. */
const char *config_sr_type_name(enum config_sr_type type);
bool config_sr_is_thick(const struct config_sr *sr);
/* Whether its storage manager supports snapshots. */
bool config_sr_can_snapshot(const struct config_sr *sr);

/* The tables for all parts of POOL.yaml, *RET_COUNT of them: the source of pool.schema.json. */
const struct field_table *const *pool_config_tables(size_t *ret_count);

#endif
