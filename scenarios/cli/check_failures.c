/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/check_failures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/heap.h"
#include "scenarios/base/interrupt.h"
#include "scenarios/base/process.h"
#include "scenarios/clients/share.h"
#include "scenarios/format/files.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/base/suggest.h"

#define NAMES_MAX 256

/* The profile that stands for each, in a failure that is of none. */
#define ANY_PROFILE "plain"

static int files_find(struct scenario_files *files)
{
	AUTO(auto_free) char *folder = share_folder("failures");

	scenario_files_init(files);
	if (folder && scenario_files_add(files, folder) == 0)
		return EXIT_MET;
	log_error("cannot find the folder 'failures' (SNAPRIG_SHARE may name where it lies)");
	return EXIT_RIG;
}

static char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = heap_copy(slash ? slash + 1 : path);
	char *dot = strrchr(name, '.');

	if (dot)
		*dot = '\0';
	return name;
}

static void report_unknown(const char *name, const struct scenario_files *files)
{
	char *names[NAMES_MAX];
	size_t count = 0;

	while (count < files->count && count < NAMES_MAX) {
		names[count] = name_of(files->paths[count]);
		count++;
	}

	const char *near = suggest_near(name, (const char *const *)names, count);

	if (near)
		log_error("unknown failure '%s' (did you mean '%s'?)", name, near);
	else
		log_error("unknown failure '%s' ('snaprig list failures' shows them)", name);
	while (count > 0)
		free(names[--count]);
}

/* The path of the failure NAME, which is one or lies in our folder; the caller's, or NULL. */
static char *failure_path(const char *name)
{
	struct scenario_files files;
	char *path = NULL;

	if (strchr(name, '/') || access(name, R_OK) == 0)
		return heap_copy(name);
	if (files_find(&files) == EXIT_MET) {
		for (size_t i = 0; i < files.count && !path; i++) {
			AUTO(auto_free) char *known = name_of(files.paths[i]);

			if (strcmp(known, name) == 0)
				path = heap_copy(files.paths[i]);
		}
		if (!path)
			report_unknown(name, &files);
	}
	scenario_files_deinit(&files);
	return path;
}

/* Does what is asked for suit FAILURE?  Says why not, unless QUIETLY. */
static bool suits(const struct check_arguments *arguments, const struct failure *failure)
{
	const char *profile = arguments->profile;

	return !profile || failure_profile(failure, profile) ||
	       failure_profile(failure, ANY_PROFILE);
}

int check_failure_load(const struct check_arguments *arguments, struct failure **ret)
{
	AUTO(auto_free)
	char *path = arguments->failure ? failure_path(arguments->failure) : NULL;

	*ret = NULL;
	if (!arguments->failure)
		return EXIT_MET;
	if (!path || failure_load(path, stderr, ret) < 0)
		return EXIT_USAGE;
	if (!suits(arguments, *ret))
		log_error("failure '%s' is none of profile '%s' (try --profile %s)",
			(*ret)->scenario.name, arguments->profile, (*ret)->profiles[0].name);
	else if (arguments->at && !failure_has_moment(*ret))
		log_error("failure '%s' has no moment that --at could set", (*ret)->scenario.name);
	else
		return EXIT_MET;
	failure_destroy(TAKE_PTR(*ret));
	return EXIT_USAGE;
}

char *check_failure_profile(const struct check_arguments *arguments, const struct failure *failure)
{
	return heap_copy(arguments->profile ? arguments->profile : failure->profiles[0].name);
}

const char *check_failure_missing(const struct failure *failure)
{
	for (size_t i = 0; i < failure->need_count; i++) {
		const char *need = failure->needs[i];

		if (strcmp(need, "root") == 0 ? geteuid() != 0 : !process_program_exists(need))
			return need;
	}
	return NULL;
}

/* ---- all ---- */

int check_code_worse(int left, int right)
{
	static const int order[] = { EXIT_RIG, EXIT_TIMED_OUT, EXIT_FINDING, EXIT_INCONCLUSIVE,
		EXIT_MET, EXIT_SKIPPED };

	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
		if (left == order[i] || right == order[i])
			return order[i];
	return left;
}

static int one_of_all(const struct check_arguments *arguments, const char *path,
	const char *profile, json_t *results)
{
	struct failure *failure;
	struct check_result result;
	int code;

	if (failure_load(path, stderr, &failure) < 0)
		return EXIT_USAGE;
	check_run(arguments, failure, profile, &result);
	if (!interrupt_seen()) {
		json_array_append_new(results, check_json(&result));
		if (!arguments->as_json)
			check_print_row(&result);
		fflush(stdout);
	}
	code = result.code;
	check_result_deinit(&result);
	return code;
}

/* On each of the profiles of FAILURE, which is at PATH. */
static int profiles_of_all(const struct check_arguments *arguments, const char *path,
	const struct failure *failure, int code, json_t *results)
{
	for (size_t i = 0; i < failure->profile_count && !interrupt_seen(); i++) {
		const char *own = failure->profiles[i].name;
		const char *asked = arguments->profile;

		if (asked && strcmp(asked, own) != 0 && strcmp(own, ANY_PROFILE) != 0)
			continue;
		code = check_code_worse(
			code, one_of_all(arguments, path, asked ? asked : own, results));
	}
	return code;
}

int check_all(const struct check_arguments *arguments, json_t *results)
{
	struct scenario_files files;
	int code = files_find(&files);

	if (code == EXIT_MET)
		code = EXIT_SKIPPED;
	if (code == EXIT_SKIPPED && !arguments->as_json)
		check_print_heading();
	for (size_t i = 0; i < files.count && code != EXIT_USAGE && !interrupt_seen(); i++) {
		struct failure *failure;

		if (failure_load(files.paths[i], stderr, &failure) < 0) {
			code = EXIT_USAGE;
			continue;
		}

		const char *missing = check_failure_missing(failure);

		if (missing)
			log_info("%s: skipped: it needs %s", failure->scenario.name, missing);
		else if (!arguments->at || failure_has_moment(failure))
			code = profiles_of_all(arguments, files.paths[i], failure, code, results);
		failure_destroy(failure);
	}
	scenario_files_deinit(&files);
	return code;
}
