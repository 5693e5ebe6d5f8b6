/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_io.h - complete reads and writes at an offset: short transfers are continued, and EINTR is
 * retried.
 */
#ifndef SNAPRIG_BASE_FILE_IO_H
#define SNAPRIG_BASE_FILE_IO_H

#include <stddef.h>
#include <stdint.h>

/*
 * Transfers all LENGTH bytes at OFFSET.  Returns 0; -EIO if the file ends before that; or -errno.
 */
int file_read_all(int fd, void *bytes, size_t length, uint64_t offset);
int file_write_all(int fd, const void *bytes, size_t length, uint64_t offset);

/*
 * Reads up to the end of the file or the first error.  Returns how many bytes were read, with 0 or
 * -errno in *RET_ERROR.
 */
size_t file_read_up_to(int fd, void *bytes, size_t length, uint64_t offset, int *ret_error);

#endif
