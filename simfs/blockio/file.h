/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - blockio on files, through the ring.
 *
 * Uses O_DIRECT where the file system supports it, so that an image's content is not in
 * memory twice and measured speeds are the disk's. Short transfers are resumed.
 */
#ifndef SNAPRIG_BLOCKIO_FILE_H
#define SNAPRIG_BLOCKIO_FILE_H

#include "simfs/blockio/folder.h"

/*
 * Opens the existing regular file or block device PATH for reading and writing and locks it
 * (flock) against a second rig; a device is opened exclusively, too (O_EXCL), so it cannot be
 * mounted. Returns 0, -EBUSY if it is locked or in use, -EISDIR, -EINVAL if it is neither a
 * regular file nor a block device, or the error of open().
 */
int file_blockio_open_image(struct ring *ring, const char *path, struct blockio **ret);

/* A folder of files; FD is its descriptor and stays the caller's. */
int file_folder_create(struct ring *ring, int fd, struct blockio_folder **ret);

/* IMAGE may lie on the disk of FOLDER: while the space of removed files is being freed there,
 * a write to the image waits for it instead of failing with ENOSPC. FOLDER must outlive all
 * requests to IMAGE. */
void file_folder_has_disk_of(struct blockio_folder *folder, struct blockio *image);

#endif
