/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files.h - whole files and folders.
 */
#ifndef SNAPRIG_SCENARIOS_BASE_FILES_H
#define SNAPRIG_SCENARIOS_BASE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies FROM to the new file TO; holes stay holes where the file systems can.  0 or -errno. */
int file_copy(const char *from, const char *to);

/* Everything in the file (at most 64 MiB of it), with a 0 behind it; or NULL.  The caller's. */
char *file_text(const char *path);

/*
 * The end of the file, at most LINES_MAX lines and BYTES_MAX bytes of it, the caller's; or
 * NULL.  A 0 in it becomes another byte that is no character.  *RET_IS_CUT: there is more.
 */
char *file_tail(const char *path, size_t lines_max, size_t bytes_max, bool *ret_is_cut);

/* The last line of the file that is not empty, the caller's; or NULL. */
char *file_last_line(const char *path);

/* The size of the file in bytes, or -1 when there is none. */
int64_t file_size(const char *path);

/* Removes the folder with all that is in it; never crosses into a mount. */
void folder_remove(const char *path);

/* What lies below a folder: all but folders, and apart the folders that have nothing and are no
 * mount; paths are relative to it, in order. */
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
