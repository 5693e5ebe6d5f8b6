/* SPDX-License-Identifier: Apache-2.0 */
/* file_folder.h - shared by file.c and file_folder.c only. */
#ifndef SNAPRIG_BLOCKIO_FILE_FOLDER_H
#define SNAPRIG_BLOCKIO_FILE_FOLDER_H

#include "simfs/blockio/blockio.h"

/* Wraps FD in a blockio, which owns it if 0 is returned. */
int file_blockio_wrap(struct ring *ring, int fd, struct blockio **ret);
int file_blockio_wrap_text(struct ring *ring, int fd, struct blockio **ret);

#endif
