/* SPDX-License-Identifier: Apache-2.0 */
/* faulty_folder.c - a folder whose stores ask the fault plane. */
#include <errno.h>
#include <stdlib.h>

#include "simfs/blockio/faulty.h"

/* The longest name of a snapshot, with its terminator. */
#define NAME_BYTES 80

struct faulty_folder {
	struct blockio_folder folder;
	struct blockio_folder_ops ops;
	struct blockio_folder *next;
	struct fault_site *site;
	struct blockio_counts *counts;
	bool (*is_store)(const char *file, char *snapshot, size_t snapshot_bytes);
};

static struct faulty_folder *faulty_of(struct blockio_folder *folder)
{
	return CONTAINER_OF(folder, struct faulty_folder, folder);
}

static int folder_open(
	struct blockio_folder *folder, const char *name, bool create, struct blockio **ret)
{
	struct faulty_folder *faulty = faulty_of(folder);
	char snapshot[NAME_BYTES];
	struct blockio *file;
	int error = faulty->next->ops->open(faulty->next, name, create, &file);

	if (error < 0 || !faulty->is_store(name, snapshot, sizeof snapshot)) {
		if (error == 0)
			*ret = file;
		return error;
	}
	error = faulty_store_create(faulty->site, faulty->counts, snapshot, file, ret);
	if (error < 0)
		blockio_destroy(file);
	return error;
}

/* Texts bypass the plane: no fault point covers what a store keeps beside its data. */
static int folder_open_text(struct blockio_folder *folder, const char *name, struct blockio **ret)
{
	struct blockio_folder *next = faulty_of(folder)->next;

	return next->ops->open_text(next, name, ret);
}

static int folder_remove(struct blockio_folder *folder, const char *name)
{
	struct blockio_folder *next = faulty_of(folder)->next;

	return next->ops->remove(next, name);
}

static int folder_rename(struct blockio_folder *folder, const char *from, const char *to)
{
	struct blockio_folder *next = faulty_of(folder)->next;

	return next->ops->rename(next, from, to);
}

static int folder_list(
	struct blockio_folder *folder, int (*visit)(const char *name, void *context), void *context)
{
	struct blockio_folder *next = faulty_of(folder)->next;

	return next->ops->list(next, visit, context);
}

static int folder_sync(struct blockio_folder *folder)
{
	struct blockio_folder *next = faulty_of(folder)->next;

	return next->ops->sync(next);
}

static void folder_start_sync(struct blockio_folder *folder, struct blockio_request *request)
{
	struct blockio_folder *next = faulty_of(folder)->next;

	next->ops->start_sync(next, request);
}

static int folder_space(
	struct blockio_folder *folder, uint64_t *ret_blocks, uint64_t *ret_block_bytes)
{
	struct blockio_folder *next = faulty_of(folder)->next;

	return next->ops->space(next, ret_blocks, ret_block_bytes);
}

static void folder_destroy(struct blockio_folder *folder)
{
	free(faulty_of(folder));
}

int faulty_folder_create(struct fault_site *site, struct blockio_counts *counts,
	struct blockio_folder *next,
	bool (*is_store)(const char *file, char *snapshot, size_t snapshot_bytes),
	struct blockio_folder **ret)
{
	struct faulty_folder *faulty = calloc(1, sizeof *faulty);

	if (!faulty)
		return -ENOMEM;
	faulty->ops = (struct blockio_folder_ops){
		.open = folder_open,
		.open_text = folder_open_text,
		.remove = folder_remove,
		.rename = folder_rename,
		.list = folder_list,
		.sync = folder_sync,
		.start_sync = folder_start_sync,
		.space = next->ops->space ? folder_space : NULL,
		.destroy = folder_destroy,
	};
	faulty->folder.ops = &faulty->ops;
	faulty->next = next;
	faulty->site = site;
	faulty->counts = counts;
	faulty->is_store = is_store;
	*ret = &faulty->folder;
	return 0;
}
