/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/file_io.h"
#include "simfs/base/heap.h"

#define COPY_BYTES     ((size_t)1 << 20)
#define TEXT_BYTES_MAX ((size_t)64 << 20)
#define FOLDERS_OPEN   16

/* Copies the data between OFFSET and END. */
static int stretch_copy(int from, int to, off_t offset, off_t end, unsigned char *buffer)
{
	while (offset < end) {
		size_t length = end - offset < (off_t)COPY_BYTES ? (size_t)(end - offset)
								 : COPY_BYTES;
		int error = file_read_all(from, buffer, length, (uint64_t)offset);

		if (error == 0)
			error = file_write_all(to, buffer, length, (uint64_t)offset);
		if (error < 0)
			return error;
		offset += (off_t)length;
	}
	return 0;
}

int file_copy(const char *from_path, const char *to_path)
{
	AUTO(auto_close) int from = open(from_path, O_RDONLY | O_CLOEXEC);
	AUTO(auto_close) int to = -1;
	AUTO(auto_free) unsigned char *buffer = heap_new(COPY_BYTES);
	struct stat stat;

	if (from < 0 || fstat(from, &stat) < 0)
		return -errno;
	to = open(to_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (to < 0 || ftruncate(to, stat.st_size) < 0)
		return -errno;

	off_t at = 0;

	while (at < stat.st_size) {
		off_t begin = lseek(from, at, SEEK_DATA);

		if (begin < 0 && errno == ENXIO)
			break;

		off_t end = begin < 0 ? -1 : lseek(from, begin, SEEK_HOLE);

		if (end < 0)
			return -errno;

		int error = stretch_copy(from, to, begin, end, buffer);

		if (error < 0)
			return error;
		at = end;
	}
	return 0;
}

char *file_text(const char *path)
{
	AUTO(auto_fclose) FILE *file = fopen(path, "re");
	AUTO(auto_free) char *text = NULL;
	size_t length = 0, room = 0;

	if (!file)
		return NULL;
	while (length < TEXT_BYTES_MAX) {
		room = 2 * room + 4096;

		char *larger = heap_new(room + 1);

		if (text)
			memcpy(larger, text, length);
		free(text);
		text = larger;

		size_t got = fread(text + length, 1, room - length, file);

		length += got;
		if (length < room)
			break;
	}
	return TAKE_PTR(text);
}

/* Returns where the last LINES_MAX lines of the LENGTH bytes at TEXT begin. */
static size_t lines_begin(const char *text, size_t length, size_t lines_max)
{
	size_t at = length, lines = 0;

	if (at > 0 && text[at - 1] == '\n')
		at--;
	while (at > 0 && (text[at - 1] != '\n' || ++lines < lines_max))
		at--;
	return at;
}

char *file_tail(const char *path, size_t lines_max, size_t bytes_max, bool *ret_is_cut)
{
	AUTO(auto_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat found;

	if (fd < 0 || fstat(fd, &found) < 0)
		return NULL;

	size_t length = found.st_size < (off_t)bytes_max ? (size_t)found.st_size : bytes_max;
	off_t offset = found.st_size - (off_t)length;
	AUTO(auto_free) char *text = heap_new(length + 1);
	ssize_t got = pread(fd, text, length, offset);

	if (got < 0)
		return NULL;

	size_t begin = lines_begin(text, (size_t)got, lines_max);

	for (char *zero = text; (zero = memchr(zero, 0, (size_t)(text + got - zero))); zero++)
		*zero = '\xff';
	*ret_is_cut = offset > 0 || begin > 0;
	return heap_copy(text + begin);
}

char *file_last_line(const char *path)
{
	AUTO(auto_free) char *text = file_text(path);
	char *last = NULL, *rest;

	for (char *line = text ? strtok_r(text, "\r\n", &rest) : NULL; line;
		line = strtok_r(NULL, "\r\n", &rest)) {
		if (line[strspn(line, " \t")])
			last = line;
	}
	return heap_copy(last);
}

int64_t file_size(const char *path)
{
	struct stat found;

	return stat(path, &found) == 0 && S_ISREG(found.st_mode) ? found.st_size : -1;
}

static int entry_remove(const char *path, const struct stat *found, int kind, struct FTW *where)
{
	(void)found;
	(void)kind;
	(void)where;
	/* What cannot be removed stays, and so does its folder. */
	(void)remove(path);
	return 0;
}

void folder_remove(const char *path)
{
	nftw(path, entry_remove, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static bool is_mount(const char *folder, dev_t device)
{
	AUTO(auto_free) char *above = heap_format("%s/..", folder);
	struct stat found;

	return stat(above, &found) == 0 && found.st_dev != device;
}

static bool files_list(const char *folder, const char *prefix, struct folder_listing *listing);

/* Lists the folder at PATH, which is below the listed folder and called NAME there. */
static void below_list(const char *path, const char *name, const struct stat *found,
	struct folder_listing *listing)
{
	AUTO(auto_free) char *below = heap_format("%s/", name);

	if (files_list(path, below, listing) || is_mount(path, found->st_dev))
		return;
	listing->empty = heap_grow(listing->empty, listing->empty_count, sizeof *listing->empty);
	listing->empty[listing->empty_count++] = heap_copy(name);
}

/* Returns whether FOLDER contains anything, or might because it cannot be read. */
static bool files_list(const char *folder, const char *prefix, struct folder_listing *listing)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		AUTO(auto_free) struct dirent *entry = entries[i];
		struct stat found;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;

		AUTO(auto_free) char *path = heap_format("%s/%s", folder, entry->d_name);
		AUTO(auto_free) char *name = heap_format("%s%s", prefix, entry->d_name);

		if (lstat(path, &found) < 0)
			continue;
		if (S_ISDIR(found.st_mode)) {
			below_list(path, name, &found, listing);
			continue;
		}
		listing->files = heap_grow(listing->files, listing->count, sizeof *listing->files);
		listing->files[listing->count++] = (struct listed_file){
			.path = TAKE_PTR(name),
			.bytes = (uint64_t)found.st_size,
		};
	}
	if (count >= 0)
		free(entries);
	/* "." and ".." are always there. */
	return count != 2;
}

void folder_list(const char *path, struct folder_listing *ret)
{
	*ret = (struct folder_listing){ 0 };
	files_list(path, "", ret);
}

void folder_listing_deinit(struct folder_listing *listing)
{
	for (size_t i = 0; i < listing->count; i++)
		free(listing->files[i].path);
	free(listing->files);
	for (size_t i = 0; i < listing->empty_count; i++)
		free(listing->empty[i]);
	free(listing->empty);
	*listing = (struct folder_listing){ 0 };
}
