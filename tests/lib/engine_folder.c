/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/engine_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/mix.h"

#define NAME_BYTES 128
#define NAMES_MAX  256
#define PAGE_BYTES 4096u

/* What is removed while it is open gets such a name; listings leave it out. */
#define REMOVED_FORMAT ".removed.%u"

struct engine_folder {
	struct blockio_folder folder;
	struct blockio_folder *memory;
	uint64_t seed;
	uint64_t listings;
	uint32_t alignment_bytes;
	unsigned removed_count;
	bool tells_holes;
	struct list opened; /* struct engine_file.link */
	struct {
		uint64_t skip, count, failed;
		int error;
	} fault;
	void (*watch)(void *context, const char *name, const struct blockio_request *request);
	void *watch_context;
};

/* One opening of a file. */
struct engine_file {
	struct blockio io;
	struct blockio *memory;
	struct engine_folder *folder;
	char name[NAME_BYTES]; /* where it is on the disk now */
	bool is_removed;
	struct list link;
};

static struct engine_folder *engine_folder_of(const struct blockio_folder *folder)
{
	return CONTAINER_OF((struct blockio_folder *)folder, struct engine_folder, folder);
}

static struct engine_file *file_of(struct blockio *io)
{
	return CONTAINER_OF(io, struct engine_file, io);
}

static int fault_strikes(struct engine_folder *folder)
{
	if (folder->fault.count == 0)
		return 0;
	if (folder->fault.skip > 0) {
		folder->fault.skip--;
		return 0;
	}
	folder->fault.count--;
	folder->fault.failed++;
	return folder->fault.error;
}

/* An opening of the file that is NAME on the disk, or NULL. */
static struct engine_file *find_opened(struct engine_folder *folder, const char *name)
{
	list_for_each (at, &folder->opened) {
		struct engine_file *file = CONTAINER_OF(at, struct engine_file, link);

		if (strcmp(file->name, name) == 0)
			return file;
	}
	return NULL;
}

/* ------------------------------------------------------------------- files */

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
	blockio_submit(file->memory, request);
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

/* The end of the pages from AT on that are all zeros, or of those that are not. */
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
	if (file->is_removed && !find_opened(folder, file->name))
		MUST(folder->memory->ops->remove(folder->memory, file->name) == 0);
	free(file);
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
};

static const struct blockio_ops file_ops_with_holes = {
	.name = "engine",
	.submit = file_submit,
	.resize = file_resize,
	.next_data = file_next_data,
	.transfer_now = file_transfer_now,
	.step = file_step,
	.destroy = file_destroy,
};

/* ------------------------------------------------------------------ folder */

static struct blockio *wrap(struct engine_folder *folder, const char *name,
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

static int folder_open(
	struct blockio_folder *base, const char *name, bool create, struct blockio **ret)
{
	struct engine_folder *folder = engine_folder_of(base);
	struct blockio *memory;
	int error = fault_strikes(folder);

	if (error == 0)
		error = folder->memory->ops->open(folder->memory, name, create, &memory);
	if (error == 0)
		*ret = wrap(folder, name, folder->alignment_bytes, memory);
	return error;
}

static int folder_open_text(struct blockio_folder *base, const char *name, struct blockio **ret)
{
	struct engine_folder *folder = engine_folder_of(base);
	struct blockio *memory;
	int error = fault_strikes(folder);

	if (error == 0)
		error = folder->memory->ops->open_text(folder->memory, name, &memory);
	if (error == 0)
		*ret = wrap(folder, name, 1, memory);
	return error;
}

/* Gives the file NAME, and all openings of it, the name TO. */
static int move(struct engine_folder *folder, const char *name, const char *to, bool is_removed)
{
	int error = folder->memory->ops->rename(folder->memory, name, to);
	struct engine_file *file;

	while (error == 0 && (file = find_opened(folder, name))) {
		snprintf(file->name, sizeof file->name, "%s", to);
		file->is_removed = is_removed;
	}
	return error;
}

static int take_away(struct engine_folder *folder, const char *name)
{
	char hidden[NAME_BYTES];

	if (!find_opened(folder, name))
		return folder->memory->ops->remove(folder->memory, name);
	snprintf(hidden, sizeof hidden, REMOVED_FORMAT, folder->removed_count++);
	return move(folder, name, hidden, true);
}

static int folder_remove(struct blockio_folder *base, const char *name)
{
	int error = fault_strikes(engine_folder_of(base));

	return error < 0 ? error : take_away(engine_folder_of(base), name);
}

static int folder_rename(struct blockio_folder *base, const char *from, const char *to)
{
	struct engine_folder *folder = engine_folder_of(base);
	int error = fault_strikes(folder);

	if (error < 0)
		return error;
	if (find_opened(folder, to))
		MUST(take_away(folder, to) == 0);
	return move(folder, from, to, false);
}

struct listing {
	const char *names[NAMES_MAX];
	size_t count;
};

static int listing_add(const char *name, void *context)
{
	struct listing *listing = context;

	MUST(listing->count < NAMES_MAX);
	if (name[0] != '.')
		listing->names[listing->count++] = name;
	return 0;
}

static int folder_list(
	struct blockio_folder *base, int (*visit)(const char *name, void *context), void *context)
{
	struct engine_folder *folder = engine_folder_of(base);
	struct listing listing = { .count = 0 };
	int result = folder->memory->ops->list(folder->memory, listing_add, &listing);

	while (listing.count > 0 && result == 0) {
		uint64_t pick = mix_below(folder->seed, folder->listings++, listing.count);

		result = visit(listing.names[pick], context);
		listing.names[pick] = listing.names[--listing.count];
	}
	return result;
}

static int folder_sync(struct blockio_folder *base)
{
	struct engine_folder *folder = engine_folder_of(base);
	int error = fault_strikes(folder);

	return error < 0 ? error : folder->memory->ops->sync(folder->memory);
}

static void folder_destroy(struct blockio_folder *base)
{
	struct engine_folder *folder = engine_folder_of(base);

	MUST(list_empty(&folder->opened));
	folder->memory->ops->destroy(folder->memory);
	free(folder);
}

static const struct blockio_folder_ops folder_ops = {
	.open = folder_open,
	.open_text = folder_open_text,
	.remove = folder_remove,
	.rename = folder_rename,
	.list = folder_list,
	.sync = folder_sync,
	.destroy = folder_destroy,
};

struct blockio_folder *engine_folder_create(
	struct memory_disk *disk, uint64_t seed, uint32_t alignment_bytes)
{
	struct engine_folder *folder = calloc(1, sizeof *folder);

	MUST(folder);
	folder->folder.ops = &folder_ops;
	folder->seed = seed;
	folder->alignment_bytes = alignment_bytes;
	list_init(&folder->opened);
	MUST(memory_folder_create(disk, &folder->memory) == 0);
	return &folder->folder;
}

void engine_folder_fail(struct blockio_folder *base, uint64_t nth, uint64_t count, int error)
{
	struct engine_folder *folder = engine_folder_of(base);

	folder->fault.skip = nth - 1;
	folder->fault.count = count;
	folder->fault.failed = 0;
	folder->fault.error = error;
}

void engine_folder_watch(struct blockio_folder *base,
	void (*watch)(void *context, const char *name, const struct blockio_request *request),
	void *context)
{
	struct engine_folder *folder = engine_folder_of(base);

	folder->watch = watch;
	folder->watch_context = context;
}

uint64_t engine_folder_failed(const struct blockio_folder *folder)
{
	return engine_folder_of(folder)->fault.failed;
}

void engine_folder_tell_holes(struct blockio_folder *folder)
{
	engine_folder_of(folder)->tells_holes = true;
}
