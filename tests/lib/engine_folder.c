/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/mix.h"
#include "tests/lib/engine_folder_internal.h"

#define NAMES_MAX 256

/* The name of a file that was removed while open; listings omit it. */
#define REMOVED_FORMAT ".removed.%u"

/* A sync in flight. */
struct engine_sync {
	struct blockio_request own;
	struct blockio_request *request;
	int error; /* its result; 0: the disk's */
	bool is_held;
	struct list link;
};

static struct engine_folder *engine_folder_of(const struct blockio_folder *folder)
{
	return CONTAINER_OF((struct blockio_folder *)folder, struct engine_folder, folder);
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

static int folder_open(
	struct blockio_folder *base, const char *name, bool create, struct blockio **ret)
{
	struct engine_folder *folder = engine_folder_of(base);
	struct blockio *memory;
	int error = fault_strikes(folder);

	if (error == 0)
		error = folder->memory->ops->open(folder->memory, name, create, &memory);
	if (error == 0)
		*ret = engine_file_wrap(folder, name, folder->alignment_bytes, memory);
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
		*ret = engine_file_wrap(folder, name, 1, memory);
	return error;
}

/* Renames the file NAME, and all openings of it, to TO. */
static int move(struct engine_folder *folder, const char *name, const char *to, bool is_removed)
{
	int error = folder->memory->ops->rename(folder->memory, name, to);
	struct engine_file *file;

	while (error == 0 && (file = engine_file_find(folder, name))) {
		snprintf(file->name, sizeof file->name, "%s", to);
		file->is_removed = is_removed;
	}
	return error;
}

static int take_away(struct engine_folder *folder, const char *name)
{
	char hidden[ENGINE_NAME_BYTES];

	if (!engine_file_find(folder, name))
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
	if (engine_file_find(folder, to))
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

static void synced(struct blockio_request *own, int result)
{
	struct engine_sync *sync = CONTAINER_OF(own, struct engine_sync, own);
	struct blockio_request *request = sync->request;
	int error = sync->error;

	list_remove(&sync->link);
	free(sync);
	blockio_end(request, error < 0 ? error : result);
}

static void sync_go(struct engine_folder *folder, struct engine_sync *sync)
{
	sync->is_held = false;
	folder->memory->ops->start_sync(folder->memory, &sync->own);
	/* A failed sync makes nothing durable. */
	if (sync->error < 0)
		sync->own.offset = 0;
}

static void folder_start_sync(struct blockio_folder *base, struct blockio_request *request)
{
	struct engine_folder *folder = engine_folder_of(base);
	struct engine_sync *sync = calloc(1, sizeof *sync);

	MUST(sync);
	blockio_begin(request);
	sync->request = request;
	sync->error = fault_strikes(folder);
	sync->own.done = synced;
	list_append(&folder->syncs, &sync->link);
	sync->is_held = true;
	if (!folder->holds_syncs)
		sync_go(folder, sync);
}

static void folder_destroy(struct blockio_folder *base)
{
	struct engine_folder *folder = engine_folder_of(base);
	struct list *link;

	MUST(list_empty(&folder->opened));
	while ((link = list_pop(&folder->syncs)))
		free(CONTAINER_OF(link, struct engine_sync, link));
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
	.start_sync = folder_start_sync,
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
	list_init(&folder->syncs);
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

void engine_folder_hold_syncs(struct blockio_folder *base, bool holds)
{
	struct engine_folder *folder = engine_folder_of(base);

	folder->holds_syncs = holds;
	list_for_each (at, &folder->syncs) {
		struct engine_sync *sync = CONTAINER_OF(at, struct engine_sync, link);

		if (!holds && sync->is_held)
			sync_go(folder, sync);
	}
}

void engine_folder_watch(struct blockio_folder *base,
	void (*watch)(void *context, const char *name, const struct blockio_request *request),
	void *context)
{
	struct engine_folder *folder = engine_folder_of(base);

	folder->watch = watch;
	folder->watch_context = context;
}

uint64_t engine_folder_abandoned(const struct blockio_folder *folder)
{
	return engine_folder_of(folder)->abandoned_count;
}

uint64_t engine_folder_failed(const struct blockio_folder *folder)
{
	return engine_folder_of(folder)->fault.failed;
}

void engine_folder_tell_holes(struct blockio_folder *folder)
{
	engine_folder_of(folder)->tells_holes = true;
}
