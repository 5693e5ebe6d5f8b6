/* SPDX-License-Identifier: Apache-2.0 */
/* lvm_journal.c - see lvm_journal.h. */
#include "simfs/cli/lvm_journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/json_output.h"
#include "simfs/base/log.h"
#include "simfs/doors/dm/commands/journal.h"
#include "simfs/doors/dm/commands/judge.h"

#define JOURNAL_PATH "/lvm/commands.jsonl"

/* Reads the lines of the last world, skipping lines cut off by a crash.  The caller frees them. */
static json_t *read_last_world(FILE *file)
{
	json_t *commands = json_array();
	json_int_t world = 0;
	AUTO(auto_free) char *line = NULL;
	size_t size = 0;
	while (getline(&line, &size, file) > 0) {
		json_t *command = json_loads(line, 0, NULL);
		json_int_t its_world = json_integer_value(json_object_get(command, "world"));
		if (!command)
			continue;
		if (its_world != world)
			json_array_clear(commands);
		world = its_world;
		json_array_append_new(commands, command);
	}
	return commands;
}

static bool has_device(const json_t *command, const char *when, const char *name)
{
	json_t *list = json_object_get(json_object_get(command, when), "devices"), *device;
	size_t at;
	json_array_foreach(list, at, device)
	{
		const char *its_name = json_string_value(json_object_get(device, "name"));
		if (its_name && strcmp(its_name, name) == 0)
			return true;
	}
	return false;
}

/* Prints " +vg0-b1" for each device at WHEN that does not exist at OTHER. */
static void print_changes(
	const json_t *command, const char *when, const char *other, const char *sign)
{
	json_t *list = json_object_get(json_object_get(command, when), "devices"), *device;
	size_t at;
	json_array_foreach(list, at, device)
	{
		const char *name = json_string_value(json_object_get(device, "name"));
		if (name && !has_device(command, other, name))
			printf(" %s%s", sign, name);
	}
}

static void print_command(const json_t *command)
{
	json_t *exit_code = json_object_get(command, "exit"), *words, *word;
	json_t *signal_number = json_object_get(command, "signal");
	size_t at;
	printf("%4lld %7.2f s  ",
		(long long)json_integer_value(json_object_get(command, "command")),
		json_number_value(json_object_get(command, "seconds")));
	if (json_is_integer(exit_code))
		printf("exit %-4lld", (long long)json_integer_value(exit_code));
	else if (json_is_integer(signal_number))
		printf("signal %-2lld", (long long)json_integer_value(signal_number));
	else
		printf("no exit  ");
	words = json_object_get(command, "argv");
	json_array_foreach(words, at, word) printf(" %s", json_string_value(word));
	printf("  ");
	print_changes(command, "after", "before", "+");
	print_changes(command, "before", "after", "-");
	putchar('\n');
}

static void print_all(const json_t *commands, const json_t *findings)
{
	size_t at;
	json_t *each;
	json_array_foreach(commands, at, each) print_command(each);
	json_array_foreach(findings, at, each) printf("%s: %s (command %lld)\n",
		json_string_value(json_object_get(each, "finding")),
		json_string_value(json_object_get(each, "says")),
		(long long)json_integer_value(json_object_get(each, "command")));
}

int lvm_journal_print(const char *state_folder, bool json)
{
	AUTO(auto_free) char *path = NULL;
	if (asprintf(&path, "%s" JOURNAL_PATH, state_folder) < 0) {
		log_error("out of memory");
		return EXIT_RIG;
	}
	AUTO(auto_fclose) FILE *file = fopen(path, "re");
	if (!file) {
		log_error_code(-errno, "cannot read the journal of commands '%s'", path);
		return EXIT_USAGE;
	}

	json_t *commands = read_last_world(file);
	json_t *findings = command_judge(commands);
	int code = json_array_size(findings) ? EXIT_FINDING : EXIT_MET;
	if (json) {
		json_t *all = json_pack("{s:O, s:O}", "commands", commands, "findings", findings);

		json_output_write(all, JSON_OUTPUT_FLAGS, stdout);
		json_decref(all);
	} else {
		print_all(commands, findings);
	}
	json_decref(findings);
	json_decref(commands);
	return code;
}
