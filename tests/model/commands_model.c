/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/model/commands_model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/base/mix.h"
#include "simfs/volume/changed.h"
#include "simfs/volume/volume_faults.h"
#include "simfs/volume/volume_watch.h"
#include "tests/model/commands_model_internal.h"

#define VOLUME_BYTES (MODEL_BLOCK * MODEL_BLOCKS)

/* More than any two commands need, with everything that runs at the same time. */
#define STEPS_MAX 20000u

const char *const model_world_names[WORLDS] = { "plain", "lvm", "vss", "datto", "xen", "empty" };

struct engine model_engine;

/* The content of a view, as the stamps of its blocks; the live view is the first. */
struct view {
	const char *name;
	uint64_t stamps[MODEL_BLOCKS];
	bool is_unknown[MODEL_BLOCKS]; /* a write to it has failed */
	bool is_there;		       /* it was taken at some time */
	uint64_t id;		       /* of its snapshot */
	struct volume_watch watch;
	bool is_watched;
};

static struct view views[] = { { .name = NULL }, { .name = "a" }, { .name = "b" }, { .name = "c" },
	{ .name = "d" }, { .name = "n0" }, { .name = "n1" }, { .name = "datto0" } };

#define VIEWS (sizeof views / sizeof views[0])

static struct side {
	struct engine_request *request; /* NULL: none in flight */
	struct view *view;
	unsigned block;
	uint64_t stamp;
} writer, reader;

static uint64_t seed, used;
static bool may_have_failed, traces_all;
static char trouble[160];

static uint64_t below(uint64_t bound)
{
	return mix_below(seed, ++used, bound);
}

static struct view *view_of(const char *name)
{
	for (size_t i = 1; i < VIEWS; i++) {
		if (strcmp(views[i].name, name) == 0)
			return &views[i];
	}
	must_fail("a view has a name", __FILE__, __LINE__);
}

static void view_copy(struct view *to, const struct view *from)
{
	memcpy(to->stamps, from->stamps, sizeof to->stamps);
	memcpy(to->is_unknown, from->is_unknown, sizeof to->is_unknown);
	to->id = from->id;
	to->is_there = true;
}

/* A write is in the array from its end on: none is in flight at the instant of a snapshot. */
static void writer_note(void)
{
	if (!writer.request || !writer.request->has_ended)
		return;
	writer.view->is_unknown[writer.block] = writer.request->result < 0;
	writer.view->stamps[writer.block] = writer.stamp;
}

static void watch_begin(struct view *view);

static void taken(struct volume_watch *watch)
{
	struct view *view = CONTAINER_OF(watch, struct view, watch);
	struct snapshot *snapshot = volume_snapshot_find(model_engine.volume, view->name);

	MUST(snapshot);
	writer_note();
	view_copy(view, &views[0]);
	view->id = snapshot_id(snapshot);
	volume_watch_end(watch);
	watch_begin(view);
}

static void watch_begin(struct view *view)
{
	view->watch = (struct volume_watch){ .name = view->name, .taken = taken };
	view->is_watched = true;
	volume_watch_begin(model_engine.volume, &view->watch);
}

void model_cloned(const char *name, const char *of)
{
	view_copy(view_of(name), view_of(of));
}

void model_follows_live(const char *name)
{
	memset(view_of(name)->is_unknown, true, sizeof views[0].is_unknown);
}

void model_renamed(const char *name, const char *was)
{
	view_copy(view_of(name), view_of(was));
}

void model_write(unsigned block)
{
	uint64_t stamp = below(UINT64_MAX) | 1;

	MUST(engine_write(&model_engine, (uint64_t)block * MODEL_BLOCK, MODEL_BLOCK, stamp) == 0);
	views[0].stamps[block] = stamp;
}

void model_traces_no_more(void)
{
	traces_all = false;
}

void model_went_wrong(const char *why)
{
	if (!trouble[0])
		snprintf(trouble, sizeof trouble, "%s", why);
}

void model_open(enum model_world world, uint64_t of_seed, bool slowly)
{
	static const struct profile *const profiles[WORLDS] = { &profile_plain, &profile_lvm,
		&profile_vss, &profile_datto, &profile_xen, &profile_plain };
	static const char *const limits[WORLDS] = { NULL, "100%", "100%", "100%", NULL, NULL };
	char message[RULE_MESSAGE_BYTES];
	uint64_t id;

	seed = of_seed;
	used = 0;
	may_have_failed = false;
	traces_all = true;
	trouble[0] = '\0';
	writer = reader = (struct side){ 0 };
	engine_init(&model_engine, seed,
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES,
			.profile = profiles[world],
			.limit = limits[world],
			.no_coalesce = true,
			.durable = mix64(of_seed) % 2 == 0,
			.step_ns = NS_PER_MS,
			.jump_ns = 100 * NS_PER_S });
	for (size_t i = 0; i < VIEWS; i++) {
		memset(views[i].is_unknown, 0, sizeof views[i].is_unknown);
		views[i].is_there = i == 0;
		views[i].id = 0;
		if (i > 0)
			watch_begin(&views[i]);
	}
	MUST(volume_writer_add(
		     model_engine.volume, "simulated name=W freeze=4ms thaw=20ms", message) == 0);
	MUST(volume_writer_add(model_engine.volume, "simulated name=X thaw=2ms", message) == 0);
	model_past(world);
	if (slowly)
		MUST(volume_fault_add(model_engine.volume, "store.append delay=30ms snapshot=c",
			     &id, message) == 0);
}

/* ---- what runs beside ---- */

static void writer_go(void)
{
	struct snapshot *clone = volume_snapshot_find(model_engine.volume, "d");

	writer.view = clone && below(3) == 0 ? view_of("d") : &views[0];
	writer.block = (unsigned)below(MODEL_BLOCKS);
	writer.stamp = below(UINT64_MAX) | 1;
	writer.request = engine_write_new(
		(uint64_t)writer.block * MODEL_BLOCK, MODEL_BLOCK, writer.stamp);
	if (writer.view != &views[0])
		writer.request->request.snapshot = clone;
	engine_submit(&model_engine, writer.request);
}

static void writer_end(void)
{
	writer_note();
	engine_request_free(writer.request);
	writer.request = NULL;
}

static void reader_go(void)
{
	struct snapshot *snapshot = NULL;
	uint64_t passes = below(4);

	for (uint64_t i = 0; i <= passes; i++)
		snapshot = volume_snapshot_next(model_engine.volume, snapshot);
	if (!snapshot || snapshot_is_clone(snapshot))
		return;
	reader.view = view_of(snapshot_name(snapshot));
	/* It has the name and has replaced another snapshot, but that was not reported yet. */
	if (reader.view->id != snapshot_id(snapshot))
		return;
	reader.block = (unsigned)below(MODEL_BLOCKS);
	reader.stamp = reader.view->stamps[reader.block];
	reader.request = engine_read_new(
		snapshot, (uint64_t)reader.block * MODEL_BLOCK, MODEL_BLOCK);
	engine_submit(&model_engine, reader.request);
}

static void reader_end(void)
{
	uint8_t wanted[MODEL_BLOCK];
	bool is_known = !reader.view->is_unknown[reader.block] && traces_all &&
			reader.stamp == reader.view->stamps[reader.block];

	engine_stamp_fill(wanted, sizeof wanted, reader.stamp);
	if (reader.request->result == 0 && is_known &&
		memcmp(reader.request->request.data, wanted, sizeof wanted) != 0)
		model_went_wrong("a read gave wrong bytes");
	engine_request_free(reader.request);
	reader.request = NULL;
}

static bool both_have_ended(const struct model_command *commands)
{
	return commands[0].has_ended && (commands[1].has_ended || !commands[1].has_begun);
}

bool model_step(struct model_command *commands)
{
	bool any = engine_step(&model_engine);

	if (writer.request && writer.request->has_ended)
		writer_end();
	if (reader.request && reader.request->has_ended)
		reader_end();
	for (unsigned i = 0; i < 2; i++)
		model_command_step(&commands[i]);
	if (both_have_ended(commands))
		return any;
	if (!writer.request)
		writer_go();
	if (!reader.request)
		reader_go();
	return any || writer.request || reader.request;
}

/* ---- the end ---- */

static void check_block(struct snapshot *snapshot, const struct view *view, unsigned block)
{
	uint8_t wanted[MODEL_BLOCK], found[MODEL_BLOCK];
	int error = engine_read(
		&model_engine, snapshot, (uint64_t)block * MODEL_BLOCK, found, MODEL_BLOCK);

	engine_stamp_fill(wanted, sizeof wanted, view->stamps[block]);
	if (view->is_unknown[block] || (error < 0 && snapshot && may_have_failed))
		return;
	if (error < 0)
		model_went_wrong(snapshot ? "a snapshot cannot be read" : "live cannot be read");
	else if (memcmp(wanted, found, sizeof wanted) != 0)
		model_went_wrong(snapshot ? "a snapshot has other bytes" : "live has other bytes");
}

static void check_all(void)
{
	struct snapshot *snapshot = NULL;

	for (unsigned i = 0; i < MODEL_BLOCKS; i++)
		check_block(NULL, &views[0], i);
	while ((snapshot = volume_snapshot_next(model_engine.volume, snapshot))) {
		const struct view *view = view_of(snapshot_name(snapshot));

		if (!view->is_there)
			model_went_wrong("there is a snapshot of nobody");
		if (snapshot_changed_error(snapshot) < 0 && !may_have_failed)
			model_went_wrong("a snapshot has failed");
		for (unsigned i = 0; i < MODEL_BLOCKS && traces_all; i++)
			check_block(snapshot, view, i);
	}
}

/* A command that made something says so, and one that failed has left nothing. */
static void check_made(const struct model_command *command)
{
	bool is_there = volume_snapshot_find(model_engine.volume, command->name) != NULL;

	if (!command->has_begun || !command->create.done || may_have_failed)
		return;
	if (is_there && command->result < 0)
		model_went_wrong("there is a snapshot of which nobody was told");
}

static void settle(struct model_command *commands)
{
	unsigned steps = 0;

	while (!both_have_ended(commands) || writer.request || reader.request) {
		if (++steps > STEPS_MAX || !model_step(commands)) {
			model_went_wrong(steps > STEPS_MAX ? "it does not come to an end"
							   : "nothing answers any more");
			return;
		}
	}
	while (engine_step(&model_engine)) {
		if (++steps > STEPS_MAX) {
			model_went_wrong("it does not come to rest");
			return;
		}
	}
}

static void close_all(struct model_command *commands)
{
	unsigned steps = 0;

	volume_stop(model_engine.volume);
	while (!volume_idle(model_engine.volume) && steps++ < STEPS_MAX &&
		engine_step(&model_engine))
		continue;
	if (!volume_idle(model_engine.volume)) {
		model_went_wrong("it does not come to rest when it is stopped");
		return;
	}
	for (unsigned i = 0; i < 2; i++)
		model_command_step(&commands[i]);
	for (size_t i = 1; i < VIEWS; i++)
		volume_watch_end(&views[i].watch);
	if (engine_close(&model_engine) < 0 && !may_have_failed)
		model_went_wrong("it cannot be closed");
}

static const char *said(void)
{
	return trouble[0] ? trouble : NULL;
}

const char *model_finish(struct model_command *commands, bool stops)
{
	for (unsigned i = 0; i < 2; i++)
		may_have_failed |= commands[i].has_begun && commands[i].kind->fails;
	if (!stops) {
		settle(commands);
		volume_fault_clear(model_engine.volume);
		memory_disk_fail(model_engine.disk, BLOCKIO_WRITE, 1, 0, 0);
		if (said())
			return said();
		model_thaw();
		check_made(&commands[0]);
		check_made(&commands[1]);
		check_all();
	}
	if (said())
		return said();
	for (unsigned i = 0; i < 2; i++)
		model_command_close(&commands[i]);
	close_all(commands);
	if (stops) {
		/* Requests to a closed volume are not waited for. */
		if (writer.request && writer.request->has_ended)
			writer_end();
		if (reader.request && reader.request->has_ended)
			reader_end();
		if (!both_have_ended(commands) || writer.request || reader.request)
			model_went_wrong("somebody was not answered before it was closed");
	}
	if (said())
		return said();
	if (engine_open(&model_engine) < 0) {
		model_went_wrong("it cannot be opened again");
		return said();
	}
	check_all();
	MUST(engine_close(&model_engine) == 0);
	engine_deinit(&model_engine);
	return said();
}
