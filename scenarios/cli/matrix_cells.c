/* SPDX-License-Identifier: Apache-2.0 */
/* matrix_cells.c - which clients meet which failures. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/base/quote.h"
#include "scenarios/cli/check_arguments.h"
#include "scenarios/cli/check_failures.h"
#include "scenarios/cli/failure_find.h"
#include "scenarios/cli/matrix.h"
#include "scenarios/clients/program_says.h"
#include "scenarios/clients/readiness.h"
#include "scenarios/clients/share.h"
#include "scenarios/format/files.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"

/* The default profile, in a failure for any profile. */
#define ANY_PROFILE "plain"

/* ---- columns ---- */

static void column_add(
	struct matrix *matrix, const struct failure *failure, const char *path, const char *profile)
{
	/* What a client is given is checked for each cell. */
	enum client_gives gives = failure && failure->clients == FAILURE_OF_XAPI ? CLIENT_GIVES_XAPI
										 : CLIENT_GIVES_LVM;
	const char *missing = failure ? check_failure_missing(failure, gives) : NULL;

	matrix->columns = heap_grow(matrix->columns, matrix->column_count, sizeof *matrix->columns);
	matrix->columns[matrix->column_count++] = (struct matrix_column){
		.failure = failure ? heap_copy(failure->scenario.name) : NULL,
		.path = heap_copy(path),
		.profile = heap_copy(profile),
		.about = failure ? heap_copy(failure->scenario.about) : NULL,
		.missing = missing ? heap_format("the failure needs %s", missing) : NULL,
		.clients = failure ? failure->clients : FAILURE_OF_ANY,
	};
}

static void column_deinit(struct matrix_column *column)
{
	free(column->failure);
	free(column->path);
	free(column->profile);
	free(column->about);
	free(column->missing);
}

static int failure_add(struct matrix *matrix, const char *path, const char *asked)
{
	struct failure *failure;

	if (failure_load(path, stderr, &failure) < 0)
		return EXIT_USAGE;
	for (size_t i = 0; i < failure->profile_count; i++) {
		const char *own = failure->profiles[i].name;

		if (!asked || strcmp(asked, own) == 0 || strcmp(own, ANY_PROFILE) == 0)
			column_add(matrix, failure, path, asked ? asked : own);
	}
	failure_destroy(failure);
	return EXIT_MET;
}

/* "cow-*" matches "…/cow-overflow.yaml". */
static bool is_meant(const char *path, const char *pattern)
{
	const char *slash = strrchr(path, '/');
	AUTO(auto_free) char *name = heap_copy(slash ? slash + 1 : path);
	char *dot = strrchr(name, '.');

	if (dot)
		*dot = '\0';
	return fnmatch(pattern, name, 0) == 0;
}

/* Adds those of ours that match PATTERN; or the failure at a path. */
static int pattern_add(struct matrix *matrix, const struct scenario_files *ours,
	const char *pattern, const char *profile)
{
	AUTO(auto_free) char *why = NULL;
	AUTO(auto_free) char *path = NULL;
	int code = EXIT_MET;
	bool is_pattern = strpbrk(pattern, "*?[") && !strchr(pattern, '/');
	size_t count = 0;

	if (strcmp(pattern, "none") == 0)
		return EXIT_MET;
	for (size_t i = 0; is_pattern && i < ours->count && code == EXIT_MET; i++) {
		if (!is_meant(ours->paths[i], pattern))
			continue;
		count++;
		code = failure_add(matrix, ours->paths[i], profile);
	}
	if (count > 0)
		return code;
	path = failure_find(pattern, NULL, &why);
	if (path)
		return failure_add(matrix, path, profile);
	log_error("%s", why);
	return EXIT_USAGE;
}

static int columns_make(const struct matrix_arguments *arguments, struct matrix *matrix)
{
	struct scenario_files ours;
	AUTO(auto_free) char *why = NULL;
	AUTO(auto_free) char *list = heap_copy(arguments->failures ? arguments->failures : "*");
	int code = EXIT_MET;
	char *rest;

	column_add(matrix, NULL, NULL, arguments->check.profile);
	if (failure_files(&ours, &why) < 0) {
		log_error("%s", why);
		code = EXIT_RIG;
	}
	for (char *pattern = strtok_r(list, ", ", &rest); pattern && code == EXIT_MET;
		pattern = strtok_r(NULL, ", ", &rest))
		code = pattern_add(matrix, &ours, pattern, arguments->check.profile);
	scenario_files_deinit(&ours);
	return code;
}

/* ---- rows ---- */

static const char *const file_systems[] = {
	[CLIENT_ANY_CONTENT] = NULL,
	[CLIENT_EXT4] = "ext4",
	[CLIENT_NTFS] = "ntfs",
	[CLIENT_XFS] = "xfs",
};

/* Returns the image in `--image FS=FILE` for CLIENT; or NULL. */
static const char *image_of(const struct matrix_arguments *arguments, const struct client *client)
{
	const char *wanted = file_systems[client->file_system];

	for (size_t i = 0; wanted && i < arguments->images.count; i++) {
		const char *text = arguments->images.texts[i];
		size_t length = strlen(wanted);

		if (strncmp(text, wanted, length) == 0 && text[length] == '=')
			return text + length + 1;
	}
	return NULL;
}

static void row_deinit(struct matrix_row *row)
{
	free(row->arguments.image_path);
	free(row->version);
	free(row->missing);
	client_destroy(row->client);
}

static int row_read(const struct matrix_arguments *arguments, struct matrix_row *row)
{
	const struct client *client = row->client;
	AUTO(auto_free) char *why = NULL;
	const char *missing = client_missing(client, &why);

	row->version = client_version(client);
	row->arguments = arguments->check;
	row->arguments.adapter = client;
	row->arguments.command = &row->client->name;
	row->arguments.gives = client->gives;
	row->arguments.takes = client->takes_snapshot;
	row->arguments.image = image_of(arguments, client);
	if (missing)
		row->missing = heap_format("there is %s", why);
	else if (!row->arguments.image && client->file_system > CLIENT_EXT4)
		row->missing = heap_format("its volume must have %s (--image %s=FILE)",
			file_systems[client->file_system], file_systems[client->file_system]);
	else
		row->missing = client_unready(client, READINESS_PATIENCE_NS);
	return check_arguments_read_values(&row->arguments);
}

static int row_add(
	const struct matrix_arguments *arguments, struct matrix *matrix, struct client *client)
{
	struct matrix_row *row;

	matrix->rows = heap_grow(matrix->rows, matrix->row_count, sizeof *matrix->rows);
	row = &matrix->rows[matrix->row_count++];
	row->client = client;
	return row_read(arguments, row) < 0 ? EXIT_USAGE : EXIT_MET;
}

static int named_add(
	const struct matrix_arguments *arguments, struct matrix *matrix, const char *name)
{
	struct client_search search = {
		.folders = arguments->clients.texts,
		.folder_count = arguments->clients.count,
	};
	struct mistakes mistakes;
	struct client *client = NULL;

	mistakes_init(&mistakes);
	if (client_find(name, &search, &mistakes, (struct place){ 0 }, &client) < 0 &&
		mistakes.count > 0)
		log_error("%s", mistakes.items[0].text);
	mistakes_deinit(&mistakes);
	return client ? row_add(arguments, matrix, client) : EXIT_USAGE;
}

/* Removes the row added last if its client is given LVM or XAPI, because it meets other
 * failures. */
static void row_drop_of_own(struct matrix *matrix)
{
	struct matrix_row *row = &matrix->rows[matrix->row_count - 1];

	if (!client_takes_what_is_given(row->client->gives))
		return;
	row_deinit(row);
	matrix->row_count--;
}

/* Adds all of ours, in order of their names, except those that are given LVM or XAPI. */
static int all_add(const struct matrix_arguments *arguments, struct matrix *matrix)
{
	struct scenario_files files;
	AUTO(auto_free) char *folder = share_folder("clients");
	int code = EXIT_MET;

	scenario_files_init(&files);
	if (!folder || scenario_files_add(&files, folder) < 0) {
		AUTO(auto_free) char *why = share_missing("clients");

		log_error("%s", why);
		code = EXIT_RIG;
	}
	for (size_t i = 0; i < files.count && code == EXIT_MET; i++) {
		const char *slash = strrchr(files.paths[i], '/');
		AUTO(auto_free) char *name = heap_copy(slash ? slash + 1 : files.paths[i]);

		name[strcspn(name, ".")] = '\0';
		code = named_add(arguments, matrix, name);
		if (code == EXIT_MET)
			row_drop_of_own(matrix);
	}
	scenario_files_deinit(&files);
	return code;
}

/* Returns whether a row can meet a failure that is only for CLIENTS. */
static bool is_met(const struct matrix *matrix, enum failure_clients clients)
{
	static const enum client_gives gives[] = {
		[FAILURE_OF_LVM] = CLIENT_GIVES_LVM,
		[FAILURE_OF_XAPI] = CLIENT_GIVES_XAPI,
	};

	for (size_t i = 0; clients != FAILURE_OF_ANY && i < matrix->row_count; i++) {
		if (matrix->rows[i].client->gives == gives[clients])
			return true;
	}
	return clients == FAILURE_OF_ANY;
}

/* Drops the columns of a pattern that no client can meet; a failure given by name stays, and says
 * so. */
static void columns_drop_unmet(const struct matrix_arguments *arguments, struct matrix *matrix)
{
	size_t kept = 0;

	if (arguments->failures && !strpbrk(arguments->failures, "*?["))
		return;
	for (size_t i = 0; i < matrix->column_count; i++) {
		if (!is_met(matrix, matrix->columns[i].clients))
			column_deinit(&matrix->columns[i]);
		else
			matrix->columns[kept++] = matrix->columns[i];
	}
	matrix->column_count = kept;
}

static void word_add(FILE *file, const char *option, const char *value)
{
	AUTO(auto_free) char *quoted = value ? shell_quote(value) : NULL;

	if (quoted)
		fprintf(file, " %s%s", option, quoted);
}

/* Returns the command line again, without options about running and reporting. */
static char *words_of(
	const struct matrix_arguments *arguments, const char *const *names, size_t count)
{
	char *words = NULL;
	size_t length;
	FILE *file = open_memstream(&words, &length);

	if (!file)
		return NULL;
	for (size_t i = 0; i < count; i++)
		word_add(file, "", names[i]);
	word_add(file, "--failures ", arguments->failures);
	word_add(file, "--profile ", arguments->check.profile);
	word_add(file, "--size ", arguments->check.size);
	for (size_t i = 0; i < arguments->images.count; i++)
		word_add(file, "--image ", arguments->images.texts[i]);
	word_add(file, "--time-limit ", arguments->check.time_limit_text);
	word_add(file, "--seed ", arguments->check.seed_text);
	fclose(file);
	return words;
}

int matrix_make(const struct matrix_arguments *arguments, const char *const *names, size_t count,
	struct matrix *ret)
{
	int code = columns_make(arguments, ret);

	ret->words = words_of(arguments, names, count);
	for (size_t i = 0; i < count && code == EXIT_MET; i++)
		code = named_add(arguments, ret, names[i]);
	if (count == 0 && code == EXIT_MET)
		code = all_add(arguments, ret);
	if (code == EXIT_MET)
		columns_drop_unmet(arguments, ret);
	ret->cells = heap_new((ret->row_count * ret->column_count + 1) * sizeof(json_t *));
	return code;
}

void matrix_deinit(struct matrix *matrix)
{
	for (size_t i = 0; matrix->cells && i < matrix->row_count * matrix->column_count; i++)
		json_decref(matrix->cells[i]);
	for (size_t i = 0; i < matrix->row_count; i++)
		row_deinit(&matrix->rows[i]);
	for (size_t i = 0; i < matrix->column_count; i++)
		column_deinit(&matrix->columns[i]);
	free(matrix->cells);
	free(matrix->words);
	environments_deinit(&matrix->environments);
	free(matrix->rows);
	free(matrix->columns);
}
