/* SPDX-License-Identifier: Apache-2.0 */
/* commands_model_kinds.c - the commands that are run into each other. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/volume/grow.h"
#include "tests/model/commands_model_internal.h"

#define BIT(world) (1u << WORLD_##world)
#define COW	   (BIT(PLAIN) | BIT(LVM) | BIT(VSS))
#define ALL	   (COW | BIT(DATTO) | BIT(XEN))
#define EMPTY	   BIT(EMPTY)

/* For how many steps a file stays open. */
#define OPEN_STEPS 6u

void model_end(struct model_command *command, int result)
{
	if (command->has_ended)
		model_went_wrong("a command was answered twice");
	command->has_ended = true;
	command->result = result;
}

static struct snapshot *find(const char *name)
{
	return volume_snapshot_find(model_engine.volume, name);
}

/* Returns the existing snapshot that most commands are about. */
static struct snapshot *find_newest(void)
{
	return find("c") ? find("c") : find("datto0");
}

/* ---- made ---- */

static void created(struct snapshot_create *create, int result)
{
	struct model_command *command = CONTAINER_OF(create, struct model_command, create);

	if (result == 0 && (!create->snapshot || snapshot_id(create->snapshot) == 0))
		model_went_wrong("what was made is not there");
	if (result == 0 && create->kind != SNAPSHOT_TAKEN)
		model_cloned(command->name, "a");
	model_end(command, result);
}

static void make(struct model_command *command, enum snapshot_kind kind, bool with_writers)
{
	struct snapshot *of = kind == SNAPSHOT_TAKEN ? NULL : find("a");

	if (kind != SNAPSHOT_TAKEN && !of) {
		model_end(command, -ENOENT);
		return;
	}
	command->create = (struct snapshot_create){
		.name = command->name,
		.kind = kind,
		.of = of,
		.with_writers = with_writers,
		.done = created,
	};
	volume_snapshot_create(model_engine.volume, &command->create);
}

static void start_create(struct model_command *command)
{
	make(command, SNAPSHOT_TAKEN, false);
}

static void start_create_with_writers(struct model_command *command)
{
	make(command, SNAPSHOT_TAKEN, true);
}

static void start_clone(struct model_command *command)
{
	make(command, SNAPSHOT_CLONED, false);
}

static void start_full_clone(struct model_command *command)
{
	make(command, SNAPSHOT_COPIED, false);
}

/* ---- deleted ---- */

static void start_delete_new(struct model_command *command);

static void deleted(struct snapshot_delete *delete, int result)
{
	struct model_command *command = CONTAINER_OF(delete, struct model_command, delete);

	if (result == 0 && command->kind->start == start_delete_new && !command->other->has_ended)
		model_went_wrong("what was made is gone before anybody was told of it");
	model_end(command, result);
}

static void delete (struct model_command *command, struct snapshot *snapshot)
{
	if (!snapshot) {
		model_end(command, -ENOENT);
		return;
	}
	command->delete = (struct snapshot_delete){ .done = deleted };
	volume_snapshot_delete(model_engine.volume, snapshot, &command->delete);
}

static void start_delete(struct model_command *command)
{
	delete (command, find("a"));
}

static void start_delete_newest(struct model_command *command)
{
	delete (command, find_newest());
}

static void start_delete_clone(struct model_command *command)
{
	delete (command, find("d"));
}

/* Deletes it as soon as it exists. */
static void start_delete_new(struct model_command *command)
{
	delete (command, find(command->other->name));
}

/* ---- opened ---- */

static void opened(struct snapshot_open *open, struct snapshot *snapshot, int result)
{
	struct model_command *command = CONTAINER_OF(open, struct model_command, open);

	if (result < 0) {
		model_end(command, result);
		return;
	}
	command->opened = snapshot;
	command->steps_left = OPEN_STEPS;
}

static void start_open(struct model_command *command)
{
	struct snapshot *snapshot = find_newest();

	if (!snapshot) {
		model_end(command, -ENOENT);
		return;
	}
	command->open = (struct snapshot_open){ .done = opened };
	volume_snapshot_open(model_engine.volume, snapshot, &command->open);
}

void model_command_close(struct model_command *command)
{
	struct snapshot *snapshot = command->opened;

	if (!snapshot)
		return;
	command->opened = NULL;
	snapshot_closed(snapshot);
	model_end(command, 0);
}

/* ---- failed ---- */

static void fail(struct model_command *command, struct snapshot *snapshot)
{
	char rule[128], message[RULE_MESSAGE_BYTES];
	uint64_t id;

	if (!snapshot) {
		model_end(command, -ENOENT);
		return;
	}
	snprintf(rule, sizeof rule, "snapshot.read fail-snapshot snapshot=%s times=1",
		snapshot_name(snapshot));
	MUST(volume_fault_add(model_engine.volume, rule, &id, message) == 0);
	command->read = engine_read_new(snapshot, 0, MODEL_BLOCK);
	engine_submit(&model_engine, command->read);
	command->steps_left = UINT32_MAX;
}

static void start_fail(struct model_command *command)
{
	fail(command, find_newest());
}

static void start_fail_new(struct model_command *command)
{
	fail(command, find(command->other->name));
}

/* Makes one write of a store fail. */
static void start_store_error(struct model_command *command)
{
	bool is_chain = model_engine.volume->chain != NULL;

	memory_disk_fail_only(model_engine.disk, is_chain ? ".node" : ".store");
	memory_disk_fail(model_engine.disk, BLOCKIO_WRITE, 1, 1, -EIO);
	model_end(command, 0);
}

/* ---- coalesce ---- */

static void start_coalesce(struct model_command *command)
{
	MUST(volume_coalesce(model_engine.volume, false) == 0);
	command->steps_left = UINT32_MAX;
}

static void start_abort(struct model_command *command)
{
	MUST(volume_coalesce(model_engine.volume, true) == 0);
	model_end(command, 0);
}

/* ---- writers ---- */

static void told(struct writers_command *writers, int result, const char *why)
{
	(void)why;
	model_end(CONTAINER_OF(writers, struct model_command, writers), result);
}

static void start_freeze(struct model_command *command)
{
	command->writers.done = told;
	volume_writers_freeze(model_engine.volume, &command->writers);
}

static void start_thaw(struct model_command *command)
{
	command->writers.done = told;
	volume_writers_thaw(model_engine.volume, &command->writers);
}

static void start_kill_writer(struct model_command *command)
{
	model_end(command, volume_writer_kill(model_engine.volume, "W"));
}

static void start_notify(struct model_command *command)
{
	command->writers.done = told;
	volume_writers_notify(model_engine.volume, WRITER_BACKUP_COMPLETE, &command->writers);
}

void model_thaw(void)
{
	struct model_command thaw = { 0 };

	start_thaw(&thaw);
	engine_settle(&model_engine);
	if (!thaw.has_ended)
		model_went_wrong("nobody thaws");
}

/* ---- all ---- */

static void grown(struct volume_growth *growth, int result)
{
	if ((volume_bytes(model_engine.volume) == growth->bytes) != (result == 0))
		model_went_wrong("the volume has not the length that was told");
	model_end(CONTAINER_OF(growth, struct model_command, growth), result);
}

static void start_grow(struct model_command *command)
{
	command->growth.bytes = volume_bytes(model_engine.volume) + 65536;
	command->growth.done = grown;
	volume_grow(model_engine.volume, &command->growth);
}

static void start_cancel(struct model_command *command)
{
	model_cancel(command->other);
	model_end(command, 0);
}

static void start_nothing(struct model_command *command)
{
	model_end(command, 0);
}

const struct model_kind model_kinds[] = {
	{ "create", ALL | EMPTY, false, start_create },
	{ "create-with-writers", ALL | EMPTY, false, start_create_with_writers },
	{ "clone", BIT(XEN), false, start_clone },
	{ "full-clone", BIT(XEN), false, start_full_clone },
	{ "delete", ALL, false, start_delete },
	{ "delete-newest", ALL, false, start_delete_newest },
	{ "delete-new", ALL | EMPTY, false, start_delete_new },
	{ "delete-clone", BIT(XEN), false, start_delete_clone },
	{ "open", ALL, false, start_open },
	{ "fail", ALL, true, start_fail },
	{ "fail-new", ALL | EMPTY, true, start_fail_new },
	{ "store-error", ALL | EMPTY, true, start_store_error },
	{ "coalesce", BIT(XEN), false, start_coalesce },
	{ "abort", BIT(XEN), false, start_abort },
	{ "freeze", ALL | EMPTY, false, start_freeze },
	{ "thaw", ALL | EMPTY, false, start_thaw },
	{ "kill-writer", ALL | EMPTY, false, start_kill_writer },
	{ "notify", ALL | EMPTY, false, start_notify },
	{ "to-incremental", BIT(DATTO), true, model_datto_to_incremental },
	{ "to-snapshot", BIT(DATTO), true, model_datto_to_snapshot },
	{ "expand", BIT(DATTO), false, model_datto_expand },
	{ "destroy", BIT(DATTO), false, model_datto_destroy },
	{ "unmount", BIT(DATTO), true, model_datto_unmount },
	{ "mount", BIT(DATTO), true, model_datto_mount },
	{ "detach", BIT(LVM), false, model_lvm_detach },
	{ "attach", BIT(LVM), false, model_lvm_attach },
	{ "rename", BIT(LVM), false, model_lvm_rename },
	{ "limit", BIT(LVM), false, model_lvm_limit },
	{ "grow", BIT(PLAIN) | BIT(DATTO) | EMPTY, false, start_grow },
	{ "cancel", ALL | EMPTY, false, start_cancel },
	{ "stop", ALL | EMPTY, true, start_nothing },
	{ 0 },
};

void model_begin(struct model_command *commands, const struct model_kind *kind, unsigned number)
{
	struct model_command *command = &commands[number];

	*command = (struct model_command){ .kind = kind, .has_begun = true };
	snprintf(command->name, sizeof command->name, "n%u", number);
	command->other = &commands[1 - number];
	kind->start(command);
}

void model_command_step(struct model_command *command)
{
	if (!command->has_begun || command->has_ended || command->steps_left == 0)
		return;
	if (command->read && command->read->has_ended) {
		model_end(command, command->read->result);
		engine_request_free(command->read);
		command->read = NULL;
	} else if (command->kind->start == start_coalesce) {
		if (coalesce_idle(model_engine.volume->chain))
			model_end(command, 0);
	} else if (command->opened && --command->steps_left == 0) {
		model_command_close(command);
	}
}
