/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/list.h"

#include <stdio.h>
#include <string.h>

#include "faults/action.h"
#include "faults/gauge.h"
#include "faults/point.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/base/sizes.h"
#include "simfs/base/suggest.h"
#include "simfs/base/xapi_replies.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/command_table.h"
#include "simfs/cli/list_files.h"
#include "simfs/cli/list_mounts.h"
#include "simfs/cli/table.h"
#include "simfs/control/protocol.h"
#include "simfs/profile/profile.h"

struct values {
	bool json;
};

/* A list that can be printed. */
struct listing {
	const char *name;

	/* Required.  An array of objects, which the caller frees; NULL after a message. */
	json_t *(*collect)(void);

	/* Column headings for people, and the fields shown; up to a NULL. */
	const char *headings[CLI_TABLE_COLUMNS_MAX];
	const char *fields[CLI_TABLE_COLUMNS_MAX];
};

/* ---- the lists ---- */

static json_t *share_text(uint32_t per_million)
{
	char text[32];

	snprintf(text, sizeof text, "%g%%", (double)per_million / 10000);
	return json_string(text);
}

static json_t *limit_text(const struct profile *profile)
{
	const struct size_or_share *limit = &profile->limit;
	char text[32];

	if (profile->default_limit_bytes)
		return json_string("by size");
	if (limit->is_share)
		return share_text(limit->per_million);
	if (limit->bytes == 0)
		return json_null();
	return json_string(size_format(limit->bytes, text, sizeof text));
}

static json_t *collect_profiles(void)
{
	json_t *profiles = json_array();
	const struct profile *profile;

	for (size_t at = 0; (profile = profile_at(at)); at++)
		json_array_append_new(profiles,
			json_pack("{s:s, s:s, s:s, s:I, s:b, s:o, s:o, s:o}", "name", profile->name,
				"imitates", profile->imitates, "about", profile->about,
				"block_bytes", (json_int_t)profile->block_bytes, "block_is_fixed",
				(int)profile->block_is_fixed, "limit", limit_text(profile),
				"snapshots_max",
				profile->snapshots_max ? json_integer(profile->snapshots_max)
						       : json_null(),
				"memory_available_min",
				profile->memory_available_min_per_million
					? share_text(profile->memory_available_min_per_million)
					: json_null()));
	return profiles;
}

static json_t *collect_gauges(void)
{
	static const char *const units[] = { [GAUGE_SHARE] = "share",
		[GAUGE_BYTES] = "bytes",
		[GAUGE_NUMBER] = "number",
		[GAUGE_TIME] = "time" };
	json_t *gauges = json_array();
	const struct gauge_row *row;

	for (size_t at = 0; (row = gauge_at(at)); at++)
		json_array_append_new(
			gauges, json_pack("{s:s, s:s, s:s}", "name", row->name, "unit",
					units[row->unit], "about", row->about));
	return gauges;
}

/* The replies that a door can give there. */
static json_t *replies_of(const char *point)
{
	const char *words[XAPI_REPLIES];
	size_t count = xapi_reply_words(point, words);
	json_t *replies = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(replies, json_string(words[i]));
	return replies;
}

static json_t *collect_points(void)
{
	json_t *points = json_array();
	const struct point_row *row;

	for (size_t at = 0; (row = fault_point_at(at)); at++) {
		json_t *actions = json_array();

		for (size_t i = FAULT_NO_ACTION + 1; i < FAULT_ACTIONS; i++) {
			if (!action_refusal((enum fault_action)i, (enum fault_point)at))
				json_array_append_new(actions, json_string(action_at(i)->name));
		}
		json_array_append_new(
			points, json_pack("{s:s, s:s, s:o, s:o, s:s}", "name", row->name, "kind",
					point_kind_name(row->kind), "actions", actions, "replies",
					replies_of(row->name), "about", row->about));
	}
	return points;
}

static const struct listing listings[] = {
	{ "profiles", collect_profiles, { "PROFILE", "IMITATES", "LIMIT", "BLOCK", "AT THE LIMIT" },
		{ "name", "imitates", "limit", "block_bytes", "about" } },
	{ "points", collect_points, { "POINT", "KIND", "WHAT IS TRUE THERE" },
		{ "name", "kind", "about" } },
	{ "gauges", collect_gauges, { "GAUGE", "UNIT", "ABOUT" }, { "name", "unit", "about" } },
	{ "scenarios", list_scenarios_json, { "SCENARIO", "PROFILE", "CLIENT", "ABOUT" },
		{ "name", "profile", "client", "about" } },
	{ "clients", list_clients_json, { "CLIENT", "USABLE", "ABOUT" },
		{ "name", "usable", "about" } },
	{ "failures", list_failures_json, { "FAILURE", "AT", "ABOUT" },
		{ "name", "strikes", "about" } },
	{ "mounts", list_mounts_json, { "MOUNT", "PID", "STATE", "PROFILE", "SIZE", "IMAGE" },
		{ "mount_point", "pid", "state", "profile", "size_bytes", "image" } },
	/* For tools/commands, so not in the help. */
	{ "commands", command_table_json, { "COMMAND", "ABOUT" }, { "name", "summary" } },
};

#define LISTING_COUNT (sizeof listings / sizeof listings[0])

/* ---- the command ---- */

/* FIELD of OBJECT as a table cell. */
static json_t *cell_of(const json_t *object, const char *field)
{
	json_t *value = json_object_get(object, field);
	char text[32];

	if (json_is_string(value))
		return json_incref(value);
	if (!json_is_integer(value))
		return json_string("none");
	if (!strstr(field, "_bytes"))
		return json_sprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	return json_string(size_format((uint64_t)json_integer_value(value), text, sizeof text));
}

static void print_table(const struct listing *listing, const json_t *objects)
{
	json_t *rows = json_array();
	size_t index;
	json_t *object;

	json_array_foreach(objects, index, object)
	{
		json_t *row = json_array();

		for (size_t column = 0; listing->fields[column]; column++)
			json_array_append_new(row, cell_of(object, listing->fields[column]));
		json_array_append_new(rows, row);
	}
	cli_table_print(listing->headings, rows, stdout);
	json_decref(rows);
}

static int print_listing(const struct listing *listing, bool as_json)
{
	json_t *objects = listing->collect();
	int exit_code;

	if (!objects)
		return EXIT_RIG;
	if (as_json) {
		json_t *document = json_pack("{s:O}", listing->name, objects);

		exit_code = json_output_print(document);
		json_decref(document);
	} else {
		print_table(listing, objects);
		exit_code = command_line_finish();
	}
	json_decref(objects);
	return exit_code;
}

static const struct listing *find_listing(const char *name)
{
	for (size_t at = 0; at < LISTING_COUNT; at++)
		if (strcmp(listings[at].name, name) == 0)
			return &listings[at];
	return NULL;
}

json_t *list_collect(const char *name)
{
	const struct listing *listing = find_listing(name);

	return listing ? listing->collect() : NULL;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	char hint[SUGGEST_HINT_BYTES], otherwise[SUGGEST_HINT_BYTES];
	struct values values = { 0 };
	const struct listing *listing;
	size_t count;
	int exit_code = command_line_parse(line, argc, argv, &values, &count);

	if (exit_code != COMMAND_GO_ON)
		return exit_code;

	listing = find_listing(argv[1]);
	if (listing)
		return print_listing(listing, values.json);
	snprintf(otherwise, sizeof otherwise, "one of: %s", line->operands[0].choices);
	log_error("unknown list '%s' (%s)", argv[1],
		suggest_hint_of_list(argv[1], line->operands[0].choices, otherwise, hint));
	return EXIT_USAGE;
}

static const struct command_option options[] = {
	{ "json", NULL, "print the list as JSON, with all details",
		.offset = offsetof(struct values, json) },
	{ 0 },
};

const struct command_line list_command = {
	.name = "list",
	.summary = "list what is available",
	.operands = { { "profiles|points|gauges|scenarios|clients|failures|mounts", COMMAND_CHOICE,
		"profiles points gauges scenarios clients failures mounts", NULL } },
	.options = options,
	.about = "Lists the systems that a volume can imitate (profiles), the places where faults "
		 "can\n"
		 "strike (points), the quantities that it measures (gauges), the scenarios of the "
		 "catalog,\n"
		 "the backup tools that scenarios can judge (clients), the failures that can "
		 "happen to a\n"
		 "snapshot, or your mounted volumes (mounts).",
	.examples = "  snaprig list profiles\n"
		    "  snaprig list mounts\n"
		    "  snaprig list clients --json | jq -r '.clients[] | select(.missing).name'\n",
	.exits = "  0    done\n"
		 "  2    the command line is wrong\n"
		 "  4    the list could not be read\n",
	.run = run,
};
