/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files.h - whole files and folders.
 */
#ifndef SNAPRIG_SCENARIOS_BASE_FILES_H
#define SNAPRIG_SCENARIOS_BASE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Copies FROM to the new file TO, with its holes if the file systems can.  Returns 0 or -errno.
 */
int file_copy(const char *from, const char *to);

/*
 * Returns the content of the file (at most 64 MiB), terminated by a 0, or NULL.  The caller
 * frees it.
 */
char *file_text(const char *path);

/*
 * Returns the end of the file, at most LINES_MAX lines and BYTES_MAX bytes, or NULL; the caller
 * frees it.  Any 0 byte in it is replaced by a byte that is not a character.  *RET_IS_CUT: the
 * file has more.
 */
char *file_tail(const char *path, size_t lines_max, size_t bytes_max, bool *ret_is_cut);

/* Returns the last line of the file that is not empty, or NULL.  The caller frees it. */
char *file_last_line(const char *path);

/* Returns the size of the file in bytes, or -1 if it does not exist. */
int64_t file_size(const char *path);

/* Removes the folder and everything in it; never crosses into a mount. */
void folder_remove(const char *path);

/* What is below a folder: everything but folders, and separately the folders that are empty and
 * not mounts.  Paths are relative to it, in order. */
struct folder_listing {
	struct listed_file {
		char *path;
		uint64_t bytes;
	} * files;
	size_t count;
	char **empty;
	size_t empty_count;
};

void folder_list(const char *path, struct folder_listing *ret);
void folder_listing_deinit(struct folder_listing *listing);

#endif
