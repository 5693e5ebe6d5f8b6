/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/blockio/file_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/own_file.h"
#include "simfs/blockio/file_internal.h"

struct file_folder {
	struct blockio_folder folder;
	struct ring *ring;
	int fd; /* the caller's */
	struct file_leaving leaving;
};

static struct file_folder *folder_of(struct blockio_folder *folder)
{
	return CONTAINER_OF(folder, struct file_folder, folder);
}

static int open_with(struct file_folder *files, const char *name, int flags,
	int (*wrap)(struct ring *ring, int fd, struct blockio **ret), struct blockio **ret)
{
	AUTO(auto_close) int fd = -1;
	int error;

	do
		error = own_file_open(files->fd, name, O_RDWR | flags, &fd);
	while (error == -EMFILE && file_leaving_gives_descriptor(&files->leaving));
	if (error == 0)
		error = wrap(files->ring, fd, ret);
	if (error < 0)
		return error;
	TAKE_FD(fd);
	CONTAINER_OF(*ret, struct file_blockio, io)->leaving = &files->leaving;
	return 0;
}

static int folder_open(
	struct blockio_folder *folder, const char *name, bool create, struct blockio **ret)
{
	return open_with(
		folder_of(folder), name, create ? O_CREAT | O_EXCL : 0, file_blockio_wrap, ret);
}

static int folder_open_text(struct blockio_folder *folder, const char *name, struct blockio **ret)
{
	return open_with(folder_of(folder), name, O_CREAT, file_blockio_wrap_text, ret);
}

static int folder_remove(struct blockio_folder *folder, const char *name)
{
	return unlinkat(folder_of(folder)->fd, name, 0) < 0 ? -errno : 0;
}

static int folder_rename(struct blockio_folder *folder, const char *from, const char *to)
{
	int fd = folder_of(folder)->fd;

	return renameat(fd, from, fd, to) < 0 ? -errno : 0;
}

static int folder_list(
	struct blockio_folder *folder, int (*visit)(const char *name, void *context), void *context)
{
	AUTO(auto_close)
	int fd = openat(folder_of(folder)->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;

	AUTO(auto_closedir) DIR *dir = fdopendir(fd);

	if (!dir)
		return -errno;
	TAKE_FD(fd);

	for (;;) {
		errno = 0;

		struct dirent *entry = readdir(dir);

		if (!entry)
			return -errno;
		if (entry->d_name[0] == '.')
			continue;

		int result = visit(entry->d_name, context);

		if (result != 0)
			return result;
	}
}

static int folder_sync(struct blockio_folder *folder)
{
	return fsync(folder_of(folder)->fd) < 0 ? -errno : 0;
}

static void synced(struct ring_op *op, int result, uint32_t flags)
{
	struct blockio_request *request = CONTAINER_OF(op, struct blockio_request, op);

	(void)flags;
	blockio_end(request, result < 0 ? result : 0);
}

/* A kernel thread waits for the disk. */
static void folder_start_sync(struct blockio_folder *folder, struct blockio_request *request)
{
	struct file_folder *files = folder_of(folder);
	struct io_uring_sqe *sqe = ring_sqe(files->ring);

	blockio_begin(request);
	request->kind = BLOCKIO_SYNC;
	request->io = NULL;
	request->op.done = synced;
	io_uring_prep_fsync(sqe, files->fd, 0);
	ring_start(files->ring, sqe, &request->op);
}

/* Space being freed counts as free: it becomes available as soon as a write needs it. */
static int folder_space(
	struct blockio_folder *folder, uint64_t *ret_blocks, uint64_t *ret_block_bytes)
{
	struct file_folder *files = folder_of(folder);
	struct statvfs facts;

	if (fstatvfs(files->fd, &facts) < 0)
		return -errno;
	*ret_blocks = facts.f_bavail + files->leaving.room_bytes / facts.f_frsize;
	*ret_block_bytes = facts.f_frsize;
	return 0;
}

static void folder_destroy(struct blockio_folder *folder)
{
	file_leaving_deinit(&folder_of(folder)->leaving);
	free(folder_of(folder));
}

static const struct blockio_folder_ops file_folder_ops = {
	.open = folder_open,
	.open_text = folder_open_text,
	.remove = folder_remove,
	.rename = folder_rename,
	.list = folder_list,
	.sync = folder_sync,
	.start_sync = folder_start_sync,
	.space = folder_space,
	.destroy = folder_destroy,
};

void file_folder_has_disk_of(struct blockio_folder *folder, struct blockio *image)
{
	CONTAINER_OF(image, struct file_blockio, io)->leaving = &folder_of(folder)->leaving;
}

int file_folder_create(struct ring *ring, int fd, struct blockio_folder **ret)
{
	struct file_folder *files = malloc(sizeof *files);

	if (!files)
		return -ENOMEM;
	*files = (struct file_folder){
		.folder = { .ops = &file_folder_ops },
		.ring = ring,
		.fd = fd,
	};
	file_leaving_init(&files->leaving, ring);
	*ret = &files->folder;
	return 0;
}
