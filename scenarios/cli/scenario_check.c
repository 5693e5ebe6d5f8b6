/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/scenario_check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scenarios/cli/scenario_failures.h"
#include "scenarios/format/standing.h"
#include "scenarios/judge/oracle.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"

/* A client that saves the content of a file system needs a volume that has one. */
static void content_check(
	const struct scenario *scenario, const struct client *client, struct mistakes *mistakes)
{
	enum content_kind content = scenario->content.kind;
	bool needs_files = client->compares != CLIENT_COMPARES_WHOLE ||
			   client->gives == CLIENT_GIVES_TREE;
	bool has_none = content == CONTENT_ZEROS || content == CONTENT_RANDOM;

	if (!needs_files || !has_none)
		return;
	mistakes_add(mistakes, scenario->client_place,
		"client '%s' saves the %s of a file system, but the content has none (try content: "
		"{ ext4: { files: 200, bytes: 64MiB } })",
		client->name, client->compares == CLIENT_COMPARES_TREE ? "tree" : "used blocks");
}

bool scenario_has_chain(const struct scenario *scenario)
{
	return strcmp(scenario->profile, "xen") == 0;
}

static void profile_check(const struct scenario *scenario, struct mistakes *mistakes)
{
	const char *key = scenario->sr			   ? "sr"
			  : scenario->node_format	   ? "format"
			  : scenario->coalesces_when_asked ? "coalesce"
							   : NULL;

	if (key && !scenario_has_chain(scenario))
		mistakes_add(mistakes, scenario->profile_place,
			"profile '%s' has no chain, but '%s' needs one (try xen)",
			scenario->profile, key);
}

/* Returns the most that the scenario's writes have room for in a volume of VOLUME_BYTES. */
static uint64_t room_bytes(const struct scenario *scenario, uint64_t volume_bytes)
{
	const struct content_spec *content = &scenario->content;
	uint64_t slack = (uint64_t)content->files * ORACLE_BLOCK_BYTES;

	return content->kind == CONTENT_EXT4 ? content->bytes + slack : volume_bytes;
}

static void write_check(const struct scenario *scenario, uint64_t volume_bytes,
	const struct step *step, struct mistakes *mistakes)
{
	const char *hint = NULL;

	if (step->bytes % ORACLE_BLOCK_BYTES != 0)
		hint = "it writes blocks of 4KiB";
	else if (step->bytes > room_bytes(scenario, volume_bytes))
		hint = scenario->content.kind == CONTENT_EXT4
			       ? "it overwrites the files of the content"
			       : "the volume is smaller";
	if (hint)
		mistakes_add(mistakes, step->place,
			"writer '%s' cannot write %" PRIu64 " bytes (%s)", step->name, step->bytes,
			hint);
}

/* The disks of a chain neither shrink nor grow. */
static void chain_check(
	const struct scenario *scenario, const struct step *step, struct mistakes *mistakes)
{
	bool wants_chain = step->kind == STEP_COALESCE || step->kind == STEP_CLONE;
	bool wants_none = step->kind == STEP_DISCARD || step->kind == STEP_GROW;
	const char *what = step->kind == STEP_COALESCE ? "to coalesce"
			   : step->kind == STEP_CLONE  ? "to clone a snapshot in"
			   : step->kind == STEP_GROW   ? "which cannot grow"
						       : "which takes no discards";

	if (wants_chain && !scenario_has_chain(scenario))
		mistakes_add(mistakes, step->place, "profile '%s' has no chain %s (try xen)",
			scenario->profile, what);
	if (wants_none && scenario_has_chain(scenario))
		mistakes_add(mistakes, step->place, "profile '%s' has a chain, %s (try plain)",
			scenario->profile, what);
}

static void discard_check(const struct scenario *scenario, uint64_t volume_bytes,
	const struct step *step, struct mistakes *mistakes)
{
	const char *hint = NULL;

	if (step->bytes % ORACLE_BLOCK_BYTES != 0 || step->offset_bytes % ORACLE_BLOCK_BYTES != 0)
		hint = "it must be whole blocks of 4KiB";
	else if (scenario->content.kind == CONTENT_EXT4)
		hint = "it would cut into the file system of the content";
	else if (volume_bytes > 0 && step->offset_bytes + step->bytes > volume_bytes)
		hint = "the volume is smaller";
	if (hint)
		mistakes_add(mistakes, step->place,
			"cannot discard %" PRIu64 " bytes at %" PRIu64 " (%s)", step->bytes,
			step->offset_bytes, hint);
}

static void grow_check(const struct step *step, uint64_t *volume_bytes, struct mistakes *mistakes)
{
	if (step->bytes % ORACLE_BLOCK_BYTES != 0 || *volume_bytes % ORACLE_BLOCK_BYTES != 0)
		mistakes_add(mistakes, step->place,
			"cannot grow from %" PRIu64 " to %" PRIu64 " bytes (try multiples of 4KiB)",
			*volume_bytes, step->bytes);
	else if (step->bytes <= *volume_bytes)
		mistakes_add(mistakes, step->place,
			"cannot grow to %" PRIu64 " bytes (the volume has %" PRIu64 " then)",
			step->bytes, *volume_bytes);
	else
		*volume_bytes = step->bytes;
}

/* The scenario and the adapter must agree on who takes the snapshot of a backup. */
static void taker_check(
	const struct client *client, const struct step *step, struct mistakes *mistakes)
{
	if (client->takes_snapshot == step->takes)
		return;
	mistakes_add(mistakes, step->place, "client '%s' %s (try backup: { %s: %s, to: %s })",
		client->name, step->takes ? "takes no snapshots" : "takes its snapshot itself",
		step->takes ? "of" : "takes", step->of, step->name);
}

/* LVM and a pool work with one particular profile each. */
static void given_check(
	const struct scenario *scenario, const struct client *client, struct mistakes *mistakes)
{
	if (client->gives == CLIENT_GIVES_LVM && strcmp(scenario->profile, "lvm") != 0)
		mistakes_add(mistakes, scenario->client_place,
			"client '%s' uses LVM, and profile '%s' does not (try profile: lvm)",
			client->name, scenario->profile);
	if (client->gives == CLIENT_GIVES_XAPI && strcmp(scenario->profile, "xen") != 0)
		mistakes_add(mistakes, scenario->client_place,
			"client '%s' uses XAPI, and profile '%s' has no pool (try profile: xen)",
			client->name, scenario->profile);
}

/* VOLUME_BYTES is the size of the volume when PHASE begins; it is set to that at its end. */
static void phase_check(const struct scenario *scenario, const struct phase *phase,
	const struct client *client, uint64_t *volume_bytes, struct mistakes *mistakes)
{
	for (size_t i = 0; i < phase->step_count; i++) {
		const struct step *step = &phase->steps[i];

		if (step->kind == STEP_WRITE)
			write_check(scenario, *volume_bytes, step, mistakes);
		if (step->kind == STEP_DISCARD)
			discard_check(scenario, *volume_bytes, step, mistakes);
		if (step->kind == STEP_GROW)
			grow_check(step, volume_bytes, mistakes);
		chain_check(scenario, step, mistakes);
		if (step->kind == STEP_BACKUP && client)
			taker_check(client, step, mistakes);
	}
}

int scenario_check(struct scenario *scenario, const struct command_texts *folders,
	struct mistakes *mistakes, struct client **ret)
{
	const struct client_search search = {
		.scenario_path = scenario->path,
		.folders = folders->texts,
		.folder_count = folders->count,
	};
	uint64_t volume_bytes = scenario->volume_bytes;
	struct client *client = NULL;

	if (scenario_failures_expand(scenario, mistakes) == 0)
		standing_check(scenario, mistakes);
	(void)client_find(scenario->client, &search, mistakes, scenario->client_place, &client);
	if (client)
		content_check(scenario, client, mistakes);
	profile_check(scenario, mistakes);
	if (client)
		given_check(scenario, client, mistakes);
	for (size_t i = 0; i < scenario->phase_count; i++)
		phase_check(scenario, &scenario->phases[i], client, &volume_bytes, mistakes);
	mistakes_sort(mistakes);
	if (mistakes->count > 0) {
		client_destroy(client);
		return -EINVAL;
	}
	*ret = client;
	return 0;
}

int scenarios_check(const struct scenario_list *list, const struct command_texts *folders,
	struct mistakes *mistakes, struct client ***ret)
{
	struct client **clients = heap_new((list->count + 1) * sizeof *clients);
	AUTO(auto_free)
	struct mistakes *of_each = heap_new((list->count + 1) * sizeof *of_each);
	AUTO(auto_free) char **names = heap_new((list->count + 1) * sizeof *names);

	for (size_t i = 0; i < list->count; i++) {
		names[i] = list->items[i]->name;
		(void)scenario_check(list->items[i], folders, &of_each[i], &clients[i]);
	}
	mistakes_gather(mistakes, of_each, names, list->count);
	for (size_t i = 0; i < list->count; i++) {
		mistakes_deinit(&of_each[i]);
		if (mistakes->count > 0)
			client_destroy(clients[i]);
	}
	if (mistakes->count > 0) {
		free(clients);
		return -EINVAL;
	}
	*ret = clients;
	return 0;
}

int client_folders_check(const struct command_texts *folders)
{
	int result = 0;

	for (size_t i = 0; i < folders->count; i++) {
		struct stat found;
		int error = 0;

		if (stat(folders->texts[i], &found) < 0)
			error = -errno;
		else if (!S_ISDIR(found.st_mode))
			error = -ENOTDIR;
		if (error < 0) {
			log_error_code(error, "cannot look for clients in '%s'", folders->texts[i]);
			result = -EINVAL;
		}
	}
	return result;
}
