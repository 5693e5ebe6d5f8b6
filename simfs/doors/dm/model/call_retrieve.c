/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call_retrieve.c - what tables report: their targets' text, and the devices below.
 */
#include <errno.h>
#include <string.h>

#include "simfs/doors/dm/model/call_steps.h"
#include "simfs/doors/dm/model/internal.h"

/* ---- devices below --------------------------------------------------------- */

/* The kernel reports the device opened last first. */
static int retrieve_deps(struct dm_call *call)
{
	const struct dm_table *table = dm_call_view(call);
	size_t room;

	if (!table)
		return 0;

	char *result = dm_call_result(call, &room);
	struct dm_target_deps head = { .count = table->ref_count };
	size_t needed = sizeof head + table->ref_count * sizeof(uint64_t);
	if (room < needed) {
		dm_call_full(call);
		return 0;
	}
	memcpy(result, &head, sizeof head);
	result += sizeof head;
	for (unsigned int i = table->ref_count; i-- > 0; result += sizeof(uint64_t)) {
		uint64_t dev = dm_encode(table->refs[i].major, table->refs[i].minor);
		memcpy(result, &dev, sizeof dev);
	}
	call->param->data_size = call->param->data_start + (uint32_t)needed;
	return 0;
}

int dm_deps(struct dm_call *call)
{
	int error = dm_call_find(call);

	return error ? error : dm_call_tell(call, retrieve_deps);
}

/* ---- text ------------------------------------------------------------------ */

/* Its store may have another chunk size than the table, which never says how full it is. */
static bool is_told_from_outside(const struct dm_target *target)
{
	return target->kind == DM_SNAPSHOT || target->kind == DM_SNAPSHOT_MERGE;
}

static size_t told_text(
	const struct dm_call *call, const struct dm_target *target, char *at, size_t room)
{
	const struct dm_effect *effect = &call->effect;

	if (call->flags & DM_STATUS_TABLE_FLAG)
		return dm_snapshot_params(call->view, &target->snapshot, effect->chunk, at, room);

	/* As the kernel does without a store to ask. */
	const char *text = effect->result < 0 ? "Unknown" : effect->status;
	size_t length = strnlen(text, DM_STATUS_MAX - 1);
	if (length < room) {
		memcpy(at, text, length);
		at[length] = '\0';
	}
	return length;
}

/* Writes the text of a target into ROOM bytes at AT; returns its length, or at least ROOM - 1. */
static size_t target_text(
	const struct dm_call *call, const struct dm_target *target, char *at, size_t room)
{
	if (is_told_from_outside(target))
		return told_text(call, target, at, room);
	if (call->flags & DM_STATUS_TABLE_FLAG)
		return dm_target_params(call->view, target, at, room);
	return dm_target_status(call->view, target, at, room);
}

/* Writes one target's specification and text.  False if the room is too small for both. */
static bool put_target(struct dm_call *call, const struct dm_target *target)
{
	size_t room;
	char *result = dm_call_result(call, &room);
	struct dm_target_spec spec = { .sector_start = target->start, .length = target->length };
	size_t text_at = call->status_at + sizeof spec;

	if (room <= text_at)
		return false;

	/* A text that fills the room may have been truncated. */
	size_t length = target_text(call, target, result + text_at, room - text_at);
	if (length + 1 >= room - text_at)
		return false;

	size_t end = text_at + length + 1;
	size_t next = (end + 7) & ~(size_t)7;
	spec.next = (uint32_t)next;
	dm_copy_text(spec.target_type, sizeof spec.target_type, dm_target_type(target->kind)->name);
	memcpy(result + call->status_at, &spec, sizeof spec);
	call->param->data_size = call->param->data_start + (uint32_t)end;
	memset(result + end, 0, (next < room ? next : room) - end);
	call->status_at = next;
	return true;
}

static int retrieve_next(struct dm_call *call);

static int target_told(struct dm_call *call)
{
	if (!put_target(call, &call->view->targets[call->target])) {
		dm_call_full(call);
		return 0;
	}
	call->target++;
	return retrieve_next(call);
}

static int retrieve_next(struct dm_call *call)
{
	while (call->target < call->view->target_count) {
		const struct dm_target *target = &call->view->targets[call->target];

		if (is_told_from_outside(target) && !dm_call_is_late(call)) {
			struct dm_effect *effect = dm_ask(call, DM_EFFECT_STATUS, target_told);
			effect->from = call->view;
			effect->target = target;
			effect->chunk = target->snapshot.chunk;
			effect->of_table = call->flags & DM_STATUS_TABLE_FLAG;
			return 0;
		}
		if (!put_target(call, target)) {
			dm_call_full(call);
			return 0;
		}
		call->target++;
	}
	return 0;
}

int dm_retrieve_status(struct dm_call *call)
{
	struct dm_table *view = dm_call_view(call);
	size_t room;

	if (!view)
		return 0;

	call->view = dm_table_get(view);
	dm_call_result(call, &room);
	call->param->target_count = view->target_count;
	call->target = 0;
	/* A status that cannot be asked for is treated as failed. */
	call->effect.result = dm_call_is_late(call) ? -ENXIO : 0;
	return retrieve_next(call);
}

int dm_table_status(struct dm_call *call)
{
	int error = dm_call_find(call);

	return error ? error : dm_call_tell(call, dm_retrieve_status);
}
