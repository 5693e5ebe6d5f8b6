/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - blockio on files, through the ring.
 *
 * Uses O_DIRECT where the file system takes it, so that an image's content is
 * not kept in memory twice and a measured speed is the disk's.  Short
 * transfers are resumed.
 */
#ifndef SNAPRIG_BLOCKIO_FILE_H
#define SNAPRIG_BLOCKIO_FILE_H

#include "simfs/blockio/folder.h"

/*
 * Opens the existing regular file or block device PATH for reading and writing and
 * locks it (flock) against a second rig; a device also against being mounted or
 * used by others that ask for it alone.  Returns 0, -EBUSY when it is locked or in
 * use, -EISDIR, -EINVAL when it is none of these, or what open() said.
 */
int file_blockio_open_image(struct ring *ring, const char *path, struct blockio **ret);

/* A folder of files; FD is a descriptor of it and stays the caller's. */
int file_folder_create(struct ring *ring, int fd, struct blockio_folder **ret);

/* IMAGE may lie on the disk of FOLDER: while the room of removed files is on its way back there,
 * a write to the image waits for it rather than find none.  FOLDER outlives what is asked of
 * IMAGE. */
void file_folder_has_disk_of(struct blockio_folder *folder, struct blockio *image);

#endif
