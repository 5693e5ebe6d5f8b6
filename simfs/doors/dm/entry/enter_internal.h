/* SPDX-License-Identifier: Apache-2.0 */
/* enter_internal.h - small steps of which both namespaces are made; each says what failed. */
#ifndef SNAPRIG_DM_ENTER_INTERNAL_H
#define SNAPRIG_DM_ENTER_INTERNAL_H

#include <stdbool.h>

#include <sys/types.h>

/* An empty folder PATH, whose parent is there.  That it is there already is fine. */
int enter_folder(const char *path, mode_t mode);

/* A tmpfs on PATH with the mount flags FLAGS (MS_...). */
int enter_tmpfs(const char *path, unsigned long flags, const char *options);

/* SOURCE and what is mounted below it shows on TARGET, too. */
int enter_bind(const char *source, const char *target);

/* A file PATH of mode 0644 with TEXT in it. */
int enter_text(const char *path, const char *text);

/* /dev of the world, in the folder PATH, from which no disk of the machine is reached. */
int enter_make_dev(const char *path);

/*
 * Covers /run with one that has what the machine's has, but for udev, lvm and the locks.  UDEV:
 * programs see one.
 */
int enter_cover_run(bool udev);

/* The text of /proc/devices in the world: to be free()d; NULL without memory or /proc. */
char *enter_devices_text(void);

/* /etc/lvm of the world, in the folder PATH.  MONITOR: dmeventd may run; UDEV: it is waited for. */
int enter_make_lvm(const char *path, bool monitor, bool udev);

#endif
