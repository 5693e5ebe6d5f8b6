/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demo.c - snaprig demo: one COW overflow, every client, one table.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/heap.h"
#include "scenarios/base/interrupt.h"
#include "scenarios/cli/commands.h"
#include "scenarios/cli/demo_table.h"
#include "scenarios/cli/run_set.h"
#include "scenarios/clients/share.h"
#include "scenarios/run/runner.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"

#define OVERFLOW_SCENARIOS "actiphy/cow-overflow-*.yaml"

static int overflows_load(struct run_set *set)
{
	AUTO(auto_free) char *catalog = share_folder("catalog");
	AUTO(auto_free)
	char *pattern = catalog ? heap_format("%s/" OVERFLOW_SCENARIOS, catalog) : NULL;
	glob_t found = { 0 };
	int result = 0;

	if (!catalog) {
		AUTO(auto_free) char *why = share_missing("catalog");

		log_error("%s", why);
		return -1;
	}
	if (glob(pattern, 0, NULL, &found) != 0) {
		log_error("there is no scenario '%s'", pattern);
		return -1;
	}
	for (size_t i = 0; i < found.gl_pathc && result == 0; i++)
		result = run_set_add(set, found.gl_pathv[i]);
	globfree(&found);
	return result;
}

/* While a scenario runs, a person sees which one. */
static void progress_show(const char *client, bool is_terminal)
{
	if (is_terminal)
		fprintf(stderr, "\r\033[K%s ...", client);
}

static int demo_run(struct run_set *set)
{
	struct demo_table table = { 0 };
	struct run_options options = { .backup_over = demo_table_note, .context = &table };
	bool is_terminal = isatty(STDERR_FILENO);
	struct results results;

	results_init(&results);
	interrupt_watch();
	for (size_t i = 0; i < set->count && !interrupt_seen(); i++) {
		progress_show(set->items[i].client->name, is_terminal);
		demo_table_begin(&table, set->items[i].client->name);
		run_scenario(set->items[i].scenario, set->items[i].client, &options, &results);
		demo_table_end(&table, &results.scenarios[i]);
	}
	if (is_terminal)
		fputs("\r\033[K", stderr);
	if (!interrupt_seen())
		demo_table_print(&table, stdout);

	int exit_code = demo_table_exit_code(&table);

	demo_table_deinit(&table);
	results_deinit(&results);
	interrupt_obey();
	return exit_code;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct run_set set;
	size_t count;
	int exit_code = command_line_parse(line, argc, argv, NULL, &count);

	if (exit_code != COMMAND_GO_ON)
		return exit_code;
	run_set_init(&set);
	exit_code = overflows_load(&set) < 0 ? EXIT_RIG : demo_run(&set);
	run_set_deinit(&set);
	return exit_code;
}

const struct command_line demo_command = {
	.name = "demo",
	.summary = "one COW overflow, every client, one table",
	.about = "Mounts a volume as ActiveImage Protector's driver would snapshot it, overflows "
		 "its\n"
		 "COW file in the middle of a backup, and shows what each backup tool made of it.\n"
		 "These are the scenarios catalog/actiphy/cow-overflow-*.yaml.",
	.exits = "  0    the runs themselves worked, whatever they showed\n"
		 "  2    the command line is wrong\n"
		 "  4    the rig failed\n"
		 "  77   nothing could be run here\n",
	.run = run,
};
