/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/scenario_check.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "scenarios/cli/scenario_failures.h"
#include "scenarios/format/standing.h"
#include "scenarios/judge/oracle.h"
#include "simfs/base/log.h"

/* A client that saves what a file system has must be given something that has one. */
static void content_check(
	const struct scenario *scenario, const struct client *client, struct mistakes *mistakes)
{
	enum content_kind content = scenario->content.kind;

	bool needs_files = client->compares != CLIENT_COMPARES_WHOLE ||
			   client->gives == CLIENT_GIVES_TREE;

	if (!needs_files || content == CONTENT_EXT4 || content == CONTENT_IMAGE)
		return;
	mistakes_add(mistakes, scenario->client_place,
		"client '%s' saves the %s of a file system, and the content has none "
		"(try content: { ext4: { files: 200, bytes: 64MiB } })",
		client->name, client->compares == CLIENT_COMPARES_TREE ? "tree" : "used blocks");
}

static bool has_chain(const struct scenario *scenario)
{
	return strcmp(scenario->profile, "xen") == 0;
}

static void profile_check(const struct scenario *scenario, struct mistakes *mistakes)
{
	const char *key = scenario->sr			   ? "sr"
			  : scenario->node_format	   ? "format"
			  : scenario->coalesces_when_asked ? "coalesce"
							   : NULL;

	if (key && !has_chain(scenario))
		mistakes_add(mistakes, scenario->profile_place,
			"profile '%s' has no chain, which '%s' is of (try xen)", scenario->profile,
			key);
}

/* The most that writers of the scenario can find room for. */
static uint64_t room_bytes(const struct scenario *scenario)
{
	const struct content_spec *content = &scenario->content;
	uint64_t slack = (uint64_t)content->files * ORACLE_BLOCK_BYTES;

	return content->kind == CONTENT_EXT4 ? content->bytes + slack : scenario->volume_bytes;
}

static void write_check(
	const struct scenario *scenario, const struct step *step, struct mistakes *mistakes)
{
	const char *hint = NULL;

	if (step->bytes % ORACLE_BLOCK_BYTES != 0)
		hint = "it writes blocks of 4KiB";
	else if (step->bytes > room_bytes(scenario))
		hint = scenario->content.kind == CONTENT_EXT4
			       ? "it overwrites the files of the content"
			       : "the volume is smaller";
	if (hint)
		mistakes_add(mistakes, step->place,
			"writer '%s' cannot write %" PRIu64 " bytes (%s)", step->name, step->bytes,
			hint);
}

/* Who takes the snapshot of a backup is written in the scenario and in the adapter. */
static void taker_check(
	const struct client *client, const struct step *step, struct mistakes *mistakes)
{
	if (client->takes_snapshot == step->takes)
		return;
	mistakes_add(mistakes, step->place, "client '%s' %s (try backup: { %s: %s, to: %s })",
		client->name, step->takes ? "takes no snapshots" : "takes its snapshot itself",
		step->takes ? "of" : "takes", step->of, step->name);
}

static void phase_check(const struct scenario *scenario, const struct phase *phase,
	const struct client *client, struct mistakes *mistakes)
{
	for (size_t i = 0; i < phase->step_count; i++) {
		const struct step *step = &phase->steps[i];

		if (step->kind == STEP_WRITE)
			write_check(scenario, step, mistakes);
		if (step->kind == STEP_COALESCE && !has_chain(scenario))
			mistakes_add(mistakes, step->place,
				"profile '%s' has no chain to coalesce (try xen)",
				scenario->profile);
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
	struct client *client = NULL;

	if (scenario_failures_expand(scenario, mistakes) == 0)
		standing_check(scenario, mistakes);
	(void)client_find(scenario->client, &search, mistakes, scenario->client_place, &client);
	if (client)
		content_check(scenario, client, mistakes);
	profile_check(scenario, mistakes);
	for (size_t i = 0; i < scenario->phase_count; i++)
		phase_check(scenario, &scenario->phases[i], client, mistakes);
	mistakes_sort(mistakes);
	if (mistakes->count > 0) {
		client_destroy(client);
		return -EINVAL;
	}
	*ret = client;
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
