/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xapi_remote.h - where the backups of VMs lie, as Xen Orchestra lays them out:
 *
 *	REMOTE/xo-vm-backups/VM.lock/			while somebody works on them
 *	REMOTE/xo-vm-backups/VM/DATE.json		one restore point
 *	REMOTE/xo-vm-backups/VM/vdis/JOB/DISK/DATE.vhd	what a disk has in it
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XAPI_REMOTE_H
#define SNAPRIG_CLIENTS_REFERENCE_XAPI_REMOTE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct xapi_vm;

/* "20261129T140000Z", with its NUL. */
#define REMOTE_DATE_BYTES 17

/* The folder of the VM; the caller's. */
char *remote_folder(const char *remote, const char *vm_uuid);

/* The present date, of which there is no restore point in FOLDER; waits for it if it has to. */
void remote_date(const char *folder, char *ret);

/* The folder of a disk, which is made, for the job's VHDs: 0 or -errno; *RET the caller's. */
int remote_disk_folder(const char *folder, const char *job_id, const char *disk_uuid, char **ret);

/* The name of the VHD of UUID in the disk's folder; NULL: there is none.  The caller's. */
char *remote_vhd_find(const char *disk_folder, const char *uuid);

/* Whether there is any VHD in it. */
bool remote_has_vhds(const char *disk_folder);

/*
 * Removes what interrupted runs have left: files under temporary names, and VHDs that no restore
 * point names, once what differs from them is whole.  Returns how many.
 */
unsigned remote_clean(const char *folder);

/* Writes the restore point of DATE with all disks of VM; BYTES were transferred.  0 or -errno. */
int remote_publish(const char *folder, const struct xapi_vm *vm, const json_t *log,
	const char *date, uint64_t bytes);

#endif
