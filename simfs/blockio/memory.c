/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/blockio/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/mix.h"

struct memory_file {
	char *name;
	uint8_t *bytes;
	uint64_t size_bytes;
	uint64_t room_bytes; /* grows by half: appending is not quadratic */
	unsigned opened;
	struct list link;
};

struct memory_fault {
	enum blockio_kind kind;
	uint64_t skip;	/* requests of this kind still to be let through */
	uint64_t count; /* requests still to be failed */
	uint64_t failed;
	int error;
};

struct memory_disk {
	uint64_t seed;
	uint64_t steps;
	uint32_t alignment_bytes;
	struct list files;
	struct list waiting; /* struct blockio_request.link */
	uint64_t waiting_count;
	uint64_t completed[BLOCKIO_FLUSH + 1];
	struct memory_fault fault;
};

struct memory_blockio {
	struct blockio io;
	struct memory_disk *disk;
	struct memory_file *file;
};

struct memory_folder {
	struct blockio_folder folder;
	struct memory_disk *disk;
};

static struct memory_blockio *memory_of(struct blockio *io)
{
	return CONTAINER_OF(io, struct memory_blockio, io);
}

static void memory_submit(struct blockio *io, struct blockio_request *request)
{
	struct memory_disk *disk = memory_of(io)->disk;
	uint64_t mask = disk->alignment_bytes - 1;

	if (request->kind != BLOCKIO_FLUSH) {
		MUST((request->offset & mask) == 0);
		for (unsigned i = 0; i < request->iov_count; i++) {
			MUST(request->iov[i].iov_len > 0);
			MUST((request->iov[i].iov_len & mask) == 0);
			MUST(((uintptr_t)request->iov[i].iov_base & mask) == 0);
		}
	}
	list_append(&disk->waiting, &request->link);
	disk->waiting_count++;
}

static int memory_file_resize(struct memory_file *file, uint64_t size_bytes)
{
	if (size_bytes > file->room_bytes || !file->bytes) {
		uint64_t room_bytes = size_bytes + size_bytes / 2 + 1;
		uint8_t *bytes = realloc(file->bytes, room_bytes);

		if (!bytes)
			return -ENOMEM;
		file->bytes = bytes;
		file->room_bytes = room_bytes;
	}
	if (size_bytes > file->size_bytes)
		memset(file->bytes + file->size_bytes, 0, size_bytes - file->size_bytes);
	file->size_bytes = size_bytes;
	return 0;
}

static int memory_resize(struct blockio *io, uint64_t size_bytes)
{
	int error = memory_file_resize(memory_of(io)->file, size_bytes);

	if (error == 0)
		io->size_bytes = size_bytes;
	return error;
}

static int memory_read(struct memory_file *file, const struct blockio_request *request)
{
	uint64_t at = request->offset;

	for (unsigned i = 0; i < request->iov_count; i++) {
		uint8_t *to = request->iov[i].iov_base;
		size_t length = request->iov[i].iov_len;
		size_t there = at >= file->size_bytes ? 0 : (size_t)(file->size_bytes - at);

		if (there > length)
			there = length;
		memcpy(to, file->bytes + (there ? at : 0), there);
		memset(to + there, 0, length - there);
		at += length;
	}
	return 0;
}

static int memory_write(struct memory_file *file, const struct blockio_request *request)
{
	uint64_t at = request->offset;

	for (unsigned i = 0; i < request->iov_count; i++) {
		size_t length = request->iov[i].iov_len;

		if (at + length > file->size_bytes) {
			int error = memory_file_resize(file, at + length);

			if (error < 0)
				return error;
		}
		memcpy(file->bytes + at, request->iov[i].iov_base, length);
		at += length;
	}
	return 0;
}

/* Whether the fault strikes this request of KIND. */
static bool fault_strikes(struct memory_fault *fault, enum blockio_kind kind)
{
	if (fault->count == 0 || fault->kind != kind)
		return false;
	if (fault->skip > 0) {
		fault->skip--;
		return false;
	}
	fault->count--;
	fault->failed++;
	return true;
}

bool memory_disk_step(struct memory_disk *disk)
{
	if (disk->waiting_count == 0)
		return false;

	uint64_t pick = mix_below(disk->seed, disk->steps++, disk->waiting_count);
	struct list *link = disk->waiting.next;

	while (pick-- > 0)
		link = link->next;
	list_remove(link);
	disk->waiting_count--;

	struct blockio_request *request = CONTAINER_OF(link, struct blockio_request, link);
	struct memory_file *file = memory_of(request->io)->file;
	int result = 0;

	disk->completed[request->kind]++;
	if (fault_strikes(&disk->fault, request->kind))
		result = disk->fault.error;
	else if (request->kind == BLOCKIO_READ)
		result = memory_read(file, request);
	else if (request->kind == BLOCKIO_WRITE)
		result = memory_write(file, request);
	request->done(request, result);
	return true;
}

static void memory_step(struct blockio *io)
{
	MUST(memory_disk_step(memory_of(io)->disk));
}

static void memory_destroy(struct blockio *io)
{
	memory_of(io)->file->opened--;
	free(memory_of(io));
}

static const struct blockio_ops memory_ops = {
	.name = "memory",
	.submit = memory_submit,
	.resize = memory_resize,
	.step = memory_step,
	.destroy = memory_destroy,
};

int memory_disk_create(uint64_t seed, uint32_t alignment_bytes, struct memory_disk **ret)
{
	struct memory_disk *disk = calloc(1, sizeof *disk);

	if (!disk)
		return -ENOMEM;
	disk->seed = seed;
	disk->alignment_bytes = alignment_bytes;
	list_init(&disk->files);
	list_init(&disk->waiting);
	*ret = disk;
	return 0;
}

static void memory_file_destroy(struct memory_file *file)
{
	list_remove(&file->link);
	free(file->name);
	free(file->bytes);
	free(file);
}

void memory_disk_destroy(struct memory_disk *disk)
{
	if (!disk)
		return;
	MUST(disk->waiting_count == 0);
	while (!list_empty(&disk->files))
		memory_file_destroy(CONTAINER_OF(disk->files.next, struct memory_file, link));
	free(disk);
}

void memory_disk_kill(struct memory_disk *disk)
{
	while (list_pop(&disk->waiting))
		continue;
	disk->waiting_count = 0;
}

void memory_disk_fail(
	struct memory_disk *disk, enum blockio_kind kind, uint64_t nth, uint64_t count, int error)
{
	disk->fault = (struct memory_fault){
		.kind = kind,
		.skip = nth - 1,
		.count = count,
		.error = error,
	};
}

uint64_t memory_disk_failed(const struct memory_disk *disk)
{
	return disk->fault.failed;
}

uint64_t memory_disk_completed(const struct memory_disk *disk, enum blockio_kind kind)
{
	return disk->completed[kind];
}

static struct memory_file *find_file(struct memory_disk *disk, const char *name)
{
	list_for_each (at, &disk->files) {
		struct memory_file *file = CONTAINER_OF(at, struct memory_file, link);

		if (strcmp(file->name, name) == 0)
			return file;
	}
	return NULL;
}

uint8_t *memory_disk_bytes(struct memory_disk *disk, const char *name, uint64_t *ret_size_bytes)
{
	struct memory_file *file = find_file(disk, name);

	if (!file)
		return NULL;
	*ret_size_bytes = file->size_bytes;
	return file->bytes;
}

static struct memory_disk *disk_of(struct blockio_folder *folder)
{
	return CONTAINER_OF(folder, struct memory_folder, folder)->disk;
}

static int memory_folder_open(
	struct blockio_folder *folder, const char *name, bool create, struct blockio **ret)
{
	struct memory_disk *disk = disk_of(folder);
	struct memory_file *file = find_file(disk, name);

	if (create && file)
		return -EEXIST;
	if (!create && !file)
		return -ENOENT;

	struct memory_blockio *memory = malloc(sizeof *memory);

	if (!memory)
		return -ENOMEM;
	if (create) {
		file = calloc(1, sizeof *file);
		MUST(file && (file->name = strdup(name)));
		list_append(&disk->files, &file->link);
	}
	*memory = (struct memory_blockio){
		.io = {
			.ops = &memory_ops,
			.alignment_bytes = disk->alignment_bytes,
			.size_bytes = file->size_bytes,
		},
		.disk = disk,
		.file = file,
	};
	file->opened++;
	*ret = &memory->io;
	return 0;
}

static int memory_folder_remove(struct blockio_folder *folder, const char *name)
{
	struct memory_file *file = find_file(disk_of(folder), name);

	if (!file)
		return -ENOENT;
	MUST(file->opened == 0);
	memory_file_destroy(file);
	return 0;
}

static int memory_folder_rename(struct blockio_folder *folder, const char *from, const char *to)
{
	struct memory_file *file = find_file(disk_of(folder), from);

	if (!file)
		return -ENOENT;

	struct memory_file *replaced = find_file(disk_of(folder), to);

	if (replaced)
		memory_file_destroy(replaced);
	free(file->name);
	MUST(file->name = strdup(to));
	return 0;
}

static int memory_folder_list(
	struct blockio_folder *folder, int (*visit)(const char *name, void *context), void *context)
{
	list_for_each (at, &disk_of(folder)->files) {
		int result = visit(CONTAINER_OF(at, struct memory_file, link)->name, context);

		if (result != 0)
			return result;
	}
	return 0;
}

static void memory_folder_destroy(struct blockio_folder *folder)
{
	free(CONTAINER_OF(folder, struct memory_folder, folder));
}

static const struct blockio_folder_ops memory_folder_ops = {
	.open = memory_folder_open,
	.remove = memory_folder_remove,
	.rename = memory_folder_rename,
	.list = memory_folder_list,
	.destroy = memory_folder_destroy,
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
