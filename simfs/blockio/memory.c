/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/mix.h"
#include "simfs/blockio/memory_internal.h"

#define SECTOR_BYTES 512u

static void memory_submit(struct blockio *io, struct blockio_request *request)
{
	struct memory_disk *disk = memory_of(io)->disk;
	uint64_t mask = io->alignment_bytes - 1;

	if (request->kind == BLOCKIO_FLUSH) {
		memory_note_flush(disk, request);
	} else if (request->kind != BLOCKIO_NOTHING && request->kind != BLOCKIO_ALLOCATE) {
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

void memory_touch(struct memory_file *file)
{
	file->modified = ++file->changed;
}

void memory_disk_touch(struct memory_disk *disk, const char *name, bool content)
{
	struct memory_file *file = memory_file_find(disk, name);

	MUST(file);
	file->changed++;
	if (content)
		file->modified = file->changed;
}

int memory_bytes_resize(struct memory_bytes *content, uint64_t size_bytes)
{
	if (size_bytes > content->room_bytes || !content->bytes) {
		uint64_t room_bytes = size_bytes + size_bytes / 2 + 1;
		uint8_t *bytes = realloc(content->bytes, room_bytes);

		if (!bytes)
			return -ENOMEM;
		content->bytes = bytes;
		content->room_bytes = room_bytes;
	}
	if (size_bytes > content->size_bytes)
		memset(content->bytes + content->size_bytes, 0, size_bytes - content->size_bytes);
	content->size_bytes = size_bytes;
	return 0;
}

static int memory_resize(struct blockio *io, uint64_t size_bytes)
{
	struct memory_blockio *memory = memory_of(io);

	memory_touch(memory->file);
	memory_note_resize(memory->disk, memory->file, size_bytes);

	int error = memory_bytes_resize(&memory->file->content, size_bytes);

	if (error < 0)
		return error;
	io->size_bytes = size_bytes;
	if (io->known_bytes > size_bytes)
		io->known_bytes = size_bytes;
	return 0;
}

/* The clock advances by one with each change by this process, or by a test acting as another. */
static int memory_look(struct blockio *io, struct blockio_facts *ret)
{
	const struct memory_file *file = memory_of(io)->file;

	*ret = (struct blockio_facts){
		.size_bytes = file->content.size_bytes,
		.modified_ns = (int64_t)file->modified,
		.changed_ns = (int64_t)file->changed,
		.inode = file->number,
		.allocated_bytes = file->content.size_bytes,
		.has_name = file->name != NULL,
	};
	blockio_note_end(io, ret->size_bytes);
	return 0;
}

static int memory_read(struct blockio *io, uint64_t at, uint8_t *to, size_t length)
{
	const struct memory_bytes *content = &memory_of(io)->file->content;
	size_t there = at >= content->size_bytes ? 0 : (size_t)(content->size_bytes - at);

	if (there >= length)
		there = length;
	else if (at + there < io->known_bytes && blockio_note_end(io, content->size_bytes))
		return -EUCLEAN;
	if (there > 0)
		memcpy(to, content->bytes + at, there);
	memset(to + there, 0, length - there);
	return 0;
}

static int memory_write(
	struct memory_blockio *memory, uint64_t at, const uint8_t *from, size_t length)
{
	struct memory_bytes *content = &memory->file->content;
	int error = 0;

	memory_touch(memory->file);
	memory_note_write(memory->disk, memory->file, at, from, length);
	if (at + length > content->size_bytes)
		error = memory_bytes_resize(content, at + length);
	if (error == 0)
		memcpy(content->bytes + at, from, length);
	return error;
}

static bool has_suffix(const struct memory_file *file, const char *suffix)
{
	size_t length = file->name ? strlen(file->name) : 0, tail = strlen(suffix);

	return file->name && length >= tail && strcmp(file->name + length - tail, suffix) == 0;
}

/* Whether the fault strikes a KIND of request on IO. */
static bool fault_strikes(
	struct memory_disk *disk, const struct blockio *io, enum blockio_kind kind)
{
	struct memory_fault *fault = &disk->fault;
	const struct memory_file *file;

	/* A sync of the folder has no IO; the layer over it makes it fail. */
	if (fault->count == 0 || fault->kind != kind || !io)
		return false;
	file = CONTAINER_OF(io, const struct memory_blockio, io)->file;
	if (disk->fault_suffix ? !has_suffix(file, disk->fault_suffix) : io->alignment_bytes <= 1)
		return false;
	if (fault->skip > 0) {
		fault->skip--;
		return false;
	}
	fault->count--;
	fault->failed++;
	return true;
}

static int memory_transfer_now(
	struct blockio *io, enum blockio_kind kind, uint64_t offset, void *buffer, size_t length)
{
	struct memory_disk *disk = memory_of(io)->disk;
	int struck = fault_strikes(disk, io, kind) ? disk->fault.error : 0;
	int error = 0;

	/* Unlike a queued transfer, this small one may stop at any byte. */
	if (struck < 0)
		length = disk->fault.is_short ? mix_below(disk->seed, ~disk->steps++, length) : 0;
	if (length > 0)
		error = kind == BLOCKIO_READ ? memory_read(io, offset, buffer, length)
					     : memory_write(memory_of(io), offset, buffer, length);
	return struck < 0 ? struck : error;
}

/* Transfers the first LENGTH bytes of REQUEST, or all of it. */
static int transfer(const struct blockio_request *request, uint64_t length)
{
	uint64_t at = request->offset;
	int error = 0;

	for (unsigned i = 0; i < request->iov_count && length > 0 && error == 0; i++) {
		uint8_t *bytes = request->iov[i].iov_base;
		size_t part = request->iov[i].iov_len < length ? request->iov[i].iov_len
							       : (size_t)length;

		if (request->kind == BLOCKIO_READ)
			error = memory_read(request->io, at, bytes, part);
		else
			error = memory_write(memory_of(request->io), at, bytes, part);
		at += part;
		length -= part;
	}
	return error;
}

/* Transfers part of REQUEST, like a disk that stops in the middle. */
static void transfer_short(struct memory_disk *disk, const struct blockio_request *request)
{
	uint64_t length = 0;

	for (unsigned i = 0; i < request->iov_count; i++)
		length += request->iov[i].iov_len;

	uint64_t sectors = length / SECTOR_BYTES;

	if (sectors > 0)
		transfer(request, mix_below(disk->seed, ~disk->steps, sectors) * SECTOR_BYTES);
}

static int punch(const struct blockio_request *request)
{
	struct memory_blockio *memory = memory_of(request->io);
	size_t length = request->iov->iov_len;
	AUTO(auto_free) uint8_t *zeros = calloc(1, length);

	MUST(request->offset + length <= memory->file->content.size_bytes);
	return zeros ? memory_write(memory, request->offset, zeros, length) : -ENOMEM;
}

/* Carries out REQUEST and returns its result. */
static int perform(struct memory_disk *disk, const struct blockio_request *request)
{
	if (request->kind == BLOCKIO_SYNC) {
		memory_synced(disk, request->offset);
		return 0;
	}
	if (blockio_is_lost(request->io, request))
		return -EUCLEAN;
	if (request->kind == BLOCKIO_PUNCH)
		return punch(request);
	if (request->kind <= BLOCKIO_WRITE)
		return transfer(request, UINT64_MAX);
	if (disk->remembers && request->kind == BLOCKIO_FLUSH)
		memory_flushed(memory_of(request->io)->file, request);
	return 0;
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
	struct memory_fault *fault = &disk->fault;
	int result;

	disk->completed[request->kind]++;
	if (fault_strikes(disk, request->io, request->kind)) {
		result = fault->error;
		if (fault->is_short && request->kind <= BLOCKIO_WRITE)
			transfer_short(disk, request);
	} else {
		result = perform(disk, request);
	}
	blockio_end(request, result);
	return true;
}

uint64_t memory_disk_waiting(const struct memory_disk *disk, enum blockio_kind kind)
{
	uint64_t count = 0;

	list_for_each (link, &disk->waiting) {
		const struct blockio_request *request = CONTAINER_OF(
			link, struct blockio_request, link);

		count += request->kind == kind && request->io && request->io->alignment_bytes > 1;
	}
	return count;
}

static void memory_step(struct blockio *io)
{
	MUST(memory_disk_step(memory_of(io)->disk));
}

static void memory_destroy(struct blockio *io)
{
	list_for_each (at, &memory_of(io)->disk->waiting)
		MUST(CONTAINER_OF(at, struct blockio_request, link)->io != io);
	memory_of(io)->file->opened--;
	free(memory_of(io));
}

static const struct blockio_ops memory_ops = {
	.name = "memory",
	.submit = memory_submit,
	.resize = memory_resize,
	.look = memory_look,
	.settle = memory_look,
	.transfer_now = memory_transfer_now,
	.step = memory_step,
	.destroy = memory_destroy,
};

int memory_wrap(struct memory_disk *disk, struct memory_file *file, struct blockio **ret)
{
	struct memory_blockio *memory = malloc(sizeof *memory);

	if (!memory)
		return -ENOMEM;
	*memory = (struct memory_blockio){
		.io = {
			.ops = &memory_ops,
			.alignment_bytes = disk->alignment_bytes,
			.size_bytes = file->content.size_bytes,
		},
		.disk = disk,
		.file = file,
	};
	file->opened++;
	*ret = &memory->io;
	return 0;
}

int memory_disk_create(uint64_t seed, uint32_t alignment_bytes, struct memory_disk **ret)
{
	struct memory_disk *disk = calloc(1, sizeof *disk);

	if (!disk)
		return -ENOMEM;
	disk->seed = seed;
	disk->alignment_bytes = alignment_bytes;
	list_init(&disk->files);
	list_init(&disk->waiting);
	list_init(&disk->renames);
	*ret = disk;
	return 0;
}

void memory_disk_destroy(struct memory_disk *disk)
{
	if (!disk)
		return;
	MUST(disk->waiting_count == 0);
	memory_forget_renames(disk);
	while (!list_empty(&disk->files))
		memory_file_destroy(CONTAINER_OF(disk->files.next, struct memory_file, link));
	free(disk);
}

void memory_disk_kill(struct memory_disk *disk)
{
	struct list *link;

	while ((link = list_pop(&disk->waiting)))
		CONTAINER_OF(link, struct blockio_request, link)->is_under_way = false;
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

void memory_disk_fail_short(
	struct memory_disk *disk, enum blockio_kind kind, uint64_t nth, uint64_t count, int error)
{
	memory_disk_fail(disk, kind, nth, count, error);
	disk->fault.is_short = true;
}

void memory_disk_fail_only(struct memory_disk *disk, const char *suffix)
{
	disk->fault_suffix = suffix;
}

uint64_t memory_disk_failed(const struct memory_disk *disk)
{
	return disk->fault.failed;
}

uint64_t memory_disk_completed(const struct memory_disk *disk, enum blockio_kind kind)
{
	return disk->completed[kind];
}
