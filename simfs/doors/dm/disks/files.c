/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/disks/files.h"

#include <errno.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/disks/files_internal.h"

int files_create(struct pump *pump, struct files **ret)
{
	struct files *files = calloc(1, sizeof *files);

	if (!files)
		return -ENOMEM;
	files->pump = pump;
	list_init(&files->list);
	*ret = files;
	return 0;
}

void files_set_flow(struct files *files, struct flow *flow)
{
	files->flow = flow;
}

int files_add(struct files *files, const struct files_facts *facts, uint64_t *ret)
{
	struct disk_file *file = calloc(1, sizeof *file);

	if (!file)
		return -ENOMEM;
	file->id = ++files->last_id;
	file->facts = *facts;
	file->users = 1;
	list_append(&files->list, &file->link);
	*ret = file->id;
	return 0;
}

/* The file's server may have to answer the close, so it must not block this thread. */
static void close_aside(struct pump *pump, int fd)
{
	struct io_uring_sqe *sqe;

	if (fd < 0)
		return;
	sqe = pump_sqe(pump);
	io_uring_prep_close(sqe, fd);
	sqe->flags |= IOSQE_ASYNC;
	pump_start(sqe, NULL);
}

struct disk_file *file_find(const struct files *files, uint64_t id)
{
	list_for_each (at, &files->list) {
		struct disk_file *file = CONTAINER_OF(at, struct disk_file, link);

		if (file->id == id)
			return file;
	}
	return NULL;
}

void file_put(struct files *files, struct disk_file *file)
{
	MUST(file->users > 0);
	if (--file->users > 0)
		return;
	list_remove(&file->link);
	close_aside(files->pump, file->facts.buffered_fd);
	close_aside(files->pump, file->facts.direct_fd);
	free(file);
}

int files_drop(struct files *files, uint64_t id)
{
	struct disk_file *file = file_find(files, id);

	if (!file || file->is_dropped)
		return -ENXIO;
	file->is_dropped = true;
	file_put(files, file);
	return 0;
}

int files_keep(struct files *files, const struct disk_map *map)
{
	for (size_t i = 0; i < map->target_count; i++) {
		const struct map_target *target = &map->targets[i];
		struct disk_file *file = target->is_file ? file_find(files, target->id) : NULL;

		if (target->is_file && !file)
			return -ENXIO;
	}
	for (size_t i = 0; i < map->target_count; i++)
		if (map->targets[i].is_file)
			file_find(files, map->targets[i].id)->users++;
	return 0;
}

void files_let_go(struct files *files, const struct disk_map *map)
{
	for (size_t i = 0; i < map->target_count; i++)
		if (map->targets[i].is_file)
			file_put(files, file_find(files, map->targets[i].id));
}
