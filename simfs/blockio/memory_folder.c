/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/blockio/memory_internal.h"

struct memory_folder {
	struct blockio_folder folder;
	struct memory_disk *disk;
};

struct memory_file *memory_file_find(struct memory_disk *disk, const char *name)
{
	list_for_each (at, &disk->files) {
		struct memory_file *file = CONTAINER_OF(at, struct memory_file, link);

		if (file->name && strcmp(file->name, name) == 0)
			return file;
	}
	return NULL;
}

static struct memory_file *file_create(struct memory_disk *disk, const char *name)
{
	struct memory_file *file = calloc(1, sizeof *file);

	MUST(file);
	file->number = ++disk->file_count;
	list_init(&file->changes);
	list_append(&disk->files, &file->link);
	memory_rename(disk, file, name);
	return file;
}

void memory_file_destroy(struct memory_file *file)
{
	MUST(file->opened == 0);
	memory_forget(file);
	list_remove(&file->link);
	free(file->name);
	free(file->content.bytes);
	free(file);
}

uint8_t *memory_disk_bytes(struct memory_disk *disk, const char *name, uint64_t *ret_size_bytes)
{
	struct memory_file *file = memory_file_find(disk, name);

	if (!file)
		return NULL;
	*ret_size_bytes = file->content.size_bytes;
	return file->content.bytes;
}

static struct memory_disk *disk_of(struct blockio_folder *folder)
{
	return CONTAINER_OF(folder, struct memory_folder, folder)->disk;
}

static int folder_open(
	struct blockio_folder *folder, const char *name, bool create, struct blockio **ret)
{
	struct memory_disk *disk = disk_of(folder);
	struct memory_file *file = memory_file_find(disk, name);

	if (create && file)
		return -EEXIST;
	if (!create && !file)
		return -ENOENT;
	return memory_wrap(disk, file ? file : file_create(disk, name), ret);
}

static int folder_open_text(struct blockio_folder *folder, const char *name, struct blockio **ret)
{
	struct memory_disk *disk = disk_of(folder);
	int error = folder_open(folder, name, !memory_file_find(disk, name), ret);

	if (error == 0)
		(*ret)->alignment_bytes = 1;
	return error;
}

static int folder_remove(struct blockio_folder *folder, const char *name)
{
	struct memory_file *file = memory_file_find(disk_of(folder), name);

	if (!file)
		return -ENOENT;
	MUST(file->opened == 0);
	memory_rename(disk_of(folder), file, NULL);
	return 0;
}

static int folder_rename(struct blockio_folder *folder, const char *from, const char *to)
{
	struct memory_file *file = memory_file_find(disk_of(folder), from);

	if (!file)
		return -ENOENT;
	memory_rename(disk_of(folder), file, to);
	return 0;
}

static int folder_list(
	struct blockio_folder *folder, int (*visit)(const char *name, void *context), void *context)
{
	list_for_each (at, &disk_of(folder)->files) {
		struct memory_file *file = CONTAINER_OF(at, struct memory_file, link);
		int result = file->name ? visit(file->name, context) : 0;

		if (result != 0)
			return result;
	}
	return 0;
}

static int folder_sync(struct blockio_folder *folder)
{
	memory_synced(disk_of(folder), UINT64_MAX);
	return 0;
}

static void folder_start_sync(struct blockio_folder *folder, struct blockio_request *request)
{
	struct memory_disk *disk = disk_of(folder);

	blockio_begin(request);
	request->kind = BLOCKIO_SYNC;
	request->io = NULL;
	/* Until it completes, offset records how many changes it makes durable. */
	request->offset = disk->renames_ever;
	list_append(&disk->waiting, &request->link);
	disk->waiting_count++;
}

static void folder_destroy(struct blockio_folder *folder)
{
	free(CONTAINER_OF(folder, struct memory_folder, folder));
}

static const struct blockio_folder_ops memory_folder_ops = {
	.open = folder_open,
	.open_text = folder_open_text,
	.remove = folder_remove,
	.rename = folder_rename,
	.list = folder_list,
	.sync = folder_sync,
	.start_sync = folder_start_sync,
	.destroy = folder_destroy,
};

int memory_folder_create(struct memory_disk *disk, struct blockio_folder **ret)
{
	struct memory_folder *memory = malloc(sizeof *memory);

	if (!memory)
		return -ENOMEM;
	*memory = (struct memory_folder){
		.folder = { .ops = &memory_folder_ops },
		.disk = disk,
	};
	*ret = &memory->folder;
	return 0;
}
