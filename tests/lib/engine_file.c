/* SPDX-License-Identifier: Apache-2.0 */
/* engine_file.c - a file of engine_folder.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "tests/lib/engine_folder_internal.h"

#define PAGE_BYTES 4096u

static struct engine_file *file_of(struct blockio *io)
{
	return CONTAINER_OF(io, struct engine_file, io);
}

struct engine_file *engine_file_find(struct engine_folder *folder, const char *name)
{
	list_for_each (at, &folder->opened) {
		struct engine_file *file = CONTAINER_OF(at, struct engine_file, link);

		if (strcmp(file->name, name) == 0)
			return file;
	}
	return NULL;
}

static void file_submit(struct blockio *io, struct blockio_request *request)
{
	struct engine_file *file = file_of(io);
	uint64_t mask = io->alignment_bytes - 1;

	if (request->kind != BLOCKIO_FLUSH && request->kind != BLOCKIO_ALLOCATE) {
		MUST((request->offset & mask) == 0);
		for (unsigned i = 0; i < request->iov_count; i++) {
			MUST((request->iov[i].iov_len & mask) == 0);
			MUST(((uintptr_t)request->iov[i].iov_base & mask) == 0);
		}
	}
	if (file->folder->watch)
		file->folder->watch(file->folder->watch_context, file->name, request);
	blockio_pass(file->memory, request);
}

static int file_resize(struct blockio *io, uint64_t size_bytes)
{
	struct engine_file *file = file_of(io);
	int error = file->memory->ops->resize(file->memory, size_bytes);

	if (error == 0) {
		io->size_bytes = size_bytes;
		io->known_bytes = file->memory->known_bytes;
	}
	return error;
}

static void file_know(struct blockio *io)
{
	blockio_know(file_of(io)->memory, io->known_bytes);
}

static int file_look(struct blockio *io, struct blockio_facts *ret)
{
	struct blockio *memory = file_of(io)->memory;
	int error = memory->ops->look(memory, ret);

	io->is_lossy = memory->is_lossy;
	io->lost_from = memory->lost_from;
	return error;
}

static int file_transfer_now(
	struct blockio *io, enum blockio_kind kind, uint64_t offset, void *buffer, size_t length)
{
	struct blockio *memory = file_of(io)->memory;

	return memory->ops->transfer_now(memory, kind, offset, buffer, length);
}

/* Returns the end of the pages from AT on that are all zeros, or of those that are not. */
static uint64_t pages_end(struct blockio *memory, uint64_t at, bool zeros)
{
	static const uint8_t zero_page[PAGE_BYTES];
	uint8_t page[PAGE_BYTES];

	for (; at < memory->size_bytes; at += PAGE_BYTES) {
		MUST(memory->ops->transfer_now(memory, BLOCKIO_READ, at, page, sizeof page) == 0);
		if ((memcmp(page, zero_page, sizeof page) == 0) != zeros)
			return at;
	}
	return memory->size_bytes;
}

static bool file_next_data(
	struct blockio *io, uint64_t from, uint64_t *ret_first, uint64_t *ret_end)
{
	struct blockio *memory = file_of(io)->memory;
	uint64_t first = pages_end(memory, from / PAGE_BYTES * PAGE_BYTES, true);

	if (first == memory->size_bytes)
		return false;
	*ret_first = first < from ? from : first;
	*ret_end = pages_end(memory, first, false);
	return true;
}

static void file_step(struct blockio *io)
{
	struct engine_file *file = file_of(io);

	file->memory->ops->step(file->memory);
}

static void file_destroy(struct blockio *io)
{
	struct engine_file *file = file_of(io);
	struct engine_folder *folder = file->folder;

	list_remove(&file->link);
	blockio_destroy(file->memory);
	if (file->is_removed && !engine_file_find(folder, file->name))
		MUST(folder->memory->ops->remove(folder->memory, file->name) == 0);
	free(file);
}

static void file_abandon(struct blockio *io)
{
	struct engine_file *file = file_of(io);

	file->folder->abandoned_count += file->is_removed;
	file_destroy(io);
}

static const struct blockio_ops file_ops = {
	.name = "engine",
	.submit = file_submit,
	.resize = file_resize,
	.know = file_know,
	.look = file_look,
	.settle = file_look,
	.transfer_now = file_transfer_now,
	.step = file_step,
	.destroy = file_destroy,
	.abandon = file_abandon,
};

static const struct blockio_ops file_ops_with_holes = {
	.name = "engine",
	.submit = file_submit,
	.resize = file_resize,
	.next_data = file_next_data,
	.transfer_now = file_transfer_now,
	.step = file_step,
	.destroy = file_destroy,
	.abandon = file_abandon,
};

struct blockio *engine_file_wrap(struct engine_folder *folder, const char *name,
	uint32_t alignment_bytes, struct blockio *memory)
{
	struct engine_file *file = malloc(sizeof *file);

	MUST(file);
	*file = (struct engine_file){
		.io = {
			.ops = folder->tells_holes ? &file_ops_with_holes : &file_ops,
			.alignment_bytes = alignment_bytes,
			.size_bytes = memory->size_bytes,
		},
		.memory = memory,
		.folder = folder,
	};
	snprintf(file->name, sizeof file->name, "%s", name);
	list_append(&folder->opened, &file->link);
	return &file->io;
}
