/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calls_perform.c - what each call does.
 */
#include <errno.h>
#include <stdlib.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/disks/calls_internal.h"

/* Sets MAP, which is taken over, as the map of disk ID, and releases the files of the old one. */
static int map_set(struct calls *calls, uint64_t id, struct disk_map *map)
{
	struct disk_map old;
	int error = files_keep(calls->files, map);

	if (error == 0) {
		error = flow_disk_map(calls->flow, id, map, &old);
		files_let_go(calls->files, error == 0 ? &old : map);
	}
	if (error == 0)
		disk_map_clear(&old);
	disk_map_clear(map);
	return error;
}

static int do_create(struct call *call, uint64_t *ret)
{
	(void)ret;
	return flow_disk_create(call->calls->flow, call->wire.id);
}

static int do_remove(struct call *call, uint64_t *ret)
{
	struct disk_map nothing = { 0 };
	int error = map_set(call->calls, call->wire.id, &nothing);

	(void)ret;
	return error < 0 ? error : flow_disk_remove(call->calls->flow, call->wire.id);
}

static int do_map(struct call *call, uint64_t *ret)
{
	AUTO(auto_free) struct disk_piece *pieces = NULL;
	struct disk_map map;
	size_t count;
	int error = wire_unpack(call->payload, call->wire.payload, &pieces, &count);

	(void)ret;
	if (error == 0)
		error = disk_map_make(pieces, count, &map);
	return error < 0 ? error : map_set(call->calls, call->wire.id, &map);
}

static int do_patch(struct call *call, uint64_t *ret)
{
	const struct disk_map *map = flow_disk_get_map(call->calls->flow, call->wire.id);
	AUTO(auto_free) struct disk_piece *pieces = NULL;
	struct disk_map patched;
	size_t count;
	int error = wire_unpack(call->payload, call->wire.payload, &pieces, &count);

	(void)ret;
	if (!map)
		return -ENXIO;
	if (error == 0)
		error = count == 1 ? disk_map_patched(map, pieces, &patched) : -EINVAL;
	return error < 0 ? error : map_set(call->calls, call->wire.id, &patched);
}

static int do_size(struct call *call, uint64_t *ret)
{
	const struct disk_map *map = flow_disk_get_map(call->calls->flow, call->wire.id);

	if (!map)
		return -ENXIO;
	*ret = map->sectors;
	return 0;
}

static void hold_done(void *context, int error)
{
	struct call *call = context;

	call->hold = NULL;
	disk_call_answer(call, error, 0);
	disk_call_settle(call);
}

static int do_hold(struct call *call, uint64_t *ret)
{
	(void)ret;
	return flow_hold(call->calls->flow, call->wire.id, call->wire.offset, call->wire.length,
		hold_done, call, &call->hold);
}

static int do_release(struct call *call, uint64_t *ret)
{
	(void)ret;
	return flow_release(call->calls->flow, call->wire.id, call->wire.offset, call->wire.length);
}

static int do_file_open(struct call *call, uint64_t *ret)
{
	struct files_facts facts = {
		.buffered_fd = call->fds[1],
		.direct_fd = call->fds[2],
		.align = call->wire.align ? call->wire.align : 1,
		.read_only = call->wire.read_only,
		.is_served = call->wire.is_served,
	};
	int error = call->fds[1] < 0 ? -EINVAL : files_add(call->calls->files, &facts, ret);

	if (error == 0)
		call->fds[1] = call->fds[2] = -1;
	return error;
}

static int do_file_close(struct call *call, uint64_t *ret)
{
	(void)ret;
	return files_drop(call->calls->files, call->wire.id);
}

static void io_answered(struct flow_io *io)
{
	disk_call_answer(CONTAINER_OF(io, struct call, io), io->error, 0);
}

static void io_released(struct flow_io *io)
{
	struct call *call = CONTAINER_OF(io, struct call, io);

	call->has_io = false;
	disk_call_settle(call);
}

static int transfer(struct call *call, enum disk_op op)
{
	if (op != DISK_OP_FLUSH && (!call->payload || call->wire.length != call->wire.payload))
		return -EINVAL;
	if (!flow_disk_get_map(call->calls->flow, call->wire.id))
		return -ENXIO;
	call->io = (struct flow_io){
		.op = op,
		.disk = call->wire.id,
		.offset = call->wire.offset,
		.length = call->wire.length,
		.data = call->payload,
		.answer = io_answered,
		.release = io_released,
	};
	call->has_io = true;
	flow_submit(call->calls->flow, &call->io);
	return -EINPROGRESS;
}

static int do_read(struct call *call, uint64_t *ret)
{
	(void)ret;
	return transfer(call, DISK_OP_READ);
}

static int do_write(struct call *call, uint64_t *ret)
{
	(void)ret;
	return transfer(call, DISK_OP_WRITE);
}

static int do_flush(struct call *call, uint64_t *ret)
{
	(void)ret;
	return transfer(call, DISK_OP_FLUSH);
}

static int do_fail_all(struct call *call, uint64_t *ret)
{
	(void)ret;
	flow_fail_all(call->calls->flow);
	return 0;
}

static int (*const performers[WIRE_KINDS])(struct call *call, uint64_t *ret) = {
	[WIRE_CREATE] = do_create,
	[WIRE_REMOVE] = do_remove,
	[WIRE_MAP] = do_map,
	[WIRE_PATCH] = do_patch,
	[WIRE_SIZE] = do_size,
	[WIRE_HOLD] = do_hold,
	[WIRE_RELEASE] = do_release,
	[WIRE_FILE_OPEN] = do_file_open,
	[WIRE_FILE_CLOSE] = do_file_close,
	[WIRE_READ] = do_read,
	[WIRE_WRITE] = do_write,
	[WIRE_FLUSH] = do_flush,
	[WIRE_FAIL_ALL] = do_fail_all,
};

int disk_call_perform(struct call *call, uint64_t *ret)
{
	MUST(call->wire.kind < WIRE_KINDS && performers[call->wire.kind]);
	return performers[call->wire.kind](call, ret);
}
