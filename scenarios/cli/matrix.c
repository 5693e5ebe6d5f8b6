/* SPDX-License-Identifier: Apache-2.0 */
/* matrix.c - snaprig matrix: clients by failures. */
#include "scenarios/cli/matrix.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/base/interrupt.h"
#include "scenarios/cli/check_arguments.h"
#include "scenarios/cli/check_failures.h"
#include "scenarios/cli/commands.h"
#include "scenarios/cli/environment_here.h"
#include "scenarios/cli/report_file.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/json_output.h"
#include "simfs/base/log.h"
#include "simfs/base/yaml/values.h"

#define JOBS_MAX     64
#define SIZE_DEFAULT "32MiB"

/* ---- reports ---- */

static void write_json(const void *matrix, FILE *file)
{
	json_t *object = matrix_json(matrix);

	json_output_write(object, JSON_OUTPUT_FLAGS, file);
	json_decref(object);
}

static void write_markdown(const void *matrix, FILE *file)
{
	matrix_write_markdown(matrix, file);
}

static void write_html(const void *matrix, FILE *file)
{
	matrix_write_html(matrix, file);
}

static const struct report_kind {
	const char *name;
	void (*write)(const void *matrix, FILE *file);
} report_kinds[] = {
	{ "markdown=", write_markdown },
	{ "json=", write_json },
	{ "html=", write_html },
};

#define REPORT_KINDS (sizeof report_kinds / sizeof report_kinds[0])

/* Returns the kind of TEXT, "json=FILE"; or NULL. */
static const struct report_kind *report_kind(const char *text)
{
	for (size_t i = 0; i < REPORT_KINDS; i++) {
		size_t length = strlen(report_kinds[i].name);

		if (strncmp(text, report_kinds[i].name, length) == 0 && text[length] != '\0')
			return &report_kinds[i];
	}
	return NULL;
}

/* Called before the first cell and after each. */
static int reports_write(void *context, const struct matrix *matrix)
{
	const struct matrix_arguments *arguments = context;

	for (size_t i = 0; i < arguments->reports.count; i++) {
		const char *text = arguments->reports.texts[i];
		const struct report_kind *kind = report_kind(text);
		const char *path = text + strlen(kind->name);
		int error = report_file_write(path, kind->write, matrix);

		if (error < 0) {
			log_error_code(error, "cannot write report '%s'", path);
			return EXIT_RIG;
		}
	}
	return EXIT_MET;
}

/* ---- what was typed ---- */

static int jobs_read(struct matrix_arguments *arguments)
{
	arguments->jobs = 1;
	if (!arguments->jobs_text || (number_parse(arguments->jobs_text, &arguments->jobs) == 0 &&
					     arguments->jobs > 0 && arguments->jobs <= JOBS_MAX))
		return 0;
	log_error("cannot read jobs '%s' (try 2; %d at most)", arguments->jobs_text, JOBS_MAX);
	return -EINVAL;
}

static int reports_read(const struct matrix_arguments *arguments)
{
	for (size_t i = 0; i < arguments->reports.count; i++) {
		const char *text = arguments->reports.texts[i];

		if (!report_kind(text)) {
			report_unknown(text, "markdown json html",
				"try markdown=FILE, json=FILE or html=FILE");
			return -EINVAL;
		}
	}
	return 0;
}

static int images_read(const struct matrix_arguments *arguments)
{
	static const char *const known[] = { "ext4=", "ntfs=", "xfs=" };

	for (size_t i = 0; i < arguments->images.count; i++) {
		const char *text = arguments->images.texts[i];
		bool is_known = false;

		for (size_t j = 0; j < sizeof known / sizeof known[0]; j++)
			is_known |= strncmp(text, known[j], strlen(known[j])) == 0;
		if (!is_known) {
			log_error(
				"cannot read image '%s' (try ntfs=FILE; ext4, ntfs or xfs)", text);
			return -EINVAL;
		}
	}
	return 0;
}

static int arguments_read(struct matrix_arguments *arguments)
{
	if (!arguments->check.size)
		arguments->check.size = SIZE_DEFAULT;
	if (jobs_read(arguments) < 0 || reports_read(arguments) < 0 || images_read(arguments) < 0)
		return -EINVAL;
	return check_arguments_read_values(&arguments->check);
}

/* ---- the command ---- */

/* Returns the exit code for all cells; those that were not run do not count. */
static int code_of(const struct matrix *matrix)
{
	int code = EXIT_SKIPPED;

	for (size_t i = 0; i < matrix->row_count * matrix->column_count; i++) {
		const json_t *its = json_object_get(matrix->cells[i], "code");

		if (its)
			code = check_code_worse(code, (int)json_integer_value(its));
	}
	return code;
}

static int print(const struct matrix_arguments *arguments, const struct matrix *matrix)
{
	if (arguments->as_json)
		return check_json_print(matrix_json(matrix));
	matrix_print(matrix, stdout);
	return command_line_finish();
}

static int matrix_make_and_run(
	struct matrix_arguments *arguments, const char *const *names, size_t count)
{
	struct matrix matrix = { 0 };
	int code = matrix_make(arguments, names, count, &matrix);

	if (code == EXIT_MET && arguments->resume && matrix_resume(&matrix, arguments->resume) < 0)
		code = EXIT_USAGE;
	if (code == EXIT_MET) {
		struct environment here = environment_here();

		environments_add(&matrix.environments, &here);
		interrupt_watch();
		code = matrix_run(&matrix, (unsigned)arguments->jobs, reports_write, arguments);
	}
	if (code == EXIT_MET && !interrupt_seen()) {
		int printed = print(arguments, &matrix);

		code = printed == EXIT_MET ? code_of(&matrix) : printed;
	}
	matrix_deinit(&matrix);
	return code;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct matrix_arguments arguments = { .check = { .seed = 1, .words = NULL } };
	size_t count;
	int code = command_line_parse(line, argc, argv, &arguments, &count);

	if (code == COMMAND_GO_ON) {
		arguments.check.words = heap_copy("");
		code = arguments_read(&arguments) < 0
			       ? EXIT_USAGE
			       : matrix_make_and_run(
					 &arguments, (const char *const *)argv + 1, count);
	}
	check_arguments_deinit(&arguments.check);
	interrupt_obey();
	return code;
}

#define AT(field)    .offset = offsetof(struct matrix_arguments, field)
#define CHECK(field) AT(check.field)

static const struct command_option options[] = {
	{ "failures", "NAME,...",
		"names or patterns ('cow-*') of 'snaprig list failures', or paths of failure "
		"files (default: all); none: only the run without a failure",
		COMMAND_LISTED, "failures none FILE", AT(failures) },
	{ "profile", "NAME", "only on this system (default: every system of a failure)",
		COMMAND_LISTED, "profiles", CHECK(profile) },
	{ "size", "SIZE", "the size of the volume (default " SIZE_DEFAULT ")", COMMAND_SIZE,
		CHECK(size) },
	{ "image", "FS=FILE...", "the volume for clients of this file system (ext4, ntfs, xfs)",
		COMMAND_CHOICE, "ext4= ntfs= xfs=", AT(images) },
	{ "jobs", "N", "how many checks run at a time (default 1)", COMMAND_NUMBER, AT(jobs_text) },
	{ "report", "KIND=FILE...",
		"write a report (markdown, json or html), updated after each check", COMMAND_CHOICE,
		"markdown= json= html=", AT(reports) },
	{ "resume", "FILE", "reuse the results of this JSON report", COMMAND_FILE, AT(resume) },
	{ "clients", "FOLDER...", "also look for client adapters in this folder", COMMAND_FOLDER,
		AT(clients) },
	{ "time-limit", "TIME", "for one run of a client (default 60s, or the failure's own)",
		COMMAND_TIME, CHECK(time_limit_text) },
	{ "seed", "N", "seed of all random content and decisions (default 1)", COMMAND_NUMBER,
		CHECK(seed_text) },
	{ "work", "FOLDER", "where to make work folders (default $TMPDIR, or /tmp)", COMMAND_FOLDER,
		CHECK(options.work_parent) },
	{ "json", NULL, "print one JSON object", AT(as_json) },
	{ 0 },
};

const struct command_line matrix_command = {
	.name = "matrix",
	.summary = "run backup tools against failures, and print a table",
	.operands = { { "[CLIENT ...]", COMMAND_LISTED, "clients", NULL } },
	.options = options,
	.about = "Runs 'snaprig check' for each CLIENT (a name of 'snaprig list clients' or the "
		 "path of\n"
		 "an adapter; default: all) with each failure, and once without, and prints a "
		 "table.\n"
		 "Cells that cannot run on this machine are marked, with the reason.",
	.examples =
		"  snaprig matrix --jobs 2 --report markdown=matrix.md --report json=matrix.json\n"
		"  snaprig matrix dd restic borg --failures 'cow-overflow,read-error'\n"
		"  snaprig matrix --jobs 2 --report json=matrix.json --resume matrix.json\n",
	.exits = "  0    everything that was run is intact or detected\n"
		 "  1    a finding\n"
		 "  2    the command line, or a file, is wrong\n"
		 "  3    inconclusive\n"
		 "  4    the rig or the machine failed\n"
		 "  77   nothing could be run\n"
		 "  124  a client did not end in time\n"
		 "With several cells, the first that applies: 4, 124, 1, 3, 0\n",
	.run = run,
};
