/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/engine.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/base/mix.h"
#include "tests/lib/engine_folder.h"

#define SECTOR_BYTES 512

static int read_memory(const struct memory_source *source, uint32_t *ret_per_million)
{
	const struct engine *engine = CONTAINER_OF(source, struct engine, memory);

	*ret_per_million = engine->memory_used();
	return 0;
}

void engine_init(struct engine *engine, uint64_t seed, const struct engine_options *options)
{
	struct blockio *image;
	uint32_t alignment_bytes = options->store_alignment_bytes;

	*engine = (struct engine){
		.seed = seed, .memory = { "test", read_memory }, .memory_used = options->memory_used
	};
	engine->volume_options = (struct volume_options){
		.profile = options->profile ? options->profile : &profile_plain,
		.has_limit = options->limit != NULL,
		.block_bytes = options->block_bytes,
		.durable = options->durable,
		.boot_id = 1,
		.sr = options->sr,
		.format = options->format,
		.no_coalesce = options->no_coalesce,
		.coalesce_bytes_per_second = options->coalesce_bytes_per_second,
		.limits = options->limits,
		.seed = seed,
		.image = "/image",
		.live_path = "/mount/live",
		.transport = "none",
		.quiet = true,
		.memory = options->memory_used ? &engine->memory : NULL,
		.snapshot_failed = options->snapshot_failed,
		.context = options->context,
	};
	engine->any_limits = options->any_limits;
	engine->step_ns = options->step_ns;
	engine->jump_ns = options->jump_ns;
	if (options->step_ns > 0)
		clock_step_to(NS_PER_S);
	if (options->limit)
		MUST(size_or_share_parse(options->limit, &engine->volume_options.limit) == 0);
	MUST(memory_disk_create(seed, SECTOR_BYTES, &engine->disk) == 0);
	engine->folder = engine_folder_create(
		engine->disk, seed, alignment_bytes ? alignment_bytes : SECTOR_BYTES);
	engine->image_folder = engine_folder_create(engine->disk, seed, SECTOR_BYTES);
	MUST(engine->image_folder->ops->open(engine->image_folder, ENGINE_IMAGE, true, &image) ==
		0);
	MUST(image->ops->resize(image, options->volume_bytes) == 0);
	blockio_destroy(image);
	if (options->tells_holes)
		engine_folder_tell_holes(engine->image_folder);
	if (options->power_cuts)
		memory_disk_remember(engine->disk);
	MUST(engine_open(engine) == 0);
}

void engine_deinit(struct engine *engine)
{
	engine_kill(engine);
	engine->folder->ops->destroy(engine->folder);
	engine->image_folder->ops->destroy(engine->image_folder);
	memory_disk_destroy(engine->disk);
}

int engine_open(struct engine *engine)
{
	struct blockio_folder *folder = engine->image_folder;

	MUST(!engine->volume);
	MUST(folder->ops->open(folder, ENGINE_IMAGE, false, &engine->origin) == 0);

	if (engine->any_limits) {
		engine_limits_choose(
			&engine->limits, mix64(engine->seed ^ mix64(++engine->openings)));
		engine->volume_options.limits = &engine->limits.volume;
	}

	int error = volume_open(
		engine->origin, engine->folder, &engine->volume_options, &engine->volume);

	if (error < 0) {
		engine->volume = NULL;
		blockio_destroy(engine->origin);
	}
	return error;
}

int engine_close(struct engine *engine)
{
	int error;

	volume_stop(engine->volume);
	while (!volume_idle(engine->volume))
		MUST(engine_step(engine));
	error = volume_close(engine->volume);

	engine->volume = NULL;
	blockio_destroy(engine->origin);
	return error;
}

void engine_kill(struct engine *engine)
{
	if (!engine->volume)
		return;
	memory_disk_kill(engine->disk);
	volume_forget(engine->volume);
	engine->volume = NULL;
	blockio_destroy(engine->origin);
}

void engine_power_cut(struct engine *engine, uint64_t seed)
{
	engine_kill(engine);
	memory_disk_power_cut(engine->disk, seed);
	engine->volume_options.boot_id++;
}

int engine_kill_and_open(struct engine *engine)
{
	engine_kill(engine);
	return engine_open(engine);
}

static bool tick(struct engine *engine)
{
	if (!engine->volume || volume_due_ns(engine->volume) > clock_now_ns())
		return false;
	volume_tick(engine->volume);
	return true;
}

/* Advances the clock to when the volume has something to do, if that is near enough. */
static bool jump(struct engine *engine)
{
	uint64_t due_ns = engine->volume ? volume_due_ns(engine->volume) : UINT64_MAX;

	if (engine->jump_ns == 0 || due_ns > clock_now_ns() + engine->jump_ns)
		return false;
	clock_step_to(due_ns);
	return tick(engine);
}

bool engine_step(struct engine *engine)
{
	if (engine->step_ns > 0)
		clock_step_to(clock_now_ns() + engine->step_ns);
	return tick(engine) || memory_disk_step(engine->disk) || jump(engine);
}

void engine_settle(struct engine *engine)
{
	while (engine_step(engine))
		continue;
}

/* ---------------------------------------------------------------- requests */

static void request_done(struct volume_request *request, int result)
{
	struct engine_request *own = CONTAINER_OF(request, struct engine_request, request);

	MUST(!own->has_ended);
	own->has_ended = true;
	own->result = result;
}

static struct engine_request *request_new(enum volume_kind kind, uint64_t offset, size_t length)
{
	struct engine_request *request = calloc(1, sizeof *request);
	void *buffer = NULL;

	MUST(request && posix_memalign(&buffer, BLOCKIO_ALIGNMENT_MAX, VOLUME_BUFFER_BYTES) == 0);
	request->request = (struct volume_request){
		.kind = kind,
		.offset = offset,
		.length = length,
		.buffer = buffer,
		.done = request_done,
	};
	return request;
}

struct engine_request *engine_read_new(struct snapshot *snapshot, uint64_t offset, size_t length)
{
	struct engine_request *request = request_new(VOLUME_READ, offset, length);

	request->request.snapshot = snapshot;
	return request;
}

struct engine_request *engine_flush_new(struct snapshot *snapshot)
{
	struct engine_request *request = request_new(VOLUME_FLUSH, 0, 0);

	request->request.snapshot = snapshot;
	return request;
}

struct engine_request *engine_write_new(uint64_t offset, size_t length, uint64_t stamp)
{
	struct engine_request *request = request_new(VOLUME_WRITE, offset, length);

	engine_stamp_fill(request->request.buffer, length, stamp);
	return request;
}

void engine_request_free(struct engine_request *request)
{
	if (!request)
		return;
	free(request->request.buffer);
	free(request);
}

void engine_submit(struct engine *engine, struct engine_request *request)
{
	request->has_ended = false;
	volume_submit(engine->volume, &request->request);
}

int engine_wait(struct engine *engine, struct engine_request *request)
{
	while (!request->has_ended)
		MUST(engine_step(engine));
	return request->result;
}

void engine_stamp_fill(void *bytes, size_t length, uint64_t stamp)
{
	size_t whole = length & ~(sizeof(uint64_t) - 1);
	uint64_t last;

	mix_fill(bytes, whole, stamp, 0);
	mix_fill(&last, sizeof last, stamp, whole);
	memcpy((char *)bytes + whole, &last, length - whole);
}

struct snapshot *engine_find(struct engine *engine, const char *name)
{
	struct snapshot *snapshot = volume_snapshot_find(engine->volume, name);

	MUST(snapshot);
	return snapshot;
}

bool engine_has_failed(const struct snapshot *snapshot, int *ret)
{
	json_t *status = snapshot_status(snapshot);
	const char *state = json_string_value(json_object_get(status, "state"));
	const char *error = json_string_value(json_object_get(status, "error"));

	MUST(state);

	bool has_failed = strcmp(state, "active") != 0;

	MUST(has_failed == (error != NULL));
	if (ret)
		*ret = error ? error_from_name(error) : 0;
	json_decref(status);
	return has_failed;
}

uint8_t *engine_content(struct engine *engine, struct snapshot *snapshot)
{
	uint8_t *bytes = malloc(volume_bytes(engine->volume));

	MUST(bytes);
	MUST(engine_read(engine, snapshot, 0, bytes, volume_bytes(engine->volume)) == 0);
	return bytes;
}

uint64_t engine_difference(const uint8_t *found, const uint8_t *wanted, uint64_t length)
{
	uint64_t at = 0;

	/* They are nearly always equal, and comparing bytes one by one is slow. */
	if (memcmp(found, wanted, length) == 0)
		return length;
	while (found[at] == wanted[at])
		at++;
	return at;
}

uint8_t *engine_file(struct engine *engine, const char *name, uint64_t *ret_size_bytes)
{
	uint8_t *bytes = memory_disk_bytes(engine->disk, name, ret_size_bytes);

	MUST(bytes);
	return bytes;
}

bool engine_file_exists(struct engine *engine, const char *name)
{
	struct blockio *io;
	int error = engine->image_folder->ops->open(engine->image_folder, name, false, &io);

	if (error == 0)
		blockio_destroy(io);
	MUST(error == 0 || error == -ENOENT);
	return error == 0;
}

void engine_file_resize(struct engine *engine, const char *name, uint64_t size_bytes)
{
	struct blockio *io;

	MUST(engine->image_folder->ops->open(engine->image_folder, name, false, &io) == 0);
	MUST(io->ops->resize(io, size_bytes) == 0);
	blockio_destroy(io);
}
