/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/run_set.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "scenarios/base/heap.h"
#include "scenarios/format/files.h"
#include "scenarios/judge/oracle.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/log.h"

void run_set_init(struct run_set *set)
{
	*set = (struct run_set){ 0 };
}

void run_set_deinit(struct run_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		scenario_destroy(set->items[i].scenario);
		client_destroy(set->items[i].client);
	}
	free(set->items);
	run_set_init(set);
}

/* A client that saves used blocks must be given something that has them. */
static int item_check(const struct run_item *item)
{
	enum content_kind content = item->scenario->content.kind;

	if (item->client->compares != CLIENT_COMPARES_USED_BLOCKS || content == CONTENT_EXT4 ||
		content == CONTENT_IMAGE)
		return 0;
	fprintf(stderr,
		"%s: client '%s' saves the used blocks of a file system, and the content has none "
		"(try content: { ext4: { files: 200, bytes: 64MiB } })\n",
		item->scenario->path, item->client->name);
	return -EINVAL;
}

/* The most that writers of the scenario can find room for. */
static uint64_t room_bytes(const struct scenario *scenario)
{
	const struct content_spec *content = &scenario->content;
	uint64_t slack = (uint64_t)content->files * ORACLE_BLOCK_BYTES;

	return content->kind == CONTENT_EXT4 ? content->bytes + slack : scenario->volume_bytes;
}

static int write_check(const struct scenario *scenario, const struct step *step)
{
	const char *hint = NULL;

	if (step->kind != STEP_WRITE)
		return 0;
	if (step->bytes % ORACLE_BLOCK_BYTES != 0)
		hint = "it writes blocks of 4KiB";
	else if (step->bytes > room_bytes(scenario))
		hint = scenario->content.kind == CONTENT_EXT4
			       ? "it overwrites the files of the content"
			       : "the volume is smaller";
	if (!hint)
		return 0;
	fprintf(stderr, "%s:%u:%u: writer '%s' cannot write %" PRIu64 " bytes (%s)\n",
		scenario->path, step->place.line, step->place.column, step->name, step->bytes,
		hint);
	return -EINVAL;
}

/* Who takes the snapshot of a backup is written in the scenario and in the adapter. */
static int taker_check(const struct run_item *item, const struct step *step)
{
	const struct client *client = item->client;

	if (step->kind != STEP_BACKUP || !client || client->takes_snapshot == step->takes)
		return 0;
	fprintf(stderr, "%s:%u:%u: client '%s' %s (try backup: { %s: %s, to: %s })\n",
		item->scenario->path, step->place.line, step->place.column, client->name,
		step->takes ? "takes no snapshots" : "takes its snapshot itself",
		step->takes ? "of" : "takes", step->of, step->name);
	return -EINVAL;
}

static int steps_check(const struct run_item *item)
{
	const struct scenario *scenario = item->scenario;
	int result = 0;

	for (size_t i = 0; i < scenario->phase_count; i++) {
		const struct phase *phase = &scenario->phases[i];

		for (size_t at = 0; at < phase->step_count; at++) {
			if (write_check(scenario, &phase->steps[at]) < 0 ||
				taker_check(item, &phase->steps[at]) < 0)
				result = -EINVAL;
		}
	}
	return result;
}

static int scenario_add(struct run_set *set, const char *path)
{
	struct run_item item = { 0 };
	AUTO(auto_free) char *messages = NULL;
	size_t size;

	if (scenario_load(path, stderr, &item.scenario) < 0)
		return -EINVAL;

	FILE *file = open_memstream(&messages, &size);
	int error = file ? client_load(item.scenario->client, file, &item.client) : -ENOMEM;

	if (file)
		fclose(file);
	/* Mistakes in an adapter come with their own place. */
	if (error == -EINVAL)
		fputs(messages, stderr);
	else if (error < 0)
		fprintf(stderr, "%s: %s", path, messages ? messages : "out of memory\n");
	else
		error = item_check(&item);
	if (steps_check(&item) < 0)
		error = -EINVAL;

	/* Also when it is of no use: the set owns it now. */
	set->items = heap_grow(set->items, set->count, sizeof *set->items);
	set->items[set->count++] = item;
	return error < 0 ? -EINVAL : 0;
}

int run_set_add(struct run_set *set, const char *path)
{
	struct scenario_files files;
	int result = 0, error;

	scenario_files_init(&files);
	error = scenario_files_add(&files, path);
	if (error == -ENOENT)
		log_error("no scenario in directory '%s'", path);
	else if (error < 0)
		log_error_code(error, "cannot read directory '%s'", path);
	for (size_t i = 0; i < files.count; i++) {
		if (scenario_add(set, files.paths[i]) < 0)
			result = -EINVAL;
	}
	scenario_files_deinit(&files);
	return error < 0 ? -EINVAL : result;
}

void run_set_seed(struct run_set *set, uint64_t seed)
{
	for (size_t i = 0; i < set->count; i++)
		set->items[i].scenario->seed = seed;
}
