/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_remote.h - where backups of VMs are stored, in Xen Orchestra's layout:
 *
 *	REMOTE/xo-vm-backups/VM.lock/			while a process works on them
 *	REMOTE/xo-vm-backups/VM/DATE.json		one restore point
 *	REMOTE/xo-vm-backups/VM/vdis/JOB/DISK/DATE.vhd	the content of a disk in it
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_REMOTE_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_REMOTE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct xapi_vm;

/* "20261129T140000Z" with its NUL. */
#define REMOTE_DATE_BYTES 17

/* Returns the folder of the VM.  The caller frees it. */
char *remote_folder(const char *remote, const char *vm_uuid);

/* Returns the current date, waiting if FOLDER has a restore point with that date. */
void remote_date(const char *folder, char *ret);

/* Creates the folder for the job's VHDs of a disk.  Returns 0 or -errno; the caller frees *RET. */
int remote_disk_folder(const char *folder, const char *job_id, const char *disk_uuid, char **ret);

/* Returns the name of the VHD with UUID in the disk's folder, or NULL.  The caller frees it. */
char *remote_vhd_find(const char *disk_folder, const char *uuid);

/* Returns whether the folder contains any VHD. */
bool remote_has_vhds(const char *disk_folder);

/*
 * Removes what interrupted runs have left: temporary files, and VHDs that no restore point names,
 * after their children have been made complete.  Returns how many.
 */
unsigned remote_clean(const char *folder);

/* Writes the restore point of DATE with all disks of VM; BYTES were transferred.  Returns 0 or
 * -errno. */
int remote_publish(const char *folder, const struct xapi_vm *vm, const json_t *log,
	const char *date, uint64_t bytes);

#endif
