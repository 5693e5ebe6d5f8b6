/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/check_failures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/interrupt.h"
#include "scenarios/base/process.h"
#include "scenarios/cli/failure_find.h"
#include "scenarios/format/files.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"

/* The default profile, in a failure for any profile. */
#define ANY_PROFILE "plain"

/* Returns whether the arguments suit FAILURE. */
static bool suits(const struct check_arguments *arguments, const struct failure *failure)
{
	const char *profile = arguments->profile;

	return !profile || failure_profile(failure, profile) ||
	       failure_profile(failure, ANY_PROFILE);
}

int check_failure_load(const struct check_arguments *arguments, struct failure **ret)
{
	AUTO(auto_free) char *why = NULL;
	AUTO(auto_free)
	char *path = arguments->failure ? failure_find(arguments->failure, NULL, &why) : NULL;

	*ret = NULL;
	if (!arguments->failure)
		return EXIT_MET;
	if (!path)
		log_error("%s", why);
	if (!path || failure_load(path, stderr, ret) < 0)
		return EXIT_USAGE;
	if (!suits(arguments, *ret))
		log_error("failure '%s' does not happen with profile '%s' (try --profile %s)",
			(*ret)->scenario.name, arguments->profile, (*ret)->profiles[0].name);
	else if (arguments->at && !failure_has_at(*ret, arguments->at))
		log_error("failure '%s' has no %s for --at to set", (*ret)->scenario.name,
			failure_has_offset(*ret)   ? "moment, but an offset,"
			: failure_has_moment(*ret) ? "offset, but a moment,"
						   : "moment");
	else
		return EXIT_MET;
	failure_destroy(TAKE_PTR(*ret));
	return EXIT_USAGE;
}

char *check_failure_profile(const struct check_arguments *arguments, const struct failure *failure)
{
	return heap_copy(arguments->profile ? arguments->profile : failure->profiles[0].name);
}

const char *check_failure_missing(const struct failure *failure, enum client_gives gives)
{
	if (failure->clients == FAILURE_OF_LVM && gives != CLIENT_GIVES_LVM)
		return "a client that uses LVM (--gives lvm)";
	if (failure->clients == FAILURE_OF_XAPI && gives != CLIENT_GIVES_XAPI)
		return "a client that uses XAPI (--gives xapi)";
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

/* Checks each profile of FAILURE, which is at PATH. */
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
	AUTO(auto_free) char *why = NULL;
	int code = failure_files(&files, &why) < 0 ? EXIT_RIG : EXIT_SKIPPED;

	if (why)
		log_error("%s", why);
	if (code == EXIT_SKIPPED && !arguments->as_json)
		check_print_heading();
	for (size_t i = 0; i < files.count && code != EXIT_USAGE && !interrupt_seen(); i++) {
		struct failure *failure;

		if (failure_load(files.paths[i], stderr, &failure) < 0) {
			code = EXIT_USAGE;
			continue;
		}

		const char *missing = check_failure_missing(failure, arguments->gives);

		if (missing)
			log_info("%s: skipped: it needs %s", failure->scenario.name, missing);
		else if (!arguments->at || failure_has_at(failure, arguments->at))
			code = profiles_of_all(arguments, files.paths[i], failure, code, results);
		failure_destroy(failure);
	}
	scenario_files_deinit(&files);
	return code;
}
