/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/command_table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/cli/commands.h"
#include "scenarios/clients/reference.h"
#include "simfs/base/check.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/json_output.h"
#include "simfs/base/log.h"
#include "simfs/base/suggest.h"
#include "simfs/base/wrap.h"
#include "simfs/cli/ask.h"
#include "simfs/cli/words.h"

const struct command_group command_groups[] = {
	{ .heading = "volumes" },
	{ .command = &create_command },
	{ .command = &mount_command },
	{ .command = &verify_command },
	{ .command = &umount_command },
	{ .command = &status_command },
	{ .command = &top_command },
	{ .command = &events_command },
	{ .name = "snapshot", .summary = "take and delete snapshots", .actions = snapshot_actions },
	{ .command = &coalesce_command },
	{ .name = "datto",
		.summary = "imitate dattobd's tool and its file system",
		.actions = datto_actions },
	{ .name = "fault",
		.summary = "break a volume at an exact moment",
		.actions = fault_actions },
	{ .name = "writers",
		.summary = "manage the applications that freeze for a snapshot",
		.actions = writers_actions },
	{ .name = "gauge",
		.summary = "feign a gauge, or create memory pressure",
		.actions = gauge_actions },

	{ .heading = "doors" },
	{ .command = &lvm_command },
	{ .name = "xapi",
		.summary = "serve a XenServer pool, and use backups made from it",
		.actions = xapi_actions },

	{ .heading = "scenarios" },
	{ .command = &check_command },
	{ .command = &compare_command },
	{ .command = &matrix_command },
	{ .command = &sweep_command },
	{ .command = &run_command },
	{ .name = "report",
		.summary = "merge the reports of several runs",
		.actions = report_actions },
	{ .command = &replay_command },
	{ .command = &shrink_command },
	{ .command = &validate_command },
	{ .command = &demo_command },

	{ .heading = "the reference client" },
	{ .command = &backup_command },
	{ .command = &restore_command },

	{ .heading = "this machine" },
	{ .command = &list_command },
	{ .command = &doctor_command },
	{ .command = &bench_command },
	{ 0 },
};

#define ACTIONS_MAX	   32
#define ACTIONS_TEXT_BYTES 256
#define GROUPS_MAX	   (sizeof command_groups / sizeof command_groups[0])

static const char *group_name(const struct command_group *group)
{
	return group->command ? group->command->name : group->name;
}

static bool is_end(const struct command_group *group)
{
	return !group->heading && !group_name(group);
}

static const char *action_name(const struct command_line *action)
{
	return strchr(action->name, ' ') + 1;
}

/* ---- help ---- */

/* If a group has many actions, only the first are named. */
#define ACTIONS_SHOWN	   5

#define SYNOPSIS_WIDTH	   29
#define SUMMARY_LINE_BYTES 256

static void print_synopsis(const struct command_group *group, FILE *file)
{
	const struct command_line *command = group->command;
	char operands[128];
	size_t min, max;

	fprintf(file, "%s", group_name(group));
	for (size_t at = 0; !command && group->actions[at]; at++) {
		if (at <= ACTIONS_SHOWN)
			fprintf(file, "%s%s", at ? "|" : " ",
				at < ACTIONS_SHOWN ? action_name(group->actions[at]) : "...");
	}
	if (!command) {
		command_line_operands(group->actions[0], operands, sizeof operands, &min, &max);
		fprintf(file, " %.*s ...", (int)strcspn(operands, " ."), operands);
		return;
	}
	command_line_operands(command, operands, sizeof operands, &min, &max);
	fprintf(file, "%s%s", *operands ? " " : "", operands);
	for (const struct command_option *at = command->options; at && at->name; at++)
		if (at->is_required)
			fprintf(file, " --%s %s", at->name, at->value);
}

static void print_group(const struct command_group *group, unsigned columns, FILE *file)
{
	const char *summary = group->command ? group->command->summary : group->summary;
	char *synopsis = NULL;
	size_t length;
	FILE *text = open_memstream(&synopsis, &length);

	if (!text)
		return;
	print_synopsis(group, text);
	fclose(text);

	char line[SUMMARY_LINE_BYTES];
	bool is_long = strlen(synopsis) > SYNOPSIS_WIDTH;

	/* A long synopsis goes on a line of its own, above the summary. */
	if (is_long) {
		snprintf(line, sizeof line, "  %s", synopsis);
		wrap_line(line, 4, columns, file);
	}
	snprintf(line, sizeof line, "  %-*s %s", SYNOPSIS_WIDTH, is_long ? "" : synopsis, summary);
	wrap_line(line, SYNOPSIS_WIDTH + 3, columns, file);
	free(synopsis);
}

void command_table_help(FILE *file)
{
	unsigned columns = wrap_columns(file);
	char heading[SUMMARY_LINE_BYTES];

	wrap_text("usage: snaprig COMMAND [ARGUMENT]...\n"
		  "\n"
		  "A test rig on which snapshots fail the way real ones fail.\n",
		columns, file);
	for (const struct command_group *group = command_groups; !is_end(group); group++) {
		if (group->heading) {
			snprintf(heading, sizeof heading, "%s:", group->heading);
			fputc('\n', file);
			wrap_line(heading, 0, columns, file);
		} else {
			print_group(group, columns, file);
		}
	}
	wrap_text("\n"
		  "See 'snaprig COMMAND --help' for a command; 'snaprig --version' prints the "
		  "version.\n",
		columns, file);
}

static int print_actions(const struct command_group *group)
{
	unsigned columns = wrap_columns(stdout);
	char line[SUMMARY_LINE_BYTES];

	snprintf(line, sizeof line, "usage: snaprig %s ACTION ...", group->name);
	wrap_line(line, 7, columns, stdout);
	fputs("\nactions:\n", stdout);
	for (size_t at = 0; group->actions[at]; at++) {
		snprintf(line, sizeof line, "  %-10s %s", action_name(group->actions[at]),
			group->actions[at]->summary);
		wrap_line(line, 13, columns, stdout);
	}
	snprintf(line, sizeof line, "'snaprig %s ACTION --help' shows more.", group->name);
	putchar('\n');
	wrap_line(line, 0, columns, stdout);
	return command_line_finish();
}

/* ---- running ---- */

static const struct command_group *find_group(const char *name)
{
	for (const struct command_group *group = command_groups; !is_end(group); group++)
		if (!group->heading && strcmp(group_name(group), name) == 0)
			return group;
	return NULL;
}

static int report_unknown(const char *name)
{
	const char *known[GROUPS_MAX];
	char hint[SUGGEST_HINT_BYTES];
	size_t count = 0;

	for (const struct command_group *group = command_groups; !is_end(group); group++)
		if (!group->heading)
			known[count++] = group_name(group);

	log_error("unknown command '%s' (%s)", name,
		suggest_hint(name, known, count, "see 'snaprig --help'", hint));
	return EXIT_USAGE;
}

/* NAME may be NULL: none was typed. */
static int report_action(const struct command_group *group, const char *name)
{
	char all[ACTIONS_TEXT_BYTES] = "", hint[SUGGEST_HINT_BYTES];
	const char *known[ACTIONS_MAX];
	size_t count = 0, used = 0;

	for (; group->actions[count]; count++) {
		MUST(count < ACTIONS_MAX);
		known[count] = action_name(group->actions[count]);
		used += (size_t)snprintf(
			all + used, sizeof all - used, "%s%s", count ? ", " : "", known[count]);
		MUST(used < sizeof all);
	}
	if (name)
		log_error("unknown action '%s' of '%s' (%s all actions: %s)", name, group->name,
			suggest_hint(name, known, count, "see --help;", hint), all);
	else
		log_error("'%s' needs an action (one of: %s)", group->name, all);
	return EXIT_USAGE;
}

static int run_line(const struct command_line *line, int argc, char **argv)
{
	return line->asks ? cli_ask(line, argc, argv) : line->run(line, argc, argv);
}

/* The row of action NAME (may be NULL), or NULL. */
static const struct command_line *find_action(const struct command_group *group, const char *name)
{
	for (size_t at = 0; name && group->actions[at]; at++)
		if (strcmp(action_name(group->actions[at]), name) == 0)
			return group->actions[at];
	return NULL;
}

/* argv[0] is the name of the group. */
static int run_group(const struct command_group *group, int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;

	if (group->command)
		return run_line(group->command, argc, argv);
	if (name && (command_line_asks_for_help(name) || strcmp(name, "help") == 0))
		return print_actions(group);

	const struct command_line *action = find_action(group, name);

	return action ? run_line(action, argc - 1, argv + 1) : report_action(group, name);
}

static int run_help(int argc, char **argv)
{
	const struct command_group *group;

	if (argc < 2 || argv[1][0] == '-') {
		command_table_help(stdout);
		return command_line_finish();
	}
	group = find_group(argv[1]);
	if (!group)
		return report_unknown(argv[1]);

	/* "help snapshot create" is "snapshot create --help". */
	char **arguments = calloc((size_t)argc + 1, sizeof *arguments);
	char help[] = "--help";

	if (!arguments) {
		log_error("out of memory");
		return EXIT_RIG;
	}
	memcpy(arguments, argv + 1, ((size_t)argc - 1) * sizeof *arguments);
	arguments[argc - 1] = help;

	int exit_code = run_group(group, argc, arguments);

	free(arguments);
	return exit_code;
}

/*
 * `snaprig IMAGE MNT [-o OPTIONS]`: how mount.fuse3(8) runs what mount(8) calls with -t
 * fuse.snaprig.
 */
static bool is_mount_helper(int argc, char **argv)
{
	return strchr(argv[1], '/') || (argc > 3 && strcmp(argv[3], "-o") == 0);
}

int command_table_run(int argc, char **argv)
{
	const char *name = argv[1];
	const struct command_group *group = find_group(name);

	if (command_line_asks_for_help(name) || strcmp(name, "help") == 0)
		return run_help(argc - 1, argv + 1);
	if (strcmp(name, "words") == 0)
		return words_run(argc - 1, argv + 1);
	if (!group && is_mount_helper(argc, argv))
		return run_line(&mount_command, argc, argv);
	/* For an unknown command; a known one decides itself whether it has --json. */
	if (!group || (!group->command && !find_action(group, argv[2])))
		if (command_line_asks_for_json(argc, argv, false))
			json_output_begin();
	return json_output_end(group ? run_group(group, argc - 1, argv + 1) : report_unknown(name));
}
