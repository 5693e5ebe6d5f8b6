/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/vhd_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/file_io.h"
#include "simfs/base/log.h"

#define PIECE_BYTES (1u << 20)
#define PATH_LENGTH 4096u

struct vhd_file {
	int fd;
	char path[PATH_LENGTH];
};

/* ---- one file ---- */

static int file_read(void *context, uint64_t offset, void *bytes, size_t length)
{
	const struct vhd_file *file = context;

	return file_read_all(file->fd, bytes, length, offset);
}

static void file_close(struct vhd_file *file)
{
	if (!file)
		return;
	if (file->fd >= 0)
		close(file->fd);
	free(file);
}

/* Opens PATH as a VHD.  Returns 0, or -errno with what is wrong with it in *FLAW. */
static int file_open(
	const char *path, struct vhd_file **ret, struct vhd **ret_vhd, struct vhd_flaw *flaw)
{
	struct vhd_file *file = calloc(1, sizeof *file);
	struct vhd_source source = { .read = file_read, .context = file };
	struct stat facts;
	int error = 0;

	flaw->text[0] = '\0';
	if (!file)
		return -ENOMEM;
	snprintf(file->path, sizeof file->path, "%s", path);
	/* Whatever it is: opening a FIFO must not block. */
	file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file->fd < 0 || fstat(file->fd, &facts) < 0)
		error = -errno;
	else if (!S_ISREG(facts.st_mode))
		error = -EINVAL;
	if (error >= 0) {
		source.length_bytes = (uint64_t)facts.st_size;
		error = vhd_open(&source, ret_vhd, flaw);
	}
	if (error < 0) {
		file_close(file);
		return error;
	}
	*ret = file;
	return 0;
}

static int report(const char *path, int error, const struct vhd_flaw *flaw)
{
	if (error == -EBADMSG)
		log_error("'%s' is no VHD that can be read: %s", path, flaw->text);
	else if (error == -EINVAL)
		log_error("'%s' is no file", path);
	else
		log_error_code(error, "cannot read '%s'", path);
	return error == -ENOMEM || error == -EIO ? EXIT_RIG : EXIT_USAGE;
}

/* ---- parents ---- */

static void folder_of(const char *path, char *folder)
{
	const char *slash = strrchr(path, '/');

	snprintf(folder, PATH_LENGTH, "%.*s", slash ? (int)(slash - path) + 1 : 2,
		slash ? path : "./");
}

/* Adds PATH as the parent of the last file if it has the uuid WANTED. */
static bool try_parent(struct vhd_files *files, const char *path, const uint8_t *wanted)
{
	struct vhd_file *file;
	struct vhd_flaw flaw;
	struct vhd *vhd;
	int error = file_open(path, &file, &vhd, &flaw);

	if (error == -EBADMSG && !files->damaged) {
		files->damaged = strdup(path);
		files->flaw = flaw;
	}
	if (error < 0)
		return false;
	if (memcmp(vhd_footer(vhd)->uuid, wanted, VHD_UUID_BYTES) != 0) {
		vhd_close(vhd);
		file_close(file);
		return false;
	}
	files->files[files->count] = file;
	files->chain[files->count++] = vhd;
	return true;
}

/* A path stored in the file: absolute, or relative to the child's folder. */
static bool try_path(
	struct vhd_files *files, const char *folder, const char *path, const uint8_t *wanted)
{
	char whole[2 * PATH_LENGTH];

	snprintf(whole, sizeof whole, "%s%s", *path == '/' ? "" : folder, path);
	return try_parent(files, whole, wanted);
}

static bool try_folder(struct vhd_files *files, const char *folder, const uint8_t *wanted)
{
	AUTO(auto_closedir) DIR *entries = opendir(folder);
	const struct dirent *entry;

	while (entries && (entry = readdir(entries))) {
		const char *end = strrchr(entry->d_name, '.');
		char path[2 * PATH_LENGTH];

		if (!end || strcmp(end, ".vhd") != 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (try_parent(files, path, wanted))
			return true;
	}
	return false;
}

static bool find_parent(struct vhd_files *files, const char *folder)
{
	const struct vhd *child = files->chain[files->count - 1];
	const struct vhd_header *header = vhd_header(child);
	char path[PATH_LENGTH], own[PATH_LENGTH];

	folder_of(files->files[files->count - 1]->path, own);
	for (unsigned int i = 0; i < VHD_LOCATORS_MAX; i++)
		if (vhd_parent_path(child, i, path, sizeof path) &&
			try_path(files, own, path, header->parent_uuid))
			return true;
	if (header->parent_name[0] &&
		try_path(files, own, header->parent_name, header->parent_uuid))
		return true;
	return try_folder(files, own, header->parent_uuid) ||
	       (folder && try_folder(files, folder, header->parent_uuid));
}

static bool is_in_chain(const struct vhd_files *files, const uint8_t *uuid)
{
	for (size_t i = 0; i < files->count; i++)
		if (memcmp(vhd_footer(files->chain[i])->uuid, uuid, VHD_UUID_BYTES) == 0)
			return true;
	return false;
}

/* Opens the parent of the last file. */
static int open_parent(struct vhd_files *files, const char *folder)
{
	const char *path = files->files[files->count - 1]->path;
	const uint8_t *wanted = vhd_header(files->chain[files->count - 1])->parent_uuid;
	char uuid[VHD_UUID_TEXT];

	vhd_uuid_text(wanted, uuid);
	if (is_in_chain(files, wanted)) {
		log_error("'%s' has itself among its parents: %s", path, uuid);
		return EXIT_USAGE;
	}
	if (files->count == VHD_FILES_MAX) {
		log_error("'%s' has more than %u parents", files->files[0]->path, VHD_FILES_MAX);
		return EXIT_USAGE;
	}
	if (!find_parent(files, folder)) {
		if (files->damaged)
			return report(files->damaged, -EBADMSG, &files->flaw);
		log_error("the parent of '%s' is missing: no VHD with uuid %s", path, uuid);
		return EXIT_USAGE;
	}
	return EXIT_MET;
}

int vhd_files_open(const char *path, const char *folder, struct vhd_files *ret)
{
	struct vhd_flaw flaw;
	int exit_code = EXIT_MET;
	int error = file_open(path, &ret->files[0], &ret->chain[0], &flaw);

	ret->damaged = NULL;
	ret->count = error == 0;
	if (error < 0)
		return report(path, error, &flaw);
	while (exit_code == EXIT_MET &&
		vhd_footer(ret->chain[ret->count - 1])->type == VHD_DIFFERENCING)
		exit_code = open_parent(ret, folder);
	for (size_t i = 0; i < ret->count && exit_code == EXIT_MET; i++)
		if (!vhd_has_tail(ret->chain[i]))
			log_info("'%s' has no footer at its end; its copy was taken",
				ret->files[i]->path);
	if (exit_code != EXIT_MET)
		vhd_files_close(ret);
	return exit_code;
}

void vhd_files_close(struct vhd_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		vhd_close(files->chain[i]);
		file_close(files->files[i]);
	}
	files->count = 0;
	free(TAKE_PTR(files->damaged));
}

/* ---- flattening ---- */

/* Returns 0 or -errno; *RET_READS says whether reading failed, rather than writing. */
static int copy(const struct vhd_files *files, int fd, bool *ret_reads)
{
	AUTO(auto_free) uint8_t *piece = malloc(PIECE_BYTES);
	uint64_t offset = 0, length = 0;
	int error = piece ? 0 : -ENOMEM;

	*ret_reads = false;
	while (error == 0 && vhd_chain_next(files->chain, files->count, offset, &offset, &length)) {
		size_t now = length < PIECE_BYTES ? (size_t)length : PIECE_BYTES;

		error = vhd_chain_read(files->chain, files->count, offset, piece, now);
		*ret_reads = error < 0;
		if (error == 0)
			error = file_write_all(fd, piece, now, offset);
		offset += now;
	}
	return error;
}

int vhd_files_flatten(const struct vhd_files *files, const char *out)
{
	AUTO(auto_close) int fd = open(out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool reads = false;
	int error = fd < 0 ? -errno : 0;

	if (error < 0) {
		log_error_code(error, "cannot make '%s'", out);
		return error == -ENOSPC || error == -EIO ? EXIT_RIG : EXIT_USAGE;
	}
	if (ftruncate(fd, (off_t)vhd_footer(files->chain[0])->current_bytes) < 0)
		error = -errno;
	if (error == 0)
		error = copy(files, fd, &reads);
	if (error == 0)
		return EXIT_MET;
	log_error_code(error, "cannot %s '%s'", reads ? "read" : "write",
		reads ? files->files[0]->path : out);
	unlink(out);
	return EXIT_RIG;
}
