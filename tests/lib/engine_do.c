/* SPDX-License-Identifier: Apache-2.0 */
/* engine_do.c - requests and commands, each run to completion. */
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/volume/grow.h"
#include "simfs/volume/lvm/lvm.h"
#include "tests/lib/engine.h"

static int do_request(struct engine *engine, struct engine_request *request)
{
	engine_submit(engine, request);
	return engine_wait(engine, request);
}

int engine_write(struct engine *engine, uint64_t offset, size_t length, uint64_t stamp)
{
	struct engine_request *request = engine_write_new(offset, length, stamp);
	int error = do_request(engine, request);

	engine_request_free(request);
	return error;
}

int engine_write_to(
	struct engine *engine, const char *name, uint64_t offset, size_t length, uint64_t stamp)
{
	struct engine_request *request = engine_write_new(offset, length, stamp);
	int error;

	request->request.snapshot = engine_find(engine, name);
	error = do_request(engine, request);
	engine_request_free(request);
	return error;
}

static int flush(struct engine *engine, struct snapshot *snapshot)
{
	struct engine_request *request = engine_flush_new(snapshot);
	int error = do_request(engine, request);

	engine_request_free(request);
	return error;
}

int engine_flush(struct engine *engine)
{
	return flush(engine, NULL);
}

int engine_flush_of(struct engine *engine, const char *name)
{
	return flush(engine, engine_find(engine, name));
}

int engine_read(struct engine *engine, struct snapshot *snapshot, uint64_t offset, void *bytes,
	uint64_t length)
{
	int error = 0;

	for (uint64_t at = 0; at < length && error == 0;) {
		size_t part = length - at < VOLUME_REQUEST_MAX_BYTES ? (size_t)(length - at)
								     : VOLUME_REQUEST_MAX_BYTES;
		struct engine_request *request = engine_read_new(snapshot, offset + at, part);

		error = do_request(engine, request);
		if (error == 0)
			memcpy((char *)bytes + at, request->request.data, part);
		engine_request_free(request);
		at += part;
	}
	return error;
}

uint64_t engine_view_difference(
	struct engine *engine, struct snapshot *snapshot, const uint8_t *wanted)
{
	uint64_t size_bytes = volume_bytes(engine->volume), same = 0;

	while (same < size_bytes) {
		size_t part = size_bytes - same < VOLUME_REQUEST_MAX_BYTES
				      ? (size_t)(size_bytes - same)
				      : VOLUME_REQUEST_MAX_BYTES;
		struct engine_request *request = engine_read_new(snapshot, same, part);
		uint64_t same_here;

		MUST(do_request(engine, request) == 0);
		same_here = engine_difference(
			(const uint8_t *)request->request.data, wanted + same, part);
		engine_request_free(request);
		same += same_here;
		if (same_here < part)
			break;
	}
	return same;
}

struct create_command {
	struct snapshot_create create;
	bool has_ended;
	int result;
};

static void create_done(struct snapshot_create *create, int result)
{
	struct create_command *command = CONTAINER_OF(create, struct create_command, create);

	command->has_ended = true;
	command->result = result;
}

int engine_snapshot(struct engine *engine, const char *name,
	const struct engine_snapshot_options *options, struct snapshot **ret)
{
	struct create_command command = { .create = { .name = name, .done = create_done } };

	if (options) {
		command.create.block_bytes = options->block_bytes;
		command.create.kind = options->kind;
		command.create.with_writers = options->with_writers;
		if (options->of)
			command.create.of = engine_find(engine, options->of);
		command.create.has_limit = options->limit != NULL;
		if (options->limit)
			MUST(size_or_share_parse(options->limit, &command.create.limit) == 0);
	}
	volume_snapshot_create(engine->volume, &command.create);
	while (!command.has_ended)
		MUST(engine_step(engine));
	if (command.result == 0 && ret)
		*ret = command.create.snapshot;
	return command.result;
}

struct delete_command {
	struct snapshot_delete delete;
	bool has_ended;
	int result;
};

static void delete_done(struct snapshot_delete *delete, int result)
{
	struct delete_command *command = CONTAINER_OF(delete, struct delete_command, delete);

	command->has_ended = true;
	command->result = result;
}

int engine_delete(struct engine *engine, const char *name)
{
	struct delete_command command = { .delete = { .done = delete_done } };

	volume_snapshot_delete(engine->volume, engine_find(engine, name), &command.delete);
	while (!command.has_ended)
		MUST(engine_step(engine));
	return command.result;
}

struct change_command {
	struct lvm_change change;
	bool has_ended;
	int result;
};

static void change_done(struct lvm_change *change, int result)
{
	struct change_command *command = CONTAINER_OF(change, struct change_command, change);

	command->has_ended = true;
	command->result = result;
}

int engine_change(struct engine *engine, const char *name, struct lvm_change *change)
{
	struct change_command command = { .change = *change };

	command.change.done = change_done;
	volume_lvm_change(engine->volume, engine_find(engine, name), &command.change);
	while (!command.has_ended)
		MUST(engine_step(engine));
	change->refusal = command.change.refusal;
	return command.result;
}

struct grow_command {
	struct volume_growth growth;
	bool has_ended;
	int result;
};

static void grow_done(struct volume_growth *growth, int result)
{
	struct grow_command *command = CONTAINER_OF(growth, struct grow_command, growth);

	command->has_ended = true;
	command->result = result;
}

int engine_grow(struct engine *engine, uint64_t bytes, const char **ret_why)
{
	struct grow_command command = { .growth = { .bytes = bytes, .done = grow_done } };

	volume_grow(engine->volume, &command.growth);
	while (!command.has_ended)
		MUST(engine_step(engine));
	if (ret_why)
		*ret_why = command.result < 0 ? command.growth.why : NULL;
	return command.result;
}
