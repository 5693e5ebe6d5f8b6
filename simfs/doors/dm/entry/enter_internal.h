/* SPDX-License-Identifier: Apache-2.0 */
/* enter_internal.h - the small steps that make both namespaces; each logs its failure. */
#ifndef SNAPRIG_DM_ENTER_INTERNAL_H
#define SNAPRIG_DM_ENTER_INTERNAL_H

#include <stdbool.h>

#include <sys/types.h>

/* Creates the folder PATH, whose parent exists.  It may exist already. */
int enter_folder(const char *path, mode_t mode);

/* Mounts a tmpfs on PATH with the mount flags FLAGS (MS_...). */
int enter_tmpfs(const char *path, unsigned long flags, const char *options);

/* Makes SOURCE and the mounts below it visible on TARGET, too. */
int enter_bind(const char *source, const char *target);

/* Writes TEXT into the file PATH, of mode 0644. */
int enter_text(const char *path, const char *text);

/* Fills the folder PATH as the world's /dev, from which no disk of the machine can be reached. */
int enter_make_dev(const char *path);

/*
 * Covers /run with a copy of the machine's that has its own udev, lvm and locks.  UDEV: programs
 * see a udev.
 */
int enter_cover_run(bool udev);

/* The text of the world's /proc/devices, which the caller frees; NULL without memory or /proc. */
char *enter_devices_text(void);

/*
 * Fills the folder PATH as the world's /etc/lvm.  MONITOR: dmeventd may run; UDEV: LVM waits for
 * it.
 */
int enter_make_lvm(const char *path, bool monitor, bool udev);

#endif
