/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_io.h - reads and writes at a place of a file that are whole: one that comes up short goes on
 * where it stopped, and a signal is none of it.
 */
#ifndef SNAPRIG_BASE_FILE_IO_H
#define SNAPRIG_BASE_FILE_IO_H

#include <stddef.h>
#include <stdint.h>

/* All LENGTH bytes at OFFSET: 0; -EIO when the file ends before them; or -errno. */
int file_read_all(int fd, void *bytes, size_t length, uint64_t offset);
int file_write_all(int fd, const void *bytes, size_t length, uint64_t offset);

/*
 * As many of them as there are before the end, or before what cannot be read: their count, and in
 * *RET_ERROR 0, or -errno.
 */
size_t file_read_up_to(int fd, void *bytes, size_t length, uint64_t offset, int *ret_error);

#endif
