/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lvm_text.h - which extents of the physical volume LVM's own metadata gives to logical
 * volumes.  Pure.
 *
 * A snapshot that is removed while it is not active, or with its origin, is not told apart
 * from one that is deactivated by what a device-mapper is asked; LVM's metadata tells.
 */
#ifndef SNAPRIG_DM_LVM_TEXT_H
#define SNAPRIG_DM_LVM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The metadata that the first BYTES of a physical volume have as the present one: a text to
 * free(), "" for a physical volume without a group.  NULL when there is none that we can read.
 */
char *lvm_text_read(const unsigned char *head, size_t bytes);

/*
 * Whether SECTOR of the one physical volume that TEXT is about belongs to a logical volume.
 * Also true when that cannot be told, as of a group of several physical volumes.
 */
bool lvm_text_has(const char *text, uint64_t sector);

#endif
