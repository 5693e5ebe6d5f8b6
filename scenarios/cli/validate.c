/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validate.c - snaprig validate: checks whether scenarios can be run, and adapters and failures
 * can be used.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "scenarios/cli/catalog_find.h"
#include "scenarios/cli/commands.h"
#include "scenarios/cli/namesakes.h"
#include "scenarios/cli/scenario_check.h"
#include "scenarios/format/failure.h"
#include "scenarios/format/files.h"
#include "scenarios/format/parse.h"
#include "scenarios/report/text.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/yaml/file.h"
#include "simfs/base/yaml/mistakes.h"
#include "simfs/control/protocol.h"

struct values {
	bool as_json;
	struct command_texts clients;
};

/* A file that was read, with its mistakes. */
struct checked {
	const char *path;
	struct mistakes mistakes;
	struct scenario_list scenarios; /* if the file contains scenarios */
};

/* Returns TEXT, which may be a path with any bytes, as a JSON string. */
static json_t *json_text(const char *text)
{
	char *clean = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&clean, &length);

	while (file && *text) {
		size_t character = utf8_length(text);

		fwrite(character > 0 ? text : "?", 1, character > 0 ? character : 1, file);
		text += character > 0 ? character : 1;
	}
	if (file)
		fclose(file);

	json_t *json = json_string(clean ? clean : "");

	free(clean);
	return json;
}

static json_t *json_of_file(const char *path, const struct mistakes *mistakes)
{
	json_t *errors = json_array();

	for (size_t i = 0; i < mistakes->count; i++) {
		const struct mistake *mistake = &mistakes->items[i];
		json_t *error = json_pack("{s:i, s:i, s:o}", "line", (int)mistake->place.line,
			"column", (int)mistake->place.column, "message", json_text(mistake->text));

		json_array_append_new(errors, error);
	}
	return json_pack("{s:o, s:b, s:o, s:i}", "path", json_text(path), "ok",
		mistakes->count == 0, "errors", errors, "errors_dropped",
		(int)mistakes->dropped_count);
}

/* Reads the text at PATH as what its keys indicate. */
static void text_check(
	struct checked *file, const char *text, size_t length, const struct command_texts *clients)
{
	struct mistakes *mistakes = &file->mistakes;
	AUTO(auto_free) struct client **clients_of = NULL;
	struct client *client = NULL;
	struct failure *failure = NULL;

	if (client_is_meant(text, length))
		(void)client_parse(file->path, text, length, mistakes, &client);
	else if (failure_is_meant(text, length))
		(void)failure_parse(file->path, text, length, mistakes, &failure);
	else if (scenarios_parse(file->path, text, length, mistakes, &file->scenarios) == 0)
		(void)scenarios_check(&file->scenarios, clients, mistakes, &clients_of);
	for (size_t i = 0; clients_of && i < file->scenarios.count; i++)
		client_destroy(clients_of[i]);
	client_destroy(client);
	failure_destroy(failure);
}

static void file_check(const char *path, const struct command_texts *clients, struct checked *file)
{
	AUTO(auto_free) char *text = NULL;
	size_t length;

	file->path = path;
	mistakes_init(&file->mistakes);
	if (yaml_file_read(path, "scenario", &file->mistakes, &text, &length) == 0)
		text_check(file, text, length, clients);
}

static void namesakes_look(struct checked *files, size_t count)
{
	AUTO(auto_free) struct named_scenario *named = NULL;
	size_t named_count = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t at = 0; at < files[i].scenarios.count; at++) {
			const struct scenario *scenario = files[i].scenarios.items[at];

			named = heap_grow(named, named_count, sizeof *named);
			named[named_count++] = (struct named_scenario){ scenario->name,
				files[i].path, scenario->name_place, &files[i].mistakes };
		}
	}
	namesakes_find(named, named_count);
}

static void files_print(const struct checked *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (files[i].mistakes.count == 0)
			printf("ok %s\n", files[i].path);
		else
			mistakes_print(&files[i].mistakes, files[i].path, stderr);
	}
}

static void json_print(const struct checked *files, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_of_file(files[i].path, &files[i].mistakes));

	json_t *document = json_pack("{s:o}", "files", array);

	json_output_write(document, JSON_OUTPUT_FLAGS, stdout);
	json_decref(document);
}

/* Reads all of them first, because two may be wrong together, and reports each. */
static bool files_validate(
	const struct scenario_files *found, const struct command_texts *clients, bool as_json)
{
	AUTO(auto_free)
	struct checked *files = heap_new((found->count + 1) * sizeof *files);
	bool is_ok = true;

	for (size_t i = 0; i < found->count; i++)
		file_check(found->paths[i], clients, &files[i]);
	namesakes_look(files, found->count);
	(as_json ? json_print : files_print)(files, found->count);
	for (size_t i = 0; i < found->count; i++) {
		is_ok = is_ok && files[i].mistakes.count == 0;
		mistakes_deinit(&files[i].mistakes);
		scenario_list_deinit(&files[i].scenarios);
	}
	return is_ok;
}

static int paths_validate(char **paths, size_t count, const struct values *values)
{
	struct scenario_files files;
	int exit_code = EXIT_MET;

	scenario_files_init(&files);
	for (size_t i = 0; i < count; i++) {
		AUTO(auto_free) char *scenario = NULL;
		bool is_name = catalog_is_meant(paths[i]);
		int error = is_name ? catalog_find(paths[i], &files, &scenario)
				    : scenario_files_add(&files, paths[i]);

		if (error == 0)
			continue;
		exit_code = EXIT_USAGE;
		if (is_name)
			continue;
		if (error == -ENOENT)
			log_error("no scenario in directory '%s'", paths[i]);
		else
			log_error_code(error, "cannot read directory '%s'", paths[i]);
	}
	if (!files_validate(&files, &values->clients, values->as_json))
		exit_code = EXIT_USAGE;
	scenario_files_deinit(&files);
	return exit_code;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct values values = { 0 };
	size_t count;
	int exit_code = command_line_parse(line, argc, argv, &values, &count);

	if (exit_code != COMMAND_GO_ON)
		return exit_code;
	if (client_folders_check(&values.clients) < 0)
		return EXIT_USAGE;
	return paths_validate(argv + 1, count, &values);
}

static const struct command_option options[] = {
	{ "clients", "FOLDER...", "also look for client adapters in this folder", COMMAND_FOLDER,
		.offset = offsetof(struct values, clients) },
	{ "json", NULL, "print one JSON object instead",
		.offset = offsetof(struct values, as_json) },
	{ 0 },
};

const struct command_line validate_command = {
	.name = "validate",
	.summary = "find mistakes in scenarios, adapters and failures",
	.operands = { { "SCENARIO|FOLDER...", COMMAND_LISTED, "scenarios FILE", NULL } },
	.options = options,
	.about = "Reads each scenario, failure or client adapter, and every *.yaml and *.yml file "
		 "below\n"
		 "each folder, without running it.  The keys of a file tell what it is.  An "
		 "argument that\n"
		 "is not a file is a name in the catalog, as for 'run'.\n"
		 "\n"
		 "Prints 'ok PATH' for each file that could be run.  For other files, prints every "
		 "mistake\n"
		 "as 'PATH:LINE:COLUMN: MESSAGE' on stderr.",
	.examples = "  snaprig validate mine.yaml\n"
		    "  snaprig validate scenarios/ --clients adapters\n",
	.exits = "  0    every file could be run\n"
		 "  2    there is a mistake, or a file cannot be read\n",
	.run = run,
};
