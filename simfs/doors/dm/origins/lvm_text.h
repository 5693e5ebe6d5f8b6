/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lvm_text.h - which extents of the physical volume belong to logical volumes, by LVM's own
 * metadata.  Pure.
 *
 * The ioctls do not tell a snapshot that is removed while inactive, or with its origin, from one
 * that is deactivated; LVM's metadata does.
 */
#ifndef SNAPRIG_DM_LVM_TEXT_H
#define SNAPRIG_DM_LVM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The current metadata in the first BYTES of a physical volume; the caller frees it.  "" for a
 * physical volume without a group.  NULL if it has none that we can read.
 */
char *lvm_text_read(const unsigned char *head, size_t bytes);

/*
 * Whether SECTOR of the one physical volume in TEXT belongs to a logical volume.  Also true if that
 * is unknown, as in a group of several physical volumes.
 */
bool lvm_text_has(const char *text, uint64_t sector);

#endif
